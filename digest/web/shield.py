"""What holds for every answer: headers that keep browsers and robots in bounds, and no failure shown raw."""

import logging
import secrets
from collections.abc import Iterable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.errors import DigestError, StoreError
from digest.rendering import catalogues
from digest.web.clients import Clients
from digest.web.languages import language_of
from digest.web.pages import Pages
from digest.websettings import WebSettings

log = logging.getLogger(__name__)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address of a page is its reader's key
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
# To who came over TLS: no other way for two years (RFC 6797 §6.1).
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=63072000"}
Lines = Iterable[tuple[bytes, bytes]]  # of headers, their names in lower case (ASGI)
_ADDED = tuple((name.lower().encode("ascii"), value.encode("ascii")) for name, value in HEADERS.items())
_OVER_TLS = (
    *_ADDED,
    *((name.lower().encode("ascii"), value.encode("ascii")) for name, value in STRICT_TRANSPORT.items()),
)


class Shield:
    """An ASGI middleware round everything."""

    def __init__(self, app: ASGIApp, *, pages: Pages, settings: WebSettings) -> None:
        self._app = app
        self._pages = pages
        self._clients = Clients(settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False
        added = _OVER_TLS if self._clients.is_https(Request(scope)) else _ADDED

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = _completed(message.get("headers", ()), added)
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except ClientDisconnect:
            return
        except Exception as error:  # whatever it is, the next request is answered
            answer = self._failed(error, language_of(Request(scope)))
            if not begun:
                await answer(scope, receive, guarded)

    def _failed(self, error: Exception, language: str) -> Response:
        """Log it under a short handle, and say that."""
        handle = secrets.token_hex(4)
        if isinstance(error, DigestError):
            log.error("answer=%s failed: %s", handle, error)
        else:
            log.error("answer=%s failed", handle, exc_info=error)
        busy = isinstance(error, StoreError)
        words = catalogues.words(language)
        form = words.gettext("It is logged as {handle}; what you asked for was not done. Try again in a minute.")
        return self._pages.problem(
            words.gettext("Our mistake."),
            form.format(handle=handle),
            status=503 if busy else 500,
            language=language,
            headers={"Retry-After": "60"} if busy else None,
        )


def _completed(given: Lines, added: Lines) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, and those added that it does not have."""
    lines = list(given)
    names = {name for name, _ in lines}
    return lines + [line for line in added if line[0] not in names]
