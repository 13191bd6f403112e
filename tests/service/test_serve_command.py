"""``wardround serve`` as a person starts and stops it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from tests.service.served import WatchedAgent
from wardround.agent.events import Finished
from wardround.agent.records import Turn
from wardround.chat import redaction
from wardround.commands.app import app
from wardround.errors import PrerequisiteError
from wardround.packages import require_extra
from wardround.retrievers.protocols import Where
from wardround.service.redacting import RedactingAgent
from wardround.service.run import listening

PROGRAM = Path(__file__).with_name("mcp_program.py")
ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "dumb"}
TOKEN = "0123456789abcdef"
SERVERS = {"serve": (5, 1), "mcp": (3, 1)}
"""What starts a server, with exit code and lines of its refusal."""


def test_it_tells_where_it_listens_answers_with_the_token_and_stops_when_asked_to() -> None:
    command = [sys.executable, str(PROGRAM), "serve", "--host", "0.0.0.0", "--port", "0"]
    environment = os.environ | ENVIRONMENT | {"WARDROUND_SERVICE_TOKEN": TOKEN}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.fullmatch(r"Serving at http://0\.0\.0\.0:(\d+)/v1 \(callers need the token\); Ctrl-C stops\n", line)
        assert found is not None, line
        base = f"http://127.0.0.1:{found.group(1)}"
        assert httpx.get(f"{base}/v1/models").status_code == 401
        listed = httpx.get(f"{base}/v1/models", headers={"Authorization": f"Bearer {TOKEN}"})
        assert listed.json()["data"][0]["id"] == "wardround"
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert process.stderr.read() == ""
        assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--host", "0.0.0.0"), 3, "wardround: service.host is '0.0.0.0', where other machines ask questions"),
        (("--port", "65536"), 3, "service.port"),
    ],
)
def test_a_place_that_is_not_to_be_listened_at_is_refused_in_one_line(
    arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = CliRunner().invoke(app, ["serve", *arguments])
    assert done.exit_code == code, done.stderr
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_port_that_another_program_holds_is_refused_and_the_agent_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = WatchedAgent()
    monkeypatch.setattr("wardround.commands.ask.open_agent", lambda settings, *, quiet: agent)
    monkeypatch.setattr("wardround.service.log_lines.start_logging", lambda settings: None)
    with socket.create_server(("127.0.0.1", 0)) as holder:
        done = CliRunner().invoke(app, ["serve", "--port", str(holder.getsockname()[1])])
    assert (done.exit_code, done.stderr.count("\n")) == (74, 1)
    assert "Address already in use" in done.stderr
    assert agent.closed.is_set()


def test_redaction_that_cannot_be_kept_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    redaction._recognizers.cache_clear()
    refused = {command: CliRunner().invoke(app, [command, "--set", "sessions.redact=true"]) for command in SERVERS}
    assert {command: (done.exit_code, done.stderr.count("\n")) for command, done in refused.items()} == SERVERS
    assert "pip install 'wardround[redact]'" in refused["serve"].stderr
    assert "sessions.redact is set, but wardround mcp" in refused["mcp"].stderr


async def test_what_is_redacted_never_reaches_the_agent() -> None:
    agent = WatchedAgent()
    redacting = RedactingAgent(agent, lambda text: text.replace("Smith", "[name]"))
    history = [Turn("Mr Smith has gout?", "Smith, yes.")]
    where = Where(mesh=("Gout",))
    events = [event async for event in redacting.stream("And Smith's kidneys?", history=history, where=where)]
    assert agent.asked == [("And [name]'s kidneys?", (Turn("Mr [name] has gout?", "[name], yes."),))]
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.warnings == ("searched MeSH Gout",)
    redacting.close()
    assert agent.closed.is_set()


def test_no_reply_waits_for_an_acknowledgement() -> None:
    """Of two writes, headers and body, the second one would, 40 ms on Linux."""
    with (
        listening("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname(), 5),
        listener.accept()[0] as taken,
    ):
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_missing_package_is_named_with_what_installs_it() -> None:
    with pytest.raises(PrerequisiteError, match=r"no_such_package is not installed: run `make setup-service`"):
        require_extra("serve", "json", "no_such_package")
