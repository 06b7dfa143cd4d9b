"""What is counted of every request: how often a client may do what costs something, and how we answered.

An ASGI middleware; what stands behind it need not know.
"""

import time
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.web.clients import Clients
from digest.web.limits import Limit
from digest.web.metrics import Metrics
from digest.web.pages import Pages
from digest.web.refusals import refused
from digest.websettings import WebSettings

_READING = ("GET", "HEAD")
_SIGN_UP = ("/subscribe",)
_VOTES = ("/e/", "/settings/", "/confirm/")
_SEARCHES = ("/search", "/api/")
_BY_NAME = "/author"  # which looks through many persons
_ELSEWHERE = "other"  # addresses that nothing stands at


class Turnstile:
    """Lets a client through as often as the settings say."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        pages: Pages,
        settings: WebSettings,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._pages = pages
        self._clients = Clients(settings.trusted_proxies)
        self._metrics = metrics
        self._clock = clock
        self._sign_up = Limit(settings.signups_per_minute, clock)
        self._votes = Limit(settings.votes_per_minute, clock)
        self._searches = Limit(settings.searches_per_minute, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = self._clock()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", _ELSEWHERE)
                self._metrics.answered(route, message["status"], self._clock() - began)
            await send(message)

        limit = self._limit(scope["path"].removeprefix(self._pages.root), is_reading=scope["method"] in _READING)
        if limit is not None:
            request = Request(scope)
            try:
                limit.take(self._clients.household(request))
            except HTTPException as error:
                await refused(self._pages, request, error)(scope, receive, counted)
                return
        await self._app(scope, receive, counted)

    def _limit(self, path: str, *, is_reading: bool) -> Limit | None:
        """What a request is counted by. Leaving with one click is never refused: it only says so once."""
        if path == _BY_NAME or path.startswith(_SEARCHES):
            return self._searches
        if is_reading or path.startswith("/unsubscribe/"):
            return None
        if path.startswith(_SIGN_UP):
            return self._sign_up
        return self._votes if path.startswith(_VOTES) else None
