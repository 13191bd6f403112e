"""The dotted names of all settings, and what each may be."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from wardround.agent.settings import Settings

_BOUNDS = (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than"), ("pattern", "matching"))


def all_settings(section: type[BaseModel] = Settings, prefix: str = "") -> dict[str, FieldInfo]:
    """Every setting by its dotted name, such as ``retrieval.bm25.k1``, in the order of declaration."""
    found: dict[str, FieldInfo] = {}
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= all_settings(kind, f"{prefix}{name}.")
        else:
            found[prefix + name] = field
    return found


def allowed(field: FieldInfo) -> str:
    """What the setting may be, as words: ``none, server, transformers`` or ``a number, at least 0, at most 32``."""
    kinds = _kinds(field.annotation)
    options = [option for kind in kinds if get_origin(kind) is Literal for option in get_args(kind)]
    if options:
        return ", ".join(str(option) for option in options)
    words = " or ".join(_name(kind) for kind in kinds if kind is not type(None))
    bounds = [
        f"{phrase} {getattr(bound, attribute)}"
        for attribute, phrase in _BOUNDS
        for bound in field.metadata
        if getattr(bound, attribute, None) is not None
    ]
    return ", ".join([words, *bounds])


def holds_several(field: FieldInfo) -> bool:
    """Whether the setting is a list, which one string gives with commas between its items."""
    return any(get_origin(kind) is tuple for kind in _kinds(field.annotation))


def nearest(name: str, known: Mapping[str, object]) -> str:
    """A hint at the setting that was probably meant, or at the command that lists them all."""
    last = name.rpartition(".")[2]
    close = difflib.get_close_matches(name, known, n=1) or [one for one in known if one.rpartition(".")[2] == last]
    return f"did you mean {close[0]}?" if close else "`wardround config show` lists all settings"


def _kinds(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _name(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return "a list"
    return {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, "text")
