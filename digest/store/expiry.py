"""Editions whose mail was not sent before their day was over: closed, and their papers left to the next edition."""

import logging
from datetime import datetime

from digest.store.transaction import Transaction

log = logging.getLogger(__name__)


def expire(tx: Transaction, *, now: datetime) -> int:
    """Close what was surely not sent and is over at `now`, and have the papers carried on; how many editions."""
    over = tx.deliveries.expired(now)
    for delivery, edition in over:
        papers = tx.shadow.carry(edition, now=now)
        tx.editions.unsend(edition)
        log.warning("expired delivery=%d edition=%d: %d papers are carried to the next one", delivery, edition, papers)
    return len(over)
