"""Search: the form and what it found, and the same as feeds, newest first. Nothing is changed.

`/search?q=…&category=…&since=…&until=…&author=…&code=1&meaning=1&sort=newest&page=2`, `/search.atom?q=…`, `.rss` and
`.json`. What a field cannot hold is 404.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from digest import browse
from digest.app import App
from digest.browse import Found
from digest.records import Record
from digest.rendering import catalogues
from digest.rendering.plain import clean, one_line
from digest.rendering.public import paper_href, public_paper
from digest.rendering.public_feed import FORMS, last_changed, public_feed
from digest.rendering.view import shown_title
from digest.rendering.words import Words
from digest.web.asking import Asking
from digest.web.conditional import Written, answer, packs, written
from digest.web.days import IN_FULL, MAX_AGE, VARY
from digest.web.languages import language_of, offered
from digest.web.pages import Pages
from digest.web.public_feeds import FEED_NAMES, LINK_TYPES, feed_again, feed_path, feed_uri, feed_written

LONGEST = 1000  # characters of a query
_LONGEST_NAME = 200  # of an author
_IN_A_FEED = 50  # results: a reader that asks once a day must miss none
_CATEGORY = re.compile(r"[!-~]{0,100}")
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,4}")
_DAY = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?")
_PATH = "/search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody searches for, checked."""

    q: str = ""
    category: str = ""
    since: date | None = None
    until: date | None = None
    author: str = ""
    code: bool = False  # only papers with code
    meaning: bool = False  # by meaning, and not by words
    newest: bool = False  # the newest first, and not the best
    page: int = 1

    def found(self, app: App, *, size: int = browse.SEARCH_PAGE) -> Found:
        """The page of results, at most `size`."""
        return browse.search(
            app.store,
            self.q,
            category=self.category,
            since=self.since,
            until=self.until,
            author=self.author,
            has_code=self.code,
            by_meaning=self.meaning,
            newest_first=self.newest,
            page=self.page,
            size=size,
            now=app.now,
        )

    @property
    def query(self) -> str:
        """As it stands in an address, in one way alone: `?q=flat+minima&code=1`; "" where nothing is asked."""
        told = {
            "q": self.q,
            "category": self.category,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "author": self.author,
            "code": "1" if self.code else "",
            "meaning": "1" if self.meaning else "",
            "sort": "newest" if self.newest else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        asked = urlencode({name: value for name, value in told.items() if value}, errors="replace")
        return f"?{asked}" if asked else ""


def asked_of(query: QueryParams) -> Asked:
    """What an address asks for; ValueError names the field that cannot be what it is."""
    return Asked(
        q=_text(query, "q", LONGEST),
        category=_one_of(query, "category", _CATEGORY),
        since=_day(query, "since"),
        until=_day(query, "until"),
        author=_text(query, "author", _LONGEST_NAME),
        code=_is_on(query, "code"),
        meaning=_is_on(query, "meaning"),
        newest=_one_of(query, "sort", re.compile("(?:best|newest)?")) == "newest",
        page=int(_one_of(query, "page", _PAGE_NUMBER, usual="1")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How a page is wanted."""

    language: str
    is_chosen: bool  # whether the address names the language
    packs: bool

    @classmethod
    def of(cls, request: Request) -> Self:
        return cls(language=language_of(request), is_chosen="lang" in request.query_params, packs=packs(request))


class SearchDoor:
    """Answers at /search."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages
        self._site = pages.site

    def routes(self) -> list[Route]:
        return [Route(_PATH, self.page), Route(feed_path(_PATH, "{form:form}"), self.feed)]

    async def page(self, request: Request) -> Response:
        """The form with what it found; where the query names a paper, that paper's page."""
        asked, form = _asked(request), _Form.of(request)
        found = await self._ask(lambda app: self._shown(app, asked, form))
        if isinstance(found, str):
            return RedirectResponse(found, 302)
        return answer(request, found, cache=MAX_AGE, vary=VARY)

    async def feed(self, request: Request) -> Response:
        """The newest results."""
        asked, form = replace(_asked(request), page=1, newest=True), request.path_params["form"]
        words = catalogues.words(language_of(request))
        return feed_again(request, await self._ask(lambda app: self._feed(app, asked, form, words)))

    def _shown(self, app: App, asked: Asked, form: "_Form") -> Written | str:
        found, words = asked.found(app), catalogues.words(form.language)
        if found.direct is not None:
            return f"{self._pages.root}{paper_href(found.direct)}{f'?lang={form.language}' if form.is_chosen else ''}"
        if found.page > found.pages:
            raise HTTPException(404)
        today = app.now.date()
        told: dict[str, Any] = {
            "asked": asked,
            "papers": [public_paper(each, words, today=today) for each in found.records[:IN_FULL]],
            "titles": [public_paper(_bare(each), words, today=today) for each in found.records[IN_FULL:]],
            "standfirst": standfirst(found, asked, words),
            "corrected": clean(found.corrected),
            "shown": _range(found, words),
            "sorts": self._sorts(asked, found, words),
            "newer": self._href(replace(asked, page=found.page - 1)) if found.page > 1 else "",
            "older": self._href(replace(asked, page=found.page + 1)) if found.page < found.pages else "",
            "feeds": [
                (FEED_NAMES[form], f"{self._pages.root}{self._feed_href(asked, form)}", LINK_TYPES[form])
                for form in FORMS
            ],
            **offered(asked.query),
        }
        page = self._pages.page("search.html.j2", language=form.language, here="search", **told)
        return written(bytes(page.body), "text/html; charset=utf-8", packs=form.packs)

    def _sorts(self, asked: Asked, found: Found, words: Words) -> list[tuple[str, str, bool]]:
        """Name, address, and whether it is so; nothing where there is but one order."""
        if found.by_meaning or not asked.q or found.count < 2:
            return []
        ways = ((words.gettext("Best"), False), (words.gettext("Newest"), True))
        return [(name, self._href(replace(asked, newest=way, page=1)), way == asked.newest) for name, way in ways]

    def _feed(self, app: App, asked: Asked, form: str, words: Words) -> Written:
        found, site = asked.found(app, size=_IN_A_FEED), self._site.url.rstrip("/")
        title = words.gettext("papers about {query}").format(query=asked.q) if asked.q else words.gettext("papers")
        content = public_feed(
            found.records,
            title=f"{self._site.name}: {one_line(title)}",
            home=f"{site}{_PATH}{asked.query}",
            here=f"{site}{self._feed_href(asked, form)}",
            uri=feed_uri(app.store, f"{_PATH}{replace(asked, newest=False).query}"),
            words=words,
            form=form,
            publisher=self._site.name,
            style=f"{self._pages.root}/static/feed.css",
        )
        return feed_written(content, min(last_changed(found.records), app.now), form)

    def _href(self, asked: Asked) -> str:
        return f"{self._pages.root}{_PATH}{asked.query}"

    def _feed_href(self, asked: Asked, form: str) -> str:
        return f"{feed_path(_PATH, form)}{replace(asked, page=1, newest=False).query}"


def _bare(record: Record) -> Record:
    """Without its abstract, which takes longest to word: a title leads to the paper's page."""
    return replace(record, paper=replace(record.paper, abstract=""))


def standfirst(found: Found, asked: Asked, words: Words) -> str:
    """What was found, in a sentence."""
    papers = words.papers(found.count)
    if not found.count:
        return words.gettext("Nothing here is like that. Try other words, or fewer filters.")
    if found.near is not None:
        return words.gettext("The nearest {papers} to “{title}”").format(papers=papers, title=shown_title(found.near))
    if found.by_meaning:
        if asked.meaning:
            return words.gettext("The nearest {papers} by meaning").format(papers=papers)
        return words.gettext("No paper has all these words. The nearest {papers} by meaning").format(papers=papers)
    return papers


def _asked(request: Request) -> Asked:
    try:
        return asked_of(request.query_params)
    except ValueError as error:
        raise HTTPException(404) from error


def _text(query: QueryParams, name: str, most: int) -> str:
    """Folded and cut; no text of a database may hold NUL (PostgreSQL refuses it)."""
    return " ".join(query.get(name, "").replace("\x00", " ").split())[:most].strip()


def _one_of(query: QueryParams, name: str, pattern: re.Pattern[str], *, usual: str = "") -> str:
    found = query.get(name, usual).strip()
    if not pattern.fullmatch(found):
        raise ValueError(name)
    return found


def _day(query: QueryParams, name: str) -> date | None:
    found = _one_of(query, name, _DAY)
    try:
        return date.fromisoformat(found) if found else None
    except ValueError as error:
        raise ValueError(name) from error


def _is_on(query: QueryParams, name: str) -> bool:
    return _one_of(query, name, re.compile("[01]?")) == "1"


def _range(found: Found, words: Words) -> str:
    if found.pages == 1:
        return ""
    first = (found.page - 1) * found.size + 1
    form, figures = words.gettext("{first} to {last} of {count}"), words.figures
    last = first + len(found.records) - 1
    return form.format(first=figures(first), last=figures(last), count=figures(found.count))
