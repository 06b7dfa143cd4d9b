"""The web door's addresses. GET and HEAD change nothing: link scanners follow every link of a mail."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest import membership
from digest.app import App
from digest.errors import StoreError
from digest.store import Store
from digest.subscribers import SubscriberState
from digest.web.pages import Pages
from digest.web.shield import Shield

BODY_BYTES = 16 * 1024
_BODY_SECONDS = 10.0
_HEALTH_SECONDS = 5.0
_GONE = (SubscriberState.LEFT, SubscriberState.SUPPRESSED)
_REFUSALS = {
    404: ("No such page.", "A link from a mail must be whole, to its last letter."),
    405: ("Not here.", "This page cannot do that. Open it again from your mail."),
    408: ("Too slow.", "Nothing was changed. Try again."),
    413: ("Too much.", "Nothing was changed. Open the page again from your mail."),
}
Answer = TypeVar("Answer")


def web_app(make_app: Callable[[], App]) -> Starlette:
    """The web door; `make_app` gives the product at the present moment and is called for every request."""
    pages = Pages(make_app().settings.site)
    door = _Door(make_app, pages)
    made = Starlette(
        routes=[
            Route("/healthz", door.healthz),
            Route("/static/style.css", door.style),
            Route("/unsubscribe/{token}", door.unsubscribe, methods=["GET", "POST"]),
        ],
        middleware=[Middleware(Shield, pages=pages)],
        exception_handlers={HTTPException: door.refused},
    )
    made.router.redirect_slashes = False  # a one-click POST follows no redirect (RFC 8058 §3.1)
    return made


class _Door:
    """What answers, address by address."""

    def __init__(self, make_app: Callable[[], App], pages: Pages) -> None:
        self._make_app = make_app
        self._pages = pages

    async def healthz(self, request: Request) -> Response:
        """Whether the database answers, soon enough to be of use."""
        try:
            async with asyncio.timeout(_HEALTH_SECONDS):
                await self._ask(Store.check)
        except (StoreError, TimeoutError):
            return PlainTextResponse("the database does not answer\n", 503)
        return PlainTextResponse("ok\n")

    async def style(self, request: Request) -> Response:
        return self._pages.style()

    async def unsubscribe(self, request: Request) -> Response:
        """GET shows a button; POST acts, whoever sends it and with whatever body: the token says it all."""
        if request.method == "POST":
            await _drained(request)
        token = request.path_params["token"]
        holder = await self._ask(lambda store: membership.link_holder(store, token))
        if holder is None:
            raise HTTPException(404)
        if request.method == "POST":
            await self._ask(lambda store: membership.leave_by_link(store, holder.id))
        elif holder.state not in _GONE:
            return self._pages.page("unsubscribe.html.j2")
        return self._pages.page("goodbye.html.j2")

    async def refused(self, request: Request, error: Exception) -> Response:
        """The page for an address or a request we have no answer to."""
        assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker
        heading, text = _REFUSALS.get(error.status_code, ("Not this way.", "Open the page again from your mail."))
        return self._pages.problem(heading, text, status=error.status_code, headers=error.headers)

    async def _ask(self, work: Callable[[Store], Answer]) -> Answer:
        """What the store says, asked in a thread: it waits."""

        def asked() -> Answer:
            app = self._make_app()
            try:
                return work(app.store)
            finally:
                app.close()

        return await asyncio.to_thread(asked)


async def _drained(request: Request) -> None:
    """Take the body and look at none of it; one too long or too slow is refused, and the connection closed."""
    size = 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > BODY_BYTES:
                    raise HTTPException(413, headers={"Connection": "close"})
    except TimeoutError as slow:
        raise HTTPException(408, headers={"Connection": "close"}) from slow
