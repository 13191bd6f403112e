"""An OpenAI-compatible server that says what ``agent_script`` says, and has a real server do the work of it.

A small model that fits two cores follows no prompt, so its own words would lead both modes astray at once. Here every
prompt is read by the real server, which then writes as many tokens as the scripted reply has, or a share of them; only
the words are the script's. Tokens are counted by the real server. Prints its address, then serves until its standard
input closes.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import httpx
from agent_script import reply
from agent_server import serve_until_input_closes
from simulated_server import Handler, completion, tokenizer
from typing_extensions import override

_PATIENCE_SECONDS = 3600


class WorkingHandler(Handler):
    """Answers what the client of ``OpenAIServerModel`` asks, once the real server has worked as long as it takes."""

    pace = 0.0
    behind = ""
    model = ""
    reply_share = 1.0

    @override
    def do_GET(self) -> None:
        """Says what the real server says of itself."""
        self._send(httpx.get(self.behind.removesuffix("/v1") + self.path).raise_for_status().json())

    @override
    def do_POST(self) -> None:
        """Counts tokens, or replies in the script's words after the real server's work."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/tokenize":
            self._send(asked(self.behind.removesuffix("/v1") + "/tokenize", body))
            return
        if body.get("logprobs"):
            worked = self._worked(body, 1)
            self._send(self._scored(body, worked["prompt_tokens"]))
            return
        said = reply(body["messages"])
        tokens = len(tokenizer().encode(said, add_special_tokens=False).ids)
        worked = self._worked(body, max(1, round(tokens * self.reply_share)))
        if body.get("stream"):
            self._stream(said, worked["completion_tokens"])
        else:
            self._send(completion({"content": said}, worked["prompt_tokens"], worked["completion_tokens"]))

    def _worked(self, body: dict[str, Any], tokens: int) -> dict[str, int]:
        """The tokens that the real server read, and wrote whether it had an end to say or not."""
        work = {"model": self.model, "messages": body["messages"], "temperature": 0}
        usage = asked(self.behind + "/chat/completions", work | {"max_tokens": tokens, "ignore_eos": True})["usage"]
        return {name: int(usage[name]) for name in ("prompt_tokens", "completion_tokens")}


def asked(url: str, body: dict[str, Any]) -> dict[str, Any]:
    """The real server's reply."""
    replied: dict[str, Any] = httpx.post(url, json=body, timeout=_PATIENCE_SECONDS).raise_for_status().json()
    return replied


def main() -> None:
    """Serves until standard input closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--behind", required=True, help="OpenAI endpoint of the real server")
    parser.add_argument("--reply-share", type=float, default=1.0, help="of a scripted reply's tokens that it writes")
    options = parser.parse_args()
    WorkingHandler.model = httpx.get(options.behind + "/models").raise_for_status().json()["data"][0]["id"]
    WorkingHandler.behind, WorkingHandler.reply_share = options.behind, options.reply_share
    serve_until_input_closes(WorkingHandler)


if __name__ == "__main__":
    main()
