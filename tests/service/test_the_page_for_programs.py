"""docs/in-your-program.md: every Python block runs, in order, as a reader would type them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.agent.ward import library
from tests.service.served import served
from wardround.agent.assembly import AS_CONFIGURED, Equipment, Replacements, equipment
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.settings import Settings
from wardround.retrievers.protocols import EVERYWHERE, Where

PAGE = (Path(__file__).parents[2] / "docs" / "in-your-program.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def on_the_ward(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agents open the ward's ten passages instead of an index."""

    def equip(settings: Settings, where: Where = EVERYWHERE, replacements: Replacements = AS_CONFIGURED) -> Equipment:
        return equipment(settings, library(), None, where, replacements=replacements)

    monkeypatch.setattr("wardround.agent.assembly.equip", equip)


@pytest.fixture
def address(on_the_ward: None) -> Iterator[str]:
    """Where the ward's agent is served."""
    with served(ClinicalAgent.from_settings()) as base:  # type: ignore[arg-type]
        yield base


def test_every_block_runs_and_says_what_the_page_promises(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    said: list[str] = []
    for number, block in enumerate(BLOCKS):
        source = block.replace("http://localhost:8090", address)
        exec(compile(source, f"block {number} of the page", "exec", dont_inherit=True), names)
        said.append(capsys.readouterr().out)
    assert len(BLOCKS) == 10
    ask, stream, batch, conversation, filtered, judge, letter, tools, served_reply, logged = said
    assert "supported ward:0#0 'In adults with septic shock, give antibiotics immediately" in ask
    assert "round 1 ('In adults with septic shock" in stream
    assert stream.endswith("[False, False]\n")
    assert " -> the question is empty" in batch
    assert "-> Noradrenaline is the first-line vasopressor" in batch
    assert conversation.startswith("How is a gout flare treated? And how is urate lowered?")
    assert filtered.startswith("In adults with septic shock, give antibiotics immediately")
    assert (
        "\n0 passages; the filter (evidence guideline or randomised trial; MeSH Sepsis) admits no passage " in filtered
    )
    assert re.search(r"^gout flare -> \[\(1, 'ward:3#0'\), \(2, 'ward:", filtered, flags=re.MULTILINE)
    assert set(re.findall(r"'(\w+)'", judge)) == {"partly"}
    assert letter.startswith("Dear colleague,\n\n1. Antibiotic timing: “In adults with septic shock")
    assert "ask_clinical_literature" in tools
    assert tools.count("ward:3#0") == 3
    assert "1 Sepsis handbook None" in served_reply
    assert "Round 1\n" in served_reply
    assert logged == ""
