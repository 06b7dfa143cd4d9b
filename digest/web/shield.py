"""What holds for every answer: headers that keep browsers and robots in bounds, and no failure shown raw."""

import logging
import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.errors import DigestError, StoreError
from digest.web.pages import Pages

log = logging.getLogger(__name__)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address of a page is its reader's key
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


class Shield:
    """An ASGI middleware round everything."""

    def __init__(self, app: ASGIApp, *, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except ClientDisconnect:
            return
        except Exception as error:  # whatever it is, the next request is answered
            answer = self._failed(error)
            if not begun:
                await answer(scope, receive, guarded)

    def _failed(self, error: Exception) -> Response:
        """Log it under a short handle, and say that."""
        handle = secrets.token_hex(4)
        if isinstance(error, DigestError):
            log.error("answer=%s failed: %s", handle, error)
        else:
            log.error("answer=%s failed", handle, exc_info=error)
        busy = isinstance(error, StoreError)
        return self._pages.problem(
            "Our mistake.",
            f"It is logged as {handle}; what you asked for was not done. Try again in a minute.",
            status=503 if busy else 500,
            headers={"Retry-After": "60"} if busy else None,
        )
