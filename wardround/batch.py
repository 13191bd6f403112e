"""Many questions out of a JSON Lines file, one answer a line, in their order."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from wardround.agent.events import Finished
from wardround.agent.question import checked_question
from wardround.answering import StreamingAgent
from wardround.errors import BackendError, InputError, WardroundError

SCHEMA_VERSION = 1
"""Of a line of output: ``schema_version``, ``line``, ``id``, ``question``, and ``answer`` or ``error``.

``filter`` stands in it, too, where only a part of the index was searched.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the file; ``problem`` says why it is no question."""

    line: int
    id: Any
    question: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the lines of this run, how many an earlier one had finished, and how many of those had failed."""

    answered: int
    failed: int
    finished_before: int = 0
    failed_before: int = 0


def read_batch(lines: Iterable[bytes], most_chars: int, cleaned: Callable[[str], str]) -> Iterator[Asked]:
    """The questions: each line a JSON string, or an object with ``question`` and, if wanted, ``id``; blank ones none.

    Args:
        lines: of the file, with their ends.
        most_chars: of one question.
        cleaned: takes out of a question what must not be stored.
    """
    for number, raw in enumerate(lines, start=1):
        if raw.strip():
            yield _asked(number, raw, most_chars, cleaned)


async def answer_batch(
    agent: StreamingAgent,
    asked: Iterable[Asked],
    write: Callable[[str], None],
    tell: Callable[[str], None],
    jobs: int,
    under: str | None = None,
) -> Counts:
    """Asks ``jobs`` questions at once and writes one line for each in the order of ``asked``, as soon as it can.

    Args:
        agent: answers.
        asked: what is left to ask.
        write: takes a line of output without its end.
        tell: takes one line about each question that has no answer.
        jobs: at least 1.
        under: the filter under which ``agent`` searches, in words.
    """
    filtered = {} if under is None else {"filter": under}
    waiting: deque[tuple[Asked, asyncio.Task[dict[str, Any]]]] = deque()
    answered = failed = 0

    async def write_first() -> None:
        nonlocal answered, failed
        one, task = waiting.popleft()
        outcome = await task
        record = {"schema_version": SCHEMA_VERSION, "line": one.line, "id": one.id, "question": one.question}
        write(json.dumps(record | filtered | outcome, ensure_ascii=False))
        answered += "answer" in outcome
        if "error" in outcome:
            failed += 1
            tell(f"line {one.line}: {outcome['error']}")

    try:
        for one in asked:
            waiting.append((one, asyncio.ensure_future(_outcome(agent, one))))
            if len(waiting) >= jobs:
                await write_first()
        while waiting:
            await write_first()
    finally:
        for _, task in waiting:
            task.cancel()
    return Counts(answered, failed)


async def _outcome(agent: StreamingAgent, one: Asked) -> dict[str, Any]:
    if one.problem:
        return {"error": one.problem}
    try:
        events: AsyncIterator[Any] = agent.stream(one.question)
        async for event in events:
            if isinstance(event, Finished):
                return {"answer": event.answer.model_dump(mode="json")}
        raise BackendError("the run ended without an answer")
    except WardroundError as error:
        return {"error": " ".join(str(error).split())}


def _asked(number: int, raw: bytes, most_chars: int, cleaned: Callable[[str], str]) -> Asked:
    try:
        read = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # a number too long or a nesting too deep for Python, too
        return Asked(
            number, None, "", "not JSON in UTF-8: put the question in double quotes, or write an object that holds it"
        )
    identity = read.get("id") if isinstance(read, dict) else None
    if not _can_be_written(identity):
        return Asked(number, None, "", "its id cannot be written as JSON in UTF-8: choose another id")
    question = read.get("question") if isinstance(read, dict) else read
    if not isinstance(question, str):
        return Asked(number, identity, "", "there is no question in it, which must be a string")
    try:
        return Asked(number, identity, cleaned(checked_question(question, most_chars)))
    except InputError as error:
        return Asked(number, identity, cleaned(_as_text(question[:most_chars])), str(error))


def _can_be_written(identity: Any) -> bool:
    try:
        json.dumps(identity, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def _as_text(question: str) -> str:
    """What can be written of a question that is no text."""
    return question.encode(errors="replace").decode()
