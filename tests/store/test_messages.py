"""What a message is stays known until it is sent; its bytes are kept only where they are in doubt."""

from dataclasses import replace

import pytest

from digest.mail import Delivery, Frozen
from digest.store import Store, Transaction
from tests.fakes import paper
from tests.store.builders import NOW, edition, keep, reader

MAIL = bytes(range(256))


@pytest.fixture
def delivery(store: Store) -> Delivery:
    """A mail that waits."""
    item = paper()
    keep(store, item)
    kept = edition(store, reader(store), item)
    with store.begin() as tx:
        tx.deliveries.intend(kept, message_id="<1@example.org>", now=NOW)
    return waiting(store)


def waiting(store: Store) -> Delivery:
    with store.read() as tx:
        (one,) = tx.deliveries.open(NOW, tx.deliveries.due(NOW))
    return one


def test_what_was_claimed_is_known_at_the_next_attempt(store: Store, delivery: Delivery) -> None:
    frozen = Frozen.of(MAIL, NOW)
    with store.begin() as tx:
        claimed = claim(tx, replace(delivery, frozen=frozen))
        assert claimed is not None
        tx.deliveries.postponed(claimed, answer="later", until=NOW)
    assert (delivery.frozen, waiting(store).frozen) == (None, frozen)


def test_what_another_run_has_tried_meanwhile_is_left_alone(store: Store, delivery: Delivery) -> None:
    with store.begin() as tx:
        assert claim(tx, replace(delivery, attempts=3, frozen=Frozen.of(MAIL, NOW))) is None
    assert waiting(store).frozen is None


def claim(tx: Transaction, delivery: Delivery) -> Delivery | None:
    return tx.deliveries.claim(delivery, address_hash="", lease_until=NOW)


def test_bytes_in_doubt_are_kept_and_the_first_ones_stay(store: Store, delivery: Delivery) -> None:
    with store.begin() as tx:
        tx.messages.keep(delivery.id, MAIL)
        tx.messages.keep(delivery.id, b"another rendering")
        assert tx.messages.contents([delivery.id, 99]) == {delivery.id: MAIL}


def test_bytes_are_dropped_once_the_mail_is_sent(store: Store, delivery: Delivery) -> None:
    with store.begin() as tx:
        tx.messages.keep(delivery.id, MAIL)
        assert tx.messages.drop_closed() == 0
        tx.deliveries.sent(delivery, answer="250 ok", now=NOW)
        assert tx.messages.drop_closed() == 1
        assert tx.messages.contents([delivery.id]) == {}
