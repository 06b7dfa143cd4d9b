"""Readers, what they care for and what they said of papers."""

from datetime import UTC, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from digest.errors import StoreError
from digest.store import Store
from digest.store import tables as t
from digest.subscribers import Profile, ProfileField, Schedule, SubscriberState, Verdict
from tests.fakes import paper
from tests.store.builders import NOW, edition, keep, reader, subscribe

LATER = NOW + timedelta(hours=1)


def test_a_subscriber_comes_back_as_added(store: Store) -> None:
    schedule = Schedule(timezone=ZoneInfo("Australia/Lord_Howe"), send_at=time(2, 30), days=frozenset({0, 6}))
    added = reader(store, "Ada@Example.org", schedule=schedule, size=7, next_due_at=LATER, feed_uri="tag:x,2026:1")
    with store.read() as tx:
        assert tx.subscribers.get(added.id) == added
    assert (added.address, added.state, added.schedule) == ("Ada@Example.org", SubscriberState.ACTIVE, schedule)
    assert (added.size, added.next_due_at, added.feed_uri, added.created_at) == (7, LATER, "tag:x,2026:1", NOW)
    assert added.read_through is None


@pytest.mark.parametrize("other", ["ada@example.org", "ADA@EXAMPLE.ORG", "Ada@example.ORG"])
def test_an_address_is_one_reader_in_any_case_of_letters(store: Store, other: str) -> None:
    first = reader(store, "Ada@Example.org")
    with store.begin() as tx:
        again = tx.subscribers.add(
            other, schedule=Schedule(), size=1, next_due_at=NOW, feed_uri="tag:x,2026:again", now=NOW
        )
        assert again is None
        assert tx.subscribers.find(other) == first
        assert tx.subscribers.all() == [first]


def test_two_readers_never_share_a_feed(store: Store) -> None:
    reader(store, feed_uri="tag:x,2026:1")
    with pytest.raises(StoreError):
        reader(store, feed_uri="tag:x,2026:1")


def test_an_unknown_address_finds_nobody(store: Store) -> None:
    with store.read() as tx:
        assert tx.subscribers.find("nobody@example.org") is None


def test_everybody_is_told_in_the_order_of_joining_or_by_state(store: Store) -> None:
    first, second = reader(store), reader(store)
    with store.begin() as tx:
        tx.subscribers.change(first.id, state=SubscriberState.PAUSED)
        assert [s.id for s in tx.subscribers.all()] == [first.id, second.id]
        assert [s.id for s in tx.subscribers.all(SubscriberState.PAUSED)] == [first.id]


def test_the_due_are_active_and_their_hour_has_come_longest_waiting_first(store: Store) -> None:
    second, first = reader(store, next_due_at=NOW), reader(store, next_due_at=NOW - timedelta(days=1))
    reader(store, next_due_at=LATER)
    with store.begin() as tx:
        for state in set(SubscriberState) - {SubscriberState.ACTIVE}:
            tx.subscribers.change(subscribe(tx).id, state=state)
        assert [s.id for s in tx.subscribers.due(NOW)] == [first.id, second.id]


def test_a_change_touches_one_reader_and_what_it_names(store: Store) -> None:
    changed, other = reader(store), reader(store)
    schedule = Schedule(timezone=ZoneInfo("Asia/Kolkata"), send_at=time(0, 0), days=frozenset({2}))
    with store.begin() as tx:
        tx.subscribers.change(
            changed.id, schedule=schedule, state=SubscriberState.LEFT, size=3, read_through=2**40, next_due_at=LATER
        )
        now = tx.subscribers.get(changed.id)
        assert (now.schedule, now.state, now.size, now.read_through) == (schedule, SubscriberState.LEFT, 3, 2**40)
        assert (now.next_due_at, now.address) == (LATER, changed.address)
        tx.subscribers.change(changed.id, read_through=None)
        assert tx.subscribers.get(changed.id).read_through is None
        assert tx.subscribers.get(other.id) == other


def test_words_are_kept_once_each_in_order(store: Store) -> None:
    someone = reader(store)
    with store.begin() as tx:
        tx.subscribers.add_words(someone.id, ProfileField.INTEREST, ["zebra fish", "ants", "zebra fish"])
        tx.subscribers.add_words(someone.id, ProfileField.INTEREST, ["ants", "bees"])
        tx.subscribers.add_words(someone.id, ProfileField.EXCLUDE, ["ants"])
        profile = tx.subscribers.profiles([someone.id])[someone.id]
        assert profile == Profile(interests=("zebra fish", "ants", "bees"), exclude=("ants",))


def test_removing_words_tells_how_many_there_were(store: Store) -> None:
    someone, other = reader(store), reader(store)
    with store.begin() as tx:
        for person in (someone, other):
            tx.subscribers.add_words(person.id, ProfileField.FOLLOW, ["Ada Ames", "Bo Berg"])
        assert tx.subscribers.remove_words(someone.id, ProfileField.FOLLOW, ["Ada Ames", "Cy Cho"]) == 1
        assert tx.subscribers.remove_words(someone.id, ProfileField.INCLUDE, ["Bo Berg"]) == 0
        profiles = tx.subscribers.profiles([someone.id, other.id])
        assert profiles[someone.id].follow == ("Bo Berg",)
        assert profiles[other.id].follow == ("Ada Ames", "Bo Berg")


def test_every_field_of_a_profile_has_its_place(store: Store) -> None:
    someone = reader(store)
    with store.begin() as tx:
        for field in ProfileField:
            tx.subscribers.add_words(someone.id, field, [field.value])
        assert tx.subscribers.profiles([someone.id])[someone.id] == Profile(
            categories=("category",), interests=("interest",), include=("include",), exclude=("exclude",),
            follow=("follow",),
        )  # fmt: skip


def test_a_later_vote_takes_the_place_of_an_earlier_one(store: Store) -> None:
    someone, first, second = reader(store), paper(), paper()
    keep(store, first, second)
    with store.begin() as tx:
        rows = tx.papers.rows([first.id, second.id])
        tx.subscribers.vote(someone.id, rows[first.id], Verdict.LIKE, now=NOW)
        tx.subscribers.vote(someone.id, rows[second.id], Verdict.LIKE, now=NOW + timedelta(seconds=1))
        assert tx.subscribers.profiles([someone.id])[someone.id].liked == (first.id, second.id)
        tx.subscribers.vote(someone.id, rows[first.id], Verdict.DISLIKE, now=LATER)
        profile = tx.subscribers.profiles([someone.id])[someone.id]
        assert (profile.liked, profile.disliked) == ((second.id,), (first.id,))
        tx.subscribers.vote(someone.id, rows[first.id], Verdict.LIKE, now=LATER)
        assert tx.subscribers.profiles([someone.id])[someone.id].liked == (second.id, first.id)


def test_whoever_said_nothing_has_an_empty_profile(store: Store) -> None:
    someone = reader(store)
    with store.read() as tx:
        assert tx.subscribers.profiles([someone.id]) == {someone.id: Profile()}
        assert tx.subscribers.profiles([]) == {}


def test_profiles_of_more_readers_than_one_statement_takes(store: Store) -> None:
    someone = reader(store)
    with store.begin() as tx:
        tx.subscribers.add_words(someone.id, ProfileField.INTEREST, ["ants"])
        profiles = tx.subscribers.profiles(range(someone.id, someone.id + 70_000))
    assert len(profiles) == 70_000
    assert profiles[someone.id].interests == ("ants",)


def test_seen_is_what_editions_brought_to_this_reader(store: Store) -> None:
    someone, other, shown = reader(store), reader(store), paper()
    keep(store, shown, paper())
    edition(store, someone, shown)
    with store.read() as tx:
        assert tx.subscribers.seen(someone.id) == {shown.id}
        assert tx.subscribers.seen(other.id) == set()


def test_everything_of_a_deleted_reader_goes_with_the_row(store: Store) -> None:
    someone, shown = reader(store), paper()
    keep(store, shown)
    number = edition(store, someone, shown)
    with store.begin() as tx:
        tx.subscribers.add_words(someone.id, ProfileField.INTEREST, ["ants"])
        tx.subscribers.vote(someone.id, tx.papers.rows([shown.id])[shown.id], Verdict.LIKE, now=NOW)
        tx.deliveries.intend(number, message_id="<1@example.org>", now=NOW)
    with store._engine.begin() as connection:
        connection.execute(sa.delete(t.subscriber))
        for table in (t.profile_entry, t.feedback, t.edition, t.seen, t.delivery):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0


def test_a_vote_on_a_paper_that_is_not_kept_is_refused(store: Store) -> None:
    someone = reader(store)
    with pytest.raises(StoreError), store.begin() as tx:
        tx.subscribers.vote(someone.id, 99, Verdict.LIKE, now=NOW)


def test_times_come_back_in_utc_whatever_zone_they_were_given_in(store: Store) -> None:
    due = NOW.astimezone(ZoneInfo("America/New_York")).replace(microsecond=123456)
    someone = reader(store, next_due_at=due)
    assert someone.next_due_at == due
    assert someone.next_due_at.tzinfo is UTC
    with store.read() as tx:
        assert [s.id for s in tx.subscribers.due(due.astimezone(ZoneInfo("Asia/Kolkata")))] == [someone.id]
        assert tx.subscribers.due(due - timedelta(microseconds=1)) == []


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="a time without a zone"):
        reader(store, next_due_at=NOW.replace(tzinfo=None))
    with store.read() as tx:
        assert tx.subscribers.all() == []
