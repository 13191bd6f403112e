"""Modules stay readable: one idea each, 400 lines at the very most, and nothing that packages must not do."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("wardround", "corpora", "prompts", "retrievers", "agent", "evals")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]


@pytest.mark.parametrize("name", NAMES)
def test_a_module_is_short_and_says_what_it_is(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    assert ast.get_docstring(ast.parse(text)), "a module begins with a line that says what it holds"


@pytest.mark.parametrize("name", NAMES)
def test_a_module_has_no_assert_and_no_bare_except(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    asserts = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    bare = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type is None]
    assert (asserts, bare) == ([], [])


def test_no_module_is_named_after_nothing_in_particular() -> None:
    vague = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py", "manager.py"}
    assert [name for name in NAMES if Path(name).name in vague] == []
