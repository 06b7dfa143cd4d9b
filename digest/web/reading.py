"""An edition in the browser, and what its reader says of its papers. GET and HEAD change nothing."""

import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.membership import personal
from digest.membership.personal import Deed, Opened
from digest.rendering.catalogues import words
from digest.rendering.pages import edition_page, listed
from digest.store.saved import Mark
from digest.subscribers import Verdict
from digest.web.asking import Asking
from digest.web.bodies import BOTH, drained
from digest.web.pages import Pages

_PLACE = re.compile(r"[1-9][0-9]{0,3}")


class ReadingDoor:
    """Answers below /e."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/e/{token}", self.edition),
            Route("/e/{token}/{place}/{deed}", self.vote, methods=BOTH),
            Route("/e/{token}/{place}/{deed}/undo", self.undo, methods=BOTH),
        ]

    async def edition(self, request: Request) -> Response:
        """The whole edition, with the state of each paper."""
        opened = await self._opened(request)
        page = edition_page(opened.edition, words(opened.language))
        return self._pages.page("edition.html.j2", edition=page, marks=opened.marks, **self._links(request, opened))

    async def vote(self, request: Request) -> Response:
        """GET shows the paper and a button; POST acts, and may come from a mail program: the token says it all."""
        return await self._said(request, is_undone=False)

    async def undo(self, request: Request) -> Response:
        """POST takes back what `vote` did; GET shows the page of the vote."""
        return await self._said(request, is_undone=True)

    async def _said(self, request: Request, *, is_undone: bool) -> Response:
        if request.method == "POST":
            await drained(request)
        opened = await self._opened(request)
        place, deed = _place(request, opened), _deed(request)
        if request.method != "POST":
            return self._page(request, opened, place, deed, "asked")
        change = personal.undo if is_undone else personal.act
        await self._ask(lambda app: change(app.store, opened.edition, place, deed, now=app.now))
        return self._page(request, opened, place, deed, "undone" if is_undone else "done")

    def _page(self, request: Request, opened: Opened, place: int, deed: Deed, what: str) -> Response:
        """What is asked, was done or was taken back; a link to something that is done already says so."""
        said, day = words(opened.language), opened.edition.slot_date
        is_done = what == "done" or (what == "asked" and _is_done(deed, opened.marks[place - 1]))
        return self._pages.page(
            "vote.html.j2",
            paper=listed(opened.edition.recommendations[place - 1].paper, words=said),
            place=place,
            deed=deed.value,
            is_done=is_done,
            is_undone=what == "undone",
            date=said.day(day, today=day),
            **self._links(request, opened),
        )

    async def _opened(self, request: Request) -> Opened:
        token = request.path_params["token"]
        try:
            opened = await self._ask(lambda app: personal.opened(app.store, token))
        except personal.Gone as gone:
            raise HTTPException(410) from gone
        if opened is None:
            raise HTTPException(404)
        return opened

    def _links(self, request: Request, opened: Opened) -> dict[str, Any]:
        root = self._pages.root
        return {
            "language": opened.language,
            "here": f"{root}/e/{request.path_params['token']}",
            "settings": f"{root}/settings/{opened.settings}" if opened.settings else "",
            "unsubscribe": f"{root}/unsubscribe/{opened.unsubscribe}" if opened.unsubscribe else "",
        }


def _place(request: Request, opened: Opened) -> int:
    """The number of the paper that is meant, from 1; HTTPException 404 where the edition has none there."""
    found = _PLACE.fullmatch(request.path_params["place"])
    if found is None or int(found[0]) > len(opened.edition.recommendations):
        raise HTTPException(404)
    return int(found[0])


def _deed(request: Request) -> Deed:
    try:
        return Deed(request.path_params["deed"])
    except ValueError as error:
        raise HTTPException(404) from error


def _is_done(deed: Deed, mark: Mark) -> bool:
    if deed is Deed.SAVE:
        return mark.saved_at is not None
    return mark.verdict is (Verdict.LIKE if deed is Deed.MORE else Verdict.DISLIKE)
