"""A delivery is intended once, claimed by one run at a time, and its outcome kept at once."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from digest.mail import Delivery, DeliveryState
from digest.store import Store
from digest.store import tables as t
from digest.subscribers import SubscriberState
from tests.fakes import paper
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
        return tx.deliveries.open(now)


def claim(store: Store, delivery: Delivery, now: datetime = NOW) -> bool:
    with store.begin() as tx:
        return tx.deliveries.claim(delivery, lease_until=now + LEASE)


def row(store: Store) -> sa.Row[tuple[object, ...]]:
    with store._engine.connect() as connection:
        return connection.execute(sa.select(t.delivery)).one()


def to_state(store: Store, delivery: Delivery, state: SubscriberState) -> None:
    with store.begin() as tx:
        tx.subscribers.change(delivery.subscriber_id, state=state)


def test_an_intent_is_open_at_once(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    assert (delivery.edition_id, delivery.state, delivery.attempts) == (number, DeliveryState.PENDING, 0)
    assert (delivery.message_id, delivery.content) == ("<1@example.org>", None)
    assert waiting(store, NOW - MINUTE) == []


def test_an_edition_is_intended_once_and_keeps_its_message_id(store: Store, number: int) -> None:
    with store.begin() as tx:
        tx.deliveries.intend(number, message_id="<2@example.org>", now=NOW + MINUTE)
        assert tx.deliveries.counts() == {DeliveryState.PENDING: 1}
    assert [d.message_id for d in waiting(store)] == ["<1@example.org>"]


def test_two_claims_of_the_same_delivery_have_one_winner(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    assert [claim(store, delivery), claim(store, delivery)] == [True, False]


def test_a_claimed_delivery_is_uncertain_when_its_lease_is_over(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    claim(store, delivery)
    for moment, swept in ((NOW + LEASE - MINUTE, 0), (NOW + LEASE, 1)):
        with store.begin() as tx:
            assert tx.deliveries.sweep(moment, is_gone=lambda holder: False) == swept
    (abandoned,) = waiting(store, NOW + LEASE)
    assert (abandoned.state, abandoned.attempts) == (DeliveryState.UNCERTAIN, 1)
    assert [claim(store, abandoned, NOW + LEASE) for _ in range(2)] == [True, False]
    assert not claim(store, delivery)


def test_a_postponed_delivery_is_open_again_at_its_time(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    claim(store, delivery)
    with store.begin() as tx:
        tx.deliveries.postponed(delivery.id, answer="450 later", until=NOW + MINUTE)
    assert waiting(store) == []
    (again,) = waiting(store, NOW + MINUTE)
    assert (again.state, again.attempts) == (DeliveryState.PENDING, 1)
    assert claim(store, again, NOW + MINUTE)


def test_an_uncertain_delivery_is_open_again_with_the_same_bytes(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    with store.begin() as tx:
        tx.deliveries.freeze(delivery.id, b"mail")
    claim(store, delivery)
    with store.begin() as tx:
        tx.deliveries.uncertain(delivery.id, answer="no answer", until=NOW + MINUTE)
    (again,) = waiting(store, NOW + MINUTE)
    assert (again.state, again.content, again.message_id) == (DeliveryState.UNCERTAIN, b"mail", delivery.message_id)
    assert claim(store, again, NOW + MINUTE)


def test_a_sent_delivery_is_closed_and_its_bytes_dropped(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    with store.begin() as tx:
        tx.deliveries.freeze(delivery.id, b"mail")
    claim(store, delivery)
    with store.begin() as tx:
        tx.deliveries.sent(delivery.id, answer="250 queued", now=NOW + MINUTE)
        assert tx.deliveries.counts() == {DeliveryState.SENT: 1}
    kept = row(store)
    assert (kept.content, kept.answer, kept.sent_at, kept.lease_until) == (None, "250 queued", NOW + MINUTE, None)
    assert waiting(store, NOW + 9 * LEASE) == []
    assert not claim(store, delivery)


def test_a_refusal_for_ever_is_closed(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    claim(store, delivery)
    with store.begin() as tx:
        tx.deliveries.failed(delivery.id, answer="550 " + "no such user " * 100)
        assert tx.deliveries.counts() == {DeliveryState.FAILED: 1}
    assert len(row(store).answer) == 500
    assert waiting(store, NOW + 9 * LEASE) == []


def test_an_outcome_is_kept_whatever_the_relay_answered(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    with store.begin() as tx:
        tx.deliveries.sent(delivery.id, answer="250 \0ok\ufffd '; --", now=NOW)
    assert (row(store).state, row(store).answer) == ("sent", "250 ok\ufffd '; --")


def test_the_first_bytes_written_are_the_bytes_that_stay(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    mail = bytes(range(256))
    with store.begin() as tx:
        assert tx.deliveries.freeze(delivery.id, mail) == mail
        assert tx.deliveries.freeze(delivery.id, b"another rendering") == mail
    assert waiting(store)[0].content == mail


def test_nothing_is_written_into_a_closed_delivery(store: Store, number: int) -> None:
    (delivery,) = waiting(store)
    with store.begin() as tx:
        tx.deliveries.sent(delivery.id, answer="250 ok", now=NOW)
        assert tx.deliveries.freeze(delivery.id, b"mail") == b"mail"
    assert row(store).content is None


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
        tx.deliveries.uncertain(delivery.id, answer="no answer", until=NOW)
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
        tx.deliveries.sent(delivery.id, answer="250 ok", now=NOW)
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
        assert tx.deliveries.claim(delivery, lease_until=NOW + LEASE, holder="one:1:1")
        assert tx.deliveries.sweep(NOW, is_gone=lambda holder: holder == "another:1:1") == 0
        assert tx.deliveries.sweep(NOW, is_gone=lambda holder: holder == "one:1:1") == 1
    (again,) = waiting(store)
    assert again.state is DeliveryState.UNCERTAIN
