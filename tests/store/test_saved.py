"""Saved papers and verdicts belong to works, and are taken back as easily as they are given."""

from datetime import timedelta

import pytest

from digest.identity import Rule
from digest.papers import Paper
from digest.store import Store
from digest.store.saved import Mark
from digest.subscribers import Subscriber, Verdict
from tests.fakes import paper
from tests.store.builders import NOW, keep, reader

LATER = NOW + timedelta(days=1)


def rows(store: Store, *papers: Paper) -> list[int]:
    with store.read() as tx:
        found = tx.papers.rows(each.id for each in papers)
    return [found[each.id] for each in papers]


def mark(store: Store, who: Subscriber, row: int) -> Mark:
    with store.read() as tx:
        return tx.saved.marks(who.id, [row])[row]


@pytest.fixture
def one(store: Store) -> Paper:
    made = paper("One")
    keep(store, made)
    return made


def test_a_paper_is_saved_once_and_keeps_its_time(store: Store, one: Paper) -> None:
    who, (row,) = reader(store), rows(store, one)
    with store.begin() as tx:
        told = tx.saved.keep(who.id, row, now=NOW), tx.saved.keep(who.id, row, now=LATER)

    assert told == (True, False)
    assert mark(store, who, row) == Mark(saved_at=NOW)
    with store.read() as tx:
        (saved,) = tx.saved.of(who.id, limit=9)
        assert (saved.paper.title, saved.saved_at, tx.saved.count(who.id)) == ("One", NOW, 1)


def test_the_newest_is_listed_first_and_the_list_is_paged(store: Store) -> None:
    who, papers = reader(store), [paper(f"Number {n}") for n in range(3)]
    keep(store, *papers)
    with store.begin() as tx:
        for hours, row in enumerate(rows(store, *papers)):
            tx.saved.keep(who.id, row, now=NOW + timedelta(hours=hours))

    with store.read() as tx:
        first, second = tx.saved.of(who.id, limit=2), tx.saved.of(who.id, limit=2, offset=2)
        assert tx.saved.count(who.id) == 3
    assert [item.paper.title for item in first] == ["Number 2", "Number 1"]
    assert [item.paper.title for item in second] == ["Number 0"]


def test_a_mark_is_the_readers_own(store: Store, one: Paper) -> None:
    ana, bea, (row,) = reader(store), reader(store), rows(store, one)[:1]
    with store.begin() as tx:
        tx.subscribers.vote(ana.id, row, Verdict.DISLIKE, now=NOW)
        tx.saved.keep(ana.id, row, now=LATER)

    assert mark(store, ana, row) == Mark(verdict=Verdict.DISLIKE, given_at=NOW, saved_at=LATER)
    assert mark(store, bea, row) == Mark()


def test_taking_back_takes_one_thing_and_only_the_readers(store: Store, one: Paper) -> None:
    ana, bea, (row,) = reader(store), reader(store), rows(store, one)[:1]
    with store.begin() as tx:
        for who in (ana, bea):
            tx.subscribers.vote(who.id, row, Verdict.LIKE, now=NOW)
            tx.saved.keep(who.id, row, now=NOW)
        told = tx.saved.unvote(ana.id, row), tx.saved.unvote(ana.id, row)
        removed = tx.saved.remove(bea.id, row), tx.saved.remove(bea.id, row)

    assert (told, removed) == ((True, False), (True, False))
    assert mark(store, ana, row) == Mark(saved_at=NOW)
    assert mark(store, bea, row) == Mark(verdict=Verdict.LIKE, given_at=NOW)


def test_what_is_said_of_one_paper_of_a_work_is_said_of_all(store: Store) -> None:
    who, preprint, journal = reader(store), paper("Preprint"), paper("Journal")
    keep(store, preprint, journal)
    first, second = rows(store, preprint, journal)
    with store.begin() as tx:
        tx.subscribers.vote(who.id, first, Verdict.LIKE, now=NOW)
        tx.saved.keep(who.id, first, now=NOW)
        tx.subscribers.vote(who.id, second, Verdict.DISLIKE, now=LATER)
        tx.works.merge(first, second, Rule.OPERATOR, now=LATER)
        again = tx.saved.keep(who.id, second, now=LATER)
        marks = tx.saved.marks(who.id, [first, second])
        tx.saved.unvote(who.id, second)
        tx.saved.remove(who.id, second)

    said = Mark(verdict=Verdict.DISLIKE, given_at=LATER, saved_at=NOW)
    assert again is False
    assert marks == {first: said, second: said}
    assert mark(store, who, first) == Mark()


def test_nothing_said_is_an_empty_mark(store: Store, one: Paper) -> None:
    who = reader(store)
    with store.read() as tx:
        assert tx.saved.marks(who.id, []) == {}
    assert mark(store, who, rows(store, one)[0]) == Mark()
