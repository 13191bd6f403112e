"""A server of language models in a process of its own: started, asked, and serving until its standard input closes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from wardround.agent.models.openai_server import OpenAIServerModel

Mode = Literal["imedrag", "agent"]

IN_FLIGHT = 64
"""Requests that the client allows at once, in both modes."""


def connect(url: str, timeout_seconds: float = 120) -> OpenAIServerModel:
    """The served model."""
    return OpenAIServerModel.connect(url, concurrency=IN_FLIGHT, timeout_seconds=timeout_seconds)


@contextmanager
def served_by(program: Path, *options: str) -> Iterator[str]:
    """The address of a server in a process of its own, for the block."""
    with subprocess.Popen(
        [sys.executable, str(program), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the server has no pipes")
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def serve_until_input_closes(handler: type[BaseHTTPRequestHandler]) -> None:
    """What such a program does: prints its address, then answers by ``handler``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
    sys.stdin.read()
