"""The generative path with a real, small model: what it writes is verified, whatever it is worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.ward import ward_agent
from wardround.agent.models.protocol import LanguageModel


class Borrowed:
    """A model that others use after this test, so the agent must not close it."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)

    async def aclose(self) -> None:
        """Leaves the model open for the tests after this one."""


QUESTION = "In adults with septic shock, how soon should antibiotics be given?"


@pytest.mark.local_models
@pytest.mark.slow
@pytest.mark.timeout(900)  # a busy machine decodes two tokens a second
def test_smollm2_answers_under_verification(smollm2: LanguageModel, tmp_path: Path) -> None:
    borrowed = Borrowed(smollm2)
    with ward_agent(
        tmp_path, borrowed, timeout_seconds=800, n_rounds=1, n_queries=1, k=2, max_answer_tokens=96
    ) as agent:
        answer = agent.ask(QUESTION)
    assert answer.model == smollm2.name
    assert answer.usage.calls >= 2
    assert answer.usage.prompt_tokens > 0
    texts = {one.passage_id: one.text for one in answer.references}
    for claim in answer.claims:
        assert claim.verdict in ("supported", "partly")
        assert claim.citations
        for one in claim.citations:
            assert texts[one.passage_id][one.start : one.end] == one.quote
    assert "ward:0" in {one.document_id for one in answer.references}
