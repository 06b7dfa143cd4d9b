"""What answers for the house itself: whether it lives and is ready, its figures, its looks, what robots may read."""

import asyncio
import ipaddress
from collections.abc import Callable
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.app import App
from digest.errors import StoreError
from digest.upkeep import Figures, figures
from digest.web.asking import Asking
from digest.web.clients import Clients, Network, is_within
from digest.web.metrics import CONTENT_TYPE, Kept, Metrics
from digest.web.pages import Pages
from digest.websettings import WebSettings

_PATIENCE_SECONDS = 5.0
_ROBOTS = """User-agent: *
Disallow: /e/
Disallow: /feed/
Disallow: /settings/
Disallow: /subscribe
Disallow: /unsubscribe/
Disallow: /confirm/
Disallow: /search
Disallow: /api/
"""


class HouseDoor:
    """Answers that belong to no reader."""

    def __init__(self, ask: Asking, pages: Pages, metrics: Metrics, kept: Kept, settings: WebSettings) -> None:
        self._ask = ask
        self._pages = pages
        self._metrics = metrics
        self._kept = kept
        self._clients = Clients(settings.trusted_proxies)
        self._metrics_from: list[Network] = [ipaddress.ip_network(each) for each in settings.metrics_from]

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self.healthz),
            Route("/readyz", self.readyz),
            Route("/metrics", self.metrics),
            Route("/robots.txt", self.robots),
            Route("/static/style.css", self.style),
        ]

    async def healthz(self, request: Request) -> Response:
        """Whether the database answers, soon enough to be of use."""
        return await self._unless_late(lambda app: app.store.check(), "the database does not answer\n")

    async def readyz(self, request: Request) -> Response:
        """Whether what is asked for can be answered: the database answers and has the schema of this release."""
        return await self._unless_late(lambda app: app.store.check_current(), "the database is not ready\n")

    async def metrics(self, request: Request) -> Response:
        """For Prometheus, to those who may; for everybody else there is no such page."""
        if not is_within(self._clients.address(request), self._metrics_from):
            raise HTTPException(404)
        found, now = await self._ask(self._figures)
        return Response(self._metrics.text(found, now=now), headers={"Content-Type": CONTENT_TYPE})

    async def robots(self, request: Request) -> Response:
        """What robots may not read (RFC 9309); pages of readers say so themselves as well."""
        return PlainTextResponse(_ROBOTS, headers={"Cache-Control": "public, max-age=86400"})

    async def style(self, request: Request) -> Response:
        return self._pages.style()

    def _figures(self, app: App) -> tuple[Figures, datetime]:
        return self._kept.get(lambda: figures(app.store, now=app.now)), app.now

    async def _unless_late(self, check: Callable[[App], None], problem: str) -> Response:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._ask(check)
        except (StoreError, TimeoutError):
            return PlainTextResponse(problem, 503)
        return PlainTextResponse("ok\n")
