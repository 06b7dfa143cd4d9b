"""Readers, what they care for and what they said of papers."""

from datetime import UTC, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from digest.errors import StoreError
from digest.identity import Rule
from digest.store import Store
from digest.store import tables as t
from digest.subscribers import Interest, Profile, ProfileField, Schedule, SubscriberState, Verdict, Vote
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
        assert profile == Profile(interests=(Interest(texts=("zebra fish", "ants", "bees"), exclude=("ants",)),))


def test_removing_words_tells_how_many_there_were(store: Store) -> None:
    someone, other = reader(store), reader(store)
    with store.begin() as tx:
        for person in (someone, other):
            tx.subscribers.add_words(person.id, ProfileField.FOLLOW, ["Ada Ames", "Bo Berg"])
        assert tx.subscribers.remove_words(someone.id, ProfileField.FOLLOW, ["Ada Ames", "Cy Cho"]) == 1
        assert tx.subscribers.remove_words(someone.id, ProfileField.INCLUDE, ["Bo Berg"]) == 0
        profiles = tx.subscribers.profiles([someone.id, other.id])
        assert profiles[someone.id].interests == (Interest(follow=("Bo Berg",)),)
        assert profiles[other.id].interests == (Interest(follow=("Ada Ames", "Bo Berg")),)


def test_every_field_of_a_profile_has_its_place(store: Store) -> None:
    someone = reader(store)
    with store.begin() as tx:
        for field in ProfileField:
            tx.subscribers.add_words(someone.id, field, [field.value])
        whole = Interest(
            categories=("category",), texts=("interest",), include=("include",), exclude=("exclude",),
            follow=("follow",), organisations=("organisation",),
        )  # fmt: skip
        assert tx.subscribers.profiles([someone.id])[someone.id] == Profile(interests=(whole,))


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


def test_a_vote_keeps_its_time_and_belongs_to_the_interest_it_was_given_for(store: Store) -> None:
    someone, first, second = reader(store), paper(), paper()
    keep(store, first, second)
    with store.begin() as tx:
        rows = tx.papers.rows([first.id, second.id])
        tx.subscribers.vote(someone.id, rows[first.id], Verdict.LIKE, now=NOW)
        tx.subscribers.vote(someone.id, rows[second.id], Verdict.DISLIKE, now=LATER, interest="Ants")
        assert tx.subscribers.profiles([someone.id])[someone.id].interests == (
            Interest(liked=(Vote(paper=first.id, given_at=NOW),)),
            Interest(name="Ants", disliked=(Vote(paper=second.id, given_at=LATER),)),
        )


def test_voting_again_moves_the_vote_to_the_other_interest(store: Store) -> None:
    someone, item = reader(store), paper()
    keep(store, item)
    with store.begin() as tx:
        row = tx.papers.rows([item.id])[item.id]
        tx.subscribers.vote(someone.id, row, Verdict.LIKE, now=NOW, interest="ants")
        tx.subscribers.vote(someone.id, row, Verdict.LIKE, now=LATER, interest="bees")
        ants, bees = tx.subscribers.profiles([someone.id])[someone.id].interests
        assert (ants.liked, bees.liked) == ((), (Vote(paper=item.id, given_at=LATER),))


def test_of_two_names_of_one_work_the_last_vote_counts_with_its_time_and_interest(store: Store) -> None:
    someone, preprint, between, journal = reader(store), paper(), paper(), paper()
    keep(store, preprint, between, journal)
    with store.begin() as tx:
        rows = tx.papers.rows([preprint.id, between.id, journal.id])
        for item, now, interest in ((preprint, 0, "ants"), (between, 1, "bees"), (journal, 2, "bees")):
            moment = NOW + timedelta(hours=now)
            tx.subscribers.vote(someone.id, rows[item.id], Verdict.LIKE, now=moment, interest=interest)
        tx.works.merge(rows[journal.id], rows[preprint.id], Rule.OPERATOR, now=LATER)
        ants, bees = tx.subscribers.profiles([someone.id])[someone.id].interests
    assert ants.liked == ()
    assert bees.liked == (
        Vote(paper=between.id, given_at=LATER),
        Vote(paper=preprint.id, given_at=NOW + timedelta(hours=2)),
    )


def test_an_interest_is_made_once_in_any_case_of_letters_and_keeps_its_place(store: Store) -> None:
    someone, other = reader(store), reader(store)
    with store.begin() as tx:
        first = tx.subscribers.make_interest(someone.id, "Straßen")
        tx.subscribers.make_interest(someone.id, "ants")
        assert tx.subscribers.make_interest(someone.id, "STRASSEN") == first
        assert tx.subscribers.make_interest(other.id, "Straßen") != first
        assert tx.subscribers.find_interest(someone.id, "strassen") == first
        assert tx.subscribers.find_interest(someone.id, "bees") is None
        names = [each.name for each in tx.subscribers.profiles([someone.id])[someone.id].interests]
        assert names == ["Straßen", "ants"]


def test_words_belong_to_one_interest_and_the_same_word_may_stand_in_another(store: Store) -> None:
    someone = reader(store)
    with store.begin() as tx:
        tx.subscribers.add_words(someone.id, ProfileField.INCLUDE, ["wings", "legs"], interest="bees")
        tx.subscribers.add_words(someone.id, ProfileField.INCLUDE, ["wings"], interest="Bees")
        tx.subscribers.add_words(someone.id, ProfileField.INCLUDE, ["wings"])
        tx.subscribers.add_words(someone.id, ProfileField.INCLUDE, [], interest="nothing said")
        assert tx.subscribers.remove_words(someone.id, ProfileField.INCLUDE, ["wings"], interest="bees") == 1
        assert tx.subscribers.remove_words(someone.id, ProfileField.INCLUDE, ["wings"], interest="ants") == 0
        assert tx.subscribers.profiles([someone.id])[someone.id].interests == (
            Interest(name="bees", include=("legs",)),
            Interest(include=("wings",)),
        )


def test_an_interest_changes_what_is_named_and_nothing_else(store: Store) -> None:
    someone = reader(store)
    with store.begin() as tx:
        ants, bees = (tx.subscribers.make_interest(someone.id, name) for name in ("ants", "bees"))
        tx.subscribers.change_interest(ants, name="Ameisen", weight=0.1 + 0.2, quota=3, everything=True)
        tx.subscribers.change_interest(ants, quota=None)
        assert tx.subscribers.find_interest(someone.id, "AMEISEN") == ants
        assert tx.subscribers.profiles([someone.id])[someone.id].interests == (
            Interest(name="Ameisen", weight=0.1 + 0.2, everything=True),
            Interest(name="bees"),
        )
    with pytest.raises(StoreError), store.begin() as tx:
        tx.subscribers.change_interest(bees, name="ameisen")


def test_a_removed_interest_takes_its_words_along_and_leaves_the_votes_that_were_moved(store: Store) -> None:
    someone, item = reader(store), paper()
    keep(store, item)
    with store.begin() as tx:
        tx.subscribers.vote(someone.id, tx.papers.rows([item.id])[item.id], Verdict.LIKE, now=NOW, interest="ants")
        tx.subscribers.add_words(someone.id, ProfileField.FOLLOW, ["Ada Ames"], interest="ants")
        ants, bees = (tx.subscribers.make_interest(someone.id, name) for name in ("ants", "bees"))
        assert (tx.subscribers.votes_of(ants), tx.subscribers.votes_of(bees)) == (1, 0)
        tx.subscribers.move_votes(ants, to=bees)
        tx.subscribers.remove_interest(ants)
        assert tx.subscribers.profiles([someone.id])[someone.id].interests == (
            Interest(name="bees", liked=(Vote(paper=item.id, given_at=NOW),)),
        )


def test_the_profiles_of_three_hundred_readers_take_as_many_statements_as_that_of_one(store: Store) -> None:
    readers, items = [reader(store) for _ in range(300)], [paper(), paper()]
    keep(store, *items)
    with store.begin() as tx:
        rows = tx.papers.rows(item.id for item in items).values()
        for someone in readers:
            tx.subscribers.add_words(someone.id, ProfileField.INTEREST, ["ants"], interest="ants")
            for row in rows:
                tx.subscribers.vote(someone.id, row, Verdict.LIKE, now=NOW)
    statements: list[str] = []
    sa.event.listen(
        store._engine, "before_cursor_execute", lambda _, __, statement, *rest: statements.append(statement)
    )
    counts = []
    for some in (readers[:1], readers):
        statements.clear()
        with store.read() as tx:
            found = tx.subscribers.profiles(someone.id for someone in some)
        assert all(len(profile.interests) == 2 and len(profile.liked) == 2 for profile in found.values())
        counts.append(len(statements))
    assert counts[0] == counts[1] > 0


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
    assert profiles[someone.id].interests == (Interest(texts=("ants",)),)


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
        for table in (t.interest, t.profile_entry, t.feedback, t.edition, t.seen, t.delivery):
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
