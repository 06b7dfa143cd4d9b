"""The way out of every mail: GET shows a button, POST acts."""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest import membership
from digest.app import App
from digest.membership import preferences
from digest.subscribers import Subscriber, SubscriberState
from digest.web.asking import Asking
from digest.web.bodies import BOTH, drained
from digest.web.origins import refuse_other_sites
from digest.web.pages import Pages

_GONE = (SubscriberState.LEFT, SubscriberState.SUPPRESSED)


class LeavingDoor:
    """Answers below /unsubscribe."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/unsubscribe/{token}", self.unsubscribe, methods=BOTH),
            Route("/unsubscribe/{token}/pause", self.pause, methods=["POST"]),
        ]

    async def unsubscribe(self, request: Request) -> Response:
        """GET shows a button; POST acts, whoever sends it and with whatever body: the token says it all (RFC 8058)."""
        if request.method == "POST":
            await drained(request)
        holder = await self._holder(request)
        if request.method == "POST":
            await self._ask(lambda app: app.leave_by_link(holder.id))
        elif holder.state not in _GONE:
            is_paused = holder.state is SubscriberState.PAUSED
            here = f"{self._pages.root}/unsubscribe/{request.path_params['token']}"
            return self._pages.page("unsubscribe.html.j2", language=holder.language, here=here, is_paused=is_paused)
        return self._pages.page("goodbye.html.j2", language=holder.language)

    async def pause(self, request: Request) -> Response:
        """The softer choice: nothing comes until the reader resumes. Who has left already stays so."""
        await drained(request)
        refuse_other_sites(request, self._pages.site.url)
        holder = await self._holder(request)
        if holder.state in _GONE:
            return self._pages.page("goodbye.html.j2", language=holder.language)
        await self._ask(_pausing(holder))
        here = f"{self._pages.root}/unsubscribe/{request.path_params['token']}"
        return self._pages.page("paused.html.j2", language=holder.language, here=here)

    async def _holder(self, request: Request) -> Subscriber:
        token = request.path_params["token"]
        holder = await self._ask(lambda app: membership.link_holder(app.store, token))
        if holder is None:
            raise HTTPException(404)
        return holder


def _pausing(holder: Subscriber) -> Callable[[App], None]:
    return lambda app: preferences.pause(app.store, holder, now=app.now)
