"""The settings of one reader: what they get and care for, shown by GET and changed by POST, the token in the path.

The address is not shown here: whoever finds an old mail must not learn it. Another one can be asked for; it counts
once somebody has pressed the link that is mailed there, and the old address is told.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from digest.app import App
from digest.membership import data, feeds, standing
from digest.rendering import catalogues
from digest.rendering.words import Words
from digest.subscribers import Subscriber
from digest.web.asking import Asking
from digest.web.bodies import BOTH, form_of
from digest.web.deeds import DEEDS, SAID, Went
from digest.web.feeds import views
from digest.web.forms import Form
from digest.web.origins import refuse_other_sites
from digest.web.pages import Pages
from digest.web.views import PAGES, ticked

_FEED_NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}
_UNPROCESSABLE = 422  # RFC 9110 §15.5.21: understood, and not to be used


class SettingsDoor:
    """Answers below /settings."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/settings/{token}", self.first),
            Route("/settings/{token}/my-data.json", self.export),
            Route("/settings/{token}/{what}", self.part, methods=BOTH),
        ]

    async def first(self, request: Request) -> Response:
        """The first page of the settings."""
        return await self._shown(request, await self._holder(request), "", _query(request))

    async def export(self, request: Request) -> Response:
        """Everything that is held of the reader, to be kept as a file."""
        who = await self._holder(request)
        content = await self._ask(lambda app: data.exported(app.store, who, now=app.now))
        headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
        return Response(content, media_type="application/json", headers=headers)

    async def part(self, request: Request) -> Response:
        """GET shows a page of the settings; POST does what one of its forms says."""
        what = request.path_params["what"]
        if request.method == "POST":
            return await self._changed(request, what)
        if what not in PAGES and what not in DEEDS:
            raise HTTPException(404)
        who = await self._holder(request)
        if what in DEEDS:  # the address of a form that was sent, asked for again
            return self._led(request, Went(part="text", said=""))
        return await self._shown(request, who, what, _query(request))

    async def _changed(self, request: Request, what: str) -> Response:
        refuse_other_sites(request, self._pages.site.url)
        form = await form_of(request)
        if what not in DEEDS:
            raise HTTPException(404)
        who = await self._holder(request)
        form.words = catalogues.words(who.language)
        went = await self._ask(lambda app: DEEDS[what](app, who, form))
        if went.is_erased:
            return self._pages.page("erased.html.j2", language=who.language)
        if went.feed:
            return await self._shown(request, who, went.page, {"did": went.said}, feed=went.feed)
        if not form.errors:
            return self._led(request, went)
        return await self._shown(request, who, went.page, {"name": went.interest}, form=form, failed=went.part)

    async def _shown(
        self,
        request: Request,
        who: Subscriber,
        page: str,
        query: Mapping[str, str],
        *,
        form: Form | None = None,
        failed: str = "",
        feed: str = "",
    ) -> Response:
        template, view = PAGES[page]
        values = await self._ask(lambda app: view(app.store, who, query, app.now))
        if values is None:
            raise HTTPException(404)
        words, said = catalogues.words(who.language), SAID.get(query.get("did", ""))
        if form is not None and failed == "delivery":
            values["delivery"] = _typed(form, words)
        return self._pages.page(
            template,
            language=who.language,
            status=_UNPROCESSABLE if form else 200,
            here=self._here(request),
            page=page,
            said=words.gettext(said) if said else "",
            form=form or Form(),
            failed=failed,
            new_feed=self._addresses(feed),
            other_feeds=await self._ask(lambda app: self._others(app, feed, words)),
            outline=feeds.address(self._pages.site.url, feed, "opml") if feed else "",
            **values,
        )

    def _led(self, request: Request, went: Went) -> Response:
        """To the page that shows what was done (RFC 9110 §15.4.4), so that a reload sends nothing twice."""
        query = urlencode({name: value for name, value in (("name", went.interest), ("did", went.said)) if value})
        page = f"{self._here(request)}/{went.page}".rstrip("/")
        return RedirectResponse(f"{page}{query and '?'}{query}", 303)

    def _addresses(self, feed: str) -> list[tuple[str, str]]:
        """What each form of a feed is called, and where it is; nothing where no token was given."""
        site = self._pages.site.url
        return [(_FEED_NAMES[form], feeds.address(site, feed, form)) for form in feeds.FORMS] if feed else []

    def _others(self, app: App, feed: str, words: Words) -> list[tuple[str, str]]:
        """The same for the feeds of single interests and of what was saved, as Atom."""
        found = feeds.named(app.store, feed) if feed else None
        listed = views(found.interests, words)[1:] if found else []
        return [(name, feeds.address(self._pages.site.url, feed, "atom", view)) for name, view in listed]

    def _here(self, request: Request) -> str:
        return f"{self._pages.root}/settings/{request.path_params['token']}"

    async def _holder(self, request: Request) -> Subscriber:
        token = request.path_params["token"]
        holder = await self._ask(lambda app: standing.settings_holder(app.store, token))
        if holder is None:
            raise HTTPException(404)
        return holder


def _query(request: Request) -> dict[str, str]:
    """What stands behind the question mark; no text of a database may hold NUL (PostgreSQL refuses it)."""
    return {name: value.replace("\x00", "\ufffd") for name, value in request.query_params.items()}


def _typed(form: Form, words: Words) -> dict[str, Any]:
    """The fields of the delivery form as they were filled in."""
    names = ("at", "zone", "size", "kind", "form", "language", "least")
    return {name: form.text(name) for name in names} | {"days": ticked(form.all("day"), words)}
