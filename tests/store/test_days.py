"""What was announced over some days, on every engine."""

from datetime import timedelta

from digest.identity import Rule
from digest.papers import AnnouncementKind
from digest.signals import COMMENTS, UPVOTES, Signal
from digest.store import Store
from digest.store.days import NamedPaper
from tests.fakes import MONDAY, at, paper
from tests.store.builders import announce, announced

TUESDAY = MONDAY + timedelta(days=1)


def named(store: Store, *days: int) -> list[NamedPaper]:
    """The papers of Monday and so many days after, by key."""
    first, last = (MONDAY + timedelta(days=day) for day in days or (0, 0))
    with store.read() as tx:
        return sorted(tx.days.named(first, last), key=lambda each: each.key)


def upvoted(store: Store, key: str, count: float, *, source: str = "huggingface", hour: int = 7) -> None:
    with store.begin() as tx:
        signal = Signal(subject=key, name=UPVOTES, value=count, source=source, observed_at=at(MONDAY, hour))
        tx.signals.keep([signal])


def test_a_paper_in_two_listings_is_one(store: Store) -> None:
    both = paper("Flat minima", number=1, categories=("cs.LG", "stat.ML"))
    announce(store, announced(both), announced(both, stream="stat.ML", kind=AnnouncementKind.CROSS_LIST))

    (found,) = named(store)

    assert (found.key, found.categories, found.day) == (both.id, ("cs.LG", "stat.ML"), MONDAY)


def test_what_was_replaced_or_found_is_no_news_of_the_day(store: Store) -> None:
    kinds = (AnnouncementKind.REPLACEMENT, AnnouncementKind.FOUND, AnnouncementKind.CHANGED)
    announce(store, *(announced(paper(number=place), kind=kind) for place, kind in enumerate(kinds, start=1)))

    assert named(store) == []


def test_what_readers_point_to_that_day_is_shown_but_not_fresh(store: Store) -> None:
    pointed = paper("Old and loved", number=1)
    announce(store, announced(pointed, source="huggingface", stream="day", kind=AnnouncementKind.TRENDING))
    announce(store, announced(paper(number=2), source="huggingface", stream="week", kind=AnnouncementKind.TRENDING))

    (found,) = named(store)

    assert (found.key, found.is_fresh) == (pointed.id, False)


def test_votes_are_the_last_that_any_source_told(store: Store) -> None:
    liked = paper("Flat minima", number=1)
    announce(store, announced(liked))
    upvoted(store, liked.id, 3)
    upvoted(store, liked.id, 9, hour=9)
    with store.begin() as tx:
        tx.signals.keep([Signal(subject=liked.id, name=COMMENTS, value=2, source="file", observed_at=at(MONDAY))])

    (found,) = named(store)

    assert (found.upvotes, found.comments) == (9, 2)


def test_a_vote_that_is_no_count_is_none(store: Store) -> None:
    liked = paper(number=1)
    announce(store, announced(liked))
    with store.begin() as tx:
        tx.signals.keep([Signal(subject=liked.id, name=UPVOTES, value="many", source="file", observed_at=at(MONDAY))])

    assert [each.upvotes for each in named(store)] == [0]


def test_papers_of_several_days_come_under_their_last(store: Store) -> None:
    twice = paper(number=1)
    announce(store, announced(twice), announced(twice, stream="cs.CV", kind=AnnouncementKind.CROSS_LIST, day=TUESDAY))
    announce(store, announced(paper(number=2), day=TUESDAY))

    assert [each.day for each in named(store, 0, 1)] == [TUESDAY, TUESDAY]
    assert [each.day for each in named(store)] == [MONDAY]


def test_merged_papers_are_one_work(store: Store) -> None:
    one, other = paper(number=1), paper(number=2)
    announce(store, announced(one), announced(other))
    with store.begin() as tx:
        rows = tx.papers.rows([one.id, other.id])
        tx.works.merge(rows[other.id], rows[one.id], Rule.OPERATOR, now=at(MONDAY))

    assert [each.key for each in named(store)] == [one.id]


def test_the_days_beside_a_day_are_those_with_papers(store: Store) -> None:
    announce(store, announced(paper(number=1)), announced(paper(number=2), day=MONDAY + timedelta(days=4)))

    with store.read() as tx:
        assert tx.days.before(MONDAY) is None
        assert tx.days.after(MONDAY) == MONDAY + timedelta(days=4)
        assert tx.days.before(MONDAY + timedelta(days=4)) == MONDAY


def test_a_harvest_makes_another_revision(store: Store) -> None:
    with store.read() as tx:
        before = tx.days.revision()
    announce(store, announced(paper(number=1)))

    with store.read() as tx:
        assert tx.days.revision() != before
        assert tx.days.revision() == tx.days.revision()
