"""What editions left out is remembered, can be reclaimed once, and is forgotten in time."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digest.errors import StoreError
from digest.identity import Rule
from digest.papers import Paper
from digest.store import Store
from digest.store import tables as t
from digest.store.shadow import LeftOut
from digest.subscribers import MAIN, Subscriber
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, edition, keep, reader

TUESDAY = MONDAY + timedelta(days=1)
LATER = NOW + timedelta(days=1)


def left(item: Paper, score: float = 0.5, **values: Any) -> LeftOut:
    plain: dict[str, Any] = {
        "paper": item.id,
        "interest": MAIN,
        "score": score,
        "probability": 0.25,
        "why": "below the threshold",
    }
    return LeftOut(**(plain | values))


def leave_out(store: Store, someone: Subscriber, *entries: LeftOut, **values: object) -> int:
    """An edition without papers that left these out; its number."""
    number = edition(store, someone, **values)
    with store.begin() as tx:
        tx.shadow.keep(number, entries)
    return number


def row(store: Store, item: Paper) -> int:
    with store.read() as tx:
        return tx.papers.rows([item.id])[item.id]


def reclaim(store: Store, someone: Subscriber, item: Paper) -> bool:
    with store.begin() as tx:
        return tx.shadow.reclaim(someone.id, tx.papers.rows([item.id])[item.id], now=LATER)


def waiting(store: Store, *readers: Subscriber) -> dict[int, set[int]]:
    with store.read() as tx:
        return tx.shadow.reclaimed(someone.id for someone in readers)


def test_what_was_left_out_comes_back_as_it_was_kept(store: Store) -> None:
    someone, item = reader(store), paper("Ants")
    keep(store, item)
    number = leave_out(store, someone, left(item, -1e-17, interest="Ameisen 🐜", probability=0.1 + 0.2, why="a “why”"))
    with store.read() as tx:
        (line,) = tx.shadow.of(someone.id, limit=9)
    assert (line.edition, line.slot_date, line.paper.title) == (number, MONDAY, "Ants")
    assert (line.interest, line.score, line.probability, line.why) == ("Ameisen 🐜", -1e-17, 0.1 + 0.2, "a “why”")
    assert line.reclaimed_at is None


def test_the_log_is_read_newest_edition_first_and_highest_score_first(store: Store) -> None:
    someone, other, items = reader(store), reader(store), [paper() for _ in range(4)]
    keep(store, *items)
    leave_out(store, someone, left(items[0], 0.9), left(items[1], 0.1), slot_date=MONDAY)
    leave_out(store, someone, left(items[2], -0.4), left(items[3], 0.2, probability=None), slot_date=TUESDAY)
    leave_out(store, other, left(items[0]))
    with store.read() as tx:
        read = [line.paper.id for line in tx.shadow.of(someone.id, limit=9)]
        assert read == [items[n].id for n in (3, 2, 0, 1)]
        assert [line.paper.id for line in tx.shadow.of(someone.id, limit=3)] == read[:3]
        assert [line.paper.id for line in tx.shadow.of(someone.id, limit=9, since=TUESDAY)] == read[:2]


def test_keeping_twice_is_keeping_once_and_nothing_may_be_kept(store: Store) -> None:
    someone, item = reader(store), paper()
    keep(store, item)
    number = leave_out(store, someone, left(item, 0.5))
    with store.begin() as tx:
        tx.shadow.keep(number, [left(item, 0.7)])
        tx.shadow.keep(number, [])
        assert [line.score for line in tx.shadow.of(someone.id, limit=9)] == [0.5]


def test_an_edition_that_left_out_more_than_one_statement_takes(store: Store) -> None:
    someone, items = reader(store), [paper() for _ in range(1100)]
    keep(store, *items)
    leave_out(store, someone, *map(left, items))
    with store.read() as tx:
        assert {line.paper.id for line in tx.shadow.of(someone.id, limit=5000)} == {item.id for item in items}


def test_a_reclaimed_paper_waits_until_an_edition_brings_it(store: Store) -> None:
    someone, item = reader(store), paper()
    keep(store, item)
    leave_out(store, someone, left(item))
    assert waiting(store, someone) == {}

    assert reclaim(store, someone, item)

    assert waiting(store, someone) == {someone.id: {row(store, item)}}
    edition(store, someone, item, slot_date=TUESDAY)
    assert waiting(store, someone) == {}


def test_reclaiming_marks_the_newest_line_and_keeps_the_first_time(store: Store) -> None:
    someone, item = reader(store), paper()
    keep(store, item)
    leave_out(store, someone, left(item), slot_date=MONDAY)
    leave_out(store, someone, left(item), slot_date=TUESDAY)
    assert reclaim(store, someone, item)
    with store.begin() as tx:
        assert tx.shadow.reclaim(someone.id, row(store, item), now=LATER + timedelta(hours=1))
        lines = tx.shadow.of(someone.id, limit=9)
    assert [(line.slot_date, line.reclaimed_at) for line in lines] == [(TUESDAY, LATER), (MONDAY, None)]


def test_nobody_reclaims_what_was_left_out_for_somebody_else(store: Store) -> None:
    someone, other, item = reader(store), reader(store), paper()
    keep(store, item)
    leave_out(store, other, left(item))
    assert not reclaim(store, someone, item)
    assert waiting(store, someone, other) == {}


def test_a_work_is_reclaimed_and_brought_under_any_of_its_names(store: Store) -> None:
    someone, journal, preprint = reader(store), paper(), paper()
    keep(store, journal, preprint)
    leave_out(store, someone, left(journal))
    with store.begin() as tx:
        tx.works.merge(row(store, journal), row(store, preprint), Rule.OPERATOR, now=NOW)

    assert reclaim(store, someone, preprint)

    assert waiting(store, someone) == {someone.id: {row(store, preprint)}}
    edition(store, someone, preprint, slot_date=TUESDAY)
    assert waiting(store, someone) == {}


def test_what_many_readers_wait_for_is_read_in_as_many_statements_as_what_one_does(store: Store) -> None:
    someone, other, item = reader(store), reader(store), paper()
    keep(store, item)
    for each in (someone, other):
        leave_out(store, each, left(item))
        assert reclaim(store, each, item)
    statements: list[str] = []
    sa.event.listen(
        store._engine, "before_cursor_execute", lambda _, __, statement, *rest: statements.append(statement)
    )
    with store.read() as tx:
        statements.clear()
        few = tx.shadow.reclaimed([someone.id])
        for_few = len(statements)
        many = tx.shadow.reclaimed(range(other.id, other.id + 70_000))
        for_both = len(statements)
    assert few == {someone.id: {row(store, item)}}
    assert many == {other.id: {row(store, item)}}
    assert for_both == 2 * for_few > 0


def test_the_log_of_a_deleted_edition_goes_with_it(store: Store) -> None:
    someone, item = reader(store), paper()
    keep(store, item)
    leave_out(store, someone, left(item))
    with store._engine.begin() as connection:
        connection.execute(sa.delete(t.edition))
        assert connection.execute(sa.select(sa.func.count()).select_from(t.shadow)).scalar() == 0


def test_a_line_of_an_edition_that_is_not_kept_is_refused(store: Store) -> None:
    item = paper()
    keep(store, item)
    with pytest.raises(StoreError, match=r"(?i)foreign key"), store.begin() as tx:
        tx.shadow.keep(99, [left(item)])
