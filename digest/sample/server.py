"""A small arXiv on the loopback interface that announces the sample's papers day by day."""

import gzip
import hashlib
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from digest.sample import rss
from digest.sample.oai import Repository
from digest.sample.papers import papers


class SampleArxiv:
    """A context manager: inside it, `oai_url` answers OAI-PMH and `rss_url` gives feeds, as arXiv would on `today`.

    `today` may be set at any time; the listing then stands as of that day, and older resumption tokens have expired.
    """

    def __init__(self, today: date, page_size: int = 20) -> None:
        self.today = today
        self._page_size = page_size
        self._server: _Server | None = None

    @property
    def oai_url(self) -> str:
        """Where to send OAI-PMH requests; RuntimeError outside the context."""
        return f"{self.rss_url}/oai"

    @property
    def rss_url(self) -> str:
        """Under which `/rss/<category>` is a feed; RuntimeError outside the context."""
        if self._server is None:
            raise RuntimeError("the sample is served only inside its context")
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, query: str) -> bytes:
        """The XML that answers a query string, without the network in between."""
        repository = Repository(papers(), today=self.today, page_size=self._page_size, base_url=self.oai_url)
        return repository.answer(query)

    def feed(self, category: str) -> tuple[int, bytes]:
        """Status and XML of a category's RSS feed, without the network in between."""
        return rss.feed(papers(), category, today=self.today)

    def __enter__(self) -> Self:
        self._server = _Server(self)
        Thread(target=self._server.serve_forever, args=(0.02,), name="sample-arxiv", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, sample: SampleArxiv) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sample = sample


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """OAI-PMH at /oai and feeds under /rss/, compressed for who takes gzip; nothing else is found."""
        url = urlsplit(self.path)
        if url.path == "/oai":
            self._send(200, self.server.sample.answer(url.query))
        elif url.path.startswith("/rss/"):
            self._send(*self.server.sample.feed(unquote(url.path.removeprefix("/rss/"))))
        else:
            self.send_error(404)

    def _send(self, status: int, body: bytes) -> None:
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        if self.headers.get("If-None-Match") == tag:
            status, body = 304, b""
        zipped = "gzip" in self.headers.get("Accept-Encoding", "") and status != 304
        content = gzip.compress(body) if zipped else body
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Vary", "Accept-Encoding")
        if status != 400:
            self.send_header("ETag", tag)
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
