"""``ask --batch``: bad lines are told, the rest goes on, what is finished is not asked again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.wardround.fake_agent import FakeAgent, an_answer
from tests.wardround.test_ask import run
from wardround.agent.events import Event, Finished
from wardround.agent.records import Turn
from wardround.batch import answer_batch, read_batch
from wardround.batch_output import finished_lines, without_finished, written_alone
from wardround.errors import InputError
from wardround.files import exclusive_lock

LINES = [
    b'{"id": "a", "question": "How soon?"}\n',
    b"\n",
    b'"How long?"\n',
    b"{nonsense\n",
    b'{"id": 7}\n',
    b'{"question": "broken"}\n',
    b'{"question": "  "}\n',
    b"\xff\xfe\n",
]


def outcome(lines: Sequence[bytes], agent: Any = None, jobs: int = 2) -> tuple[list[dict[str, Any]], list[str]]:
    written: list[str] = []
    told: list[str] = []
    asked = read_batch(lines, 1000, str)
    counts = asyncio.run(answer_batch(agent or FakeAgent(), asked, written.append, told.append, jobs))
    assert (counts.answered + counts.failed, counts.failed) == (len(written), len(told))
    return [json.loads(one) for one in written], told


def test_every_line_gets_its_outcome_in_order_and_a_bad_one_stops_nothing() -> None:
    records, told = outcome(LINES)
    assert [(one["line"], one["id"], "answer" in one) for one in records] == [
        (1, "a", True),
        (3, None, True),
        (4, None, False),
        (5, 7, False),
        (6, None, False),
        (7, None, False),
        (8, None, False),
    ]
    assert records[0]["answer"] == an_answer("How soon?").model_dump(mode="json")
    assert told == [
        "line 4: not JSON in UTF-8: put the question in double quotes, or write an object that holds it",
        "line 5: there is no question in it, which must be a string",
        "line 6: the index is damaged: build it again with `wardround corpus build`",
        "line 7: the question is empty: write it as one argument, or pass it on standard input",
        "line 8: not JSON in UTF-8: put the question in double quotes, or write an object that holds it",
    ]


def test_what_python_cannot_write_or_read_is_a_bad_line_like_any_other() -> None:
    lines = [
        b'"How \\ud800 soon?"\n',
        b'{"id": "\\udfff", "question": "How soon?"}\n',
        b'{"id": {"\\ud800": 1}, "question": "How soon?"}\n',
        b'{"id": NaN, "question": "How soon?"}\n',
        b"[" * 3_000 + b"\n",
        b"1" * 5_000 + b"\n",
        b'{"id": "\\ud83e\\udec0", "question": "How long?"}\n',
    ]
    records, told = outcome(lines)
    assert told == [
        "line 1: the question holds half of a character (a lone surrogate), so it is not text: pass plain UTF-8",
        "line 2: its id cannot be written as JSON in UTF-8: choose another id",
        "line 3: its id cannot be written as JSON in UTF-8: choose another id",
        "line 4: its id cannot be written as JSON in UTF-8: choose another id",
        "line 5: not JSON in UTF-8: put the question in double quotes, or write an object that holds it",
        "line 6: not JSON in UTF-8: put the question in double quotes, or write an object that holds it",
    ]
    assert [one["question"] for one in records] == ["How ? soon?", "", "", "", "", "", "How long?"]
    assert (records[-1]["id"], "answer" in records[-1]) == ("\U0001fac0", True)


def test_a_batch_with_such_lines_is_written_and_gone_on_with(tmp_path: Path) -> None:
    batch, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    batch.write_bytes(b'{"id": "\\ud800", "question": "How soon?"}\n"How \\ud800?"\n"How long?"\n')
    command = ("ask", "-q", "--batch", str(batch), "--out", str(out))
    assert run(*command).returncode == 22
    whole = out.read_bytes()
    assert len(whole.splitlines()) == 3
    assert (run(*command).returncode, out.read_bytes()) == (0, whole)


class Counting:
    """Answers the first question last, and counts how many are asked at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def stream(self, question: str, *, history: Sequence[Turn] = ()) -> AsyncIterator[Event]:
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(20 if question == "0" else 1):
            await asyncio.sleep(0)
        self.now -= 1
        yield Finished(an_answer(question))

    def close(self) -> None:
        pass


def test_questions_are_asked_side_by_side_and_written_in_order() -> None:
    agent = Counting()
    records, _ = outcome([f'"{number}"\n'.encode() for number in range(9)], agent, jobs=3)
    assert [one["question"] for one in records] == [str(number) for number in range(9)]
    assert agent.most == 3


def test_a_run_that_was_cut_off_goes_on_behind_its_last_whole_line(tmp_path: Path) -> None:
    batch, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    batch.write_bytes(b"".join(LINES[:3]))
    assert run("ask", "-q", "--batch", str(batch), "--out", str(out)).returncode == 0
    whole = out.read_bytes()
    first, second = whole.splitlines(keepends=True)
    out.write_bytes(first + second[:40])
    done = run("ask", "--batch", str(batch), "--out", str(out))
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr == b"1 answered, 0 without an answer, 1 finished before\n"
    assert out.read_bytes() == whole


def test_a_batch_under_a_filter_says_so_in_every_line_and_goes_on_under_no_other(tmp_path: Path) -> None:
    batch, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    batch.write_text('"How soon?"\n')
    command = ("ask", "-q", "--batch", str(batch), "--out", str(out))
    assert run(*command, "--filter", "evidence=rct").returncode == 0
    record = json.loads(out.read_text())
    assert list(record) == ["schema_version", "line", "id", "question", "filter", "answer"]
    assert record["filter"] == "evidence randomised trial"
    assert record["answer"]["warnings"] == ["searched evidence randomised trial"]
    whole = out.read_bytes()
    assert run(*command, "--filter", "evidence=rct").returncode == 0
    other = run(*command)
    assert (other.returncode, out.read_bytes()) == (4, whole)
    assert other.stderr.decode() == (
        f"wardround: {out} was answered under another filter (evidence randomised trial): give that one, or another "
        "file for --out\n"
    )


def test_a_file_of_another_batch_is_not_continued(tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    out.write_text('{"line": 1, "question": "another"}\n')
    left = without_finished(read_batch(LINES, 1000, str), finished_lines(out), out)
    with pytest.raises(InputError, match="line 1 of the batch was another question"):
        next(left)
    out.write_text("notes\n")
    with pytest.raises(InputError, match="is no output of a batch"):
        finished_lines(out)


def test_a_second_process_does_not_write_into_the_same_file(tmp_path: Path) -> None:
    batch, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    batch.write_text('"How soon?"\n')
    command = ("ask", "-q", "--batch", str(batch), "--out", str(out))
    with exclusive_lock(tmp_path / ".a.jsonl.lock") as ours:
        assert ours
        second = run(*command)
    assert (second.returncode, second.stderr.decode()) == (
        4,
        f"wardround: another batch is writing to {out}: wait for it or choose another file for --out\n",
    )
    assert not out.exists()
    assert run(*command).returncode == 0
    assert len(out.read_bytes().splitlines()) == 1


def test_no_folder_is_made_for_a_batch(tmp_path: Path) -> None:
    out = tmp_path / "nope" / "a.jsonl"
    refused = pytest.raises(InputError, match=r"there is no folder .*nope; make it, or name another for --out")
    with refused, written_alone(out):
        pass
    assert not out.parent.exists()


def test_what_failed_is_asked_again_and_takes_its_place(tmp_path: Path) -> None:
    batch, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    batch.write_bytes(b'"How soon?"\n"broken"\n{nonsense\n"How long?"\n')
    command = ("ask", "--batch", str(batch), "--out", str(out))
    first = run(*command)
    assert first.stderr.endswith(b"2 answered, 2 without an answer; --retry-failed asks them again\n")
    before = out.read_bytes()
    again = run(*command)
    assert (again.returncode, out.read_bytes()) == (0, before)
    assert again.stderr == (
        b"0 answered, 0 without an answer, 4 finished before (2 of them without an answer); --retry-failed asks them "
        b"again\n"
    )
    batch.write_bytes(b'"How soon?"\n"How mended?"\n{nonsense\n"How long?"\n')
    retried = run(*command, "--retry-failed")
    assert retried.returncode == 22
    assert retried.stderr.endswith(
        b"1 answered, 1 without an answer, 2 finished before; --retry-failed asks it again\n"
    )
    records = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert [(one["line"], one["question"], "answer" in one) for one in records] == [
        (1, "How soon?", True),
        (2, "How mended?", True),
        (3, "", False),
        (4, "How long?", True),
    ]
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_retry_that_was_cut_off_keeps_what_it_got(tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    kept, failed = b'{"line": 2, "question": "b", "answer": 1}\n', b'{"line": 1, "question": "a", "error": "no"}\n'
    got = b'{"line": 1, "question": "a", "answer": 1}\n'
    out.write_bytes(failed + kept + got + b'{"line": 3, "ques')
    assert finished_lines(out, retry_failed=True).questions == {1: "a", 2: "b"}
    assert out.read_bytes() == got + kept


def test_the_exit_code_tells_of_questions_without_an_answer() -> None:
    done = run("ask", "-q", "--batch", "-", stdin=b"".join(LINES[:4]))
    assert done.returncode == 22
    assert len(done.stdout.splitlines()) == 3
    assert done.stderr.startswith(b"wardround: standard input, line 4: not JSON")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--batch", "q.jsonl", "How?"),
        ("--batch", "q.jsonl", "--markdown"),
        ("--out", "a.jsonl", "How?"),
        ("--batch", "q.jsonl", "--retry-failed"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: tuple[str, ...]) -> None:
    assert run("ask", *arguments).returncode == 2
