"""Many subscribers at once: paused, or resumed, some hundreds in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from digest.membership.people import resumed
from digest.store import Store
from digest.store.upsert import chunks
from digest.subscribers import Subscriber, SubscriberState


def can_pause(who: Subscriber) -> bool:
    """Whether there is anything to pause: mail goes to the active alone."""
    return who.state is SubscriberState.ACTIVE


def can_resume(who: Subscriber) -> bool:
    """Whether somebody is on pause: who left, or may get nothing, is never taken back with many others."""
    return who.state is SubscriberState.PAUSED


def pause(store: Store, people: Sequence[Subscriber]) -> int:
    """Send nothing to any of them until resumed; how many were active."""
    wanted = [each for each in people if can_pause(each)]
    for part in chunks(wanted):
        with store.begin() as tx:
            for each in part:
                tx.subscribers.change(each.id, state=SubscriberState.PAUSED)
    return len(wanted)


def resume(store: Store, people: Sequence[Subscriber], *, now: datetime) -> int:
    """Begin again with the newest listing for each of them; how many were on pause."""
    wanted = [each for each in people if can_resume(each)]
    for part in chunks(wanted):
        with store.begin() as tx:
            for each in part:
                resumed(tx, each, now)
    return len(wanted)
