"""A reader's own feed, without the web: made, renewed, stopped, and opened by whoever has its address."""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import membership
from digest.errors import InvalidInput
from digest.membership import feeds, personal, preferences
from digest.subscribers import Subscriber, SubscriberState
from digest.tellings import telling
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW
from tests.tellings import all_told
from tests.web.builders import READER, Door, opened

LATER = NOW + timedelta(days=1)


@pytest.fixture
def door(tmp_path: Path, upgraded_file: Path) -> Iterator[Door]:
    with opened(tmp_path, upgraded_file) as made:
        yield made


def reader(door: Door) -> Subscriber:
    return membership.find(door.store, READER)


def make(door: Door) -> str:
    return feeds.make(door.store, reader(door), now=NOW)


def opened_feed(door: Door, token: str, view: str = feeds.ALL) -> feeds.OpenedFeed | None:
    stands = feeds.standing(door.store, token, view)
    return feeds.opened(door.store, stands) if stands else None


def titles(door: Door, token: str) -> list[str] | None:
    found = opened_feed(door, token)
    if found is None:
        return None
    return [line.paper.title for each in found.editions for line in each.lines]


def test_a_token_is_160_random_bits_in_letters_and_digits(door: Door) -> None:
    asked: list[int] = []

    def random(count: int) -> bytes:
        asked.append(count)
        return bytes(range(count))

    assert feeds.make(door.store, reader(door), now=NOW, random=random) == "aaaqeayeaudaocajbifqydiob4ibceqt"
    assert asked == [20]
    assert re.fullmatch(r"[a-z2-7]{32}", make(door))
    assert len({make(door) for _ in range(20)}) == 20


def test_the_database_cannot_tell_the_address(door: Door) -> None:
    token = make(door)
    assert token not in door.kept()
    assert "feed_token" in door.kept()


def test_the_address_leads_to_what_its_reader_was_sent_newest_first(door: Door) -> None:
    door.edition(paper("Old"))
    door.edition(paper("New"), slot_date=MONDAY + timedelta(days=1))
    assert titles(door, make(door)) == ["New", "Old"]


def test_the_last_thirty_editions_are_there(door: Door) -> None:
    for day in range(32):
        door.edition(paper(f"Day {day}"), slot_date=MONDAY + timedelta(days=day))
    assert titles(door, make(door)) == [f"Day {day}" for day in range(31, 1, -1)]


def test_each_edition_comes_with_the_token_of_its_page(door: Door) -> None:
    door.edition(paper("One"))
    found = opened_feed(door, make(door))
    assert found is not None
    (edition,) = found.editions
    page = personal.opened(door.store, found.pages[edition.id])
    assert page is not None
    assert all_told(telling(page.edition)) == all_told(edition)


def test_a_new_address_ends_the_old_one_and_stopping_ends_it_too(door: Door) -> None:
    old, new = make(door), make(door)
    assert (titles(door, old), titles(door, new)) == (None, [])
    assert feeds.made_at(door.store, reader(door)) == NOW
    for _ in range(2):
        feeds.stop(door.store, reader(door), now=NOW)
        assert titles(door, new) is None
    assert feeds.made_at(door.store, reader(door)) is None


def test_nobody_reads_along_in_another_readers_feed(door: Door) -> None:
    membership.add(door.store, "bo@example.org", host="example.org", now=NOW)
    door.edition(paper("For Ana"))
    bo = feeds.make(door.store, membership.find(door.store, "bo@example.org"), now=NOW)
    assert titles(door, bo) == []
    assert titles(door, make(door)) == ["For Ana"]


def test_a_pause_leaves_the_feed_as_it_was(door: Door) -> None:
    token = make(door)
    door.edition(paper("One"))
    preferences.pause(door.store, reader(door), now=NOW)
    assert titles(door, token) == ["One"]


def test_who_leaves_has_no_feed_until_they_are_back(door: Door) -> None:
    token = make(door)
    membership.leave(door.store, READER)
    assert titles(door, token) is None
    with pytest.raises(InvalidInput, match="start again first"):
        make(door)
    preferences.resume(door.store, reader(door), now=NOW)
    assert reader(door).state is SubscriberState.ACTIVE
    assert titles(door, token) == []


def test_whoever_makes_or_stops_a_feed_is_heard_of_and_whoever_reads_it_is_not(door: Door) -> None:
    token = make(door)
    assert reader(door).heard_at == NOW
    before = door.kept()
    opened_feed(door, token)
    assert door.kept() == before
    feeds.stop(door.store, reader(door), now=LATER)
    assert reader(door).heard_at == LATER


def test_the_log_has_the_reader_and_not_the_token(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        token = make(door)
        opened_feed(door, token)
        feeds.stop(door.store, reader(door), now=NOW)
    assert "made a feed address for subscriber=1" in caplog.text
    assert "stopped the feed of subscriber=1" in caplog.text
    assert token not in caplog.text


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(), st.from_regex(r"[a-z2-7]{32}\n?")))
def test_no_other_token_leads_anywhere(door: Door, token: str) -> None:
    made = make(door)
    assert (opened_feed(door, token) is None) == (token != made)


@pytest.mark.parametrize("change", [str.upper, lambda t: t[:-1], lambda t: f"{t}a", lambda t: f"{t}\n", lambda t: ""])
def test_a_token_is_right_to_its_last_letter(door: Door, change: Callable[[str], str]) -> None:
    assert titles(door, change(make(door))) is None
