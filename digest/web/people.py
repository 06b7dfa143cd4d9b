"""An author looked up: their page, their feed, and who may bear a name. Nothing is changed.

`/author/12-ada-ames`, to which `/author/12` and any other spelling behind the number lead; `/author/12.atom`, `.rss`
and `.json`; `/author?name=Ada+Ames`. Who is hidden is nowhere.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from digest import browse
from digest.app import App
from digest.browse.people import PAGE
from digest.records import AuthorDetails, Writer
from digest.rendering import catalogues, metadata
from digest.rendering.author_links import author_href, author_key
from digest.rendering.author_page import AuthorPage, author_page, bearer, clean_name
from digest.rendering.public_feed import FORMS, last_changed, public_feed
from digest.web.asking import Asking
from digest.web.conditional import Written, answer, written
from digest.web.days import MAX_AGE, PAGE_HEADERS, VARY
from digest.web.keeping import Keeper
from digest.web.languages import ENGLISH, language_of, offered, spoken
from digest.web.pages import Pages
from digest.web.public_feeds import FEED_NAMES, LINK_TYPES, feed_again, feed_uri, feed_written

_AUTHOR = re.compile(rf"([1-9][0-9]{{0,17}})(?:-[^./]*)?(?:\.({'|'.join(FORMS)}))?")
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_NAME_CHARACTERS = 200  # as much of a name as is read (authors.folded)
_LED_SECONDS = 300  # for which a browser keeps where a number leads: a name may be corrected


@dataclass(frozen=True, slots=True)
class _View:
    """What is asked for."""

    number: int
    slug: str  # the whole key as it was written: "12-ada-ames"
    page: int
    form: str  # of a feed; "" for a page
    language: str


class _Led(Exception):
    """The page is below another address."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self.writer = writer


class PeopleDoor:
    """Answers below /author."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages
        self._site = pages.site.url.rstrip("/")
        self._keeper = Keeper(self._revision)

    def routes(self) -> list[Route]:
        return [Route("/author", self.bearers), Route("/author/{key}", self.author)]

    async def author(self, request: Request) -> Response:
        """The page of a person, or their feed."""
        view = _asked(request)
        try:
            found = await self._keeper(view, lambda: self._ask(lambda app: self._written(app, view)))
        except _Led as led:
            query = f"?{request.url.query}" if request.url.query else ""
            address = f"{self._pages.root}{author_href(led.writer)}{query}"
            return RedirectResponse(address, 308, headers={"Cache-Control": f"public, max-age={_LED_SECONDS}"})
        if found is None:
            raise HTTPException(404)
        if view.form:
            return feed_again(request, found)
        shown = answer(request, found, cache=MAX_AGE, vary=VARY)
        shown.headers.update(PAGE_HEADERS)
        return shown

    async def bearers(self, request: Request) -> Response:
        """Who may bear a name: the one there is, or a list that tells them apart."""
        name, language = request.query_params.get("name", "").strip()[:_NAME_CHARACTERS], language_of(request)
        found = await self._ask(lambda app: browse.bearers(app.store, name)) if name else ()
        if len(found) == 1:
            return RedirectResponse(f"{self._pages.root}{author_href(found[0])}", 302)
        words = catalogues.words(language)
        people = [bearer(each, words) for each in found]
        asked = offered(f"?{urlencode({'name': name}, errors='replace')}" if name else "")
        page = self._pages.page("authors.html.j2", language=language, asked=clean_name(name), found=people, **asked)
        shown = written(bytes(page.body), "text/html; charset=utf-8")
        return answer(request, shown, cache=MAX_AGE, vary=VARY)

    async def _revision(self) -> object:
        def asked(app: App) -> object:
            with app.store.read() as tx:
                return app.now.date(), tx.days.revision()

        return await self._ask(asked)

    # ------------------------------------------------------------ written

    def _written(self, app: App, view: _View) -> Written | None:
        details = browse.author_details(app.store, view.number, page=view.page)
        if details is None:
            return None
        if view.form:
            return self._feed(app, details, view)
        if view.slug != author_key(view.number, details.name):
            raise _Led(Writer(name=details.name, number=view.number))
        return self._page(app, details, view)

    def _page(self, app: App, details: AuthorDetails, view: _View) -> Written:
        words = catalogues.words(view.language)
        shown = author_page(details, words, page=view.page, of=PAGE, now=app.now, today=app.now.date())
        here = f"{self._site}{shown.href}{f'?page={view.page}' if view.page > 1 else ''}"
        page = self._pages.page(
            "author.html.j2",
            language=view.language,
            author=shown,
            canonical=here,
            feeds=[(form, FEED_NAMES[form], LINK_TYPES[form]) for form in FORMS],
            meta=metadata.of_person(
                shown.name, _described(shown), here=here, site=self._pages.site.name, same_as=[a for _, a in shown.keys]
            ),
            **offered(f"?page={view.page}" if view.page > 1 else ""),
        )
        return written(bytes(page.body), "text/html; charset=utf-8")

    def _feed(self, app: App, details: AuthorDetails, view: _View) -> Written:
        path = f"/author/{view.number}"
        query = f"?{urlencode({'lang': view.language})}" if view.language != ENGLISH else ""
        content = public_feed(
            details.papers,
            title=f"{self._pages.site.name}: {clean_name(details.name)}",
            home=f"{self._site}/author/{author_key(details.number, details.name)}",
            here=f"{self._site}{path}.{view.form}{query}",
            uri=feed_uri(app.store, path),
            words=catalogues.words(view.language),
            form=view.form,
            publisher=self._pages.site.name,
            style=f"{self._pages.root}/static/feed.css",
        )
        return feed_written(content, min(last_changed(details.papers), app.now), view.form)


def _asked(request: Request) -> _View:
    """The view that an address means; HTTPException 404 for one that means none."""
    found, page = _AUTHOR.fullmatch(request.path_params["key"]), request.query_params.get("page", "1")
    if found is None or not _PAGE_NUMBER.fullmatch(page):
        raise HTTPException(404)
    form = found[2] or ""
    return _View(
        number=int(found[1]),
        slug="" if form else found[0],
        page=1 if form else int(page),
        form=form,
        # a feed is no page of a browser: it is in one language for all who have its address
        language=spoken(request.query_params.get("lang", "")) or ENGLISH if form else language_of(request),
    )


def _described(author: AuthorPage) -> str:
    figures = (f"{figure.value} {figure.label}" for figure in author.figures)
    return ", ".join((author.name, *filter(None, [author.field]), *figures))
