"""A delivery is intended once, claimed by one run at a time, and its outcome kept at once."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from digest.mail import Delivery, DeliveryState, LetterKind, Suppression, SuppressionReason
from digest.store import Store
from digest.store import tables as t
from digest.subscribers import SubscriberState
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, edition, keep, reader

LEASE = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
GONE = sorted(set(SubscriberState) - {SubscriberState.ACTIVE})


@pytest.fixture
def number(store: Store) -> int:
    """An edition that is to be mailed."""
    item = paper()
    keep(store, item)
    kept = edition(store, reader(store), item)
    with store.begin() as tx:
        tx.deliveries.intend(kept, message_id="<1@example.org>", now=NOW)
    return kept


def waiting(store: Store, now: datetime = NOW) -> list[Delivery]:
    with store.read() as tx:
        return tx.deliveries.open(now, tx.deliveries.due(now))


def claim(store: Store, delivery: Delivery, now: datetime = NOW) -> Delivery | None:
    with store.begin() as tx:
        return tx.deliveries.claim(delivery, address_hash="", lease_until=now + LEASE)


def claimed(store: Store, delivery: Delivery) -> Delivery:
    ours = claim(store, delivery)
    assert ours is not None
    return ours


def row(store: Store) -> sa.Row[tuple[object, ...]]:
    with store._engine.connect() as connection:
        return connection.execute(sa.select(t.delivery)).one()


def to_state(store: Store, delivery: Delivery, state: SubscriberState) -> None:
    with store.begin() as tx:
        tx.subscribers.change(delivery.subscriber_id, state=state)


def test_an_intent_is_open_at_once(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    assert (delivery.edition_id, delivery.state, delivery.attempts) == (number, DeliveryState.PENDING, 0)
    assert (delivery.message_id, delivery.frozen) == ("<1@example.org>", None)
    assert waiting(store, NOW - MINUTE) == []


def test_an_edition_is_intended_once_and_keeps_its_message_id(store: Store, number: int) -> None:
    with store.begin() as tx:
        tx.deliveries.intend(number, message_id="<2@example.org>", now=NOW + MINUTE)
        assert tx.deliveries.counts() == {DeliveryState.PENDING: 1}
    assert [d.message_id for d in waiting(store)] == ["<1@example.org>"]


def test_two_claims_of_the_same_delivery_have_one_winner(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    assert [bool(claim(store, delivery)) for _ in range(2)] == [True, False]


def test_a_claimed_delivery_is_uncertain_when_its_lease_is_over(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    claim(store, delivery)
    for moment, swept in ((NOW + LEASE - MINUTE, 0), (NOW + LEASE, 1)):
        with store.begin() as tx:
            assert tx.deliveries.sweep(moment, is_gone=lambda holder: False) == swept
    (abandoned,) = waiting(store, NOW + LEASE)
    assert (abandoned.state, abandoned.attempts) == (DeliveryState.UNCERTAIN, 1)
    assert [bool(claim(store, abandoned, NOW + LEASE)) for _ in range(2)] == [True, False]
    assert not claim(store, delivery)


def test_a_postponed_delivery_is_open_again_at_its_time(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    ours = claimed(store, delivery)
    with store.begin() as tx:
        tx.deliveries.postponed(ours, answer="450 later", until=NOW + MINUTE)
    assert waiting(store) == []
    (again,) = waiting(store, NOW + MINUTE)
    assert (again.state, again.attempts) == (DeliveryState.PENDING, 1)
    assert claim(store, again, NOW + MINUTE)


def test_an_uncertain_delivery_is_open_again(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    ours = claimed(store, delivery)
    with store.begin() as tx:
        tx.deliveries.uncertain(ours, answer="no answer", until=NOW + MINUTE)
    (again,) = waiting(store, NOW + MINUTE)
    assert (again.state, again.message_id) == (DeliveryState.UNCERTAIN, delivery.message_id)
    assert claim(store, again, NOW + MINUTE)


def test_a_sent_delivery_is_closed(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    ours = claimed(store, delivery)
    with store.begin() as tx:
        tx.deliveries.sent(ours, answer="250 queued", now=NOW + MINUTE)
        assert tx.deliveries.counts() == {DeliveryState.SENT: 1}
    kept = row(store)
    assert (kept.answer, kept.sent_at, kept.lease_until) == ("250 queued", NOW + MINUTE, None)
    assert waiting(store, NOW + 9 * LEASE) == []
    assert not claim(store, delivery)


def test_a_refusal_for_ever_is_closed(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    ours = claimed(store, delivery)
    with store.begin() as tx:
        tx.deliveries.failed(ours, answer="550 " + "no such user " * 100)
        assert tx.deliveries.counts() == {DeliveryState.FAILED: 1}
    assert len(row(store).answer) == 500
    assert waiting(store, NOW + 9 * LEASE) == []


def test_an_outcome_is_kept_whatever_the_relay_answered(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    with store.begin() as tx:
        tx.deliveries.sent(delivery, answer="250 \0ok\ufffd '; --", now=NOW)
    assert (row(store).state, row(store).answer) == ("sent", "250 ok\ufffd '; --")


@pytest.mark.parametrize("state", GONE)
def test_a_reader_who_is_not_active_is_never_claimed(store: Store, number: int, state: SubscriberState) -> None:
    (delivery,) = waiting(store)
    to_state(store, delivery, state)
    assert not claim(store, delivery)
    assert row(store).attempts == 0
    to_state(store, delivery, SubscriberState.ACTIVE)
    assert claim(store, delivery)


@pytest.mark.parametrize("state", GONE)
def test_what_was_meant_for_readers_who_went_is_cancelled(store: Store, number: int, state: SubscriberState) -> None:
    (delivery,) = waiting(store)
    with store.begin() as tx:
        assert tx.deliveries.cancel_unwanted() == 0
    to_state(store, delivery, state)
    with store.begin() as tx:
        assert tx.deliveries.cancel_unwanted() == 1
        assert tx.deliveries.cancel_unwanted() == 0
        assert tx.deliveries.counts() == {DeliveryState.CANCELLED: 1}
    to_state(store, delivery, SubscriberState.ACTIVE)
    assert waiting(store, NOW + LEASE) == []


def test_a_doubtful_mail_is_not_sent_again_to_a_reader_who_went(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    with store.begin() as tx:
        tx.deliveries.uncertain(delivery, answer="no answer", until=NOW)
    to_state(store, delivery, SubscriberState.LEFT)
    with store.begin() as tx:
        assert tx.deliveries.cancel_unwanted() == 1
    assert waiting(store, NOW + LEASE) == []


def test_cancelling_leaves_alone_what_was_sent_and_what_is_being_sent(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    claim(store, delivery)
    to_state(store, delivery, SubscriberState.LEFT)
    with store.begin() as tx:
        assert tx.deliveries.cancel_unwanted() == 0
        tx.deliveries.sent(delivery, answer="250 ok", now=NOW)
        assert tx.deliveries.cancel_unwanted() == 0
        assert tx.deliveries.counts() == {DeliveryState.SENT: 1}


def test_open_deliveries_come_oldest_first(store: Store) -> None:
    numbers = [edition(store, reader(store)) for _ in range(3)]
    with store.begin() as tx:
        for age, number in enumerate(numbers):
            tx.deliveries.intend(number, message_id=f"<{number}@example.org>", now=NOW - age * MINUTE)
    assert [d.edition_id for d in waiting(store)] == numbers[::-1]


def test_a_mail_abandoned_in_sending_is_cancelled_for_a_reader_who_went(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    claim(store, delivery)
    to_state(store, delivery, SubscriberState.LEFT)
    with store.begin() as tx:
        assert tx.deliveries.sweep(NOW + LEASE, is_gone=lambda holder: False) == 1
        assert tx.deliveries.cancel_unwanted() == 1


def test_a_claim_whose_process_is_gone_is_uncertain_at_once(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    with store.begin() as tx:
        assert tx.deliveries.claim(delivery, address_hash="", lease_until=NOW + LEASE, holder="one:1:1")
        assert tx.deliveries.sweep(NOW, is_gone=lambda holder: holder == "another:1:1") == 0
        assert tx.deliveries.sweep(NOW, is_gone=lambda holder: holder == "one:1:1") == 1
    (again,) = waiting(store)
    assert again.state is DeliveryState.UNCERTAIN


def test_a_suppressed_address_is_never_claimed(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    suppressed = Suppression(address_hash="ab", reason=SuppressionReason.COMPLAINT, evidence="", since=NOW)
    with store.begin() as tx:
        tx.suppressions.add(suppressed)
        assert tx.deliveries.claim(delivery, address_hash="ab", lease_until=NOW + LEASE) is None
        assert tx.deliveries.claim(delivery, address_hash="cd", lease_until=NOW + LEASE) is not None


def test_an_outcome_of_an_attempt_that_was_given_up_does_not_undo_a_later_claim(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    first = claimed(store, delivery)
    with store.begin() as tx:
        tx.deliveries.sweep(NOW + LEASE, is_gone=lambda holder: False)
    (again,) = waiting(store, NOW + LEASE)
    second = claimed(store, again)
    with store.begin() as tx:
        tx.deliveries.postponed(first, answer="450 later", until=NOW)
        assert tx.deliveries.counts() == {DeliveryState.SENDING: 1}
        tx.deliveries.postponed(second, answer="450 later", until=NOW)
        assert tx.deliveries.counts() == {DeliveryState.PENDING: 1}


def test_a_mail_that_was_taken_after_all_is_sent_whoever_has_claimed_it_since(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    first = claimed(store, delivery)
    with store.begin() as tx:
        tx.deliveries.sweep(NOW + LEASE, is_gone=lambda holder: False)
        tx.deliveries.sent(first, answer="250 ok", now=NOW)
        assert tx.deliveries.counts() == {DeliveryState.SENT: 1}


def test_what_is_held_waits_until_it_is_released(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    with store.begin() as tx:
        assert (tx.deliveries.hold([delivery.id]), tx.deliveries.hold([delivery.id])) == (1, 0)
    assert waiting(store, NOW + LEASE) == []
    with store.begin() as tx:
        assert (tx.deliveries.release([delivery.id], now=NOW), tx.deliveries.release([delivery.id], now=NOW)) == (1, 0)
    assert [d.id for d in waiting(store)] == [delivery.id]


def test_what_was_not_sent_in_its_time_expires_and_what_is_uncertain_does_not(store: Store) -> None:
    first, second = (edition(store, reader(store)) for _ in range(2))
    with store.begin() as tx:
        for number in (first, second):
            tx.deliveries.intend(number, message_id=f"<{number}@example.org>", now=NOW, expires_at=NOW + LEASE)
    pending, doubtful = waiting(store)
    ours = claimed(store, doubtful)
    with store.begin() as tx:
        tx.deliveries.uncertain(ours, answer="no answer", until=NOW)
        assert tx.deliveries.expired(NOW) == []
        assert tx.deliveries.expired(NOW + LEASE) == [(pending.id, first)]
        assert tx.deliveries.expired(NOW + LEASE) == []
        assert tx.deliveries.counts() == {DeliveryState.EXPIRED: 1, DeliveryState.UNCERTAIN: 1}


def test_a_goodbye_goes_to_who_has_left_and_a_welcome_to_who_has_not(store: Store) -> None:
    leaver, newcomer = reader(store), reader(store)
    with store.begin() as tx:
        for who, kind in ((leaver, LetterKind.GOODBYE), (newcomer, LetterKind.WELCOME)):
            letter = tx.letters.keep(who.id, kind, MONDAY, now=NOW)
            assert letter is not None
            tx.deliveries.intend_letter(letter, message_id=f"<{letter}@example.org>", now=NOW)
        tx.subscribers.change(leaver.id, state=SubscriberState.LEFT)
        assert tx.deliveries.cancel_unwanted() == 0
    assert all(claim(store, delivery) for delivery in waiting(store))


@pytest.mark.parametrize(("kind", "state"), [("goodbye", "suppressed"), ("goodbye", "active"), ("welcome", "left")])
def test_a_letter_that_does_not_fit_its_reader_any_more_is_cancelled(store: Store, kind: str, state: str) -> None:
    who = reader(store)
    with store.begin() as tx:
        letter = tx.letters.keep(who.id, LetterKind(kind), MONDAY, now=NOW)
        assert letter is not None
        tx.deliveries.intend_letter(letter, message_id="<1@example.org>", now=NOW)
        tx.subscribers.change(who.id, state=SubscriberState(state))
    (delivery,) = waiting(store)
    assert claim(store, delivery) is None
    with store.begin() as tx:
        assert tx.deliveries.cancel_unwanted() == 1


def test_a_letter_of_a_kind_is_written_once_a_day(store: Store) -> None:
    who = reader(store)
    with store.begin() as tx:
        assert tx.letters.keep(who.id, LetterKind.WELCOME, MONDAY, now=NOW, details={"a": 1}) is not None
        assert tx.letters.keep(who.id, LetterKind.WELCOME, MONDAY, now=NOW) is None
        assert tx.letters.last(who.id, LetterKind.WELCOME) == MONDAY
        assert tx.letters.last(who.id, LetterKind.GOODBYE) is None


def test_deliveries_are_listed_with_what_they_are_about(store: Store, number: int) -> None:
    who = reader(store)
    with store.begin() as tx:
        letter = tx.letters.keep(who.id, LetterKind.WELCOME, MONDAY, now=NOW)
        assert letter is not None
        tx.deliveries.intend_letter(letter, message_id="<2@example.org>", now=NOW)
    with store.read() as tx:
        assert [record.about for record in tx.deliveries.listed()] == ["welcome", "daily 2026-03-02"]
        assert tx.deliveries.listed([DeliveryState.SENT]) == []
        assert [record.about for record in tx.deliveries.listed(subscriber=who.id)] == ["welcome"]
        assert tx.deliveries.record(10**6) is None
