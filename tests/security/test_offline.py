"""The whole suite runs without a way out of this machine, and the agent needs none."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from tests.agent.ward import ward_agent
from tests.offline import OfflineError
from tests.wardround.fake_agent import FakeAgent
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.settings import ModelSettings, Settings
from wardround.commands.app import app
from wardround.commands.ask import open_agent


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443), ("10.0.0.1", 6333)])
def test_no_connection_elsewhere_can_be_made(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as one, pytest.raises(OfflineError, match="offline"):
        one.connect(address)


def test_no_datagram_leaves_and_no_name_is_looked_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, pytest.raises(OfflineError):
        one.sendto(b"question", ("192.0.2.1", 53))
    with pytest.raises(OfflineError):
        socket.getaddrinfo("model.example", 443)


def test_this_machine_can_be_reached() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with socket.create_connection(("localhost", listening.getsockname()[1]), timeout=5) as one:
            assert one.getpeername()[0] == "127.0.0.1"


def test_a_question_is_answered_without_any_network(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        assert agent.ask("In adults with septic shock, how soon should antibiotics be given?").claims


def test_a_server_elsewhere_is_named_at_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ModelSettings(
        kind="server", base_url="https://me:secret@model.example/v1", allowed_hosts=("model.example",)
    )
    monkeypatch.setattr("wardround.index_building.ensure_index", lambda *_, **__: None)
    monkeypatch.setattr(ClinicalAgent, "from_settings", lambda _, where: None)
    open_agent(Settings(model=model), quiet=False)
    told = capsys.readouterr().err
    assert "model.example" in told
    assert "secret" not in told
    open_agent(Settings(), quiet=False)
    assert capsys.readouterr().err == ""


def test_on_a_terminal_it_is_named_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("wardround.index_building.ensure_index", lambda *_, **__: None)
    monkeypatch.setattr(ClinicalAgent, "from_settings", lambda _, where: FakeAgent(where))
    server = ["--set", "model.kind=server", "--set", "model.base_url=http://model.example/v1"]
    server += ["--set", "model.allowed_hosts=model.example"]
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    app(["ask", "How soon?", *server], standalone_mode=False)
    assert capsys.readouterr().err.count("model.example") == 1
