"""Every setting is read by some code, and described for the one who sets it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from wardround.settings_names import all_settings

ROOT = Path(__file__).parents[2]
DECLARED_IN = {ROOT / "retrievers" / "settings.py", ROOT / "agent" / "settings.py"}
ROOMS = ("wardround", "corpora", "retrievers", "agent", "evals")


def attributes_read() -> set[str]:
    """Every attribute name that code outside the declarations reads."""
    return {
        node.attr
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if path not in DECLARED_IN
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }


READ = attributes_read()


@pytest.mark.parametrize("name", [name for name in all_settings() if name != "profile"])
def test_a_setting_is_read_somewhere(name: str) -> None:
    assert name.rpartition(".")[2] in READ


@pytest.mark.parametrize("name", list(all_settings()))
def test_a_setting_says_what_it_is(name: str) -> None:
    assert all_settings()[name].description
