"""What a language model wrote before, so that no retriever that is measured has the same query rewritten anew.

Replies are sampled (R2MED's temperature is 0.7), so it also makes the figures of retrievers comparable: all of them
search for the same rewrites.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from wardround.agent.models.around import ModelAround
from wardround.agent.models.protocol import Completion, LanguageModel, Prompt, Usage
from wardround.errors import EvaluationError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    prompt BLOB PRIMARY KEY, text TEXT NOT NULL, cut INTEGER NOT NULL, reasoned INTEGER NOT NULL,
    calls INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, seconds REAL NOT NULL
) WITHOUT ROWID
"""


class KeptReplies:
    """Replies by model and prompt in one SQLite file, which several processes may use; what ``add`` returned survives.

    The file holds the texts that were written, not the prompts they were written for.
    """

    def __init__(self, path: Path) -> None:
        """Keeps them at ``path``; the file is made with the first reply."""
        self._path = path

    def find(self, key: bytes) -> Completion | None:
        """The reply under ``key`` with what it cost when it was written, or None."""
        with self._connection() as connection:
            row = connection.execute("SELECT * FROM replies WHERE prompt = ?", (key,)).fetchone()
        if row is None:
            return None
        _, text, cut, reasoned, *spent = row
        return Completion(text, Usage(*spent), "length" if cut else "stop", bool(reasoned))

    def add(self, key: bytes, reply: Completion) -> None:
        """Keeps a reply; one that is there already stays."""
        row = (key, reply.text, reply.finish_reason == "length", reply.reasoned, *asdict(reply.usage).values())
        with self._connection() as connection, connection:
            connection.execute("INSERT OR IGNORE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as connection:
                connection.execute(_SCHEMA)
                yield connection
        except sqlite3.Error as error:
            raise EvaluationError(
                f"the replies kept in {self._path} cannot be used ({error}): free space or delete the file; the model "
                "is then asked again"
            ) from error


class KeepingModel(ModelAround):
    """A ``LanguageModel`` that is asked every prompt once; a kept reply comes with what it cost then.

    Streams and scores of choices are not kept.
    """

    def __init__(self, model: LanguageModel, replies: KeptReplies) -> None:
        """Asks ``model`` for what ``replies`` does not hold."""
        super().__init__(model)
        self._replies = replies

    async def generate(self, prompt: Prompt) -> Completion:
        """The kept reply, or the model's, which is then kept."""
        key = hashlib.sha256(json.dumps([self.fingerprint, asdict(prompt)]).encode()).digest()
        kept = await asyncio.to_thread(self._replies.find, key)
        if kept is not None:
            return kept
        reply = await self._model.generate(prompt)
        await asyncio.to_thread(self._replies.add, key, reply)
        return reply

    async def generate_batch(self, prompts: Sequence[Prompt]) -> list[Completion]:
        """``generate`` for each prompt, side by side."""
        return list(await asyncio.gather(*map(self.generate, prompts)))
