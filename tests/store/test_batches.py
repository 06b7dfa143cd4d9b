"""The ledger's batches come back as they were kept, and remember when they were first closed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from digest.batches import Batch, BatchState
from digest.store import Store
from tests.fakes import MONDAY, at
from tests.store.builders import NOW

TUESDAY = MONDAY + timedelta(days=1)
PLAIN = Batch(source="arxiv", stream="cs.LG", day=MONDAY, state=BatchState.WAITING, closes_at=at(MONDAY))


def keep(store: Store, *batches: Batch) -> None:
    with store.begin() as tx:
        tx.batches.keep(batches)


def kept(store: Store, stream: str = "cs.LG") -> Batch:
    with store.read() as tx:
        return tx.batches.of("arxiv", stream, since=MONDAY)[MONDAY]


def complete(day: date, papers: int, **values: Any) -> Batch:
    plain = replace(PLAIN, day=day, state=BatchState.COMPLETE, expected=papers, arrived=papers, closed_at=at(day))
    return replace(plain, **values)


@pytest.mark.parametrize("state", BatchState)
def test_a_batch_comes_back_as_it_was_kept(store: Store, state: BatchState) -> None:
    batch = replace(
        PLAIN,
        state=state,
        expected=12,
        arrived=10,
        late=3,
        missing=("arxiv:2603.00001", "doi:10.1000/\"x'\\"),
        why="2 papers were named and cannot be read",
        closed_at=NOW,
    )
    keep(store, batch)
    assert kept(store) == batch


def test_a_batch_that_is_kept_again_takes_the_place_of_the_first(store: Store) -> None:
    later = replace(
        PLAIN, state=BatchState.PARTIAL, expected=3, arrived=2, missing=("arxiv:2603.00001",), why="1 paper"
    )
    keep(store, PLAIN)
    keep(store, later)
    assert kept(store) == later


def test_the_hour_a_batch_was_first_closed_stays(store: Store) -> None:
    keep(store, PLAIN)
    for number, state in enumerate((BatchState.QUIET, BatchState.PARTIAL, BatchState.COMPLETE)):
        closed_at = NOW + timedelta(hours=number) if state is not BatchState.PARTIAL else None
        keep(store, replace(PLAIN, state=state, closed_at=closed_at))
        assert (kept(store).state, kept(store).closed_at) == (state, NOW)


def test_ledgers_streams_and_days_have_batches_of_their_own(store: Store) -> None:
    others = [replace(PLAIN, source="other"), replace(PLAIN, stream="cs.CL"), replace(PLAIN, day=TUESDAY)]
    keep(store, replace(PLAIN, expected=1), *others)
    assert kept(store).expected == 1
    with store.read() as tx:
        assert tx.batches.of("arxiv", "cs.LG", since=MONDAY).keys() == {MONDAY, TUESDAY}
        assert tx.batches.of("arxiv", "cs.LG", since=TUESDAY).keys() == {TUESDAY}
        assert tx.batches.of("other", "cs.CL", since=MONDAY) == {}


def test_keeping_nothing_keeps_nothing(store: Store) -> None:
    keep(store)
    with store.read() as tx:
        assert tx.batches.open() == []
        assert tx.batches.span("arxiv", "cs.LG") is None


def test_open_batches_are_those_that_are_neither_complete_nor_quiet_oldest_first(store: Store) -> None:
    keep(
        store,
        *(replace(PLAIN, stream=state.value, day=TUESDAY, state=state) for state in BatchState),
        replace(PLAIN, source="other", state=BatchState.STALLED),
    )
    with store.read() as tx:
        assert [(batch.source, batch.stream) for batch in tx.batches.open()] == [
            ("other", "cs.LG"),
            ("arxiv", "failed"),
            ("arxiv", "partial"),
            ("arxiv", "stalled"),
            ("arxiv", "waiting"),
        ]
        assert [batch.stream for batch in tx.batches.open("other")] == ["cs.LG"]


def test_the_batches_of_some_days_are_found_both_ends_included(store: Store) -> None:
    keep(store, *(replace(PLAIN, day=MONDAY + timedelta(days=n)) for n in range(5)))
    with store.read() as tx:
        found = tx.batches.between(MONDAY + timedelta(days=1), MONDAY + timedelta(days=3))
        assert [(batch.day - MONDAY).days for batch in found] == [1, 2, 3]
        assert tx.batches.span("arxiv", "cs.LG") == (MONDAY, MONDAY + timedelta(days=4))
        assert tx.batches.span("arxiv", "cs.CL") is None


@pytest.mark.parametrize(("known", "usual"), [(0, None), (2, None), (3, 4.0), (4, 5.0)])
def test_what_is_usual_is_known_after_three_complete_days(store: Store, known: int, usual: float | None) -> None:
    keep(store, *(complete(MONDAY + timedelta(days=n), 2 * n + 2) for n in range(known)))
    with store.read() as tx:
        assert tx.batches.usual("arxiv", "cs.LG") == usual


def test_what_is_usual_comes_from_the_last_twenty_complete_days_with_papers(store: Store) -> None:
    days = [MONDAY + timedelta(days=n) for n in range(25)]
    keep(
        store,
        *(complete(day, 1000) for day in days[:5]),
        *(complete(day, 6) for day in days[5:]),
        complete(days[-1] + timedelta(days=1), 0, state=BatchState.QUIET),
        complete(days[-1] + timedelta(days=2), 500, state=BatchState.PARTIAL),
        complete(days[-1], 500, source="other"),
        complete(days[-1], 500, stream="cs.CL"),
    )
    with store.read() as tx:
        assert tx.batches.usual("arxiv", "cs.LG") == 6.0


def test_more_batches_than_fit_into_one_statement_are_kept(store: Store) -> None:
    keep(store, *(replace(PLAIN, day=MONDAY + timedelta(days=n)) for n in range(1201)))
    with store.read() as tx:
        assert len(tx.batches.open()) == 1201
