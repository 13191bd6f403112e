"""R2MED in miniature: three passages, its files, and a language model that commands open as the configured one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from wardround.agent.models.protocol import Prompt
from wardround.agent.models.scripted import ScriptedModel

TEXTS = {
    "d1": "Noradrenaline is the first-line vasopressor in septic shock.",
    "d2": "Colchicine treats a flare of gout.",
    "d3": "Alteplase is given within 4.5 hours of a stroke.",
}

Configure = Callable[[Callable[[Prompt], str]], list[ScriptedModel]]
"""Makes the configured model one that answers by a function, and gives the models that commands have opened since."""


def lines(path: Path, *rows: dict[str, object]) -> None:
    """Writes JSON Lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def configured_by(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """For a fixture; each command opens the model anew."""

    def configure(otherwise: Callable[[Prompt], str]) -> list[ScriptedModel]:
        opened: list[ScriptedModel] = []

        def choose(_: object) -> ScriptedModel:
            opened.append(ScriptedModel(otherwise=otherwise))
            return opened[-1]

        monkeypatch.setattr("wardround.agent.models.choose.choose_model", choose)
        return opened

    return configure
