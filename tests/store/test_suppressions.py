"""Suppressed addresses, and what came back, on either engine."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digest.mail import Bounce, BounceKind, Suppression, SuppressionReason, address_hash
from digest.store import Store
from digest.store import tables as t
from tests.fakes import paper
from tests.store.builders import NOW, edition, keep, reader

DAY = timedelta(days=1)
SOFT = [BounceKind.SOFT]


def suppression(address: str = "ana@example.org", **values: Any) -> Suppression:
    plain: dict[str, Any] = {
        "address_hash": address_hash(address),
        "reason": SuppressionReason.BOUNCE,
        "evidence": "2026-03-02: 5.1.1 no such user",
        "since": NOW,
    }
    return Suppression(**(plain | values))


@pytest.fixture
def delivery(store: Store) -> tuple[int, int]:
    """A delivery, and its reader."""
    return delivered(store, "<1@example.org>")


def delivered(store: Store, message_id: str) -> tuple[int, int]:
    item, ana = paper(), reader(store)
    keep(store, item)
    number = edition(store, ana, item)
    with store.begin() as tx:
        tx.deliveries.intend(number, message_id=message_id, now=NOW)
    with store.read() as tx:
        return tx.deliveries.listed(subscriber=ana.id)[0].delivery.id, ana.id


def bounce(delivery: int, fingerprint: str, kind: BounceKind = BounceKind.SOFT) -> Bounce:
    return Bounce(delivery_id=delivery, kind=kind, status="5.2.2", reason="full", fingerprint=fingerprint)


def note(store: Store, made: Bounce, subscriber: int, *, days: int = 0) -> bool:
    with store.begin() as tx:
        return tx.suppressions.note(made, subscriber=subscriber, now=NOW + days * DAY)


def test_an_address_is_suppressed_once_and_the_first_reason_stays(store: Store) -> None:
    with store.begin() as tx:
        assert tx.suppressions.add(suppression())
        assert not tx.suppressions.add(suppression(reason=SuppressionReason.COMPLAINT))
    with store.read() as tx:
        assert tx.suppressions.get(address_hash("ANA@example.org")) == suppression()
        assert tx.suppressions.get(address_hash("bea@example.org")) is None


def test_many_are_added_at_once_and_the_new_ones_counted(store: Store) -> None:
    with store.begin() as tx:
        tx.suppressions.add(suppression("r7@example.org"))
        many = [suppression(f"r{n}@example.org", since=NOW + n * DAY) for n in range(1200)]
        assert tx.suppressions.add_all(many) == 1199
        assert tx.suppressions.add_all(many) == 0
        assert tx.suppressions.add_all([]) == 0
    with store.read() as tx:
        listed = tx.suppressions.all()
    assert [each.since for each in listed] == sorted(each.since for each in listed)
    assert len(listed) == 1200


def test_a_removed_one_is_gone(store: Store) -> None:
    with store.begin() as tx:
        tx.suppressions.add(suppression())
        assert tx.suppressions.remove(address_hash("ana@example.org"))
        assert not tx.suppressions.remove(address_hash("ana@example.org"))
        assert tx.suppressions.all() == []


def test_the_same_report_is_kept_once(store: Store, delivery: tuple[int, int]) -> None:
    number, ana = delivery

    assert note(store, bounce(number, "a"), ana)
    assert not note(store, bounce(number, "a"), ana, days=1)
    with store.read() as tx:
        assert tx.suppressions.bounces(ana, SOFT, since=NOW) == [NOW]


def test_a_delivery_counts_once_at_its_first_report(store: Store, delivery: tuple[int, int]) -> None:
    number, ana = delivery
    note(store, bounce(number, "b"), ana, days=1)
    note(store, bounce(number, "a"), ana)
    note(store, bounce(number, "c", BounceKind.POLICY), ana, days=-1)

    with store.read() as tx:
        assert tx.suppressions.bounces(ana, SOFT, since=NOW) == [NOW]
        assert tx.suppressions.bounces(ana, list(BounceKind), since=NOW - 2 * DAY) == [NOW - DAY]


def test_bounces_are_counted_by_reader_kind_and_time(store: Store) -> None:
    first, ana = delivered(store, "<1@example.org>")
    other, bea = delivered(store, "<2@example.org>")
    note(store, bounce(first, "a"), ana, days=2)
    note(store, bounce(other, "b"), bea, days=1)

    with store.read() as tx:
        assert tx.suppressions.bounces(ana, SOFT, since=NOW) == [NOW + 2 * DAY]
        assert tx.suppressions.bounces(bea, SOFT, since=NOW) == [NOW + DAY]
        assert tx.suppressions.bounces(ana, SOFT, since=NOW + 3 * DAY) == []
        assert tx.suppressions.bounces(ana, [BounceKind.HARD], since=NOW) == []


def test_what_bounced_counts_after_its_delivery_is_deleted(store: Store, delivery: tuple[int, int]) -> None:
    number, ana = delivery
    note(store, bounce(number, "a"), ana)
    note(store, bounce(number, "b"), ana, days=1)
    with store._engine.begin() as connection:
        connection.execute(sa.delete(t.delivery))

    with store.read() as tx:
        assert tx.suppressions.bounces(ana, SOFT, since=NOW) == [NOW, NOW + DAY]


def test_a_complaint_is_kept_once_whether_or_not_its_delivery_is_known(store: Store, delivery: tuple[int, int]) -> None:
    number, ana = delivery
    with store.begin() as tx:
        complain = tx.suppressions.note_complaint
        assert complain("a", subscriber=ana, delivery=number, reason="abuse", now=NOW)
        assert complain("b", subscriber=ana, delivery=None, reason="abuse", now=NOW + DAY)
        assert not complain("b", subscriber=ana, delivery=None, reason="abuse", now=NOW + 2 * DAY)
        assert tx.suppressions.bounces(ana, [BounceKind.COMPLAINT], since=NOW) == [NOW, NOW + DAY]


def test_a_delivery_is_found_by_its_message_id_and_reader(store: Store, delivery: tuple[int, int]) -> None:
    number, ana = delivery
    bea = reader(store)
    with store.read() as tx:
        assert tx.suppressions.delivery_named("<1@example.org>", subscriber=ana) == number
        assert tx.suppressions.delivery_named("<1@example.org>", subscriber=bea.id) is None
        assert tx.suppressions.delivery_named("", subscriber=ana) is None


def test_a_reply_is_kept_once(store: Store) -> None:
    ana = reader(store)
    with store.begin() as tx:
        assert not tx.suppressions.has_reply("a")
        for _ in range(2):
            tx.suppressions.note_reply("a", subscriber=ana.id, now=NOW)
        assert tx.suppressions.has_reply("a")
        assert not tx.suppressions.has_reply("b")
