"""What is meant for a server on this machine passes no proxy, which would read it on another one."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from wardround.agent.settings import TelemetrySettings
from wardround.errors import TransientBackendError
from wardround.retrievers.stores.calls import Calls
from wardround.retrievers.stores.server import ServerStore, connect
from wardround.service.spans import exported_spans


class Listener:
    """Takes every connection to a port of this machine, keeps what came first and hangs up."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed
                return
            with connection:
                connection.settimeout(5)
                self.received.append(connection.recv(4096))


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A proxy that the environment names for everything, in every spelling that a library reads."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with Listener() as listening:
        for name in ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy"):
            for spelling in (name, name.upper()):
                monkeypatch.setenv(spelling, f"http://{listening.address}")
        yield listening


@pytest.fixture
def server() -> Iterator[Listener]:
    with Listener() as listening:
        yield listening


def count_passages(url: str, *, prefer_grpc: bool = False) -> None:
    client = connect(url, api_key_env="NONE", prefer_grpc=prefer_grpc, timeout_seconds=2)
    store = ServerStore(client, "things", 2, Calls("Qdrant", attempts=1), client.close)
    try:
        with pytest.raises(TransientBackendError):
            store.count()
    finally:
        store.close()


def send_a_span(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[TracerProvider] = []
    monkeypatch.setattr(trace, "set_tracer_provider", made.append)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "2")
    settings = TelemetrySettings(otlp_endpoint=endpoint, allowed_hosts=("collector.example",))
    with exported_spans(settings):
        made[0].get_tracer("tests").start_span("a question").end()


def test_passages_reach_qdrant_on_this_machine_directly(proxy: Listener, server: Listener) -> None:
    count_passages(f"http://{server.address}")
    assert [one.split(b" HTTP")[0] for one in server.received] == [b"POST /collections/things/points/count"]
    assert proxy.received == []


def test_passages_reach_qdrant_on_this_machine_directly_over_grpc(proxy: Listener, server: Listener) -> None:
    count_passages(f"http://{server.address}", prefer_grpc=True)
    assert proxy.received == []


def test_spans_reach_a_collector_on_this_machine_directly(
    proxy: Listener, server: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_a_span(f"http://{server.address}", monkeypatch)
    assert {one.split(b" HTTP")[0] for one in server.received} == {b"POST /v1/traces"}
    assert proxy.received == []


def test_a_server_elsewhere_is_reached_as_the_environment_says(
    proxy: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_passages("http://qdrant.example:6333")
    send_a_span("http://collector.example:4318", monkeypatch)
    first, *others = (one.split(b" HTTP")[0] for one in proxy.received)
    assert first == b"POST http://qdrant.example:6333/collections/things/points/count"
    assert set(others) == {b"POST http://collector.example:4318/v1/traces"}
