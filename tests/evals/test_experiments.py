"""A grid in a TOML file: its cells, its mistakes, and a run that does only what is missing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.evals.runs import question
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.settings import AgentSettings, ModelSettings, Settings
from wardround.errors import EvaluationError, PrerequisiteError
from wardround.evals.experiments import Experiment, read_experiment, run_experiment
from wardround.evals.systems import OnePromptSystem, System
from wardround.evals.systems.build import open_system
from wardround.prompts import load_prompts

GRID = """
task = "medqa_us"
limit = 4
[settings]
"model.kind" = "server"
[grid]
mode = ["closed-book", "rag"]
"agent.k" = [2, 8]
"model.name" = ["org/seven b"]
"""


def experiment(folder: Path, text: str = GRID) -> Experiment:
    (folder / "grid.toml").write_text(text)
    return read_experiment(folder / "grid.toml")


def test_every_combination_is_a_cell_but_closed_book_knows_no_k(tmp_path: Path) -> None:
    found = experiment(tmp_path)
    assert (found.task, found.limit, found.seed, found.concurrency) == ("medqa_us", 4, 0, 8)
    assert [(cell.name, cell.way, cell.settings.get("agent.k")) for cell in found.cells] == [
        ("closed-book-name=org-seven-b", "closed-book", None),
        ("rag-k=2-name=org-seven-b", "rag", 2),
        ("rag-k=8-name=org-seven-b", "rag", 8),
    ]
    assert found.cells[0].settings == {"model.kind": "server", "model.name": "org/seven b"}


def test_query_modes_are_an_axis_of_searches_and_no_setting(tmp_path: Path) -> None:
    text = 'task = "retrieval_scifact"\n[grid]\nretriever = ["bm25", "fused"]\nquery_mode = ["original", "hyde"]'
    assert [(cell.name, cell.way, cell.query_mode, cell.settings) for cell in experiment(tmp_path, text).cells] == [
        ("bm25-query_mode=original", "bm25", "original", {}),
        ("bm25-query_mode=hyde", "bm25", "hyde", {}),
        ("fused-query_mode=original", "fused", "original", {}),
        ("fused-query_mode=hyde", "fused", "hyde", {}),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("task = ", "is not TOML: "),
        ('task = "medqa"', "there is no task 'medqa'"),
        ("[grid]\nmode = ['rag']", "'task' is missing; name the task to run"),
        ('task = "medqa_us"', "grid.mode is missing; name at least one of closed-book, given, rag, imedrag, agent"),
        ('task = "medqa_us"\n[grid]\nmode = ["oracle"]', "grid.mode names 'oracle', which is none of"),
        ('task = "medqa_us"\n[grid]\nmode = "rag"', "grid.mode must be a list of at least one value"),
        (
            'task = "medqa_us"\nlimits = 3\n[grid]\nmode = ["rag"]',
            "'limits' is none of alpha, concurrency, delta, grid, ",
        ),
        ('task = "medqa_us"\nlimit = "3"\n[grid]\nmode = ["rag"]', "limit must be a whole number"),
        ('task = "medqa_us"\ngrid = 3', "grid must be a table"),
        (
            'task = "retrieval_scifact"\n[grid]\nretriever = ["bm25"]\nquery_mode = ["hide"]',
            "grid.query_mode names 'hide', which is none of original, hyde, query2doc, lamer, planned",
        ),
        (
            'task = "medqa_us"\n[grid]\nmode = ["rag"]\nquery_mode = ["hyde"]',
            "grid.query_mode is of searches over a judged set, such as retrieval_scifact, and medqa_us asks questions",
        ),
        ('task = "medqa_us"\nalpha = 2\n[grid]\nmode = ["rag"]', "alpha must be a number between 0 and 1"),
        ('task = "medqa_us"\ndelta = 0.1\n[grid]\nmode = ["rag"]', "'alpha', the risk to keep below, is missing"),
    ],
)
def test_a_mistake_in_the_file_is_one_clear_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        experiment(tmp_path, text)
    assert complaint in str(caught.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="does not exist: name the file of the experiment"):
        read_experiment(tmp_path / "nowhere.toml")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [
        {"id": item.id, "question": item.question, "options": item.options, "answer_idx": "A"}
        for item in (question(n) for n in range(6))
    ]
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


async def test_only_missing_cells_are_run_and_all_are_compared(tmp_path: Path, data: Path) -> None:
    models: list[ScriptedModel] = []

    def settings_for(changes: Mapping[str, Any]) -> Settings:
        return Settings(agent=AgentSettings(k=changes.get("agent.k", 10)))

    @asynccontextmanager
    async def scripted(mode: str, settings: Settings) -> AsyncIterator[System]:
        letter = "A" if mode == "closed-book" else "B"
        reply = json.dumps({"reasoning": "", "answer": letter})
        models.append(ScriptedModel(otherwise=lambda _: reply))
        yield OnePromptSystem(mode, models[-1], load_prompts(), retrieval={"k": settings.agent.k})

    plan, out = experiment(tmp_path), tmp_path / "out"
    first = await run_experiment(plan, data, out, settings_for, open_as=scripted)
    assert first is not None
    assert [len(model.calls) for model in models] == [4, 4, 4]
    assert [round(pair.change.difference.estimate, 3) for pair in first.pairs] == [-1.0, -1.0]
    assert "What tokens bought" in (out / "comparison.html").read_text()
    models.clear()
    await run_experiment(plan, data, out, settings_for, open_as=scripted)
    assert [len(model.calls) for model in models] == [0, 0, 0]


async def test_modes_that_need_a_model_say_so_without_one() -> None:
    with pytest.raises(PrerequisiteError, match=r"mode closed-book needs a language model: set model\.kind"):
        async with open_system("closed-book", Settings(model=ModelSettings(kind="none"))):
            pass


async def test_an_unknown_mode_lists_those_there_are() -> None:
    with pytest.raises(EvaluationError, match="there is no mode 'oracle'; the modes are closed-book, given, rag, "):
        async with open_system("oracle", Settings()):  # type: ignore[arg-type]
            pass
