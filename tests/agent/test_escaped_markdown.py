"""Text of sources in Markdown is read as it was written, by the terminal's reader as by that of a chat client."""

from __future__ import annotations

import io

import pytest
from markdown_it import MarkdownIt
from rich.console import Console
from rich.markdown import Markdown

from wardround.agent.rendering import escaped

TEXTS = [
    "Metformin is ~~not~~ recommended",
    "Metformin is ~not~ recommended",
    "give ~5 mg, not ~10 mg",
    "eGFR &lt; 30 and &#60; 45 and &#x3C; 60 and &nbsp;",
    "R & D; AT&T; a &b c",
    r"a \~ b \& c \&lt; d",
    "*a* _b_ `c` [d](e) <b> # | {f}",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_client_that_knows_strikethrough_and_tables_reads_the_text(text: str) -> None:
    reader = MarkdownIt("commonmark").enable(["strikethrough", "table"])
    (inline,) = (token for token in reader.parse(escaped(text)) if token.type == "inline")
    assert {child.type for child in inline.children or ()} <= {"text", "text_special"}
    assert "".join(child.content for child in inline.children or ()) == text


@pytest.mark.parametrize("text", TEXTS)
def test_the_terminal_shows_the_text(text: str) -> None:
    console = Console(file=io.StringIO(), width=200, force_terminal=True, color_system="standard")
    console.print(Markdown(escaped(text)))
    assert console.file.getvalue().strip() == text  # type: ignore[attr-defined]  # a StringIO


def test_an_ampersand_that_says_itself_needs_no_backslash() -> None:
    assert escaped("R & D at 5 &c.") == "R & D at 5 &c."
