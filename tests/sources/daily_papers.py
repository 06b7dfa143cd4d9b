"""Hugging Face's Daily Papers written by hand: a site that answers with lists of entries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

Reply = tuple[int, bytes]


def entry(arxiv: object = "2601.00001", *, around: Mapping[str, Any] | None = None, **paper: object) -> dict[str, Any]:
    """An entry as the site has written them since 2026; `around` holds fields of the entry, the others its paper's."""
    inner = {
        "id": arxiv,
        "authors": [{"_id": "1", "name": "Ana Marin", "hidden": False}, {"_id": "2", "name": "Bo Li", "hidden": False}],
        "title": f"Paper {arxiv}",
        "summary": "We study tides.",
        "upvotes": 7,
    }
    return {"paper": inner | paper, "title": f"Paper {arxiv}", "numComments": 2} | dict(around or {})


def listing(*entries: object) -> bytes:
    return json.dumps(entries).encode()


@dataclass
class Site:
    """Answers by what is asked for, such as "date=2026-01-05 p=0"; everything else is an empty list."""

    replies: dict[str, Reply | bytes] = field(default_factory=dict)
    queries: list[dict[str, str]] = field(default_factory=list)  # every question, as asked

    @property
    def asked(self) -> list[str]:
        """What was asked for, in short."""
        return [_short(query) for query in self.queries]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.queries.append(dict(parse_qsl(request.url.query.decode())) | {"path": request.url.path})
        reply = self.replies.get(_short(self.queries[-1]), b"[]")
        status, body = reply if isinstance(reply, tuple) else (200, reply)
        return httpx.Response(status, stream=httpx.ByteStream(body))


def _short(query: Mapping[str, str]) -> str:
    by = next(name for name in ("date", "week", "month") if name in query)
    return f"{by}={query[by]} p={query['p']}"
