"""A small arXiv on the loopback interface that announces the sample's papers day by day."""

import gzip
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from digest.sample.oai import Repository
from digest.sample.papers import papers


class SampleArxiv:
    """A context manager: inside it, `oai_url` answers OAI-PMH as arXiv would on the day `today`.

    `today` may be set at any time; the listing then stands as of that day, and older resumption tokens have expired.
    """

    def __init__(self, today: date, page_size: int = 20) -> None:
        self.today = today
        self._page_size = page_size
        self._server: _Server | None = None

    @property
    def oai_url(self) -> str:
        """Where to send OAI-PMH requests; RuntimeError outside the context."""
        if self._server is None:
            raise RuntimeError("the sample is served only inside its context")
        return f"http://127.0.0.1:{self._server.server_port}/oai"

    def answer(self, query: str) -> bytes:
        """The XML that answers a query string, without the network in between."""
        repository = Repository(papers(), today=self.today, page_size=self._page_size, base_url=self.oai_url)
        return repository.answer(query)

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
        """Answer OAI-PMH at /oai, compressed where the asker takes gzip; nothing else is found."""
        url = urlsplit(self.path)
        if url.path != "/oai":
            self.send_error(404)
            return
        body = self.server.sample.answer(url.query)
        zipped = "gzip" in self.headers.get("Accept-Encoding", "")
        self._send(gzip.compress(body) if zipped else body, zipped=zipped)

    def _send(self, body: bytes, *, zipped: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Vary", "Accept-Encoding")
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
