"""What is evaluated: asked once closed-book, with passages, or as the whole agent; and a run from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.agent.ward import library, ward_agent
from tests.evals.runs import question
from wardround.agent.models.protocol import JsonSchema
from wardround.agent.models.scripted import ScriptedModel
from wardround.errors import EvaluationError, TransientBackendError
from wardround.evals.evaluate import evaluate
from wardround.evals.records import Gold, Item
from wardround.evals.runner import latest_results, read_manifest
from wardround.evals.stored_runs import find_item, stored_items, stored_runs
from wardround.evals.systems import OnePromptSystem, given_passages, searched_passages
from wardround.evals.systems.whole_agent import AgentSystem
from wardround.evals.tasks import TASKS
from wardround.prompts import load_prompts
from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.settings import FusionSettings

PROMPTS = load_prompts()

SEPSIS = Item(
    id="s1",
    question="Which vasopressor comes first in septic shock?",
    gold=Gold(letter="B"),
    cluster="s1",
    options={"A": "Dopamine", "B": "Noradrenaline"},
)


async def test_closed_book_shows_the_question_with_its_options_and_asks_for_one_letter() -> None:
    reply = json.dumps({"reasoning": "It is first-line.", "answer": "B"})
    model = ScriptedModel([reply])
    result = await OnePromptSystem("closed-book", model, PROMPTS)(SEPSIS)
    (call,) = model.calls
    assert call.prompt.messages[-1].content == (
        "Question: Which vasopressor comes first in septic shock?\n\nOptions:\nA. Dopamine\nB. Noradrenaline"
    )
    assert isinstance(call.prompt.constraint, JsonSchema)
    assert call.prompt.constraint.schema["properties"]["answer"]["enum"] == ["A", "B"]
    assert (result.text, result.usage.calls, result.rounds) == (reply, 1, 0)
    assert TASKS["medqa_us"].scorer.score(SEPSIS, result).value == 1


async def test_a_question_without_options_is_answered_in_plain_words() -> None:
    model = ScriptedModel(["Noradrenaline."])
    free = Item("f1", "Which vasopressor comes first?", Gold(references=("Noradrenaline",)), "f1")
    result = await OnePromptSystem("closed-book", model, PROMPTS)(free)
    assert result.text == "Noradrenaline."
    assert model.calls[0].prompt.constraint is None


async def test_naive_rag_searches_by_the_question_alone() -> None:
    ward = library()
    retriever = HybridRetriever(ward.store, ward.embedder, ward.encoder, FusionSettings())
    model = ScriptedModel([json.dumps({"reasoning": "", "answer": "B"})])
    system = OnePromptSystem("rag", model, PROMPTS, find=searched_passages(retriever, 2), retrieval={"k": 2})
    result = await system(SEPSIS)
    shown = model.calls[0].prompt.messages[-1].content
    assert "Noradrenaline is the first-line vasopressor in septic shock." in shown.partition("Question:")[0]
    assert shown.count("Sepsis handbook") == 2
    assert result.rounds == 1
    assert system.fingerprint["retrieval"] == {"k": 2}


async def test_given_passages_are_shown_and_dropped_whole_when_they_do_not_fit() -> None:
    item = Item(**{**_fields(SEPSIS), "given": ("Short and useful.", "word " * 4000)})
    small = ScriptedModel([json.dumps({"reasoning": "", "answer": "A"})], context_tokens=2048)
    await OnePromptSystem("given", small, PROMPTS, find=given_passages)(item)
    shown = small.calls[0].prompt.messages[-1].content
    assert "Short and useful." in shown
    assert "word word" not in shown


async def test_a_question_longer_than_the_context_is_a_failed_item() -> None:
    long = Item(**{**_fields(SEPSIS), "question": "word " * 4000})
    with pytest.raises(EvaluationError, match="the question is longer than the 1024 tokens of the model"):
        await OnePromptSystem("closed-book", ScriptedModel(context_tokens=1024), PROMPTS)(long)


async def test_the_agent_s_answer_is_kept_whole(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        result = await AgentSystem(agent, {"equipment": "ward"})(SEPSIS)
    assert result.answer is not None
    assert result.answer["references"][0]["title"] == "Sepsis handbook"
    assert result.rounds == len(result.answer["rounds"]) > 0
    # Without a language model the agent quotes and chooses no option: a refusal, never a guess.
    scored = TASKS["medqa_us"].scorer.score(SEPSIS, result)
    assert (scored.outcome, scored.value) == ("refused", 0.0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    rows = [
        {"id": item.id, "question": item.question, "options": item.options, "answer_idx": item.gold.letter}
        for item in (question(n, gold="AB"[n % 2]) for n in range(6))
    ]
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def always_a(broken: int = 0) -> OnePromptSystem:
    script = [TransientBackendError("the server is away")] * broken
    reply = json.dumps({"reasoning": "", "answer": "A"})
    return OnePromptSystem("closed-book", ScriptedModel(script, otherwise=lambda _: reply), PROMPTS)


async def test_an_evaluation_from_end_to_end(tmp_path: Path, data: Path) -> None:
    out, task = tmp_path / "run", TASKS["medqa_us"]
    first = await evaluate(task, data, always_a(broken=2), out, concurrency=1)
    assert (first.ran.ran, first.ran.failed) == (6, 2)
    assert first.summary.outcomes == {"answered": 4, "unparsed": 0, "refused": 0, "failed": 2}
    again = await evaluate(task, data, always_a(), out, retry_failed=True)
    assert (again.ran.kept, again.ran.ran) == (4, 2)
    assert again.summary.headline is not None
    assert (again.summary.headline.estimate, again.summary.headline.n) == (0.5, 6)
    assert (await evaluate(task, data, always_a(), out)).ran.ran == 0
    assert sorted(path.name for path in out.iterdir() if path.name[0] != ".") == [
        "data_folder.txt", "manifest.json", "report.html", "report.json", "report.md", "results.jsonl", "timing.json",
    ]  # fmt: skip
    manifest = read_manifest(out)
    assert (manifest.mode, manifest.items) == ("closed-book", 6)
    assert manifest.system["prompts"]["multiple_choice"] == PROMPTS["multiple_choice"].sha256


async def test_another_system_does_not_write_into_the_same_folder(tmp_path: Path, data: Path) -> None:
    await evaluate(TASKS["medqa_us"], data, always_a(), tmp_path / "run")
    other = OnePromptSystem("closed-book", ScriptedModel(name="other"), PROMPTS)
    with pytest.raises(EvaluationError, match=r"system.model.name: 'scripted' there, 'other' here"):
        await evaluate(TASKS["medqa_us"], data, other, tmp_path / "run")


async def test_stored_runs_are_listed_and_items_found(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "runs" / "first"
    await evaluate(TASKS["medqa_us"], data, always_a(), out, limit=3)
    (listed,) = stored_runs(tmp_path / "runs")
    assert (listed.folder, listed.finished, listed.manifest.items) == (out, 3, 3)
    assert {item.id for item in stored_items(out, data)} == set(latest_results(out))
    assert list(stored_items(out)) == list(stored_items(out, data))
    some_id = next(iter(latest_results(out)))
    assert find_item(out, data, some_id).score.answer == "A"
    with pytest.raises(EvaluationError, match="has no item 'q99'"):
        find_item(out, data, "q99")


async def test_data_that_changed_since_the_run_is_noticed(tmp_path: Path, data: Path) -> None:
    await evaluate(TASKS["medqa_us"], data, always_a(), tmp_path / "run")
    file = data / "questions.jsonl"
    file.write_text(file.read_text().replace("Aspirin", "Heparin"))
    with pytest.raises(EvaluationError, match="no longer holds what"):
        stored_items(tmp_path / "run", data)
    with pytest.raises(EvaluationError, match=r"holds another run \(data: "):
        await evaluate(TASKS["medqa_us"], data, always_a(), tmp_path / "run")


def _fields(item: Item) -> dict[str, object]:
    return {name: getattr(item, name) for name in Item.__dataclass_fields__}
