"""Before anything is sent: what is over is carried on, and what nobody wants is closed."""

import logging
from datetime import datetime

from digest.deliver.settings import DeliverySettings, Uncertain
from digest.mail import DeliveryState
from digest.store import Transaction
from digest.store.expiry import expire

log = logging.getLogger(__name__)


def tidy(tx: Transaction, settings: DeliverySettings, *, now: datetime) -> dict[DeliveryState, int]:
    """Close and mark what needs no relay; how many deliveries came to each state."""
    tx.messages.drop_closed()
    held = tx.deliveries.hold_uncertain() if settings.uncertain is Uncertain.HOLD else 0
    if held:
        log.warning("held=%d: it is not known whether they were taken; see: digest delivery list --state held", held)
    cancelled = tx.deliveries.cancel_unwanted()
    return {
        DeliveryState.CANCELLED: cancelled,
        DeliveryState.HELD: held,
        DeliveryState.EXPIRED: expire(tx, now=now),
    }
