"""Letters about the subscription itself: welcome, goodbye, and the question whether somebody still reads."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count

import pytest

from digest import membership
from digest.mail import LetterKind
from digest.membership import Asked, LetterSettings, ask_the_silent
from digest.subscribers import SubscriberState
from tests.fakes import MONDAY, at, paper
from tests.world import TUESDAY, World

_message = count(1)
BULK = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "Feedback-ID")
ASKING = LetterSettings(still_reading_days=30, pause_after_days=7)
MUCH_LATER = at(MONDAY) + timedelta(days=31)


def message_id() -> str:
    return f"<letter-{next(_message)}@example.org>"


def mails(world: World) -> list[EmailMessage]:
    return [message_from_bytes(each.content, policy=policy.default) for each in world.outbox.sent]


def test_a_welcome_comes_with_the_first_edition_and_never_again(world: World) -> None:
    world.welcome = True
    world.source.announce(MONDAY, paper("Ants"))
    world.source.announce(TUESDAY, paper("Bees"))
    world.subscribe("ana@example.org")
    world.run(at(MONDAY))
    world.run(at(TUESDAY))

    welcome, first, second = mails(world)
    assert [bool(welcome[name]) for name in BULK] == [False] * len(BULK)
    assert all(mail["List-Id"] for mail in (first, second))


def test_who_comes_back_is_not_welcomed_twice(world: World) -> None:
    world.welcome = True
    world.source.announce(MONDAY, paper("Ants"))
    world.subscribe("ana@example.org")
    world.run(at(MONDAY))
    membership.leave(world.store, "ana@example.org")
    membership.resume(world.store, "ana@example.org", now=at(TUESDAY))
    world.source.announce(TUESDAY, paper("Bees"))
    world.run(at(TUESDAY))

    assert [bool(mail["List-Id"]) for mail in mails(world)] == [False, True, True]


def test_who_leaves_by_a_link_gets_one_goodbye(world: World) -> None:
    world.subscribe("ana@example.org")
    number = membership.find(world.store, "ana@example.org").id
    for _ in range(2):
        membership.leave_by_link(world.store, number, now=at(MONDAY), message_id=message_id)
    world.deliver(at(MONDAY))
    world.deliver(at(TUESDAY))

    (goodbye,) = mails(world)
    assert [bool(goodbye[name]) for name in BULK] == [False] * len(BULK)


def test_nobody_is_asked_unless_the_operator_wants_it(world: World) -> None:
    world.subscribe("ana@example.org")
    asked = ask_the_silent(world.store, LetterSettings(), now=MUCH_LATER, message_id=message_id)
    assert asked == Asked()


def test_the_silent_are_asked_once_and_paused_when_they_do_not_answer(world: World) -> None:
    world.subscribe("ana@example.org")
    outcomes = [
        ask_the_silent(world.store, ASKING, now=MUCH_LATER + timedelta(days=days), message_id=message_id)
        for days in (0, 1, 6, 7, 8)
    ]
    assert outcomes == [Asked(asked=1), Asked(), Asked(), Asked(paused=1), Asked()]
    assert membership.find(world.store, "ana@example.org").state is SubscriberState.PAUSED


def test_who_is_heard_of_stays_and_is_asked_again_only_after_as_long_a_silence(world: World) -> None:
    world.subscribe("ana@example.org")
    ask_the_silent(world.store, ASKING, now=MUCH_LATER, message_id=message_id)
    with world.store.begin() as tx:
        tx.subscribers.heard(membership.find(world.store, "ana@example.org").id, now=MUCH_LATER + timedelta(days=2))

    assert ask_the_silent(world.store, ASKING, now=MUCH_LATER + timedelta(days=9), message_id=message_id) == Asked()
    later = MUCH_LATER + timedelta(days=33)
    assert ask_the_silent(world.store, ASKING, now=later, message_id=message_id) == Asked(asked=1)


def test_the_question_is_a_letter_and_says_until_when(world: World) -> None:
    world.subscribe("ana@example.org")
    ask_the_silent(world.store, ASKING, now=MUCH_LATER, message_id=message_id)
    world.deliver(MUCH_LATER)

    (question,) = mails(world)
    assert question["List-Unsubscribe"] is None
    assert "9 April" in world.mail()
    with world.store.read() as tx:
        who = membership.find(world.store, "ana@example.org")
        assert tx.letters.last(who.id, LetterKind.STILL_READING) == MUCH_LATER.date()


@pytest.mark.parametrize("values", [{"still_reading_days": 3}, {"pause_after_days": 0}])
def test_settings_that_would_ask_everybody_every_day_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        LetterSettings(**values)  # type: ignore[arg-type]  # those named are whole numbers
