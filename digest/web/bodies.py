"""What is sent to us: read within bounds of size and time, as a form, as JSON, or not at all."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from digest.web.forms import Form

BOTH = ["GET", "POST"]  # methods: one shows, the other acts
BODY_BYTES = 16 * 1024  # of a body that nobody looks at
FORM_BYTES = 64 * 1024  # the longest text that is taken, 2,000 characters, is 24,000 bytes percent-encoded
_BODY_SECONDS = 10.0
_MOST_FIELDS = 100
_CLOSE = {"Connection": "close"}


async def drained(request: Request) -> None:
    """Take the body and look at none of it; one too long or too slow is refused, and the connection closed."""
    await _taken(request, BODY_BYTES)


async def form_of(request: Request) -> Form:
    """The form that was sent, URL-encoded as a browser does; what is no UTF-8 in it becomes U+FFFD."""
    body = await _taken(request, FORM_BYTES)
    if not body:
        return Form()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise HTTPException(413) from error
    return Form(pairs)


async def json_of(request: Request) -> Any:
    """The JSON that was sent; HTTPException 415 for another type, and 400 for what is no JSON."""
    body = await _taken(request, FORM_BYTES)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error


async def _taken(request: Request, most: int) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > most:
                    raise HTTPException(413, headers=_CLOSE)
    except TimeoutError as slow:
        raise HTTPException(408, headers=_CLOSE) from slow
    return bytes(body)
