"""An embeddings server: what is sent to it, and what it may answer wrongly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.fake_embeddings_server import FakeEmbeddingsServer, vectors_of
from wardround.addresses import where_it_goes
from wardround.agent.settings import Settings
from wardround.errors import BackendError, ConfigError, TransientBackendError
from wardround.retrievers.embedders.server import ServerEmbedder, count_pieces, cut
from wardround.retrievers.settings import EmbedderSettings, RetrievalSettings


def embedder(url: str, **changes: Any) -> ServerEmbedder:
    return ServerEmbedder(EmbedderSettings(kind="server", model="e5", url=url, **changes))


def test_prefixes_batches_and_key_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "secret")
    with FakeEmbeddingsServer() as server:
        made = embedder(
            server.url, query_prefix="query: ", passage_prefix="passage: ", batch_size=2, api_key_env="SOME_KEY"
        )
        made.embed_passages(["fever", "", "cough"])
        made.embed_queries(["rash"])
    assert [body["input"] for body in server.bodies] == [
        ["dimension"],
        ["passage: fever", "passage: "],
        ["passage: cough"],
        ["query: rash"],
    ]
    assert {body["model"] for body in server.bodies} == {"e5"}
    assert set(server.keys) == {"Bearer secret"}
    assert made.dimension == 65
    assert made.fingerprint == ("server(model='e5',dimension=65,query='query: ',passage='passage: ',max_tokens=256)")


def test_vectors_are_put_in_order_and_to_length_one() -> None:
    with FakeEmbeddingsServer() as server:
        vectors = embedder(server.url).embed_queries(["fever", "cough"])
    assert np.argmax(vectors, axis=1).tolist() == [
        int(np.argmax(vectors_of({"input": [word], "model": ""})[1]["data"][0]["embedding"]))
        for word in ("fever", "cough")
    ]
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1])


def test_pieces_by_hand() -> None:
    assert count_pieces("metformin 500 mg.") == 2 + 2 + 1 + 1 + 1
    assert cut("metformin 500 mg.", 5) == "metformin 500"
    assert cut("metformin 500 mg.", 7) == "metformin 500 mg."


def changed(**changes: Any) -> Any:
    def answer(body: dict[str, Any]) -> tuple[int, Any]:
        status, right = vectors_of(body)
        return changes.get("status", status), changes.get("answer", lambda given: given)(right)

    return answer


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (changed(status=401), ConfigError, "WARDROUND_EMBEDDER_API_KEY"),
        (changed(status=404), BackendError, "answered 404"),
        (changed(answer=lambda right: {"hello": 1}), BackendError, "is it an embeddings server"),
        (changed(answer=lambda right: right | {"data": []}), BackendError, "for 1 texts|no list|No embedding"),
        (
            changed(answer=lambda right: right | {"data": [right["data"][0] | {"embedding": [0.0, 0.0]}]}),
            BackendError,
            "without a direction",
        ),
        (
            changed(answer=lambda right: right | {"data": [right["data"][0] | {"embedding": [10**400, 0.0]}]}),
            BackendError,
            "is it an embeddings server",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(answer: Any, error: type[Exception], message: str) -> None:
    with FakeEmbeddingsServer(answer) as server, pytest.raises(error, match=message) as caught:
        embedder(server.url)
    assert "\n" not in str(caught.value)


def test_a_server_that_changes_its_model_is_noticed() -> None:
    with FakeEmbeddingsServer() as server:
        made = embedder(server.url)
        server.answer = changed(answer=lambda right: right | {"data": [right["data"][0] | {"embedding": [1.0]}]})
        with pytest.raises(BackendError, match="1 dimensions after 65"):
            made.embed_queries(["fever"])


def test_nothing_there_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardround.retrievers.embedders.server._RETRIES", 0)
    with FakeEmbeddingsServer() as server:
        url = server.url
    with pytest.raises(TransientBackendError, match="is it running"):
        embedder(url)


def test_other_machines_must_be_allowed_by_name_and_are_told() -> None:
    with pytest.raises(ConfigError, match=r"retrieval\.embedder\.url sends .* retrieval\.embedder\.allowed_hosts"):
        embedder("http://embed.example/v1")
    elsewhere = EmbedderSettings(kind="server", model="e5", url="http://me:word@embed.example/v1")
    told = where_it_goes(Settings(retrieval=RetrievalSettings(embedder=elsewhere)))
    assert told == "questions or passages are sent to http://embed.example/v1"


def test_a_model_must_be_named() -> None:
    with pytest.raises(ConfigError, match="names no model"):
        ServerEmbedder(EmbedderSettings(kind="server"))
