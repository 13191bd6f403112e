"""``wardround serve-llm``: prints the exact command, or starts the server, tells how to use it, and stops it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

STAND_IN = """#!{python}
import http.server, json, sys
name = sys.argv[sys.argv.index("--served-model-name") + 1]
port = int(sys.argv[sys.argv.index("--port") + 1])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({{"data": [{{"id": name}}]}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "wardround", "serve-llm", *arguments]


def test_the_exact_command_can_be_printed(tmp_path: Path) -> None:
    asked = command("org/med-7b", "--python", "/opt/vllm/bin/python", "--port", "9001", "--context", "4096", "--print")
    printed = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert "/opt/vllm/bin/python -m vllm.entrypoints.openai.api_server --model org/med-7b" in printed
    assert "--port 9001" in printed
    assert "--max-model-len 4096" in printed


def test_without_vllm_the_command_is_printed_and_what_is_missing_said(tmp_path: Path) -> None:
    ended = subprocess.run(command("org/med-7b"), capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ended.returncode == 5
    assert "-m vllm.entrypoints.openai.api_server --model org/med-7b" in ended.stdout
    assert "name it with --python" in ended.stderr


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 0, "Stopped."), (signal.SIGTERM, 143, "wardround: terminated; the server was stopped")],
)
def test_a_server_is_started_awaited_and_stopped(tmp_path: Path, number: signal.Signals, code: int, said: str) -> None:
    python, port = tmp_path / "python", free_port()
    python.write_text(STAND_IN.format(python=sys.executable))
    python.chmod(0o700)
    started = command("org/med-7b", "--python", str(python), "--port", str(port), "--log", "vllm.log", "--wait", "60")
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        settings = "".join(process.stdout.readline() for _ in range(4))
        assert settings == f'[model]\nkind = "server"\nbase_url = "http://127.0.0.1:{port}/v1"\nname = "org/med-7b"\n'
        os.kill(process.pid, number)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told.splitlines()[-1]) == (code, said)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert (tmp_path / "vllm.log").exists()
