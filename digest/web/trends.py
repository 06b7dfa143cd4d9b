"""The public page of trends: what rises, how much is listed, and who writes most, with a table behind each picture."""

from collections.abc import Hashable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest import browse
from digest.app import App
from digest.browse.trends import ListingTrend, Trends
from digest.rendering import catalogues, charts, public_days
from digest.rendering.plain import one_line, shortened
from digest.rendering.words import Words
from digest.web.asking import Asking
from digest.web.conditional import Written, answer, written
from digest.web.keeping import Keeper
from digest.web.languages import language_of, offered
from digest.web.pages import Pages

_KEPT_SECONDS = 3600.0  # counting takes seconds, and a week changes slowly
_CACHE = "public, max-age=600"
_VARY = "Accept-Encoding, Accept-Language"
_NAME_CHARACTERS = 60
_HEADERS = {"X-Robots-Tag": "all"}


class TrendsDoor:
    """Answers at /trends."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages
        self._keeper = Keeper(self._revision, seconds=_KEPT_SECONDS)

    def routes(self) -> list[Route]:
        return [Route("/trends", self.trends)]

    async def trends(self, request: Request) -> Response:
        """What is on the rise."""
        language = language_of(request)
        found = await self._keeper(language, lambda: self._written(language))
        assert found is not None  # noqa: S101 - for the type checker
        shown = answer(request, found, cache=_CACHE, vary=_VARY)
        shown.headers.update(_HEADERS)
        return shown

    async def _revision(self) -> Hashable:
        return await self._ask(_newest)

    async def _written(self, language: str) -> Written:
        found = await self._ask(lambda app: browse.trends(app.store, today=app.now.date()))
        values = _values(found, catalogues.words(language))
        page = self._pages.page("trends.html.j2", language=language, here="trends", **offered(), **values)
        return written(bytes(page.body), "text/html; charset=utf-8")


def _newest(app: App) -> Hashable:
    """The day of the newest listing, after which everything is counted again."""
    with app.store.read() as tx:
        return browse.newest_period(tx, browse.Span.DAY, today=app.now.date())


def _values(found: Trends | None, words: Words) -> dict[str, Any]:
    if found is None:
        return {"standfirst": words.gettext("Nothing was listed yet."), "found": None}
    first, last = words.dated(found.first, today=found.last), words.dated(found.last, today=found.last)
    form = words.gettext("What rises in the week from {first} to {last}.")
    listings = [each for each in found.listings if public_days.is_public(each.name)]
    return {
        "standfirst": form.format(first=first, last=last),
        "found": found,
        "rising": [_rising(each, words) for each in listings if each.rising],
        "days": [words.dated(day, today=found.last) for day in found.days],
        "since": words.dated(found.since, today=found.last),
        "last": last,
        "listings": [_listing(each, words) for each in listings],
        "authors": _authors(found, words),
    }


def _rising(each: ListingTrend, words: Words) -> dict[str, Any]:
    shares = [term.this_week / each.week for term in each.rising]
    return {
        "name": _name(each.name),
        "papers": words.papers(each.week),
        "terms": [
            {
                "term": term.term,
                "bar": charts.bar(share, most=max(shares)),
                "now": words.gettext("{count} of {papers}").format(
                    count=words.figures(term.this_week), papers=words.figures(each.week)
                ),
                "before": words.gettext("{count} of {papers}").format(
                    count=words.figures(term.before), papers=words.figures(each.before)
                ),
            }
            for term, share in zip(each.rising, shares, strict=True)
        ],
    }


def _listing(each: ListingTrend, words: Words) -> dict[str, Any]:
    label = words.gettext("Papers in {listing} by day").format(listing=_name(each.name))
    return {
        "name": _name(each.name),
        "papers_in_all": words.papers(sum(each.papers)),
        "most": words.gettext("at most {count} a day").format(count=words.figures(max(each.papers, default=0))),
        "chart": charts.columns(each.papers, label=label),
        "papers": [words.figures(count) for count in each.papers],
    }


def _authors(found: Trends, words: Words) -> Sequence[dict[str, Any]]:
    most = max((each.papers for each in found.authors), default=0)
    return [
        {
            "name": shortened(one_line(each.name), _NAME_CHARACTERS),
            "number": each.number,
            "bar": charts.bar(each.papers, most=most),
            "papers": words.papers(each.papers),
        }
        for each in found.authors
    ]


def _name(listing: str) -> str:
    return shortened(one_line(listing), _NAME_CHARACTERS)
