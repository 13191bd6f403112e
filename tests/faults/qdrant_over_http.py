"""Qdrant's REST interface over the client's local engine, in this process, which fails at the request it is told to.

The engine that stores and searches is qdrant-client's own; no real server takes part (none is on the package
indexes). The interface is what the client speaks: what breaks on the wire breaks here.
"""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from qdrant_client import QdrantClient, models

FULL = {"status": {"error": "Service internal error: No space left on device: WAL buffer size exceeds free space"}}
BROKEN = {"status": {"error": "Service internal error: task panicked"}}


class Qdrant:
    """The server; ``with`` starts and stops it, ``stop`` and ``start`` do so in between and keep what is stored.

    Attributes:
        fault: ``drop`` (breaks the connection), ``half`` (in the midst of its answer), ``error``, ``full``, ``slow``.
        first: the request, counted from 1, that the fault strikes; 0 for none.
        times: how many requests it strikes.
        dies_at: the request from which on the server takes no connection any more; ``revive`` ends that.
        asked: method and path of every request.
    """

    def __init__(self) -> None:
        self.engine = QdrantClient(":memory:")
        self.fault, self.first, self.times, self.dies_at = "", 0, 0, 0
        self.asked: list[str] = []
        self.released = threading.Event()
        self._lock = threading.Lock()
        self._port = 0

    def start(self) -> Self:
        handler = type("Handler", (_Handler,), {"qdrant": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    __enter__ = start

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.engine.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def breaks(self, fault: str, first: int, times: int) -> None:
        """From the ``first`` request after this one on, ``times`` requests fail."""
        self.asked.clear()
        self.fault, self.first, self.times = fault, first, times

    def revive(self) -> None:
        """Starts the server again after it died; what was stored is there."""
        self.dies_at = 0
        if self._server.socket.fileno() == -1:
            self.start()

    def fault_for(self, request: str) -> str:
        with self._lock:
            self.asked.append(request)
            number = len(self.asked)
        if self.dies_at and number >= self.dies_at:
            if self._server.socket.fileno() != -1:
                self._server.server_close()
            return "drop"
        return self.fault if self.first and self.first <= number < self.first + self.times else ""

    def answer(self, method: str, path: list[str], body: dict[str, Any]) -> Any:
        """What the engine does and says; the engine is not made for several threads."""
        with self._lock:
            return _answer(self.engine, method, path, body)


class _Handler(BaseHTTPRequestHandler):
    qdrant: Qdrant
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        path = self.path.split("?")[0].strip("/").split("/")
        fault = self.qdrant.fault_for(f"{self.command} {self.path}")
        if fault == "slow":
            self.qdrant.released.wait(20)
        if fault in ("drop", "slow"):
            self.close_connection = True
        elif fault in ("full", "error"):
            self._send(500, FULL if fault == "full" else BROKEN)
        else:
            try:
                result = self.qdrant.answer(self.command, path, body)
            except ValueError as error:
                self._send(404 if "not found" in str(error) else 400, {"status": {"error": str(error)}})
                return
            self._send(200, {"result": result, "status": "ok", "time": 0.0}, half=fault == "half")

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815

    def _send(self, status: int, content: Any, *, half: bool = False) -> None:
        raw = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2] if half else raw)
        if half:
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args: object) -> None:
        pass


def _answer(engine: QdrantClient, method: str, path: list[str], body: dict[str, Any]) -> Any:
    match method, path:
        case "GET", ["aliases"]:
            return _plain(engine.get_aliases())
        case "POST", ["collections", "aliases"]:
            return engine.update_collection_aliases(models.ChangeAliasesOperation.model_validate(body).actions)
        case "GET", ["collections"]:
            return _plain(engine.get_collections())
        case "GET", ["collections", name]:
            return _plain(engine.get_collection(name))
        case "PUT", ["collections", name]:
            wanted = models.CreateCollection.model_validate(body)
            engine.create_collection(name, wanted.vectors, sparse_vectors_config=wanted.sparse_vectors)
            return True
        case "PATCH", ["collections", name]:
            return engine.update_collection(name, metadata=body["metadata"]) if "metadata" in body else True
        case "DELETE", ["collections", name]:
            return engine.delete_collection(name)
        case "PUT", ["collections", name, "index"]:
            return _completed()
        case "PUT", ["collections", name, "points"]:
            engine.upsert(name, models.PointsList.model_validate(body).points)
            return _completed()
        case "POST", ["collections", name, "points"]:
            asked = models.PointRequest.model_validate(body)
            found = engine.retrieve(name, asked.ids, asked.with_payload, asked.with_vector or False)
            return [_plain(one) for one in found]
        case "POST", ["collections", name, "points", "query", "batch"]:
            asked = models.QueryRequestBatch.model_validate(body)
            return [_plain(one) for one in engine.query_batch_points(name, asked.searches)]
        case "POST", ["collections", name, "points", action]:
            return _points(engine, name, action, body)
        case _:
            raise ValueError(f"not found: {method} {'/'.join(path)}")


def _points(engine: QdrantClient, name: str, action: str, body: dict[str, Any]) -> Any:
    if action == "count":
        return _plain(engine.count(name, models.CountRequest.model_validate(body).filter))
    if action == "scroll":
        page = models.ScrollRequest.model_validate(body)
        points, following = engine.scroll(
            name, page.filter, limit=page.limit or 10, offset=page.offset, with_payload=page.with_payload
        )
        return {"points": [_plain(one) for one in points], "next_page_offset": following}
    raise ValueError(f"not found: {action}")


def _plain(record: Any) -> Any:
    return record.model_dump(mode="json")


def _completed() -> dict[str, Any]:
    return {"operation_id": 1, "status": "completed"}
