"""Imports run one way: corpora and prompts below retrievers below agent below evals below the command line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BELOW = {
    "corpora": set(),
    "prompts": set(),
    "retrievers": {"corpora", "prompts"},
    "agent": {"corpora", "prompts", "retrievers"},
    "evals": {"corpora", "prompts", "retrievers", "agent"},
    "wardround": {"corpora", "prompts", "retrievers", "agent", "evals"},
}
FOUNDATION = {"wardround.errors", "wardround.files"}


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file names in an import, at its top or inside a function, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; write wardround.<room>"
            source = node.module or ""
            names = [f"{source}.{alias.name}" for alias in node.names] if source == "wardround" else [source]
            yield from ((name, node.lineno) for name in names)


def room_of(module: str) -> str | None:
    """The room of a module of ours; None for other people's and for the foundation."""
    if module in FOUNDATION or module.split(".")[0] != "wardround":
        return None
    second = module.split(".")[1] if "." in module else ""
    return second if second in BELOW else "wardround"


@pytest.mark.parametrize("room", BELOW)
def test_a_room_imports_only_from_rooms_below_it(room: str) -> None:
    allowed = BELOW[room] | {room}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in modules(room)
        for module, line in imported(path)
        if (target := room_of(module)) is not None and target not in allowed
    ]
    assert wrong == []


def test_the_foundation_stands_on_nothing_of_ours_but_itself() -> None:
    for name in FOUNDATION:
        path = ROOT / Path(*name.split(".")).with_suffix(".py")
        ours = {module for module, _ in imported(path) if module.split(".")[0] == "wardround"}
        assert ours <= FOUNDATION


@pytest.mark.parametrize("room", BELOW)
def test_rooms_are_never_imported_by_their_bare_name(room: str) -> None:
    bare = set(BELOW) - {"wardround"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in modules(room)
        for module, line in imported(path)
        if module.split(".")[0] in bare
    ]
    assert wrong == []


def test_the_rule_sees_an_arrow_that_runs_back(tmp_path: Path) -> None:
    path = tmp_path / "back.py"
    path.write_text("def f():\n    from wardround.agent.answer import Answer\n", encoding="utf-8")
    assert [(room_of(module), line) for module, line in imported(path)] == [("agent", 2)]
    assert room_of("wardround.errors") is None
    assert room_of("wardround.config") == "wardround"
