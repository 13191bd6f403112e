"""``wardround mcp`` with an agent that needs no index; run as a program."""

from __future__ import annotations

from tests.service.served import WatchedAgent
from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.filter_terms import admits
from wardround.retrievers.protocols import EVERYWHERE, Hit, Where

PASSAGES = [
    Passage(
        id=f"ward:{number}#0",
        document_id=f"ward:{number}",
        corpus="ward",
        ordinal=0,
        heading=("Sepsis",),
        text=text,
        start=0,
        end=len(text),
        biblio=Biblio(title="Ward handbook", year=year),
    )
    for number, (text, year) in enumerate([("Give antibiotics\x1b[31m early.", 2020), ("Take cultures.", 2010)])
]


class OneShelf:
    """Finds all there is, as far as the filter allows."""

    name = "shelf"

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        found = [one for one in PASSAGES if admits(where, one)]
        return [Hit(one, 1.0 / rank, rank, self.name) for rank, one in enumerate(found[:k], start=1)]


class ConsultedAgent(WatchedAgent):
    """An agent with a shelf of two passages."""

    retriever = OneShelf()

    def admitted(self, where: Where) -> int:
        return sum(admits(where, one) for one in PASSAGES)

    def passages(self, passage_ids: list[str]) -> list[Passage]:
        return [one for one in PASSAGES if one.id in passage_ids]


def main() -> None:
    from wardround.__main__ import main as wardround
    from wardround.commands import ask

    ask.open_agent = lambda settings, *, quiet: ConsultedAgent()  # type: ignore[assignment, return-value]
    wardround()


if __name__ == "__main__":
    main()
