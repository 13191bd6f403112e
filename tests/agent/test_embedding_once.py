"""A query is embedded once, although the search, the choice of sentences and a certificate's signs all ask for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.settings import Settings
from wardround.retrievers.embedders import choose
from wardround.retrievers.embedders.minilm import MiniLmEmbedder
from wardround.retrievers.protocols import Matrix
from wardround.retrievers.settings import EmbedderSettings, RetrievalSettings, StoreSettings


class Counting(MiniLmEmbedder):
    """The packaged embedder, counting its queries."""

    def __init__(self) -> None:
        super().__init__(EmbedderSettings())
        self.asked: Counter[str] = Counter()

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        self.asked.update(texts)
        return super().embed_queries(texts)


def test_each_query_of_a_question_is_embedded_once(starter_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = Counting()
    monkeypatch.setattr(choose, "choose_embedder", lambda _: embedder)
    settings = Settings(retrieval=RetrievalSettings(store=StoreSettings(folder=starter_index)))
    question = "In adults with septic shock, how soon should antibiotics be given?"
    with ClinicalAgent.from_settings(settings) as agent:
        assert agent.ask(question).claims
    assert embedder.asked[question] == 1
    assert set(embedder.asked.values()) == {1}
