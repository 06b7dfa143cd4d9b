"""The public views as JSON, for programs: what is asked for goes in by the address alone, nothing is changed.

Below /api/v1; the document of it is /api/openapi.json. What is refused is told as RFC 9457 has it.
"""

import json
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest import __version__, browse
from digest.app import App
from digest.browse.days import Sort, Span
from digest.web import answers
from digest.web.asking import Asking
from digest.web.conditional import answer, written
from digest.web.days import MAX_AGE
from digest.web.openapi import PROBLEM, Operation, Parameter, Refused, document, plain, taken
from digest.web.pages import Pages
from digest.web.papers import named
from digest.web.search import LONGEST, Asked

JSON = "application/json"
_ROOT = "/api/v1"
_MOST_PAGES = 99_999
_MOST_NUMBER = 10**18 - 1  # of a person; a number of 64 bits holds it
_MOST_DAYS = 31  # of the ledger in one answer
_WEEK = timedelta(days=6)
_SIMILAR = 10  # papers told, where nobody says how many
_CATEGORY = "[!-~]{1,100}"

_PAGE = Parameter(name="page", said="The page, from 1", kind=int, least=1, most=_MOST_PAGES)
_SORT = Parameter(name="sort", said="The order", choices=tuple(Sort))
_IN = Parameter(name="category", said="Only papers of this category", pattern=_CATEGORY, most=100, example="cs.LG")
_OF_SEARCH = (
    Parameter(name="q", said="Words, a phrase between quotes, a title, an id, an address, or like:ID", most=LONGEST),
    Parameter(name="category", said="A category, or an archive", pattern=_CATEGORY, most=100, example="cs.LG"),
    Parameter(name="since", said="Announced on this day or later", kind=date),
    Parameter(name="until", said="Announced on this day or before", kind=date),
    Parameter(name="author", said="A name", most=200),
    Parameter(name="code", said="Only papers with code", kind=bool),
    Parameter(name="meaning", said="By meaning, and not by words", kind=bool),
    Parameter(name="newest", said="The newest first, and not the best", kind=bool),
    _PAGE,
)
_PAPER = Parameter(
    name="id",
    said="An arXiv id, a DOI behind `doi:`, or another key of a paper, its slash as %2F",
    in_path=True,
    least=1,
    most=2000,
    example="2601.10962",
)


class ApiDoor:
    """Answers below /api, but for those of the admin API."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/api/openapi.json", self.document),
            *(Route(each.path, _Told(self._ask, each).answer) for each in OPERATIONS),
        ]

    async def document(self, request: Request) -> Response:
        """The OpenAPI document."""
        site = self._pages.site
        made = document(
            OPERATIONS,
            title=site.name,
            version=__version__,
            server=site.url.rstrip("/"),
            said="Papers, people, trends and the ledger, read-only. Paper texts belong to their authors.",
        )
        return answer(request, written(encoded(made), JSON), cache=MAX_AGE)


class _Told:
    """One operation, answered."""

    def __init__(self, ask: Asking, operation: Operation) -> None:
        self._ask = ask
        self._operation = operation

    async def answer(self, request: Request) -> Response:
        operation = self._operation
        try:
            values = taken(operation, request.path_params, request.query_params.multi_items())
            found = await self._ask(lambda app: operation.work(app, **values))
            if found is None:
                raise Refused(404, "No such thing", f"{operation.said}: nothing is kept here under that name")
        except Refused as refused:
            return problem(refused)
        return answer(request, written(encoded(plain(found)), JSON), cache=MAX_AGE)


def problem(refused: Refused) -> Response:
    """What was wrong, as RFC 9457 has it."""
    told = refused.problem
    return Response(encoded(plain(told)), told.status, media_type=PROBLEM)


def encoded(value: Any) -> bytes:
    """JSON in UTF-8, which has no lone surrogates."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


# ------------------------------------------------------------ what is answered


def _days(
    app: App, span: Span, name: str, *, category: str = "", sort: str = Sort.TRENDING, page: int = 1
) -> answers.DaysAnswer | None:
    period = browse.period_named(span, name, today=app.now.date())
    if period is None:
        return None
    with app.store.read() as tx:
        found = browse.days_page(tx, period, sort=Sort(sort), today=app.now.date(), category=category, page=page)
    return answers.days_of(found, page) if found else None


def _day(app: App, day: date, **asked: Any) -> answers.DaysAnswer | None:
    return _days(app, Span.DAY, day.isoformat(), **asked)


def _week(app: App, week: str, **asked: Any) -> answers.DaysAnswer | None:
    return _days(app, Span.WEEK, week, **asked)


def _month(app: App, month: str, **asked: Any) -> answers.DaysAnswer | None:
    return _days(app, Span.MONTH, month, **asked)


def _paper(app: App, id: str) -> answers.PaperPageAnswer | None:
    key = named(id)
    kept = browse.canonical(app.store, key) if key else None
    details = browse.paper_details(app.store, kept) if kept else None
    return answers.page_of(details) if details else None


def _similar(app: App, id: str, limit: int = _SIMILAR) -> answers.SimilarAnswer | None:
    key = named(id)
    kept = browse.canonical(app.store, key) if key else None
    return answers.similar_of(browse.like(app.store, kept, limit=limit, now=app.now)) if kept else None


def _author(app: App, number: int, page: int = 1) -> answers.AuthorAnswer | None:
    details = browse.author_details(app.store, number, page=page)
    return answers.author_of(details, page) if details else None


def _authors(app: App, name: str) -> answers.AuthorsAnswer:
    return answers.authors_of(browse.bearers(app.store, name))


def _search(app: App, **asked: Any) -> answers.SearchAnswer | None:
    found = Asked(**asked).found(app)
    return answers.search_of(found) if found.page <= found.pages else None


def _trends(app: App) -> answers.TrendsAnswer | None:
    found = browse.trends(app.store, today=app.now.date())
    return answers.trends_of(found) if found else None


def _batches(app: App, since: date | None = None, until: date | None = None) -> answers.BatchesAnswer:
    last = until or app.now.date()
    first = since or max(date.min + _WEEK, last) - _WEEK
    if not first <= last <= first + timedelta(days=min(_MOST_DAYS, (date.max - first).days)):
        raise Refused(400, "Not understood", f"since, until: expected at most {_MOST_DAYS} days, the first one first")
    with app.store.read() as tx:
        found = tx.batches.between(first, last)
    return answers.batches_of(sorted(found, key=lambda each: (-each.day.toordinal(), each.source, each.stream)))


def _period(name: str, work: Any, pattern: str, example: str) -> Operation:
    kind = date if name == "day" else str
    asked = Parameter(
        name=name, said=f"The {name}", in_path=True, kind=kind, pattern="" if kind is date else pattern, example=example
    )
    return Operation(
        id=f"{name}Papers",
        path=f"{_ROOT}/{name}s/{{{name}}}",
        said=f"The papers of a {name}",
        work=work,
        parameters=(asked, _IN, _SORT, _PAGE),
        answer=answers.DaysAnswer,
    )


OPERATIONS = (
    _period("day", _day, "", "2026-01-22"),
    _period("week", _week, "[0-9]{4}-W[0-9]{2}", "2026-W04"),
    _period("month", _month, "[0-9]{4}-[0-9]{2}", "2026-01"),
    Operation(
        id="similarPapers",
        path=f"{_ROOT}/papers/{{id:path}}/similar",
        said="The papers nearest to one",
        work=_similar,
        parameters=(_PAPER, Parameter(name="limit", said="At most so many", kind=int, least=1, most=50)),
        answer=answers.SimilarAnswer,
    ),
    Operation(
        id="paper",
        path=f"{_ROOT}/papers/{{id:path}}",
        said="One paper",
        work=_paper,
        parameters=(_PAPER,),
        answer=answers.PaperPageAnswer,
    ),
    Operation(
        id="authors",
        path=f"{_ROOT}/authors",
        said="Who may bear a name",
        work=_authors,
        parameters=(Parameter(name="name", said="The name as on a paper", required=True, least=1, most=200),),
        answer=answers.AuthorsAnswer,
    ),
    Operation(
        id="author",
        path=f"{_ROOT}/authors/{{number}}",
        said="One person",
        work=_author,
        parameters=(
            Parameter(name="number", said="Their number", in_path=True, kind=int, least=1, most=_MOST_NUMBER),
            _PAGE,
        ),
        answer=answers.AuthorAnswer,
    ),
    Operation(
        id="search",
        path=f"{_ROOT}/search",
        said="Papers by words, by meaning, by what they are called",
        work=_search,
        parameters=_OF_SEARCH,
        answer=answers.SearchAnswer,
    ),
    Operation(
        id="trends", path=f"{_ROOT}/trends", said="What is on the rise", work=_trends, answer=answers.TrendsAnswer
    ),
    Operation(
        id="batches",
        path=f"{_ROOT}/batches",
        said="The ledger: was everything read?",
        work=_batches,
        parameters=(
            Parameter(name="since", said="The first day; a week before the last", kind=date),
            Parameter(name="until", said="The last day; today", kind=date),
        ),
        answer=answers.BatchesAnswer,
    ),
)
