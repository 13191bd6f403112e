"""``wardround ask --mode``: a mode by name, and what it lacks in one line."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from wardround.commands.app import app


@pytest.mark.parametrize(
    ("mode", "code", "line"),
    [
        ("imedrag", 5, "wardround: mode imedrag needs a language model: name one with --model, or set model.kind to "),
        ("closed-book", 5, "wardround: mode closed-book needs a language model: name one with --model, or set "),
        ("oracle", 3, "wardround: agent.mode = 'oracle' (command line): must be "),
    ],
)
def test_what_a_mode_lacks_is_said_before_an_index_is_built(mode: str, code: int, line: str) -> None:
    done = CliRunner().invoke(app, ["ask", "How soon?", "--mode", mode])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (code, "", 1)
    assert done.stderr.startswith(line)
