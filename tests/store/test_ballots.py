"""The votes of many readers are read in columns, and are what they are one by one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from digest.identity import PaperId, Rule
from digest.store import Store, subscribers
from digest.store import tables as t
from digest.subscribers import Profile, ProfileField, Verdict
from digest.votes import Votes
from tests.fakes import paper
from tests.store.builders import NOW, keep, reader

READERS, PAPERS, VOTES = 12, 30, 140


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some readers are as many as need be, and come in several parts."""
    monkeypatch.setattr("digest.store.ballots.MANY", 5)


def one_by_one(store: Store, readers: list[int]) -> dict[int, Profile]:
    with store.read() as tx:
        return tx.subscribers.profiles(readers)


def in_columns(store: Store, readers: list[int]) -> dict[int, Profile]:
    with pytest.MonkeyPatch.context() as few:
        few.setattr(subscribers, "_FEW", 0)
        return one_by_one(store, readers)


def voted(store: Store, dice: np.random.Generator) -> list[int]:
    """Readers with votes of all kinds, some of them at one moment, on papers some of which are one work."""
    items = [paper() for _ in range(PAPERS)]
    keep(store, *items)
    readers = [reader(store).id for _ in range(READERS)]
    moments = [NOW + timedelta(microseconds=int(at)) for at in dice.integers(-(10**15), 10**15, size=20)]
    with store.begin() as tx:
        rows = list(tx.papers.rows(item.id for item in items).values())
        for _ in range(VOTES):
            who, row, moment = dice.choice(readers[1:]), dice.choice(rows), dice.integers(len(moments))
            verdict, interest = dice.choice(list(Verdict)), dice.choice(["main", "ants", "bees"])
            tx.subscribers.vote(int(who), int(row), Verdict(verdict), now=moments[moment], interest=str(interest))
        tx.subscribers.add_words(readers[1], ProfileField.INTEREST, ["ants"])
        for one, other in dice.choice(rows, size=(6, 2)).tolist():
            tx.works.merge(one, other, Rule.OPERATOR, now=NOW)
        tx.works.split(rows[0], now=NOW)
    return readers


@pytest.mark.parametrize("seed", range(4))
def test_profiles_of_many_are_the_profiles_of_each(store: Store, seed: int) -> None:
    readers = voted(store, np.random.default_rng(seed))
    plain, told = one_by_one(store, readers), in_columns(store, readers)
    assert told == plain
    assert list(told) == readers
    assert plain[readers[0]] == Profile()
    assert all(told[each].liked == plain[each].liked for each in readers)
    assert sum(len(each.liked) + len(each.disliked) for each in plain.values()) > VOTES / 2


def ballots_of(profiles: dict[int, Profile]) -> Iterator[Votes]:
    for profile in profiles.values():
        for interest in profile.interests:
            yield from (votes for votes in (interest.liked, interest.disliked) if isinstance(votes, Votes))


def test_the_columns_name_every_paper_once_as_the_work_that_it_is_read_as(store: Store) -> None:
    preprint, journal, other = paper("Ants"), paper("Ants in print"), paper("Bees")
    keep(store, preprint, journal, other)
    one, two = reader(store).id, reader(store).id
    with store.begin() as tx:
        rows = tx.papers.rows([preprint.id, journal.id, other.id])
        tx.subscribers.vote(one, rows[journal.id], Verdict.LIKE, now=NOW)
        tx.subscribers.vote(two, rows[preprint.id], Verdict.DISLIKE, now=NOW)
        tx.subscribers.vote(two, rows[other.id], Verdict.LIKE, now=NOW)
        tx.works.merge(rows[journal.id], rows[preprint.id], Rule.OPERATOR, now=NOW)
    given = list(ballots_of(in_columns(store, [one, two])))
    (ballots,) = {id(votes.ballots): votes.ballots for votes in given}.values()
    assert list(zip(ballots.rows, ballots.keys, ballots.titles, strict=True)) == [
        (rows[preprint.id], preprint.id, "Ants"),
        (rows[other.id], other.id, "Bees"),
    ]
    assert [votes.papers for votes in given] == [[preprint.id], [other.id], [preprint.id]]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime(2026, 2, 28, 23, 59, 59, 1, UTC),
        datetime(2028, 2, 29, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
    ],
    ids=str,
)
def test_a_vote_keeps_its_moment_to_the_microsecond(store: Store, moment: datetime) -> None:
    item, someone = paper(), reader(store).id
    keep(store, item)
    with store.begin() as tx:
        tx.subscribers.vote(someone, tx.papers.rows([item.id])[item.id], Verdict.LIKE, now=moment)
    (interest,) = in_columns(store, [someone])[someone].interests
    assert [vote.given_at for vote in interest.liked] == [moment]


def test_a_vote_is_told_in_utc_whatever_the_zone_of_the_session(store: Store) -> None:
    item, someone = paper(), reader(store).id
    keep(store, item)
    with store.begin() as tx:
        tx.subscribers.vote(someone, tx.papers.rows([item.id])[item.id], Verdict.LIKE, now=NOW)
    with store.read() as tx, pytest.MonkeyPatch.context() as few:
        few.setattr(subscribers, "_FEW", 0)
        if not store.is_embedded:
            tx._connection.execute(sa.text("SET LOCAL TIME ZONE 'Asia/Kathmandu'"))
        (interest,) = tx.subscribers.profiles([someone])[someone].interests
    assert [vote.given_at for vote in interest.liked] == [NOW]


def test_nobody_and_nothing_make_no_columns(store: Store) -> None:
    assert in_columns(store, []) == {}
    someone = reader(store).id
    assert in_columns(store, [someone]) == {someone: Profile()}


def brought(store: Store, readers: list[int], works: list[int], few: int) -> dict[int, set[PaperId]]:
    with store.read() as tx, pytest.MonkeyPatch.context() as patch:
        patch.setattr(subscribers, "_FEW", few)
        return {who: set(found) for who, found in tx.subscribers.seen_by(readers, works).items()}


def test_seen_by_many_is_asked_for_the_works_alone_that_may_come(store: Store) -> None:
    preprint, journal, other, new = (paper() for _ in range(4))
    keep(store, preprint, journal, other, new)
    readers = [reader(store).id for _ in range(3)]
    with store.begin() as tx:
        rows = tx.papers.rows(item.id for item in (preprint, journal, other, new))
        tx.works.merge(rows[journal.id], rows[preprint.id], Rule.OPERATOR, now=NOW)
        seen = [(readers[0], journal), (readers[0], other), (readers[1], preprint), (readers[1], journal)]
        lines = [{"subscriber_id": who, "paper_id": rows[item.id]} for who, item in seen]
        tx._connection.execute(sa.insert(t.seen), lines)
    asked, expected = [rows[preprint.id], rows[new.id]], {preprint.id}
    for few in (0, 10):
        told = brought(store, readers, asked, few)
        assert told == {readers[0]: expected, readers[1]: expected, readers[2]: set()}
        assert brought(store, readers[1:], asked, few) == {readers[1]: expected, readers[2]: set()}
        assert brought(store, readers, [], few) == {who: set() for who in readers}
