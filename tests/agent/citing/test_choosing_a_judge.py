"""Which judge the settings mean."""

from pathlib import Path

import pytest

from tests.agent.citing.material import claim, passage
from wardround.agent.citing.choose import choose_judge
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.settings import AgentSettings
from wardround.errors import ConfigError, PrerequisiteError
from wardround.retrievers.embedders.recipe import content_mark

SOURCE = passage("Noradrenaline is the first-line vasopressor in septic shock.")


def settings(*judges: str, **others: object) -> AgentSettings:
    return AgentSettings(judges=judges, **others)  # type: ignore[arg-type]


def test_each_judge_by_its_name() -> None:
    model = ScriptedModel(name="seven")
    assert choose_judge(AgentSettings(), None).fingerprint.startswith("lexical-2(")
    assert choose_judge(settings("model"), model).fingerprint.startswith("model(")
    both = choose_judge(settings("lexical", "model", "lexical"), model).fingerprint
    assert both.startswith("cautious(lexical-2(")
    assert both.count("lexical-2(") == 1


async def test_of_several_judges_the_most_cautious_verdict_counts() -> None:
    generous = ScriptedModel(otherwise=lambda _: "supports")
    judge = choose_judge(settings("lexical", "model"), generous)
    assert (await judge.judge(claim("Noradrenaline is first-line in septic shock.", SOURCE), [SOURCE])).verdict == (
        "supported"
    )
    assert (await judge.judge(claim("Noradrenaline is given at 90 mg in septic shock.", SOURCE), [SOURCE])).verdict == (
        "not_found"
    )


def test_a_judge_without_its_model_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no language model is configured"):
        choose_judge(settings("model"), None)
    with pytest.raises(ConfigError, match=r"needs agent\.nli_model"):
        choose_judge(settings("nli"), None)
    with pytest.raises(PrerequisiteError):
        choose_judge(settings("nli", nli_model=str(tmp_path / "absent")), None)


@pytest.mark.local_models
async def test_an_entailment_classifier_is_loaded_from_its_folder(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed (make setup-local)")
    pytest.importorskip("transformers", reason="transformers is not installed (make setup-local)")
    from tests.agent.citing.test_nli_judge import classifier

    folder = classifier(tmp_path, "contradiction")
    judge = choose_judge(settings("lexical", "nli", nli_model=folder), None)
    assert f"nli({folder},{content_mark(Path(folder))},bert)" in judge.fingerprint
    said = await judge.judge(claim("Noradrenaline is first-line in septic shock.", SOURCE), [SOURCE])
    assert said.verdict == "contradicted"
