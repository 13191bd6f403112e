"""Does a value fit a JSON schema? The part of JSON Schema that prompts use, without a dependency.

A server may silently ignore the schema it was sent, so every constrained reply is checked here. Known
keywords: type, enum, const, properties, required, additionalProperties, items, minItems, maxItems,
minLength, maxLength, pattern, minimum, maximum, anyOf, oneOf, allOf and local ``$ref``. Other keywords
(title, description, format ...) are not checked; ``oneOf`` is read as ``anyOf``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
    "number": lambda value: _is_number(value),
}


def first_violation(value: object, schema: Schema) -> str | None:
    """What is wrong with ``value``, as ``place: reason``, or None when it fits ``schema``."""
    return next(_violations(value, schema, schema, "reply"), None)


def _violations(value: Any, schema: Schema, root: Schema, place: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _violations(value, _referred(schema["$ref"], root), root, place)
    if "type" in schema and not _has_type(value, schema["type"]):
        yield f"{place}: expected {schema['type']}, found {type(value).__name__}"
        return
    if "enum" in schema and not any(_same(value, allowed) for allowed in schema["enum"]):
        yield f"{place}: {value!r} is not one of {schema['enum']}"
    if "const" in schema and not _same(value, schema["const"]):
        yield f"{place}: {value!r} is not {schema['const']!r}"
    for part in schema.get("allOf", ()):
        yield from _violations(value, part, root, place)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema and not _fits_any(value, schema[keyword], root, place):
            yield f"{place}: fits none of the alternatives"
    if isinstance(value, dict):
        yield from _object_violations(value, schema, root, place)
    elif isinstance(value, list):
        yield from _array_violations(value, schema, root, place)
    elif isinstance(value, str):
        yield from _string_violations(value, schema, place)
    elif _is_number(value):
        yield from _number_violations(value, schema, place)


def _object_violations(value: dict[str, Any], schema: Schema, root: Schema, place: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{place}: {name!r} is missing"
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name, item in value.items():
        if name in known:
            yield from _violations(item, known[name], root, f"{place}.{name}")
        elif others is False:
            yield f"{place}: {name!r} is not expected"
        elif isinstance(others, Mapping):
            yield from _violations(item, others, root, f"{place}.{name}")


def _array_violations(value: list[Any], schema: Schema, root: Schema, place: str) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield f"{place}: fewer than {schema['minItems']} items"
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{place}: more than {schema['maxItems']} items"
    items = schema.get("items")
    if isinstance(items, Mapping):
        for index, item in enumerate(value):
            yield from _violations(item, items, root, f"{place}[{index}]")


def _string_violations(value: str, schema: Schema, place: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"{place}: shorter than {schema['minLength']} characters"
    if len(value) > schema.get("maxLength", len(value)):
        yield f"{place}: longer than {schema['maxLength']} characters"
    if "pattern" in schema and re.search(schema["pattern"], value) is None:
        yield f"{place}: does not match {schema['pattern']!r}"


def _number_violations(value: float, schema: Schema, place: str) -> Iterator[str]:
    if value < schema.get("minimum", value):
        yield f"{place}: below {schema['minimum']}"
    if value > schema.get("maximum", value):
        yield f"{place}: above {schema['maximum']}"


def _fits_any(value: Any, alternatives: list[Schema], root: Schema, place: str) -> bool:
    return any(next(_violations(value, schema, root, place), None) is None for schema in alternatives)


def _has_type(value: Any, names: str | list[str]) -> bool:
    return any(_TYPES[name](value) for name in ([names] if isinstance(names, str) else names))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(value: Any, allowed: Any) -> bool:
    return bool(value == allowed) and isinstance(value, bool) == isinstance(allowed, bool)


def _referred(reference: str, root: Schema) -> Schema:
    found: Any = root
    for name in reference.removeprefix("#/").split("/") if reference != "#" else ():
        found = found[name]
    return found  # type: ignore[no-any-return]  # a schema is plain JSON
