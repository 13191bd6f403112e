"""What stands around a search belongs to the pipeline: another terminology under the same name is another pipeline."""

from __future__ import annotations

from pathlib import Path

from tests.agent.ward import library
from wardround.agent.assembly import Equipment, equipment
from wardround.agent.settings import Settings
from wardround.retrievers.settings import RetrievalSettings, StageSettings


def with_stages(stages: StageSettings) -> Equipment:
    return equipment(Settings(retrieval=RetrievalSettings(stages=stages)), library())


def test_without_stages_nothing_is_said_of_them() -> None:
    assert "stages" not in equipment(Settings(), library()).parts


def test_a_rewritten_terminology_makes_another_pipeline(tmp_path: Path) -> None:
    terms = tmp_path / "terms.jsonl"
    terms.write_text('{"name": "gout", "synonyms": ["podagra"]}\n')
    before = with_stages(StageSettings(synonyms=(terms,)))
    assert with_stages(StageSettings(synonyms=(terms,))).fingerprint == before.fingerprint
    terms.write_text('{"name": "gout", "synonyms": ["urate arthritis"]}\n')
    after = with_stages(StageSettings(synonyms=(terms,)))
    assert {name for name in before.parts if before.parts[name] != after.parts[name]} == {"stages"}
    assert after.fingerprint != before.fingerprint
