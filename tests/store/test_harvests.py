"""Where a harvest stands, and when a source may be asked."""

from datetime import timedelta

import pytest

from digest.errors import SourceResting
from digest.papers import Cursor
from digest.store import Store
from digest.store.harvests import GateState
from tests.fakes import MONDAY
from tests.store.builders import NOW

SECOND = timedelta(seconds=1)


def test_a_stream_that_was_never_harvested_has_no_cursor(store: Store) -> None:
    with store.read() as tx:
        assert tx.harvests.cursor("arxiv", "cs.LG") is None


def test_a_cursor_comes_back_as_it_was_moved_last(store: Store) -> None:
    midway = Cursor(since=MONDAY, token="verb=1&x='\"\\ ü", began=MONDAY)
    done = Cursor(since=MONDAY + timedelta(days=1), completed_at=NOW, validator='ETag: W/"1"')
    for cursor in (midway, done, midway):
        with store.begin() as tx:
            tx.harvests.move("arxiv", "cs.LG", cursor)
        with store.read() as tx:
            assert tx.harvests.cursor("arxiv", "cs.LG") == cursor


def test_streams_and_sources_have_cursors_of_their_own(store: Store) -> None:
    with store.begin() as tx:
        tx.harvests.move("arxiv", "cs.LG", Cursor(since=MONDAY))
        assert tx.harvests.cursor("arxiv", "cs.CL") is None
        assert tx.harvests.cursor("other", "cs.LG") is None


def test_every_cursor_is_told_by_source_and_stream(store: Store) -> None:
    moved = [
        ("b", "x", Cursor(since=MONDAY)),
        ("a", "y", Cursor(since=MONDAY, completed_at=NOW)),
        ("a", "x", Cursor(since=MONDAY)),
    ]
    with store.begin() as tx:
        assert tx.harvests.cursors() == []
        for source, stream, cursor in moved:
            tx.harvests.move(source, stream, cursor)
        assert tx.harvests.cursors() == [moved[2], moved[1], moved[0]]


def test_a_source_that_was_never_asked_has_an_open_gate(store: Store) -> None:
    with store.read() as tx:
        assert tx.harvests.gate("arxiv") == GateState()
        tx.harvests.refuse_while_resting("arxiv", now=NOW)


def test_requests_and_rests_are_noted_side_by_side(store: Store) -> None:
    with store.begin() as tx:
        tx.harvests.note_request("arxiv", NOW)
        tx.harvests.note_rest("arxiv", NOW + SECOND, "answered 503")
        tx.harvests.note_request("arxiv", NOW + 2 * SECOND, used=7, began=NOW)
        assert tx.harvests.gate("arxiv") == GateState(NOW + 2 * SECOND, NOW + SECOND, "answered 503", 7, NOW)


def test_a_resting_source_is_refused_until_its_rest_is_over(store: Store) -> None:
    until = NOW + timedelta(minutes=10)
    with store.begin() as tx:
        tx.harvests.note_rest("arxiv", until, "answered 429 and wants rest")
    with store.read() as tx:
        with pytest.raises(SourceResting, match=r"answered 429 .* not asked before 2026-03-02 07:40:00 UTC") as refused:
            tx.harvests.refuse_while_resting("arxiv", now=until - SECOND)
        assert refused.value.until == until
        tx.harvests.refuse_while_resting("arxiv", now=until)
        tx.harvests.refuse_while_resting("other", now=NOW)


def test_a_source_is_asked_by_one_living_process_at_a_time(store: Store) -> None:
    later = NOW + timedelta(hours=6)
    with store.begin() as tx:
        tx.harvests.take("arxiv", "one", now=NOW, until=later, is_gone=lambda holder: False)
        tx.harvests.take("arxiv", "one", now=NOW, until=later, is_gone=lambda holder: False)
        with pytest.raises(SourceResting, match="another run is asking it"):
            tx.harvests.take("arxiv", "two", now=NOW, until=later, is_gone=lambda holder: False)
        tx.harvests.release("arxiv", "two")
        tx.harvests.take("arxiv", "two", now=NOW, until=later, is_gone=lambda holder: holder == "one")
        tx.harvests.release("arxiv", "two")
        tx.harvests.take("arxiv", "three", now=NOW, until=later, is_gone=lambda holder: False)
        tx.harvests.take("arxiv", "four", now=later, until=later, is_gone=lambda holder: False)
