"""Reads the rows of a data file and checks each field, with the file and the line in every complaint."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wardround.errors import EvaluationError
from wardround.evals.records import Item


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object and where it stands."""

    values: Mapping[str, Any]
    place: str

    def text(self, field: str) -> str:
        """A field that must hold some text."""
        value = self._present(field)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(field, "must be a text that is not empty")
        return value

    def text_or_empty(self, field: str) -> str:
        """A field that must be there and hold a text, which may be empty."""
        value = self._present(field)
        if not isinstance(value, str):
            raise self.wrong(field, "must be a text")
        return value

    def text_or_absent(self, field: str) -> str:
        """A field that may be absent, null or an empty text; all of them are an empty text."""
        return "" if self.values.get(field) is None else self.text_or_empty(field)

    def identifier(self, field: str) -> str:
        """A field that must hold a name or a whole number, which some sets use as ids."""
        value = self._present(field)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else self.text(field)

    def texts(self, field: str) -> tuple[str, ...]:
        """A field that must hold a list of texts, which may be empty; null counts as empty."""
        value = self.values.get(field)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise self.wrong(field, "must be a list of texts")
        return tuple(value)

    def options(self, field: str = "options") -> dict[str, str]:
        """Letter to option text, at least two, in the order of the file."""
        value = self._present(field)
        if not isinstance(value, dict) or not all(isinstance(text, str) and text for text in value.values()):
            raise self.wrong(field, "must map letters to texts that are not empty")
        if strange := [letter for letter in value if len(letter) != 1 or not letter.isalpha() or not letter.isupper()]:
            raise self.wrong(field, f"has the key {strange[0]!r}, which is not a capital letter")
        if len(value) < 2:
            raise self.wrong(field, "must have at least two options")
        return dict(value)

    def one_of(self, field: str, allowed: Iterable[str]) -> str:
        """A field that must hold one of a few values, such as the letter of an option."""
        value, allowed = self._present(field), list(allowed)
        if value not in allowed:
            raise self.wrong(field, f"is {value!r}, which is none of {', '.join(allowed)}")
        return str(value)

    def facets(self, *fields: str) -> dict[str, str]:
        """Those of ``fields`` that are stated, as texts to break results down by."""
        return {field: str(self.values[field]) for field in fields if self.values.get(field) is not None}

    def wrong(self, field: str, what: str) -> EvaluationError:
        """The error for a field of this row."""
        return EvaluationError(f"{self.place}: field {field!r} {what}")

    def _present(self, field: str) -> Any:
        if field not in self.values:
            raise self.wrong(field, "is missing")
        return self.values[field]


def read_rows(path: Path) -> Iterator[Row]:
    """The objects of a JSON Lines file, gzip or plain, one at a time; blank lines are passed over.

    Raises:
        EvaluationError: the file is absent or a line is not a JSON object.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield Row(_object(line, f"{path}:{number}"), f"{path}:{number}")
    except FileNotFoundError as error:
        raise EvaluationError(f"{path} does not exist: name the folder that holds the task's data") from error
    except (UnicodeDecodeError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise EvaluationError(f"{path} is damaged: {error}") from error


def read_table(path: Path, columns: Sequence[str] | None = None) -> Iterator[Row]:
    """The rows of a CSV file, every field a text.

    Args:
        path: of the file.
        columns: their names, where the first line is not a heading.

    Raises:
        EvaluationError: the file is absent or damaged, or a row has more or fewer fields than there are columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, fieldnames=columns, strict=True)
            for values in rows:
                place = f"{path}:{rows.line_num}"
                if None in values or None in values.values():
                    raise EvaluationError(f"{place} does not have the {len(rows.fieldnames or ())} fields of its table")
                yield Row(values, place)
    except FileNotFoundError as error:
        raise EvaluationError(f"{path} does not exist: name the folder that holds the task's data") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvaluationError(f"{path} is damaged: {error}") from error


def read_object(path: Path) -> Mapping[str, Any]:
    """The one JSON object a file holds.

    Raises:
        EvaluationError: the file is absent or holds something else.
    """
    try:
        return _object(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError as error:
        raise EvaluationError(f"{path} does not exist: name the folder that holds the task's data") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path} is damaged: {error}") from error


def each_once(items: Iterable[tuple[Item, str]]) -> Iterator[Item]:
    """The items of pairs (item, place), as long as no id comes twice.

    Raises:
        EvaluationError: an id comes a second time; names both places.
    """
    seen: dict[str, str] = {}
    for item, place in items:
        if item.id in seen:
            raise EvaluationError(f"{place}: id {item.id!r} stands already in {seen[item.id]}")
        seen[item.id] = place
        yield item


def texts_by_id(rows: Iterable[Row], text: Callable[[Row], str], field: str = "id") -> dict[str, str]:
    """What ``text`` takes from each row, by the id in ``field``.

    Raises:
        EvaluationError: an id comes a second time.
    """
    texts: dict[str, str] = {}
    for row in rows:
        if (name := row.identifier(field)) in texts:
            raise row.wrong(field, f"is {name!r}, as in a row before it")
        texts[name] = text(row)
    return texts


def _object(text: str, place: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise EvaluationError(f"{place} is not JSON: {error.msg} at character {error.pos}") from error
    if not isinstance(value, dict):
        raise EvaluationError(f"{place} holds a {type(value).__name__} where an object is expected")
    return value
