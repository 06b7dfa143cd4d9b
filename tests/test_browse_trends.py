"""What is on the rise: the same terms as the full count over all texts gives, papers by day, and busy authors."""

from datetime import timedelta

import pytest

from digest.authors import AuthorKey, Byline
from digest.browse.trends import trends
from digest.enrich.people import find_people
from digest.merits import rising_terms
from digest.papers import AnnouncementKind, Paper
from digest.store import Store
from tests.fakes import MONDAY, at, paper
from tests.store.builders import announce, announced

_SUBJECTS = ("graph networks", "robot arms", "speech models", "image editing")


def announce_weeks(store: Store, *, rising: int = 9) -> None:
    """Eight weeks with 20 papers each on old subjects, and a ninth in which so many have a new one besides."""
    number = 0
    for week in range(9, 0, -1):
        day = MONDAY - timedelta(days=7 * (week - 1))
        papers: list[Paper] = []
        for place in range(20):
            number += 1
            subject = _SUBJECTS[place % 4]
            new = ". A sparse autoencoder inside" if week == 1 and place < rising else ""
            papers.append(paper(f"On {subject}", number=number, abstract=f"We study {subject}{new}.", versions=()))
        announce(store, *(announced(each, day=day) for each in papers))


@pytest.fixture
def weeks(store: Store) -> Store:
    announce_weeks(store)
    return store


def test_the_terms_that_rise_are_those_of_the_full_count(weeks: Store) -> None:
    found = trends(weeks, today=MONDAY)

    assert found is not None
    (listing,) = found.listings
    assert listing.rising == rising_terms(weeks).by_category["cs.LG"][:10]
    assert "sparse autoencoder" in {each.term for each in listing.rising}
    assert (listing.week, listing.before) == (20, 160)


def test_a_term_in_few_papers_does_not_rise(store: Store) -> None:
    announce_weeks(store, rising=4)

    found = trends(store, today=MONDAY)

    assert found is not None
    assert found.listings[0].rising == ()


def test_papers_are_counted_by_day(weeks: Store) -> None:
    found = trends(weeks, today=MONDAY)

    assert found is not None
    assert found.days == tuple(MONDAY - timedelta(days=7 * week) for week in (4, 3, 2, 1, 0))
    assert found.listings[0].papers == (20, 20, 20, 20, 20)
    assert (found.first, found.last) == (MONDAY - timedelta(days=6), MONDAY)


def test_a_paper_that_another_source_confirms_counts_once(store: Store) -> None:
    told = paper(number=1)
    announce(store, announced(told), announced(told, source="arxiv-rss"))

    found = trends(store, today=MONDAY)

    assert found is not None
    assert found.listings[0].papers == (1,)


def test_who_writes_most_comes_first_and_a_hidden_author_never(weeks: Store) -> None:
    cy = Byline(name="Cy Cho", keys=(AuthorKey("orcid:0000-0002-1825-0097"),))
    solo = [paper(number=900 + n, authors=("Cy Cho",), bylines=(cy,)) for n in range(3)]
    announce(weeks, *map(announced, solo))
    announce(weeks, announced(paper(number=990, authors=("Di Dao",)), kind=AnnouncementKind.CROSS_LIST))
    find_people(weeks, lambda *_: None)

    found = trends(weeks, today=MONDAY)

    assert found is not None
    names = {each.name: each for each in found.authors}
    assert names["Cy Cho"].papers == 3
    assert [each.papers for each in found.authors] == sorted((each.papers for each in found.authors), reverse=True)
    assert "Di Dao" not in names
    with weeks.begin() as tx:
        tx.people.hide(names["Cy Cho"].number, at(MONDAY))
    after = trends(weeks, today=MONDAY)
    assert after is not None
    assert "Cy Cho" not in {each.name for each in after.authors}


def test_without_any_listing_there_are_no_trends(store: Store) -> None:
    assert trends(store, today=MONDAY) is None
