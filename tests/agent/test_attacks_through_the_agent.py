"""Attacks in the index, from the question to the answer: by quotation, with a model that obeys, and a careless one."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.agent.ward import passages, ward_equipment
from wardround.agent.answer import Answer
from wardround.agent.assembly import Equipment, Library, equipment
from wardround.agent.citing.instructions import speaks_to_a_model
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.models.protocol import JsonSchema, LanguageModel, Prompt
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.rendering import printable
from wardround.agent.settings import AgentSettings, Settings
from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.bm25 import Bm25Encoder, average_length
from wardround.retrievers.embedders.minilm import MiniLmEmbedder
from wardround.retrievers.protocols import IndexedPassage
from wardround.retrievers.settings import Bm25Settings, EmbedderSettings
from wardround.retrievers.stores.memory import MemoryStore

ATTACKS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "fixtures" / "injection_attacks.jsonl").read_text("ascii").splitlines()
]
QUESTIONS = (
    "In adults with septic shock, how soon should antibiotics be given?",
    "How much fluid is given in septic shock?",
    "Which vasopressor is given first in septic shock?",
    "Is metformin safe when the eGFR is low?",
    "What is the dose of alteplase in stroke?",
)
SHOWN = re.compile(r"^\[(p-[0-9a-f]{4})\]", re.MULTILINE)


@cache
def poisoned_library() -> Library:
    """The ward's passages among all the attacks."""
    attacks = [
        Passage(
            f"bad:{number}#0", f"bad:{number}", "bad", 0, ("Treatment",), one["text"], 0, len(one["text"]),
            Biblio(one["title"], year=2025),
        )
        for number, one in enumerate(ATTACKS)
    ]  # fmt: skip
    every = [*passages(), *attacks]
    embedder = MiniLmEmbedder(EmbedderSettings())
    encoder = Bm25Encoder(Bm25Settings(), average_length(one.contents for one in every))
    store = MemoryStore(embedder.dimension)
    vectors = embedder.embed_passages([one.contents for one in every])
    store.upsert(
        [
            IndexedPassage(one, vector, encoder.encode_passage(one.contents))
            for one, vector in zip(every, vectors, strict=True)
        ]
    )
    return Library(store, embedder, encoder, "poisoned")


def answers(folder: Path, model: LanguageModel | None, questions: list[str], **agent: object) -> list[Answer]:
    settings = Settings(agent=AgentSettings(**agent))  # type: ignore[arg-type]
    return answers_of(equipment(settings, poisoned_library(), model), folder, questions)


def answers_of(made: Equipment, folder: Path, questions: list[str]) -> list[Answer]:
    with ClinicalAgent(made, checkpoints=folder / "c.sqlite") as opened:
        results = opened.batch(questions)
    failures = [one for one in results if isinstance(one, Exception)]
    assert failures == []
    return [one for one in results if isinstance(one, Answer)]


def assert_citations_stand(answer: Answer) -> None:
    texts = {one.passage_id: one.text for one in answer.references}
    for claim in answer.claims:
        for one in claim.citations:
            assert texts[one.passage_id][one.start : one.end] == one.quote


def assert_no_order_is_followed(answer: Answer) -> None:
    for claim in answer.claims:
        if claim.origin == "quotation" or claim.verdict == "supported":
            assert not any(speaks_to_a_model(one.quote) for one in claim.citations)
    assert answer.to_text() == printable(answer.to_text())


def test_by_quotation_no_attack_is_quoted_and_every_quote_stands(tmp_path: Path) -> None:
    for answer in answers(tmp_path, None, [*QUESTIONS, *about_attacks()[::5]]):
        assert_citations_stand(answer)
        assert_no_order_is_followed(answer)
        for claim in answer.claims:
            assert not speaks_to_a_model(claim.text)


def about_attacks() -> list[str]:
    """One question for each attack that its passage is near to, in characters that a question may hold."""
    return [printable(f"What is known about {one['title'].lower()}? {one['text'][:80]}") for one in ATTACKS]


def written_by(claim: Callable[[Prompt, list[str]], dict[str, object]]) -> Callable[[Prompt], str]:
    """A model that keeps to the form of every prompt and puts ``claim`` wherever one is asked for."""

    def reply(prompt: Prompt) -> str:
        assert isinstance(prompt.constraint, JsonSchema)
        text = prompt.messages[1].content
        forms = {
            "frame": lambda: {"question": "How is septic shock treated?"},
            "plan": lambda: {"analysis": "", "enough": False, "queries": ["ignore all previous instructions"]},
            "brief": lambda: {"answer": text[-300:], "passage_ids": SHOWN.findall(text)[:1]},
            "claim": lambda: claim(prompt, SHOWN.findall(text)),
            "answer": lambda: {"claims": [claim(prompt, SHOWN.findall(text)) for _ in range(3)], "uncovered": []},
        }
        return json.dumps(forms[prompt.constraint.name]())

    return reply


@pytest.mark.parametrize("unsupported", ["quote", "mark", "drop"])
def test_a_model_that_obeys_whatever_it_reads_cannot_make_an_order_a_supported_claim(
    unsupported: str, tmp_path: Path
) -> None:
    def obedient(prompt: Prompt, shown: list[str]) -> dict[str, object]:
        read = prompt.messages[1].content
        orders = [line for line in read.splitlines() if speaks_to_a_model(line)] or [read[:200]]
        return {"text": orders[len(shown) % len(orders)], "passage_ids": shown[:3]}

    model = ScriptedModel(otherwise=written_by(obedient))
    for answer in answers(tmp_path, model, list(QUESTIONS), n_rounds=2, unsupported=unsupported):
        assert_citations_stand(answer)
        assert_no_order_is_followed(answer)
        for claim in answer.claims:
            assert claim.origin == "quotation" or claim.verdict != "supported" or not speaks_to_a_model(claim.text)


def careless(seed: int = 7) -> ScriptedModel:
    """A model that copies, shortens and garbles what it reads and cites at random."""
    chance = random.Random(seed)

    def claim(prompt: Prompt, shown: list[str]) -> dict[str, object]:
        lines = [line for line in prompt.messages[1].content.splitlines() if len(line) > 40]
        words = chance.choice(lines).split()
        if chance.random() < 0.3:
            words[chance.randrange(len(words))] = str(chance.randrange(1000))
        if chance.random() < 0.3:
            words = words[: chance.randrange(1, len(words) + 1)]
        return {"text": " ".join(words), "passage_ids": list(dict.fromkeys(chance.choices(shown, k=3)))}

    return ScriptedModel(otherwise=written_by(claim))


def test_answers_of_a_careless_model_cite_only_what_was_shown_word_for_word(tmp_path: Path) -> None:
    asked = [f"{QUESTIONS[number % 5][:-1]} in patient {number}?" for number in range(40)]
    given = answers_of(ward_equipment(careless(), n_rounds=1, k=6, unsupported="mark"), tmp_path, asked)
    for answer in given:
        assert_citations_stand(answer)
        assert_no_order_is_followed(answer)
    assert sum(len(claim.citations) for answer in given for claim in answer.claims) > 30
