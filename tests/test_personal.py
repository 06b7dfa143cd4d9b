"""What the holder of a link may do, without the pages: votes, saved papers, preferences."""

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest import membership, tokens
from digest.editions import Edition
from digest.errors import InvalidInput
from digest.membership import personal, preferences, standing
from digest.membership.personal import Deed, Opened
from digest.store import Store
from digest.store.saved import Mark
from digest.store.shadow import LeftOut
from digest.subscribers import MAIN, EditionKind, Interest, ProfileField, SubscriberState, Verdict
from tests.fakes import paper
from tests.store.builders import NOW, keep
from tests.store.builders import edition as keep_edition
from tests.store.builders import reader as keep_reader
from tests.web.builders import READER, Door, chosen_for, opened

LATER = NOW + timedelta(days=1)


@pytest.fixture
def door(tmp_path: Path, upgraded_file: Path) -> Iterator[Door]:
    with opened(tmp_path, upgraded_file) as made:
        yield made


def look(door: Door, link: str) -> Opened:
    found = personal.opened(door.store, link.rpartition("/")[2])
    assert found is not None
    return found


def act(door: Door, link: str, place: int, deed: Deed, *, later: int = 0) -> Mark:
    """What a reader has said of the paper once they pressed, so many hours after the edition."""
    personal.act(door.store, look(door, link).edition, place, deed, now=NOW + timedelta(hours=later))
    return look(door, link).marks[place - 1]


def undo(door: Door, link: str, place: int, deed: Deed) -> Mark:
    personal.undo(door.store, look(door, link).edition, place, deed, now=LATER)
    return look(door, link).marks[place - 1]


def interest(door: Door, name: str) -> Interest:
    found = standing.interest(door.store, door.reader_number, name)
    assert found is not None
    return found


# ------------------------------------------------------------ votes


def test_more_less_and_save_are_kept(door: Door) -> None:
    link = door.edition(*(paper(f"Number {n}") for n in range(3)))

    assert act(door, link, 1, Deed.MORE) == Mark(verdict=Verdict.LIKE, given_at=NOW)
    assert act(door, link, 2, Deed.LESS) == Mark(verdict=Verdict.DISLIKE, given_at=NOW)
    assert act(door, link, 3, Deed.SAVE) == Mark(verdict=Verdict.LIKE, given_at=NOW, saved_at=NOW)


def test_pressing_twice_is_pressing_once(door: Door) -> None:
    link = door.edition()
    first = act(door, link, 1, Deed.SAVE)
    assert act(door, link, 1, Deed.SAVE, later=5) == first
    assert act(door, link, 1, Deed.MORE, later=6) == first


def test_the_last_word_counts(door: Door) -> None:
    link = door.edition()
    act(door, link, 1, Deed.LESS)
    assert act(door, link, 1, Deed.MORE, later=1).verdict is Verdict.LIKE
    assert act(door, link, 1, Deed.LESS, later=2).verdict is Verdict.DISLIKE


def test_a_vote_is_for_the_interest_that_the_paper_was_chosen_for(door: Door) -> None:
    membership.make_interest(door.store, READER, "Robots")
    link = door.edition(
        *(
            chosen_for(name, paper(title, number=n))
            for n, (title, name) in enumerate([("One", "robots"), ("Two", "dropped since"), ("Three", "")], start=1)
        )
    )
    for place in (1, 2, 3):
        act(door, link, place, Deed.MORE)

    assert [vote.paper for vote in interest(door, "robots").liked] == ["arxiv:2603.00001"]
    assert {vote.paper for vote in interest(door, MAIN).liked} == {"arxiv:2603.00002", "arxiv:2603.00003"}


def test_whoever_votes_is_heard_of(door: Door) -> None:
    link = door.edition()
    act(door, link, 1, Deed.LESS, later=3)
    assert membership.find(door.store, READER).heard_at == NOW + timedelta(hours=3)


def test_taking_back_leaves_nothing(door: Door) -> None:
    link = door.edition()
    for deed in Deed:
        act(door, link, 1, deed)
        assert undo(door, link, 1, deed) == Mark()
        assert undo(door, link, 1, deed) == Mark()


def test_taking_back_what_is_not_said_changes_nothing(door: Door) -> None:
    link = door.edition()
    disliked = act(door, link, 1, Deed.LESS)
    assert undo(door, link, 1, Deed.MORE) == disliked
    assert undo(door, link, 1, Deed.SAVE) == disliked


def test_a_like_from_before_the_paper_was_saved_outlives_the_saving(door: Door) -> None:
    link = door.edition()
    liked = act(door, link, 1, Deed.MORE)
    act(door, link, 1, Deed.SAVE, later=1)
    assert undo(door, link, 1, Deed.SAVE) == liked


def test_an_edition_that_is_deleted_is_gone_and_a_wrong_token_is_nobodys(door: Door) -> None:
    door.edition()
    with pytest.raises(personal.Gone):
        personal.opened(door.store, door.signed(tokens.EDITION, 999))
    for wrong in (door.signed(tokens.SETTINGS, 1), door.signed(tokens.UNSUBSCRIBE, 1), tokens.PREVIEW, "", "1-x"):
        assert personal.opened(door.store, wrong) is None


# ------------------------------------------------------------ preferences


def test_a_settings_token_is_the_readers_and_no_other_will_do(door: Door) -> None:
    holder = standing.settings_holder(door.store, door.signed(tokens.SETTINGS, door.reader_number))
    assert holder is not None
    assert holder.id == door.reader_number
    for wrong in (door.token, door.signed(tokens.SETTINGS, 999), door.signed(tokens.EDITION, 1), "x"):
        assert standing.settings_holder(door.store, wrong) is None


def test_delivery_is_changed_as_a_whole(door: Door) -> None:
    preferences.deliver_as(
        door.store,
        membership.find(door.store, READER),
        zone=ZoneInfo("Europe/Berlin"),
        send_at=time(6, 15),
        on=frozenset({0}),
        papers=7,
        kind=EditionKind.WEEKLY,
        plain=True,
        now=LATER,
    )

    now = membership.find(door.store, READER)
    assert (now.size, now.kind, now.plain, now.heard_at) == (7, EditionKind.WEEKLY, True, LATER)
    assert (now.schedule.timezone.key, now.schedule.send_at, now.schedule.days) == (
        "Europe/Berlin",
        time(6, 15),
        frozenset({0}),
    )
    assert now.next_due_at > LATER


@pytest.mark.parametrize(
    ("state", "paused", "resumed"),
    [
        (SubscriberState.ACTIVE, SubscriberState.PAUSED, SubscriberState.ACTIVE),
        (SubscriberState.PAUSED, SubscriberState.PAUSED, SubscriberState.ACTIVE),
        (SubscriberState.LEFT, SubscriberState.LEFT, SubscriberState.ACTIVE),
    ],
)
def test_pausing_and_resuming_from_any_state(
    door: Door, state: SubscriberState, paused: SubscriberState, resumed: SubscriberState
) -> None:
    with door.store.begin() as tx:
        tx.subscribers.change(door.reader_number, state=state)
    preferences.pause(door.store, membership.find(door.store, READER), now=NOW)
    assert door.state() is paused
    preferences.resume(door.store, membership.find(door.store, READER), now=NOW)
    assert door.state() is resumed


def test_the_suppressed_cannot_bring_themselves_back(door: Door) -> None:
    with door.store.begin() as tx:
        tx.subscribers.change(door.reader_number, state=SubscriberState.SUPPRESSED)
    who = membership.find(door.store, READER)
    preferences.pause(door.store, who, now=NOW)
    with pytest.raises(InvalidInput, match="mail to you was refused"):
        preferences.resume(door.store, who, now=NOW)
    assert door.state() is SubscriberState.SUPPRESSED


def test_an_interest_is_added_tuned_and_dropped_and_its_votes_are_kept(door: Door) -> None:
    number = door.reader_number
    link = door.edition(chosen_for("Robots", paper("One")))
    preferences.add_interest(door.store, number, "Robots", ["legged robots", "drones"], now=NOW)
    act(door, link, 1, Deed.MORE)
    name = preferences.tune_interest(door.store, number, "robots", new_name="Legs", share=2.5, most=3, now=NOW)

    legs = interest(door, name)
    assert (legs.name, legs.texts, legs.weight, legs.quota) == ("Legs", ("legged robots", "drones"), 2.5, 3)
    assert len(legs.liked) == 1
    preferences.drop_interest(door.store, number, "legs", now=NOW)
    preferences.drop_interest(door.store, number, "legs", now=NOW)
    assert standing.interest(door.store, number, "Legs") is None
    assert len(interest(door, MAIN).liked) == 1


def test_what_cannot_be_is_said_without_an_address_or_a_command(door: Door) -> None:
    number = door.reader_number
    preferences.add_interest(door.store, number, "Robots", ["legs"], now=NOW)
    preferences.add_interest(door.store, number, "Graphs", ["edges"], now=NOW)
    refused: list[Callable[[], object]] = [
        lambda: preferences.tune_interest(door.store, number, "Robots", new_name="graphs", share=1, most=None, now=NOW),
        lambda: preferences.tune_interest(door.store, number, "Gone", new_name="x", share=1, most=None, now=NOW),
        lambda: preferences.add_words(door.store, number, "Gone", ProfileField.INTEREST, ["x"], now=NOW),
        lambda: preferences.add_words(door.store, number, "Robots", ProfileField.CATEGORY, ["no category"], now=NOW),
        lambda: preferences.drop_interest(door.store, number, MAIN, now=NOW),
        lambda: preferences.reclaim(door.store, membership.find(door.store, READER), paper().id, now=NOW),
    ]
    before = door.kept()
    for attempt in refused:
        with pytest.raises(InvalidInput) as told:
            attempt()
        assert "@" not in str(told.value)
        assert "digest " not in str(told.value)
    assert door.kept() == before


def test_there_is_an_end_to_interests_and_to_words(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preferences, "MOST_INTERESTS", 1)
    monkeypatch.setattr(preferences, "MOST_WORDS", 2)
    number = door.reader_number
    preferences.add_interest(door.store, number, "Robots", ["legs", "wings"], now=NOW)
    preferences.add_interest(door.store, number, "robots", ["legs"], now=NOW)
    before = door.kept()

    with pytest.raises(InvalidInput, match="1 interests already"):
        preferences.add_interest(door.store, number, "Graphs", ["edges"], now=NOW)
    with pytest.raises(InvalidInput, match="at most 2 entries"):
        preferences.add_words(door.store, number, "Robots", ProfileField.INTEREST, ["fins"], now=NOW)
    assert door.kept() == before


@pytest.mark.parametrize("field", ProfileField)
def test_words_of_every_list_are_added_and_removed(door: Door, field: ProfileField) -> None:
    number = door.reader_number
    preferences.add_words(door.store, number, MAIN, field, ["cs.LG", "cs.CL"], now=NOW)
    assert preferences.entries_of(interest(door, MAIN), field) == ("cs.LG", "cs.CL")
    for _ in range(2):
        preferences.remove_words(door.store, number, MAIN, field, ["cs.LG"], now=NOW)
    assert preferences.entries_of(interest(door, MAIN), field) == ("cs.CL",)


def test_judged_and_saved_papers_are_listed_newest_first_and_given_back(door: Door) -> None:
    one, two = paper("One"), paper("Two")
    link, number = door.edition(one, two), door.reader_number
    act(door, link, 1, Deed.SAVE)
    act(door, link, 2, Deed.LESS, later=1)

    judged, count = standing.judged(door.store, number, limit=9, offset=0)
    assert [(each.paper.title, each.verdict, each.interest) for each in judged] == [
        ("Two", Verdict.DISLIKE, MAIN),
        ("One", Verdict.LIKE, MAIN),
    ]
    assert count == 2
    assert [each.paper.title for each in standing.judged(door.store, number, limit=1, offset=1)[0]] == ["One"]
    preferences.unvote(door.store, number, one.id, now=LATER)
    assert look(door, link).marks[0] == Mark(saved_at=NOW)
    preferences.unsave(door.store, number, one.id, now=LATER)
    preferences.unsave(door.store, number, paper().id, now=LATER)  # which nobody has
    assert look(door, link).marks[0] == Mark()
    assert standing.saved(door.store, number, limit=9, offset=0) == ([], 0)


def test_what_was_left_out_is_shown_and_asked_for(door: Door) -> None:
    link, missed = door.edition(), paper("Missed")
    keep(door.store, missed)
    edition: Edition = look(door, link).edition
    entry = LeftOut(paper=missed.id, interest=MAIN, score=0.1, probability=0.3, why="below the threshold")
    with door.store.begin() as tx:
        tx.shadow.keep(edition.id, [entry])

    preferences.reclaim(door.store, membership.find(door.store, READER), missed.id, now=LATER)
    (line,) = standing.left_out(door.store, door.reader_number)
    assert (line.paper.title, line.reclaimed_at) == ("Missed", LATER)


def test_what_was_sent_is_shown_with_links_that_open_it(door: Door) -> None:
    link = door.edition()
    seen = standing.standing(door.store, door.reader_number)
    assert [f"/e/{each.token}" for each in seen.sent] == [link]
    assert (seen.saved, seen.profile.interests) == (0, ())


def test_a_link_from_a_feed_votes_and_leads_to_no_settings(store: Store) -> None:
    item = paper()
    keep(store, item)
    number = keep_edition(store, keep_reader(store), item)
    with store.begin() as tx:
        secret = tx.secrets.get_or_make(tokens.KEY)

    from_mail = personal.opened(store, tokens.sign(secret, tokens.EDITION, number))
    from_feed = personal.opened(store, tokens.sign(secret, tokens.FEED_EDITION, number))

    assert from_mail is not None
    assert from_feed is not None
    assert from_feed.edition == from_mail.edition
    assert bool(from_mail.settings and from_mail.unsubscribe)
    assert (from_feed.settings, from_feed.unsubscribe) == ("", "")
