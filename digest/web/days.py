"""The public pages of days, weeks and months, and their feeds. What is no such page is 404."""

import re
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest import browse
from digest.app import App
from digest.browse.days import DaysPage, Period, Sort, Span
from digest.rendering import catalogues, public_days
from digest.rendering.public import public_paper
from digest.rendering.public_feed import FORMS, last_changed, public_feed
from digest.rendering.words import Words
from digest.web.asking import Asking
from digest.web.conditional import Written, answer, written
from digest.web.keeping import Keeper
from digest.web.languages import language_of, offered
from digest.web.pages import Pages
from digest.web.public_feeds import FEED_NAMES, LINK_TYPES, feed_again, feed_path, feed_uri, feed_written

IN_FULL = 12  # papers with their abstracts; the others of a page by their titles
MAX_AGE = "public, max-age=60"
PAGE_HEADERS = {"X-Robots-Tag": "all"}  # unlike what is a reader's own, these may be found
VARY = "Accept-Encoding, Accept-Language"
_FIRST_CATEGORIES = 12  # in the rail; the others behind a summary
_CATEGORY = re.compile(r"[!-~]{1,100}")
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_SORTS = {sort.value: sort for sort in Sort}
_PATTERNS = {
    "day": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "week": r"[0-9]{4}-W[0-9]{2}",
    "month": r"[0-9]{4}-[0-9]{2}",
    "form": "|".join(FORMS),
}


class _Part(Convertor[str]):
    """A part of a path that is written in one way alone."""

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


for _name, _pattern in _PATTERNS.items():
    register_url_convertor(_name, type(f"_{_name}", (_Part,), {"regex": _pattern})())


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What is asked for."""

    span: Span
    name: str = ""  # of a period; "" for the newest
    sort: Sort = Sort.TRENDING
    category: str = ""
    page: int = 1
    language: str = "en"
    is_chosen: bool = False  # whether the address names the language

    @property
    def path(self) -> str:
        """Below the root, without a query."""
        if self.span is Span.DAY:
            return f"/{self.name}"
        return f"/{self.span}/{self.name}" if self.name else f"/{self.span}"

    @property
    def query(self) -> str:
        """`?sort=newest&category=cs.LG`; "" where everything is as usual."""
        told = {
            "sort": self.sort.value if self.sort is not Sort.TRENDING else "",
            "category": self.category,
            "page": str(self.page) if self.page > 1 else "",
            "lang": self.language if self.is_chosen else "",
        }
        asked = urlencode({name: value for name, value in told.items() if value})
        return f"?{asked}" if asked else ""


class DaysDoor:
    """Answers at `/`, `/2026-01-22`, `/week`, `/week/2026-W04`, `/month` and `/month/2026-01`."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages
        self._site = pages.site
        self._keeper = Keeper(self._revision)

    def routes(self) -> list[Route]:
        """A path of each page, and of its feed in each form."""
        paths = [("/", Span.DAY), ("/{day:day}", Span.DAY)]
        paths += [
            path
            for span in (Span.WEEK, Span.MONTH)
            for path in ((f"/{span}", span), (f"/{span}/{{{span}:{span}}}", span))
        ]
        made = []
        for path, span in paths:
            made.append(Route(path, partial(self._page, span)))
            made.append(Route(feed_path(path, "{form:form}"), partial(self._feed, span)))
        return made

    async def _page(self, span: Span, request: Request) -> Response:
        view = _asked(span, request)
        found = await self._keeper(view, lambda: self._ask(lambda app: self._written(app, view)))
        if found is None:
            raise HTTPException(404)
        shown = answer(request, found, cache=MAX_AGE, vary=VARY)
        shown.headers.update(PAGE_HEADERS)
        return shown

    async def _feed(self, span: Span, request: Request) -> Response:
        view, form = _asked(span, request), request.path_params["form"]
        if view.page != 1:
            view = replace(view, page=1)
        key: Hashable = (view, form)
        found = await self._keeper(key, lambda: self._ask(lambda app: self._feed_written(app, view, form)))
        if found is None:
            raise HTTPException(404)
        return feed_again(request, found)

    async def _revision(self) -> Hashable:
        def asked(app: App) -> Hashable:
            with app.store.read() as tx:
                return app.now.date(), tx.days.revision()

        return await self._ask(asked)

    # ------------------------------------------------------------ written

    def _written(self, app: App, view: _View) -> Written | None:
        found = _found(app, view)
        if found is None:
            return None
        values = _Shown(app, view, found, self._pages.root).values()
        page = self._pages.page(
            "day.html.j2", language=view.language, here="" if view.name else view.span.value, **values
        )
        return written(bytes(page.body), "text/html; charset=utf-8")

    def _feed_written(self, app: App, view: _View, form: str) -> Written | None:
        found = _found(app, view)
        if found is None:
            return None
        words, site = catalogues.words(view.language), self._site.url.rstrip("/")
        content = public_feed(
            found.records,
            title=f"{self._site.name}: {_title(view, found.period, words, app)}",
            home=f"{site}{view.path}{view.query}",
            here=f"{site}{feed_path(view.path, form)}{view.query}",
            uri=feed_uri(app.store, f"{view.path}{view.query}"),
            words=words,
            form=form,
            publisher=self._site.name,
            style=f"{self._pages.root}/static/feed.css",
        )
        return feed_written(content, min(last_changed(found.records), app.now), form)


class _Shown:
    """A page of the list as its template has it."""

    def __init__(self, app: App, view: _View, found: DaysPage, root: str) -> None:
        self._app = app
        self._view = view
        self._found = found
        self._root = root
        self._words = catalogues.words(view.language)
        self._today = app.now.date()

    def values(self) -> dict[str, Any]:
        found, view, words, today = self._found, self._view, self._words, self._today
        papers = [public_paper(each, words, today=today) for each in found.records]
        if papers and view.page == 1:
            papers[0] = public_paper(found.records[0], words, today=today, is_lead=True)
        return {
            "heading": self._heading(found.period),
            "standfirst": self._standfirst(),
            "note": self._note(),
            "papers": papers[:IN_FULL],
            "titles": papers[IN_FULL:],
            "shown": self._shown(),
            "votes": public_days.votes_age(found.records, words, today=today),
            "ledger": public_days.ledger(found.batches, words, category=view.category),
            "previous": self._neighbour(found.previous),
            "following": self._neighbour(found.following),
            "sorts": [
                (words.gettext("Trending"), self._href(sort=Sort.TRENDING, page=1), view.sort is Sort.TRENDING),
                (words.gettext("Newest"), self._href(sort=Sort.NEWEST, page=1), view.sort is Sort.NEWEST),
            ],
            "categories": self._categories()[:_FIRST_CATEGORIES],
            "other_categories": self._categories()[_FIRST_CATEGORIES:],
            "feeds": [(FEED_NAMES[form], self._feed_href(form), LINK_TYPES[form]) for form in FORMS],
            **offered(replace(view, is_chosen=False).query),
            "newer": self._href(page=view.page - 1) if view.page > 1 else "",
            "older": self._href(page=view.page + 1) if found.before + len(papers) < found.total else "",
        }

    def _heading(self, period: Period) -> str:
        return public_days.heading(period.span, period.first, period.last, self._words, today=self._today)

    def _standfirst(self) -> str:
        found, view = self._found, self._view
        if not found.total:
            return ""
        return public_days.standfirst(
            found.total,
            found.voted,
            is_trending=view.sort is Sort.TRENDING,
            category=view.category,
            words=self._words,
        )

    def _note(self) -> str:
        """Why there is nothing, or on `/` nothing of today, and when there will be."""
        found, view, app, words = self._found, self._view, self._app, self._words
        if found.papers and view.category and not found.total:
            return words.gettext("No paper of these days is in {category}.").format(category=view.category)
        period = found.period
        if view.span is not Span.DAY:
            return "" if found.papers else words.gettext("Nothing was announced in these days.")
        asked = self._today if not view.name else period.first
        if found.papers and period.first >= asked:
            return ""
        deferred = frozenset(app.settings.arxiv.deferred_days)
        with app.store.read() as tx:
            batches = tx.batches.between(asked, asked)
        is_today = asked == self._today
        is_due = browse.is_listing_day(asked, deferred)
        told = public_days.empty(batches, words, is_today=is_today, is_due=is_due)
        if asked < self._today:
            return told
        at = browse.next_listing(app.now, deferred)
        return f"{told} {public_days.next_listing(at, words, today=self._today)}"

    def _shown(self) -> str:
        found, words = self._found, self._words
        first, last = found.before + 1, found.before + len(found.records)
        if last - first + 1 == found.total or not found.total:
            return ""
        form, figures = words.gettext("{first} to {last} of {count}"), words.figures
        return form.format(first=figures(first), last=figures(last), count=figures(found.total))

    def _neighbour(self, period: Period | None) -> tuple[str, str]:
        """Address and label; two empty ones where there is none."""
        if period is None:
            return "", ""
        label = public_days.short(period.span, period.first, self._words, today=self._today)
        return self._href(name=period.name, page=1), label

    def _categories(self) -> list[tuple[str, str, str, bool]]:
        """Name, address, count, and whether it is the one that is shown."""
        view, figures = self._view, self._words.figures
        every = (self._words.gettext("All"), "", self._found.papers)
        named = [every, *((name, name, count) for name, count in self._found.categories)]
        return [
            (label, self._href(category=name, page=1), figures(count), name == view.category)
            for label, name, count in named
        ]

    def _href(self, **changed: Any) -> str:
        view = replace(self._view, **changed)
        return f"{self._root}{view.path}{view.query}"

    def _feed_href(self, form: str) -> str:
        view = replace(self._view, page=1)
        return f"{self._root}{feed_path(view.path, form)}{view.query}"


def _asked(span: Span, request: Request) -> _View:
    """The view that an address means; HTTPException 404 for one that means none."""
    query = request.query_params
    category, page, sort = query.get("category", ""), query.get("page", "1"), query.get("sort", Sort.TRENDING.value)
    known = (not category or _CATEGORY.fullmatch(category)) and _PAGE_NUMBER.fullmatch(page) and sort in _SORTS
    if not known:
        raise HTTPException(404)
    return _View(
        span=span,
        name=request.path_params.get(span.value, ""),
        sort=_SORTS[sort],
        category=category,
        page=int(page),
        language=language_of(request),
        is_chosen="lang" in query,
    )


def _found(app: App, view: _View) -> DaysPage | None:
    today = app.now.date()
    with app.store.read() as tx:
        if view.name:
            period = browse.period_named(view.span, view.name, today=today)
        else:
            period = browse.newest_period(tx, view.span, today=today)
        if period is None:
            return None
        return browse.days_page(tx, period, today=today, sort=view.sort, category=view.category, page=view.page)


def _title(view: _View, period: Period, words: Words, app: App) -> str:
    """What a feed is called: of a page that moves on, by no date."""
    names = {
        Span.DAY: words.gettext("papers of the day"),
        Span.WEEK: words.gettext("papers of the week"),
        Span.MONTH: words.gettext("papers of the month"),
    }
    if not view.name:
        title = names[view.span]
    else:
        title = public_days.heading(period.span, period.first, period.last, words, today=app.now.date())
    return f"{title} ({view.category})" if view.category else title
