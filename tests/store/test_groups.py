"""Groups as both engines keep them: keys that make everything safe to repeat, and few statements for many members."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from digest.editions import Slot
from digest.store import Store
from digest.store.feeds import brought
from digest.store.group_lists import CommonList
from digest.store.newcomers import Newcomer
from digest.subscribers import EditionKind, Schedule, SubscriberState
from tests.fakes import MONDAY, at, paper
from tests.store.builders import keep, reader, recommended, slate

NOW = at(MONDAY)
LAB, MANY = "Robotics lab", 2_000


def group(store: Store, name: str = LAB, *members: int) -> int:
    with store.begin() as tx:
        number = tx.groups.make(name, weekday=0, size=10, now=NOW)
        assert number is not None
        tx.groups.add(number, members, now=NOW)
    return number


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *others: object) -> None:
        statements.append(statement)

    sa.event.listen(store._engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(store._engine, "before_cursor_execute", note)


def test_a_group_is_found_in_any_case_and_made_once(store: Store) -> None:
    number = group(store)
    with store.begin() as tx:
        assert tx.groups.make("ROBOTICS LAB", weekday=None, size=3, now=NOW) is None
        found = tx.groups.find("robotics lab")
        assert found is not None
        assert (found.number, found.name, found.weekday, found.size, found.made_at) == (number, LAB, 0, 10, NOW)


def test_adding_and_sharing_twice_is_doing_it_once(store: Store) -> None:
    ana, ben = reader(store, "ana@example.org"), reader(store, "ben@example.org")
    number = group(store, LAB, ana.id)
    with store.begin() as tx:
        assert tx.groups.add(number, [ana.id, ben.id], now=NOW) == 1
        interest = tx.subscribers.make_interest(ana.id, "walking")
        tx.groups.share(number, interest, quota=3, now=NOW)
        tx.groups.share(number, interest, quota=5, now=NOW)
        (shared,) = tx.groups.shared([number])
        assert (shared.name, shared.owner, shared.quota) == ("walking", ana.id, 5)
        assert tx.groups.counts() == ({number: 2}, {number: 1})


def test_who_leaves_takes_along_what_they_share_there_and_no_more(store: Store) -> None:
    ana = reader(store, "ana@example.org")
    one, other = group(store, LAB, ana.id), group(store, "Another", ana.id)
    with store.begin() as tx:
        interest = tx.subscribers.make_interest(ana.id, "walking")
        for number in (one, other):
            tx.groups.share(number, interest, quota=3, now=NOW)
        assert tx.groups.drop(one, ana.id)
        assert not tx.groups.drop(one, ana.id)
        assert [each.group for each in tx.groups.shared([one, other])] == [other]


def test_an_erased_member_leaves_nothing_behind(store: Store) -> None:
    ana = reader(store, "ana@example.org")
    number = group(store, LAB, ana.id)
    with store.begin() as tx:
        tx.groups.share(number, tx.subscribers.make_interest(ana.id, "walking"), quota=3, now=NOW)
        tx.holdings.erase(ana.id, ana.address)
        assert tx.groups.members(number) == []
        assert tx.groups.shared([number]) == []


def test_a_list_is_kept_once_and_read_as_it_was(store: Store) -> None:
    number, item = group(store), paper("Flat minima")
    keep(store, item)
    chosen = replace(recommended(item), slot=Slot.COMMON, group=LAB, sent_to=3, interest=LAB)
    made = CommonList(
        group=number,
        day=MONDAY,
        recommendations=(chosen,),
        considered=(("cs.LG", 7),),
        papers_read=7,
        read_through=42,
        made_at=NOW,
    )
    with store.begin() as tx:
        tx.groups.lists.keep(made)
        tx.groups.lists.keep(replace(made, recommendations=()))
    with store.read() as tx:
        kept = tx.groups.lists.on({(number, MONDAY), (number, MONDAY + timedelta(days=7))})
        (found,) = kept.values()
        assert found.recommendations[0].paper.id == item.id
        assert replace(found, recommendations=()) == replace(made, recommendations=())
        (read,) = found.recommendations
        assert (read.slot, read.group, read.sent_to) == (Slot.COMMON, LAB, 3)
        assert tx.groups.lists.last(number) == (42, NOW)
        assert tx.groups.lists.listed(number) == {item.id}
        assert tx.groups.lists.days() == {number: [MONDAY]}


def test_a_common_edition_is_one_a_day_and_says_of_nothing_that_it_was_seen(store: Store) -> None:
    ana, item = reader(store, "ana@example.org"), paper("Flat minima")
    keep(store, item)
    common = replace(slate(ana, recommended(item)), kind=EditionKind.COMMON)
    with store.begin() as tx:
        own, first, second = tx.editions.keep_all([slate(ana), common, common], now=NOW)
        assert (own is not None, first is not None, second) == (True, True, None)
        assert tx.subscribers.seen(ana.id) == set()
        assert tx.groups.lists.had([common.slot_date]) == {(ana.id, common.slot_date)}
        assert [each.id for each in tx.editions.of(ana.id, limit=9)] == [own]
        assert {each.id for each in tx.editions.of(ana.id, limit=9, lists=True)} == {own, first}
    with store.glance() as at:
        assert [each.id for each in brought(at, ana.id, limit=9)] == [own]  # in a feed


@pytest.fixture
def crowd(store: Store) -> Store:
    """A group of 2,000 readers, who all show what they were sent."""
    newcomers = [
        Newcomer(
            address=f"reader{n}@example.org",
            state=SubscriberState.ACTIVE,
            schedule=Schedule(send_at=time(7)),
            size=15,
            kind=EditionKind.DAILY,
            plain=False,
            language="en",
            next_due_at=datetime(2026, 3, 2, 7, tzinfo=UTC),
            feed_uri=f"tag:example.org,2026-03-02:feed/{n}",
        )
        for n in range(MANY)
    ]
    with store.begin() as tx:
        tx.newcomers.add(newcomers, now=NOW)
        readers = [each.id for each in tx.subscribers.all()]
        number = tx.groups.make(LAB, weekday=0, size=10, now=NOW)
        assert number is not None
        assert tx.groups.add(number, readers, now=NOW) == MANY
        tx.groups.share(number, tx.subscribers.make_interest(readers[0], "walking"), quota=3, now=NOW)
        for showing in readers[:3]:
            tx.groups.set_member(showing, shows_sent=True)
    return store


def test_parts_of_the_due_are_all_of_them_once_and_those_who_show_are_together(crowd: Store) -> None:
    with crowd.read() as tx:
        everybody = [each.id for each in tx.subscribers.due(NOW)]
        parts = [[each.id for each in tx.subscribers.due(NOW, part=part, of=3)] for part in range(3)]
        showing = set(tx.groups.circles(everybody).groups)

    assert sorted(itertools.chain(*parts)) == sorted(everybody)
    assert len(showing) == 3
    assert showing <= set(parts[0])
    assert all(number % 3 == part for part in (1, 2) for number in parts[part])
    assert {number for number in everybody if number % 3 == 0} <= set(parts[0])


def test_many_members_cost_a_few_statements(crowd: Store) -> None:
    with crowd.read() as tx, counted(crowd) as statements:
        readers = [each.id for each in tx.subscribers.all()]
        assert len(tx.groups.groups_of(readers)) == MANY
        assert len(tx.groups.lists.takers({0})) == MANY
        circles = tx.groups.circles(readers)
        tx.groups.brought(range(300))
        tx.groups.lists.had([date(2026, 3, 2)])
    assert len(statements) < 20  # a reader is no statement
    assert [len(each) for each in circles.members.values()] == [3]
