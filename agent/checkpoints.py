"""Where every finished step is kept, so that a killed run goes on from its last one."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wardround.agent import answer, records
from wardround.agent.models.protocol import Usage
from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.protocols import Hit

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver


def storable_types() -> list[tuple[str, str]]:
    """Module and name of every record that may stand in a checkpoint; others are refused on reading.

    A checkpoint is a file, and so untrusted: only these types are ever built from it.
    """
    own = [
        kind
        for module in (records, answer)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__
    ]
    return [(kind.__module__, kind.__name__) for kind in (*own, Usage, Biblio, Passage, Hit)]


@asynccontextmanager
async def sqlite_checkpoints(path: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """An open checkpointer on the database at ``path``, readable by its owner only.

    Several processes may use one file: the journal is write-ahead, and a busy database is waited for.
    """
    import aiosqlite
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    class RecordSerializer(JsonPlusSerializer):
        """Gives records back as they were: the stored form knows lists only, our records hold tuples."""

        def loads_typed(self, data: tuple[str, bytes]) -> Any:
            return with_tuples(super().loads_typed(data))

    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    async with aiosqlite.connect(path, timeout=30) as connection:
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=NORMAL")
        saver = AsyncSqliteSaver(connection, serde=RecordSerializer(allowed_msgpack_modules=storable_types()))
        await saver.setup()
        yield saver


def with_tuples(value: Any) -> Any:
    """``value`` with every list that stands in a field of a record turned back into a tuple.

    Lists and dictionaries of the graph itself stay what they are.
    """
    if isinstance(value, list):
        return [with_tuples(one) for one in value]
    if isinstance(value, dict):
        return {key: with_tuples(one) for key, one in value.items()}
    if dataclasses.is_dataclass(value) and type(value).__module__.startswith("wardround."):
        changes = {one.name: _field_value(getattr(value, one.name)) for one in dataclasses.fields(value)}
        return dataclasses.replace(value, **changes)  # type: ignore[type-var]
    return value


def _field_value(value: Any) -> Any:
    return tuple(_field_value(one) for one in value) if isinstance(value, list | tuple) else with_tuples(value)
