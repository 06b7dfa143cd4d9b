"""Joining: a form, today's edition for what it says, a mailed link, and a button behind it.

GET shows and POST acts. Whatever address is typed, the same is kept and the same is answered.
"""

import asyncio
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from digest.app import App
from digest.membership import joining, typed, wishes
from digest.membership.joining import Link, Opened
from digest.rendering import catalogues
from digest.rendering.pages import EditionPage, edition_page, listed
from digest.rendering.words import N_
from digest.store.joining import Purpose
from digest.subscribers import DAY_NAMES
from digest.web import traps
from digest.web.asking import Asking
from digest.web.bodies import BOTH, form_of
from digest.web.forms import Form
from digest.web.languages import language_of, offered
from digest.web.origins import refuse_other_sites
from digest.web.pages import Pages
from digest.web.views import next_edition, ticked, zones
from digest.web.wishing import Read, named_in, read

_AT_ONCE = 2  # editions that are tried out at the same time; each keeps a processor busy
_USUAL = (("at", "07:00"), ("zone", "UTC"), *(("day", name) for name in DAY_NAMES))
_NAME_CHARACTERS = 200  # of an author or a paper whose page leads here
_MOST_LED = 20  # papers that one address names
_FINDABLE = {"X-Robots-Tag": "all"}  # unlike pages of readers
_UNPROCESSABLE, _GONE = 422, 410


class JoiningDoor:
    """Answers below /subscribe and /confirm."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages
        self._trying = asyncio.Semaphore(_AT_ONCE)

    def routes(self) -> list[Route]:
        return [
            Route("/static/zone.js", self.script),
            Route("/subscribe", self.subscribe, methods=BOTH),
            Route("/subscribe/preview", self.preview, methods=BOTH),
            Route("/subscribe/sent", self.sent),
            Route("/confirm/{token}", self.confirm, methods=BOTH),
        ]

    async def script(self, request: Request) -> Response:
        """Suggests the browser's time zone; every page works without it."""
        return self._pages.script("zone.js")

    # ------------------------------------------------------------ asking

    async def subscribe(self, request: Request) -> Response:
        """GET shows the form; POST keeps what was asked for, and says the same to everybody."""
        if request.method != "POST":
            return await self._form(request, _begun(request))
        form, language = await self._sent(request), language_of(request)
        is_kept = await self._ask(lambda app: _kept(app, form, language))
        if not is_kept:
            return await self._shown(request, form)
        return RedirectResponse(f"{self._pages.root}/subscribe/sent?lang={language}", 303)

    async def preview(self, request: Request) -> Response:
        """POST shows today's edition for what was typed; nothing is kept, and no address is needed."""
        if request.method != "POST":
            return RedirectResponse(f"{self._pages.root}/subscribe", 303)
        return await self._shown(request, await self._sent(request))

    async def sent(self, request: Request) -> Response:
        """What is said to everybody."""
        return self._pages.page("subscribe-sent.html.j2", language=language_of(request), here="subscribe")

    async def _sent(self, request: Request) -> Form:
        refuse_other_sites(request, self._pages.site.url)
        form = await form_of(request)
        form.words = catalogues.words(language_of(request))
        return form

    async def _shown(self, request: Request, form: Form) -> Response:
        """The form as it was filled in, with the edition it gives."""
        language = language_of(request)
        found = await self._ask(lambda app: read(app.store, form, language))
        if found is None:
            return await self._form(request, form)
        async with self._trying:
            page = await self._ask(lambda app: _tried(app, found))
        return await self._form(request, form, found, page)

    async def _form(
        self, request: Request, form: Form, found: Read | None = None, page: EditionPage | None = None
    ) -> Response:
        language = language_of(request)
        said = catalogues.words(language)
        values = await self._ask(lambda app: _offered(app, form, language))
        return self._pages.page(
            "subscribe.html.j2",
            language=language,
            status=_UNPROCESSABLE if form.errors else 200,
            headers=_FINDABLE if request.method == "GET" else None,
            here="subscribe",
            form=form,
            days=ticked(form.all("day"), said),
            zones=zones(),
            found=found,
            edition=page,
            trap=traps.FIELD,
            **offered(),
            **values,
        )

    # ------------------------------------------------------------ confirming

    async def confirm(self, request: Request) -> Response:
        """GET shows a button; POST does what the link was mailed for, once, and may come from a mail program."""
        token = request.path_params["token"]
        if request.method == "POST":
            await self._sent(request)
            opened = await self._ask(lambda app: app.confirm(token))
        else:
            opened = await self._ask(lambda app: joining.opened(app.store, token, now=app.now))
        if opened is None:
            raise HTTPException(404)
        if opened.link is Link.EXPIRED or opened.reader is None:
            return self._pages.page("subscribe-expired.html.j2", status=_GONE, language=language_of(request))
        values = await self._ask(lambda app: _promised(app, opened))
        return self._pages.page("subscribe-confirm.html.j2", language=opened.reader.language, **values)


def _begun(request: Request) -> Form:
    """The form before anything is typed, with the author or the papers whose page has led here."""
    query = request.query_params
    papers = [("paper", name[:_NAME_CHARACTERS]) for name in query.getlist("paper")[:_MOST_LED]]
    return Form([*_USUAL, ("authors", query.get("author", "")[:_NAME_CHARACTERS]), *papers])


def _kept(app: App, form: Form, language: str) -> bool:
    """Whether a form could be used; nothing tells what is known of its address, nor that it came from a program."""
    found = read(app.store, form, language)
    email = form.read("email", typed.address)
    if not form.errors and not traps.is_timely(app, form) and not traps.is_trapped(form):
        form.refuse("email", N_("that was quicker than people type, or open for a day; look it over and press again"))
    if form.errors or found is None or email is None:
        return False
    if not traps.is_trapped(form):
        joining.ask(app.store, email, found.wish, now=app.now)
    return True


def _tried(app: App, found: Read) -> EditionPage | None:
    edition = app.try_out(found.wish.profile(app.now), found.wish.schedule)
    return edition_page(edition, catalogues.words(found.wish.language)) if edition else None


def _offered(app: App, form: Form, language: str) -> dict[str, Any]:
    """The papers to tick, those that are ticked first where they are not offered anyway; and when it was shown."""
    said, offered = catalogues.words(language), {paper.id: paper for paper in wishes.offered(app.store)}
    ticked = {paper.id: paper for paper in wishes.known(app.store, named_in(form)).values()}
    return {
        "papers": [(listed(paper, words=said), key in ticked) for key, paper in (ticked | offered).items()],
        "are_of_today": ticked.keys() <= offered.keys(),
        "began": form.text(traps.STAMP) if traps.is_timely(app, form) else traps.stamp(app),
    }


def _promised(app: App, opened: Opened) -> dict[str, Any]:
    reader = opened.reader
    assert reader is not None  # noqa: S101 - asked before
    said = catalogues.words(reader.language)
    with app.store.read() as tx:
        profile = tx.subscribers.profiles([reader.id])[reader.id]
    return {
        "is_done": opened.link is Link.DONE,
        "is_move": opened.purpose is Purpose.MOVE,
        "schedule": said.schedule(reader.schedule, reader.kind),
        "texts": [text for each in profile.interests for text in each.texts],
        "categories": ", ".join(profile.categories),
        "liked": said.papers(len(profile.liked)) if profile.liked else "",
        "is_soon": reader.next_due_at <= app.now,
        "next": next_edition(reader, app.now),
        "settings": opened.settings,
    }
