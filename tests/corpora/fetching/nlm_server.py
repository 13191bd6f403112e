"""A server on this machine that lays PubMed out as NLM does, and fails on demand."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from tests.corpora.medline_files import citation, pubmed_set


@dataclass
class Fault:
    """What happens instead of a proper answer: a status, an early end after so many bytes, or other bytes."""

    status: int = 0
    retry_after: str | None = None
    cut_at: int | None = None
    body: bytes | None = None
    ignore_range: bool = False
    location: str | None = None


@dataclass
class Nlm:
    """The server's content and memory.

    Attributes:
        files: by path, such as ``/pubmed/baseline/pubmed26n0001.xml.gz``.
        faults: by path, used up one request at a time.
        pmids: what the search finds for any query, by day of entry ``yyyy/mm/dd``.
        most_ids: that a search shows.
        requests: path and headers or form of each request, in order.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: defaultdict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    pmids: dict[str, list[str]] = field(default_factory=dict)
    most_ids: int = 9_999
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def publish(self, part: str, name: str, data: bytes, md5: str | None = None) -> None:
        digest = md5 or hashlib.md5(data, usedforsecurity=False).hexdigest()
        self.files[f"/pubmed/{part}/{name}"] = data
        self.files[f"/pubmed/{part}/{name}.md5"] = f"MD5({name})= {digest}\n".encode()

    def listing(self, part: str) -> bytes:
        names = [path.rpartition("/")[2] for path in self.files if path.startswith(f"/pubmed/{part}/")]
        rows = "".join(f'<a href="{name}">{name}</a>  2026-01-10 14:05   19M\n' for name in ["README.txt", *names])
        return f"<html><body><pre><a href='../'>Parent</a>\n{rows}</pre></body></html>".encode()

    def search(self, form: dict[str, str]) -> bytes:
        days = [day for day in sorted(self.pmids) if form["mindate"] <= day <= form["maxdate"]]
        found = [pmid for day in days for pmid in self.pmids[day]]
        shown = found[: min(int(form["retmax"]), self.most_ids)]
        return json.dumps({"esearchresult": {"count": str(len(found)), "idlist": shown}}).encode()

    def records(self, form: dict[str, str]) -> bytes:
        known = {pmid for found in self.pmids.values() for pmid in found}
        return pubmed_set(*(citation(pmid) for pmid in form["id"].split(",") if pmid in known)).encode()


@contextmanager
def serving(nlm: Nlm) -> Iterator[Nlm]:
    """The server, with its address in ``nlm.url``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            nlm.requests.append((self.path, dict(self.headers)))
            folder = re.fullmatch(r"/pubmed/(\w+)/", self.path)
            self.answer(nlm.listing(folder[1]) if folder else nlm.files.get(self.path))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            nlm.requests.append((self.path, form))
            self.answer(nlm.search(form) if "esearch" in self.path else nlm.records(form))

        def answer(self, body: bytes | None) -> None:
            fault = nlm.faults[self.path].pop(0) if nlm.faults[self.path] else Fault()
            body = body if fault.body is None else fault.body
            status = fault.status or (404 if body is None else 200)
            body = b"" if body is None or fault.status else body
            headers = {"Retry-After": fault.retry_after, "Location": fault.location}
            start = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
            if start and status == 200 and not fault.ignore_range:
                first, whole = int(start[1]), len(body)
                status, body = (416, b"") if first >= whole else (206, body[first:])
                headers["Content-Range"] = f"bytes {first}-{whole - 1}/{whole}"
            self.send_response(status)
            for name, value in headers.items():
                if value is not None:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if fault.cut_at is None else body[: fault.cut_at])
            self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        nlm.url = f"http://127.0.0.1:{server.server_port}"
        yield nlm
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
