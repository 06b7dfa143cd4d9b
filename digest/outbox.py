"""Outbox: what the operator sees and decides of deliveries."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from digest.errors import InvalidInput
from digest.mail import DeliveryState
from digest.store import Store
from digest.store.deliveries import DeliveryRecord
from digest.store.upsert import CHUNK
from digest.subscribers import Subscriber

__all__ = ["DeliveryRecord", "chosen", "counts", "deliveries", "delivery", "hold", "release", "release_anew"]


def deliveries(
    store: Store,
    states: Collection[DeliveryState] = (),
    *,
    subscriber: Subscriber | None = None,
    answer: str = "",
    limit: int | None = None,
) -> list[DeliveryRecord]:
    """The newest first; all states unless some are named. `answer` is a part of the last answer, in any case."""
    whose = subscriber.id if subscriber else None
    with store.read() as tx:
        return tx.deliveries.listed(states, subscriber=whose, answer=answer, limit=limit)


def delivery(store: Store, number: int) -> DeliveryRecord:
    """The delivery with that number, or InvalidInput."""
    with store.read() as tx:
        record = tx.deliveries.record(number)
    if record is None:
        raise InvalidInput(f"there is no delivery {number}; see: digest delivery list")
    return record


def counts(store: Store) -> dict[DeliveryState, int]:
    """How many deliveries are in each state."""
    with store.read() as tx:
        return tx.deliveries.counts()


def chosen(
    store: Store, numbers: Sequence[int] | None, states: Collection[DeliveryState], *, answer: str = ""
) -> list[int]:
    """Those of the deliveries that are in one of some states; of all of them where no numbers are given, or of all
    whose last answer has a part.

    InvalidInput for a number that no delivery has.
    """
    if numbers is None:
        return [record.delivery.id for record in deliveries(store, states, answer=answer)]
    found = [delivery(store, number) for number in dict.fromkeys(numbers)]
    return [record.delivery.id for record in found if record.delivery.state in states]


def hold(store: Store, numbers: Sequence[int]) -> int:
    """Keep back what waits; how many that were."""
    with store.begin() as tx:
        return sum(tx.deliveries.hold(numbers[at : at + CHUNK]) for at in range(0, len(numbers), CHUNK))


def release(store: Store, numbers: Sequence[int], *, now: datetime) -> int:
    """Let go what is held; how many that were."""
    with store.begin() as tx:
        return sum(tx.deliveries.release(numbers[at : at + CHUNK], now=now) for at in range(0, len(numbers), CHUNK))


def release_anew(store: Store, numbers: Sequence[int], *, message_id: Callable[[], str], now: datetime) -> int:
    """Let go what is held, each as another mail with a Message-ID of its own; how many that were."""
    with store.begin() as tx:
        return sum(tx.deliveries.release_anew(number, message_id=message_id(), now=now) for number in numbers)
