"""Answers of arXiv as they came, given back to a client of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx

from digest.sources.client import Pace, PoliteClient
from tests.acceptance.conftest import SHARED

CAPTURES = SHARED / "data" / "captures"


@contextmanager
def client(*bodies: bytes) -> Iterator[PoliteClient]:
    """A client that is given these answers, or asks the network where there are none."""
    replies = iter(bodies)

    def reply(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(next(replies)))

    transport = httpx.MockTransport(reply) if bodies else None
    made = PoliteClient("arxiv", user_agent="test", pace=Pace(0.0), cooldown=timedelta(0), transport=transport)
    yield made
    made.close()
