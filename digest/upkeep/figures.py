"""How much there is of everything and in which state: for `digest status`, and for who watches over many servers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digest.store import Store
from digest.store.counts import Work
from digest.store.queue import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts at one moment; a state that nothing is in is left out."""

    papers: int
    editions: int
    subscribers: Mapping[str, int]  # by subscribers.SubscriberState
    batches: Mapping[str, int]  # of the last 30 days, by batches.BatchState
    deliveries: Mapping[str, int]  # by mail.DeliveryState
    bounces: Mapping[str, int]  # by mail.BounceKind
    votes: Mapping[str, int]  # by subscribers.Verdict
    suppressions: int
    waiting_since: datetime | None  # the moment from which the oldest open mail might have been sent, UTC
    newest_listing: datetime | None  # when the newest batch was closed, UTC
    resting: Mapping[str, datetime]  # until when a source is not asked, by gate
    lines: Mapping[str, Line] = field(default_factory=dict)  # jobs that no worker has begun, by queue
    work: Mapping[str, Work] = field(default_factory=dict)  # what ingest, compose and deliver took


def figures(store: Store, *, now: datetime) -> Figures:
    """Count it; that reads every mail, vote and return (a quarter of a second for a million mails), else indexes."""
    with store.read() as tx:
        counted = tx.counts
        return Figures(
            papers=counted.papers(),
            editions=counted.editions(),
            subscribers=counted.subscribers(),
            batches=counted.batches(now.date()),
            deliveries=counted.deliveries(),
            bounces=counted.bounces(),
            votes=counted.votes(),
            suppressions=counted.suppressions(),
            waiting_since=counted.waiting_since(),
            newest_listing=counted.newest_listing(),
            resting=counted.resting(now),
            lines=tx.queue.lines(),
            work=counted.work(),
        )
