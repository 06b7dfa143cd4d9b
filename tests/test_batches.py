"""What a day's batch amounts to: every row of the table, and what must hold whatever is known."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.batches import CLOSED, Announces, Batch, BatchState, Facts, believes_silence, judged
from tests.fakes import MONDAY, at

HOUR = at(MONDAY)
EARLY, LATE = HOUR - timedelta(seconds=1), HOUR
WAITING, COMPLETE, PARTIAL = BatchState.WAITING, BatchState.COMPLETE, BatchState.PARTIAL
QUIET, STALLED, FAILED = BatchState.QUIET, BatchState.STALLED, BatchState.FAILED

unhurried = settings(deadline=None)
numbers = st.integers(0, 3)
any_facts = st.builds(
    Facts,
    announces=st.sampled_from(Announces),
    closes_at=st.just(HOUR),
    named=numbers,
    missing=numbers,
    read=st.booleans(),
    listed=st.booleans(),
    silent=st.booleans(),
    passed=st.booleans(),
    usual=st.none() | st.floats(0, 500),
    company=st.booleans(),
    problem=st.sampled_from(["", "answered HTTP 500"]),
)
moments = st.sampled_from([EARLY, LATE, HOUR + timedelta(days=30)])


def facts(**values: Any) -> Facts:
    """A due day of which nothing is known yet."""
    plain = Facts(
        announces=Announces.YES,
        closes_at=HOUR,
        named=0,
        missing=0,
        read=False,
        listed=False,
        silent=False,
        passed=False,
        usual=None,
        company=False,
    )
    return replace(plain, **values)


@pytest.mark.parametrize(
    ("known", "early", "late", "why"),
    [
        # papers are named
        ({"named": 2, "read": True, "listed": True}, COMPLETE, COMPLETE, ""),
        ({"named": 2, "read": True}, WAITING, COMPLETE, ""),
        ({"named": 2, "listed": True}, WAITING, PARTIAL, "the reference was not read to its end"),
        ({"named": 2, "problem": "HTTP 500"}, WAITING, PARTIAL, "the reference was not read to its end: HTTP 500"),
        (
            {"named": 2, "silent": True},
            WAITING,
            PARTIAL,
            "the reference has nothing, although other sources name papers",
        ),
        ({"named": 2, "missing": 1, "read": True}, WAITING, PARTIAL, "1 paper was named and cannot be read"),
        ({"missing": 2, "read": True, "listed": True}, WAITING, PARTIAL, "2 papers were named and cannot be read"),
        ({"missing": 1, "announces": Announces.NO}, WAITING, PARTIAL, "1 paper was named and cannot be read"),
        ({"named": 1, "missing": 1, "silent": True}, WAITING, PARTIAL, "1 paper was named and cannot be read"),
        # nothing is named, and nothing had to be
        ({"announces": Announces.NO}, QUIET, QUIET, "no listing on this day"),
        ({"passed": True}, QUIET, QUIET, "nothing was announced, and the source has gone on to later days"),
        ({"read": True}, QUIET, QUIET, "nothing was announced"),
        ({"announces": Announces.PERHAPS, "silent": True}, QUIET, QUIET, "nothing was announced"),
        ({"silent": True, "listed": True, "usual": 6.9}, QUIET, QUIET, "nothing was announced"),
        ({"silent": True, "listed": True, "company": True}, QUIET, QUIET, "nothing was announced"),
        # nothing is named although something was due
        ({"silent": True}, WAITING, STALLED, "the listing is empty although one was due"),
        ({"silent": True, "listed": True}, WAITING, STALLED, "the listing is empty although one was due"),
        (
            {"silent": True, "listed": True, "usual": 118.6, "company": True},
            WAITING,
            STALLED,
            "the listing is empty although one was due, where about 119 papers are usual",
        ),
        (
            {"silent": True, "usual": 2.0},
            WAITING,
            STALLED,
            "the listing is empty although one was due, where about 2 papers are usual",
        ),
        ({"problem": "answered HTTP 500"}, WAITING, FAILED, "answered HTTP 500"),
        ({"announces": Announces.PERHAPS, "problem": "no answer"}, WAITING, FAILED, "no answer"),
        ({}, WAITING, FAILED, "not read yet"),
    ],
)
def test_a_batch_is_judged_by_what_is_known(
    known: dict[str, object], early: BatchState, late: BatchState, why: str
) -> None:
    assert judged(facts(**known), now=EARLY)[0] is early
    assert judged(facts(**known), now=LATE) == (late, why)


@unhurried
@given(any_facts, moments)
def test_with_a_paper_missing_no_batch_is_closed(known: Facts, now: datetime) -> None:
    state, _ = judged(replace(known, missing=1), now=now)
    assert state not in CLOSED


@unhurried
@given(any_facts, moments)
def test_a_day_without_a_listing_and_without_papers_is_quiet(known: Facts, now: datetime) -> None:
    state, _ = judged(replace(known, announces=Announces.NO, named=0, missing=0), now=now)
    assert state is QUIET


@unhurried
@given(any_facts)
def test_silence_is_never_believed_where_a_paper_is_named(known: Facts) -> None:
    assert not believes_silence(replace(known, named=1))
    assert not believes_silence(replace(known, missing=1))


@unhurried
@given(any_facts)
def test_the_silence_of_one_source_is_not_believed_while_another_was_not_read(known: Facts) -> None:
    assert not believes_silence(replace(known, announces=Announces.YES, listed=False))


@unhurried
@given(any_facts, st.floats(7, 10_000))
def test_the_silence_of_a_large_stream_is_never_believed_on_a_day_with_a_listing(known: Facts, usual: float) -> None:
    assert not believes_silence(replace(known, announces=Announces.YES, usual=usual))


@unhurried
@given(any_facts)
def test_an_answer_that_was_not_silent_is_not_believed_to_be(known: Facts) -> None:
    assert not believes_silence(replace(known, silent=False))


@unhurried
@given(any_facts, moments)
def test_a_batch_is_complete_only_with_papers_that_the_reference_was_read_for(known: Facts, now: datetime) -> None:
    state, why = judged(known, now=now)
    if state is COMPLETE:
        assert known.named
        assert known.read
        assert not known.missing
    assert (why == "") is (state is COMPLETE)


@unhurried
@given(any_facts)
def test_before_its_hour_nobody_is_alarmed_and_after_it_nobody_waits(known: Facts) -> None:
    assert judged(known, now=EARLY)[0] in (WAITING, COMPLETE, QUIET)
    assert judged(known, now=LATE)[0] is not WAITING


@unhurried
@given(any_facts)
def test_what_is_closed_before_its_hour_is_closed_the_same_after_it(known: Facts) -> None:
    early = judged(known, now=EARLY)
    if early[0] in CLOSED:
        assert judged(known, now=LATE) == early


@unhurried
@given(any_facts, moments)
def test_without_a_calendar_no_day_is_stalled(known: Facts, now: datetime) -> None:
    state, _ = judged(replace(known, announces=Announces.PERHAPS), now=now)
    assert state is not STALLED


@pytest.mark.parametrize("state", BatchState)
def test_a_batch_is_overdue_from_its_hour_on_for_a_week_while_it_is_open(state: BatchState) -> None:
    batch = Batch(source="arxiv", stream="cs.LG", day=MONDAY, state=state, closes_at=HOUR)
    week = timedelta(days=7)

    told = [batch.is_overdue(now) for now in (EARLY, HOUR, HOUR + week - timedelta(seconds=1), HOUR + week)]

    assert batch.is_open is (state not in (COMPLETE, QUIET))
    assert told == [False, batch.is_open, batch.is_open, False]
    assert not replace(batch, closes_at=None).is_overdue(HOUR)
