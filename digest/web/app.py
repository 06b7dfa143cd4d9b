"""The web door's addresses. GET and HEAD change nothing: link scanners follow every link of a mail."""

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from digest.app import App
from digest.web.admin import AdminDoor
from digest.web.api import ApiDoor
from digest.web.asking import Asking
from digest.web.days import DaysDoor
from digest.web.feeds import FeedDoor
from digest.web.front import Front
from digest.web.house import HouseDoor
from digest.web.joining import JoiningDoor
from digest.web.leaving import LeavingDoor
from digest.web.metrics import Kept, Metrics
from digest.web.pages import Pages
from digest.web.papers import PapersDoor
from digest.web.people import PeopleDoor
from digest.web.reading import ReadingDoor
from digest.web.refusals import refused
from digest.web.search import SearchDoor
from digest.web.settings import SettingsDoor
from digest.web.shield import Shield
from digest.web.trends import TrendsDoor
from digest.web.turnstile import Turnstile


def web_app(make_app: Callable[[], App]) -> Starlette:
    """The web door; `make_app` gives the product at the present moment and is called for every request."""
    settings = make_app().settings
    pages, ask, metrics = Pages(settings.site), Asking(make_app), Metrics()
    doors = (  # addresses are compared in this order, so those that are asked for most come first
        FeedDoor(ask, pages),
        DaysDoor(ask, pages),
        HouseDoor(ask, pages, metrics, Kept(time.monotonic), settings.web),
        LeavingDoor(ask, pages),
        ReadingDoor(ask, pages),
        SettingsDoor(ask, pages),
        JoiningDoor(ask, pages),
        TrendsDoor(ask, pages),
        PapersDoor(ask, pages),
        PeopleDoor(ask, pages),
        SearchDoor(ask, pages),
        ApiDoor(ask, pages),
        AdminDoor(ask, pages, settings.web.admin_key),
    )

    async def told(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker
        return refused(pages, request, error)

    made = Starlette(
        routes=[route for door in doors for route in door.routes()],
        middleware=[
            Middleware(Shield, pages=pages, settings=settings.web),
            Middleware(Turnstile, pages=pages, settings=settings.web, metrics=metrics),
            Middleware(Front),
        ],
        exception_handlers={HTTPException: told},
    )
    made.router.redirect_slashes = False  # a one-click POST follows no redirect (RFC 8058 §3.1)
    return made
