"""The papers of a day, a week and a month, counted, sorted and divided."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.browse.days import (
    PAGE,
    DaysPage,
    Period,
    Sort,
    Span,
    days_page,
    in_order,
    newest_period,
    next_listing,
    period_named,
    period_of,
)
from digest.identity import PaperId
from digest.signals import COMMENTS, UPVOTES, Signal
from digest.store import Store
from digest.store.days import NamedPaper
from tests.fakes import MONDAY, at, paper
from tests.store.builders import announce, announced

TUESDAY = MONDAY + timedelta(days=1)


def page(store: Store, span: Span = Span.DAY, **values: Any) -> DaysPage:
    """The page of Monday, or of its week or month."""
    asked: dict[str, Any] = {"sort": Sort.TRENDING, "today": MONDAY} | values
    with store.read() as tx:
        found = days_page(tx, period_of(span, MONDAY), **asked)
    assert found is not None
    return found


def titles(found: DaysPage) -> list[str]:
    return [each.paper.title for each in found.records]


def vote(store: Store, key: PaperId, *, up: int, said: int = 0) -> None:
    with store.begin() as tx:
        for name, count in ((UPVOTES, up), (COMMENTS, said)):
            tx.signals.keep([Signal(subject=key, name=name, value=count, source="hf", observed_at=at(MONDAY))])


@pytest.fixture
def three(store: Store) -> Store:
    """Three papers of Monday, the second with most votes, the third with as many and more comments than the first."""
    papers = [
        paper(title, number=place, categories=("cs.LG", "cs.CL")[:place])
        for place, title in enumerate(["One", "Two", "Three"], start=1)
    ]
    announce(store, *map(announced, papers))
    for each, up, said in zip(papers, (2, 9, 2), (0, 0, 4), strict=True):
        vote(store, each.id, up=up, said=said)
    return store


def test_trending_goes_by_votes_then_comments(three: Store) -> None:
    found = page(three)

    assert titles(found) == ["Two", "Three", "One"]
    assert (found.total, found.voted) == (3, 3)


def test_the_newest_come_in_the_order_of_their_announcement(three: Store) -> None:
    assert titles(page(three, sort=Sort.NEWEST)) == ["Three", "Two", "One"]


def test_a_category_has_its_papers_and_all_categories_are_counted(three: Store) -> None:
    found = page(three, category="cs.CL")

    assert titles(found) == ["Two", "Three"]
    assert (found.total, found.papers) == (2, 3)
    assert found.categories == (("cs.LG", 3), ("cs.CL", 2))


def test_weeks_and_months_hold_their_days(three: Store) -> None:
    announce(three, announced(paper("Later", number=9), day=TUESDAY))

    assert titles(page(three, Span.WEEK, sort=Sort.NEWEST))[0] == "Later"
    assert page(three, Span.MONTH).total == 4
    assert page(three).total == 3


def test_a_long_list_has_pages(store: Store) -> None:
    announce(store, *(announced(paper(f"Paper {n}", number=n)) for n in range(1, PAGE + 4)))

    first, second = page(store), page(store, page=2)
    assert (len(first.records), len(second.records), second.before) == (PAGE, 3, PAGE)
    assert not {each.paper.id for each in first.records} & {each.paper.id for each in second.records}
    with store.read() as tx:
        assert days_page(tx, period_of(Span.DAY, MONDAY), today=MONDAY, sort=Sort.NEWEST, page=3) is None


def test_a_day_without_papers_is_an_empty_page(store: Store) -> None:
    found = page(store)

    assert (found.records, found.total, found.previous, found.following) == ((), 0, None, None)


def test_a_day_leads_to_the_nearest_days_with_papers_and_none_to_come(three: Store) -> None:
    friday, next_monday = MONDAY - timedelta(days=3), MONDAY + timedelta(days=7)
    announce(three, announced(paper(number=8), day=friday), announced(paper(number=9), day=next_monday))

    assert page(three, today=next_monday).following == period_of(Span.DAY, next_monday)
    assert page(three).previous == period_of(Span.DAY, friday)
    assert page(three).following is None
    assert page(three, Span.WEEK, today=next_monday).following == period_of(Span.WEEK, next_monday)


def test_the_newest_period_is_the_last_with_papers(three: Store) -> None:
    with three.read() as tx:
        assert newest_period(tx, Span.DAY, today=MONDAY + timedelta(days=5)) == period_of(Span.DAY, MONDAY)
        assert newest_period(tx, Span.WEEK, today=MONDAY).name == "2026-W10"
        assert newest_period(tx, Span.DAY, today=MONDAY - timedelta(days=9)).first == MONDAY - timedelta(days=9)


# ------------------------------------------------------------ periods


@pytest.mark.parametrize(
    ("span", "name", "first", "last"),
    [
        (Span.DAY, "2026-03-02", MONDAY, MONDAY),
        (Span.WEEK, "2026-W10", MONDAY, date(2026, 3, 8)),
        (Span.WEEK, "2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        (Span.WEEK, "2020-W53", date(2020, 12, 28), date(2021, 1, 3)),
        (Span.MONTH, "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_a_name_means_days(span: Span, name: str, first: date, last: date) -> None:
    found = period_named(span, name, today=MONDAY)

    assert found == Period(span=span, first=first, last=last)
    assert found.name == name


@pytest.mark.parametrize(
    ("span", "name"),
    [
        (Span.DAY, "2026-13-01"),
        (Span.DAY, "2026-02-30"),
        (Span.DAY, "2026-03-04"),
        (Span.DAY, "1990-01-01"),
        (Span.DAY, "0000-00-00"),
        (Span.WEEK, "2026-W54"),
        (Span.WEEK, "2026-W00"),
        (Span.MONTH, "2026-00"),
        (Span.MONTH, "2026-04"),
        (Span.DAY, "20260302"),
    ],
)
def test_what_no_calendar_has_and_what_is_to_come_is_no_period(span: Span, name: str) -> None:
    assert period_named(span, name, today=MONDAY) is None


def test_tomorrow_is_a_period_because_its_listing_may_be_there() -> None:
    assert period_named(Span.DAY, TUESDAY.isoformat(), today=MONDAY) is not None


@settings(deadline=None)
@given(st.sampled_from(Span), st.dates(min_value=date(1992, 1, 1), max_value=date(2100, 1, 1)))
def test_every_day_is_in_a_period_that_is_found_by_its_name(span: Span, day: date) -> None:
    found = period_of(span, day)

    assert found.first <= day <= found.last
    assert period_named(span, found.name, today=day) == found


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=30), st.sampled_from(Sort))
def test_the_order_is_total_whatever_comes_first(counts: list[tuple[int, int, int]], sort: Sort) -> None:
    named = [
        NamedPaper(
            row=n, key=PaperId(f"arxiv:{n}"), day=MONDAY + timedelta(days=late), number=n, is_fresh=True,
            categories=(), upvotes=up, comments=said,
        )
        for n, (up, said, late) in enumerate(counts)
    ]  # fmt: skip

    assert in_order(named, sort) == in_order(named[::-1], sort)


# ------------------------------------------------------------ listings


@pytest.mark.parametrize(
    ("now", "at_utc"),
    [
        (datetime(2026, 3, 2, 1, 0, tzinfo=UTC), datetime(2026, 3, 2, 3, 45, tzinfo=UTC)),
        (datetime(2026, 3, 2, 7, 30, tzinfo=UTC), datetime(2026, 3, 3, 3, 45, tzinfo=UTC)),
        (
            datetime(2026, 3, 7, 12, 0, tzinfo=UTC),
            datetime(2026, 3, 9, 2, 45, tzinfo=UTC),
        ),  # New York changed its clocks
    ],
)
def test_the_next_listing_follows_new_yorks_evenings(now: datetime, at_utc: datetime) -> None:
    assert next_listing(now, frozenset()) == at_utc


def test_a_deferred_evening_has_no_listing() -> None:
    assert next_listing(datetime(2026, 3, 2, 7, 30, tzinfo=UTC), frozenset({MONDAY})).date() == date(2026, 3, 4)
