"""The web door's addresses. GET and HEAD change nothing: link scanners follow every link of a mail."""

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.app import App
from digest.errors import StoreError
from digest.web.asking import Asking
from digest.web.feeds import FeedDoor
from digest.web.leaving import LeavingDoor
from digest.web.pages import Pages
from digest.web.reading import ReadingDoor
from digest.web.refusals import OTHERWISE, REFUSALS
from digest.web.settings import SettingsDoor
from digest.web.shield import Shield

_HEALTH_SECONDS = 5.0
_BOTH = ["GET", "POST"]


def web_app(make_app: Callable[[], App]) -> Starlette:
    """The web door; `make_app` gives the product at the present moment and is called for every request."""
    pages = Pages(make_app().settings.site)
    ask = Asking(make_app)
    door, leaving = _Door(ask, pages), LeavingDoor(ask, pages)
    reading, settings, feeds = ReadingDoor(ask, pages), SettingsDoor(ask, pages), FeedDoor(ask, pages)
    made = Starlette(
        routes=[
            Route("/healthz", door.healthz),
            Route("/static/style.css", door.style),
            Route("/static/feed.css", feeds.style),
            Route("/feed/{token}.{form}", feeds.feed),
            Route("/unsubscribe/{token}", leaving.unsubscribe, methods=_BOTH),
            Route("/unsubscribe/{token}/pause", leaving.pause, methods=["POST"]),
            Route("/e/{token}", reading.edition),
            Route("/e/{token}/{place}/{deed}", reading.vote, methods=_BOTH),
            Route("/e/{token}/{place}/{deed}/undo", reading.undo, methods=_BOTH),
            Route("/settings/{token}", settings.first),
            Route("/settings/{token}/{what}", settings.part, methods=_BOTH),
        ],
        middleware=[Middleware(Shield, pages=pages)],
        exception_handlers={HTTPException: door.refused},
    )
    made.router.redirect_slashes = False  # a one-click POST follows no redirect (RFC 8058 §3.1)
    return made


class _Door:
    """What answers for the house itself."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages

    async def healthz(self, request: Request) -> Response:
        """Whether the database answers, soon enough to be of use."""
        try:
            async with asyncio.timeout(_HEALTH_SECONDS):
                await self._ask(lambda app: app.store.check())
        except (StoreError, TimeoutError):
            return PlainTextResponse("the database does not answer\n", 503)
        return PlainTextResponse("ok\n")

    async def style(self, request: Request) -> Response:
        return self._pages.style()

    async def refused(self, request: Request, error: Exception) -> Response:
        """The page for an address or a request we have no answer to."""
        assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker
        heading, text = REFUSALS.get(error.status_code, OTHERWISE)
        return self._pages.problem(heading, text, status=error.status_code, headers=error.headers)
