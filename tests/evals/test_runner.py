"""Every item once: appended at once, resumed after anything, never two writers, nothing overwritten."""

from __future__ import annotations

import asyncio
import json
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from wardround.agent.models.protocol import Usage
from wardround.errors import EvaluationError, TransientBackendError
from wardround.evals.records import Gold, Item, ItemResult
from wardround.evals.runner import (
    Journal,
    Manifest,
    RunSummary,
    Selection,
    latest_results,
    read_manifest,
    read_results,
    run_items,
)
from wardround.evals.runner.rows import to_line
from wardround.evals.tasks import TASKS
from wardround.files import exclusive_lock

MANIFEST = Manifest(task="medqa_us", mode="closed-book", items=3, data="0" * 16, scorer="stated-letter-1")


def item(number: int) -> Item:
    return Item(f"q{number}", f"Question {number}?", Gold(letter="A"), f"q{number}", options={"A": "x", "B": "y"})


ITEMS = [item(number) for number in range(3)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder; ``tmp_path`` itself holds the test's home."""
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


class System:
    """A system under evaluation that notes what it was asked and breaks where told."""

    def __init__(self, broken: dict[str, Exception] | None = None) -> None:
        self.asked: list[str] = []
        self.broken = broken or {}
        self.at_once = self.most_at_once = 0

    async def __call__(self, asked: Item) -> ItemResult:
        self.asked.append(asked.id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if asked.id in self.broken:
            raise self.broken[asked.id]
        return ItemResult(asked.id, text=f"Answer: A ({asked.id})", usage=Usage(calls=1, prompt_tokens=10))


async def test_every_item_gets_its_result(folder: Path) -> None:
    summary = await run_items(ITEMS, System(), folder, MANIFEST)
    assert summary == RunSummary(kept=0, ran=3, failed=0)
    stored = latest_results(folder)
    assert {key: (result.text, result.usage.calls) for key, result in stored.items()} == {
        f"q{n}": (f"Answer: A (q{n})", 1) for n in range(3)
    }
    assert all(result.seconds > 0 for result in stored.values())


async def test_a_finished_run_runs_nothing_again(folder: Path) -> None:
    await run_items(ITEMS, System(), folder, MANIFEST)
    again = System()
    assert await run_items(ITEMS, again, folder, MANIFEST) == RunSummary(kept=3, ran=0, failed=0)
    assert again.asked == []


async def test_an_error_is_a_failed_item_and_the_others_go_on(folder: Path) -> None:
    broken: dict[str, Exception] = {
        "q0": TransientBackendError("the server at localhost:8000 does not answer"),
        "q1": KeyError("content"),
    }
    summary = await run_items(ITEMS, System(broken), folder, MANIFEST)
    assert summary == RunSummary(kept=0, ran=3, failed=2)
    stored = latest_results(folder)
    assert stored["q0"].failure == "the server at localhost:8000 does not answer"
    assert stored["q1"].failure == "KeyError: 'content'"
    assert stored["q2"].failure is None


async def test_failed_items_are_kept_until_a_retry_is_asked_for(folder: Path) -> None:
    await run_items(ITEMS, System({"q1": ValueError("once")}), folder, MANIFEST)
    kept, retried = System(), System()
    assert await run_items(ITEMS, kept, folder, MANIFEST) == RunSummary(kept=3, ran=0, failed=0)
    assert await run_items(ITEMS, retried, folder, MANIFEST, retry_failed=True) == RunSummary(2, 1, 0)
    assert (kept.asked, retried.asked) == ([], ["q1"])
    assert latest_results(folder)["q1"].failure is None
    assert [result.item_id for result in read_results(folder)] == ["q0", "q1", "q2", "q1"]


async def test_an_answer_to_another_item_is_not_taken(folder: Path) -> None:
    async def confused(asked: Item) -> ItemResult:
        return ItemResult("q9", text="A")

    await run_items(ITEMS[:1], confused, folder, MANIFEST)
    assert latest_results(folder)["q0"].failure == "the system answered 'q9' when asked 'q0'"


async def test_a_result_that_cannot_be_stored_is_a_failed_item(folder: Path) -> None:
    async def strange(asked: Item) -> ItemResult:
        return ItemResult(asked.id, answer={"probability": float("nan")})

    await run_items(ITEMS[:1], strange, folder, MANIFEST)
    assert latest_results(folder)["q0"].failure == "ValueError: Out of range float values are not JSON compliant"


async def test_results_written_when_the_run_is_cancelled_stay(folder: Path) -> None:
    async def hangs_at_last(asked: Item) -> ItemResult:
        if asked.id == "q2":
            await asyncio.Event().wait()
        return ItemResult(asked.id, text="A")

    stored = asyncio.Event()
    running = asyncio.create_task(
        run_items(ITEMS, hangs_at_last, folder, MANIFEST, concurrency=1, on_result=lambda _: stored.set())
    )
    await stored.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert next(read_results(folder)).item_id == "q0"
    assert (await run_items(ITEMS, System(), folder, MANIFEST)).ran in (1, 2)


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_no_more_than_concurrency_items_are_in_work(folder: Path, concurrency: int) -> None:
    system = System()
    await run_items([item(n) for n in range(20)], system, folder, MANIFEST, concurrency=concurrency)
    assert system.most_at_once == concurrency
    assert sorted(system.asked) == sorted(f"q{n}" for n in range(20))


async def test_a_concurrency_of_nothing_is_refused(folder: Path) -> None:
    with pytest.raises(EvaluationError, match="a concurrency of 0 runs nothing: use at least 1"):
        await run_items(ITEMS, System(), folder, MANIFEST, concurrency=0)


async def test_a_result_is_on_disk_before_progress_is_told(folder: Path) -> None:
    seen: list[int] = []

    def count(_: ItemResult) -> None:
        seen.append(len((folder / "results.jsonl").read_text().splitlines()))

    await run_items(ITEMS, System(), folder, MANIFEST, concurrency=1, on_result=count)
    assert seen == [1, 2, 3]


async def test_a_half_line_is_cut_off_and_its_item_asked_again(folder: Path) -> None:
    await run_items(ITEMS, System(), folder, MANIFEST, concurrency=1)
    whole = (folder / "results.jsonl").read_bytes()
    first_two = whole[: whole.rindex(b"\n", 0, -1) + 1]
    (folder / "results.jsonl").write_bytes(first_two + b'{"item_id": "q2", "te')
    assert [result.item_id for result in read_results(folder)] == ["q0", "q1"]
    again = System()
    await run_items(ITEMS, again, folder, MANIFEST)
    assert again.asked == ["q2"]
    assert (folder / "results.jsonl").read_bytes().startswith(first_two)
    assert len(latest_results(folder)) == 3


@pytest.mark.parametrize("length", [10, 65_536, 200_000])
def test_a_half_line_of_any_length_is_found_from_the_back(folder: Path, length: int) -> None:
    line = b'{"item_id":"a"}\n'
    (folder / "results.jsonl").write_bytes(line + b"x" * length)
    with Journal(folder):
        pass
    assert (folder / "results.jsonl").read_bytes() == line


async def test_a_broken_line_in_the_middle_is_named_and_nothing_runs(folder: Path) -> None:
    await run_items(ITEMS[:1], System(), folder, MANIFEST)
    journal = folder / "results.jsonl"
    journal.write_bytes(b'{"half\n' + journal.read_bytes())
    system = System()
    with pytest.raises(EvaluationError, match=r"results.jsonl:1 holds no result of this version"):
        await run_items(ITEMS, system, folder, MANIFEST)
    assert system.asked == []


@pytest.mark.parametrize("text", ["\ud800 alone", 'quotes " and \n lines \u2028', "é" * 3, "\x00"])
def test_any_text_is_stored_and_read_back(folder: Path, text: str) -> None:
    with Journal(folder) as journal:
        journal.append(to_line(ItemResult("q", text=text, answer={"choice": None, "claims": [{"text": text}]})))
    assert [result.text for result in read_results(folder)] == [text]


async def test_two_runs_never_write_to_one_folder(folder: Path) -> None:
    with exclusive_lock(folder / ".lock") as alone:
        assert alone
        with pytest.raises(EvaluationError) as caught:
            await run_items(ITEMS, System(), folder, MANIFEST)
    assert str(caught.value) == f"another run is writing to {folder}: wait for it or choose another folder"


async def test_another_run_s_folder_is_left_alone(folder: Path) -> None:
    await run_items(ITEMS, System(), folder, MANIFEST)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    other = Manifest(**{**_fields(MANIFEST), "mode": "rag", "system": {"retrieval": {"k": 8}}})
    with pytest.raises(EvaluationError) as caught:
        await run_items(ITEMS, System(), folder, other)
    assert str(caught.value) == (
        f"{folder} holds another run (mode: 'closed-book' there, 'rag' here; "
        "system.retrieval.k: None there, 8 here): choose another folder"
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


async def test_a_strange_folder_is_left_alone(folder: Path) -> None:
    (folder / "thesis.tex").write_text("years of work")
    with pytest.raises(EvaluationError, match="exists and is not the folder of a run: choose an empty or a new one"):
        await run_items(ITEMS, System(), folder, MANIFEST)
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["thesis.tex"]


async def test_what_a_kill_left_half_written_is_swept_up(folder: Path) -> None:
    (folder / ".manifest.json.k3x9").write_text("{")
    await run_items(ITEMS, System(), folder, MANIFEST)
    (folder / ".report.html.k3x9").write_text("<")
    await run_items(ITEMS, System(), folder, MANIFEST)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "manifest.json", "results.jsonl"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"version": 2}, "was written in format 2, this version reads 1: run anew"),
        ({"items": 4}, "was changed after the run: its fingerprint is not "),
        ({"colour": "red"}, "is damaged: "),
    ],
)
async def test_a_manifest_that_is_not_ours_is_named(folder: Path, change: dict[str, object], complaint: str) -> None:
    await run_items(ITEMS, System(), folder, MANIFEST)
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(EvaluationError, match=complaint):
        read_manifest(folder)


def test_the_fingerprint_changes_with_every_part() -> None:
    changes = [{"task": "medmcqa"}, {"mode": "rag"}, {"items": 4}, {"data": "1"}, {"seed": 1}, {"system": {"k": 1}}]
    prints = {Manifest(**{**_fields(MANIFEST), **change}).fingerprint for change in changes}
    assert len(prints | {MANIFEST.fingerprint}) == len(changes) + 1


async def test_a_full_disk_ends_the_run_in_one_line_and_keeps_what_was_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(10))

    def flush(_: object) -> None:
        if next(calls) == 1:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("wardround.evals.runner.journal.flush_to_disk", flush)
    with pytest.raises(EvaluationError) as caught:
        await run_items(ITEMS, System(), folder, MANIFEST, concurrency=2)
    assert str(caught.value) == (
        f"{folder}/results.jsonl cannot be written (No space left on device): free space and resume"
    )
    assert next(read_results(folder)).item_id == "q0"


async def test_the_runner_costs_less_than_five_milliseconds_an_item(folder: Path) -> None:
    begin = time.perf_counter()
    await run_items([item(n) for n in range(400)], System(), folder, MANIFEST)
    assert (time.perf_counter() - begin) / 400 < 0.005


async def test_memory_does_not_grow_with_the_items(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardround.evals.runner.journal.flush_to_disk", lambda handle: handle.flush())

    async def wordy(asked: Item) -> ItemResult:
        return ItemResult(asked.id, text="w" * 10_000)

    def many(count: int) -> Iterator[Item]:
        return (item(number) for number in range(count))

    async def peak(count: int) -> int:
        tracemalloc.start()
        await run_items(many(count), wordy, folder / str(count), MANIFEST)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    # 1800 results more are 18 MB of text; held, they would show.
    assert await peak(2000) - await peak(200) < 500_000


def test_a_limit_takes_a_random_part_that_grows_with_it(folder: Path) -> None:
    rows = [{"id": str(n), "question": f"{n}?", "options": {"A": "x", "B": "y"}, "answer_idx": "A"} for n in range(50)]
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def ids(limit: int | None, seed: int = 0) -> list[str]:
        return [chosen.id for chosen in Selection(TASKS["medqa_us"], folder, limit, seed)]

    assert ids(None) == [str(n) for n in range(50)]
    assert len(ids(10)) == 10
    assert set(ids(10)) < set(ids(20))
    assert ids(10) == sorted(ids(10), key=int)
    assert ids(10) != ids(10, seed=1)


def test_the_digest_of_the_data_changes_with_any_of_it(folder: Path) -> None:
    row = {"id": "1", "question": "?", "options": {"A": "x", "B": "y"}, "answer_idx": "A"}
    file = folder / "questions.jsonl"
    selection = Selection(TASKS["medqa_us"], folder)
    file.write_text(json.dumps(row))
    count, before = selection.digest()
    file.write_text(json.dumps({**row, "answer_idx": "B"}))
    assert count == 1
    assert selection.digest()[1] != before
    file.write_text("")
    with pytest.raises(EvaluationError, match="holds no items of medqa_us"):
        selection.digest()


def _fields(manifest: Manifest) -> dict[str, object]:
    return {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
