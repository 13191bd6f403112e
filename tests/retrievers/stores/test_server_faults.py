"""What goes wrong on the way to a Qdrant server, injected by a local HTTP server.

The answers below are written after the shapes that qdrant-client 1.20 reads; no real Qdrant server takes part (none
is on the package indexes), so this shows how faults are handled, not that a server behaves so.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.errors import BackendError, ConfigError, StoreError, TransientBackendError
from wardround.retrievers.index.open import index_target
from wardround.retrievers.protocols import IndexedPassage, SparseVector
from wardround.retrievers.settings import StoreSettings
from wardround.retrievers.stores.calls import Calls
from wardround.retrievers.stores.server import ServerStore, connect

HANG = "hang"
DROP = "drop"
Answer = tuple[int, dict[str, str], object] | str

STORED: Answer = (200, {}, {"result": {"operation_id": 1, "status": "completed"}, "status": "ok", "time": 0.1})
OVERLOADED: Answer = (429, {"Retry-After": "7"}, {"status": {"error": "too many requests"}, "time": 0.0})


class FaultyServer(ThreadingHTTPServer):
    """Answers requests with a queue of answers, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: FaultyServer

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append((self.command, self.path.split("?")[0], dict(self.headers)))
        answer = self.server.answers.pop(0)
        if isinstance(answer, str):
            if answer == HANG:
                self.server.released.wait(20)
            self.close_connection = True
            return
        status, headers, body = answer
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(raw))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


def store_at(url: str, pauses: list[float], attempts: int = 3) -> ServerStore:
    client = connect(url, api_key_env="WARDROUND_TEST_KEY", prefer_grpc=False, timeout_seconds=1)
    calls = Calls(f"Qdrant at {url}", "WARDROUND_TEST_KEY", attempts, 0.5, 30.0, pauses.append)
    return ServerStore(client, "things", 2, calls)


PASSAGE = IndexedPassage(
    Passage("c:d#0", "c:d", "c", 0, (), "Text.", 0, 5, Biblio("T")),
    np.array([1, 0], dtype=np.float32),
    SparseVector((1,), (0.5,)),
)


@pytest.mark.parametrize(
    "fault",
    [
        (500, {}, {"status": {"error": "internal"}}),
        (503, {}, {"status": {"error": "unavailable"}}),
        (429, {}, {"status": {"error": "slow down"}}),
        DROP,
    ],
    ids=["500", "503", "429 without Retry-After", "dropped connection"],
)
def test_an_upsert_is_repeated_until_it_succeeds(server: FaultyServer, fault: Answer) -> None:
    server.answers = [fault, fault, STORED]
    pauses: list[float] = []
    store_at(server.url, pauses).upsert([PASSAGE])
    assert [request[:2] for request in server.requests] == [("PUT", "/collections/things/points")] * 3
    assert 0.5 <= pauses[0] <= 0.625
    assert 1.0 <= pauses[1] <= 1.25


def test_the_servers_own_retry_after_is_followed(server: FaultyServer) -> None:
    server.answers = [OVERLOADED, STORED]
    pauses: list[float] = []
    store_at(server.url, pauses).upsert([PASSAGE])
    assert pauses == [7.0]


def test_overload_that_does_not_pass_is_a_retryable_error(server: FaultyServer) -> None:
    server.answers = [OVERLOADED] * 3
    with pytest.raises(TransientBackendError, match=r"cannot write to collection 'things': .* is overloaded") as caught:
        store_at(server.url, []).upsert([PASSAGE])
    assert caught.value.retryable


def test_a_server_that_hangs_is_given_up_in_time(server: FaultyServer) -> None:
    server.answers = [HANG]
    with pytest.raises(TransientBackendError, match=r"did not answer in time; raise retrieval\.store.timeout_seconds"):
        store_at(server.url, [], attempts=1).count()


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(TransientBackendError, match=f"Qdrant at {url} cannot be reached"):
            store_at(url, []).count()


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_names_the_variable_and_is_asked_once(server: FaultyServer, status: int) -> None:
    server.answers = [(status, {}, {"status": {"error": "forbidden"}})]
    with pytest.raises(BackendError, match=r"refuses the API key .* set WARDROUND_TEST_KEY"):
        store_at(server.url, []).count()
    assert len(server.requests) == 1


def test_the_key_comes_from_the_environment(server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDROUND_TEST_KEY", "s3cret")
    server.answers = [(200, {}, {"result": {"count": 3}, "status": "ok", "time": 0.0})]
    with pytest.warns(UserWarning, match="insecure connection"):
        store = store_at(server.url, [])
    assert store.count() == 3
    assert server.requests[0][2]["api-key"] == "s3cret"


def test_a_missing_collection_and_a_wrong_dimension_are_store_errors(server: FaultyServer) -> None:
    server.answers = [
        (404, {}, {"status": {"error": "Not found: Collection `things` doesn't exist!"}}),
        (400, {}, {"status": {"error": "Wrong input: Vector dimension error: expected dim: 384, got 2"}}),
    ]
    store = store_at(server.url, [])
    with pytest.raises(StoreError, match=r"cannot count collection 'things': not on .*build the index first"):
        store.count()
    with pytest.raises(StoreError, match=r"expected dim: 384, got 2.*use the embedder the index was built with"):
        store.upsert([PASSAGE])


def test_something_else_on_the_port_is_recognised(server: FaultyServer) -> None:
    server.answers = [(200, {}, b"<html>hello</html>"), (200, {}, {"hello": "world"}), (200, {}, b"[" * 3_000)]
    store = store_at(server.url, [])
    for _ in range(3):
        with pytest.raises(BackendError, match="does not answer as Qdrant does"):
            store.count()


def test_errors_of_our_own_making_are_not_repeated() -> None:
    tries = []

    def request() -> None:
        tries.append(1)
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        Calls("a server")("do it", request)
    assert tries == [1]


def test_grpc_failures_are_told_apart() -> None:
    import grpc

    class Failure(grpc.RpcError):  # type: ignore[misc]
        def __init__(self, status: object) -> None:
            self.status = status

        def code(self) -> object:
            return self.status

    def failing(status: object) -> Callable[[], None]:
        def request() -> None:
            raise Failure(status)

        return request

    calls = Calls("a server", sleep=lambda seconds: None, attempts=2)
    with pytest.raises(TransientBackendError, match="gRPC UNAVAILABLE"):
        calls("count", failing(grpc.StatusCode.UNAVAILABLE))
    with pytest.raises(BackendError, match="gRPC UNIMPLEMENTED"):
        calls("count", failing(grpc.StatusCode.UNIMPLEMENTED))


@pytest.mark.parametrize("url", ["localhost:6333", "", "ftp://x", "http://"])
def test_a_url_must_be_whole(url: str) -> None:
    with pytest.raises(ConfigError, match=r"retrieval\.store\.url"):
        connect(url, api_key_env="NONE", prefer_grpc=False, timeout_seconds=1)


@pytest.mark.parametrize(
    "url",
    [
        "reader:s3cret@localhost:6333",
        "http://reader:s3cret@local host",
        "http://reader:s3cret@[::1",
        "ftp://me:s3cret@x",
    ],
)
def test_a_url_that_cannot_be_used_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError, match=r"retrieval\.store\.url") as caught:
        connect(url, api_key_env="NONE", prefer_grpc=False, timeout_seconds=1)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None  # of a traceback, too


def test_a_failure_is_told_without_the_password_of_the_address(server: FaultyServer) -> None:
    server.answers = [(401, {}, {"status": {"error": "forbidden"}})]
    settings = StoreSettings(kind="server", url=server.url.replace("http://", "http://reader:p@ss@"))
    with pytest.raises(BackendError) as caught:
        index_target(settings).manifest()
    assert str(caught.value) == (
        f"cannot list aliases: Qdrant at {server.url} refuses the API key (status 401); set QDRANT_API_KEY"
    )


def test_a_closed_store_says_so(server: FaultyServer) -> None:
    store = store_at(server.url, [])
    store.close()
    with pytest.raises(BackendError, match="has been closed"):
        store.count()
