"""Deliver: kept editions → envelopes → receipts. Intent, attempt and lease are kept before the relay is asked."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest import processes, tokens
from digest.errors import RelayUnavailable, RenderingError, TransportError, UncertainDelivery
from digest.mail import Delivery, DeliveryState, Envelope
from digest.rendering.mail import MailRenderer
from digest.store import Store
from digest.transport import Transport

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=15)  # longer than the ten minutes a relay may take for its last answer
FIRST_DELAY = timedelta(minutes=5)  # after a first temporary refusal; doubled with each further one
LONGEST_DELAY = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What came of delivering what was open."""

    outcomes: Counter[DeliveryState]
    problem: RelayUnavailable | None = None  # why the run ended early
    unwritten: int = 0  # mails of it that a template or a text holds up; they are pending
    stopped: bool = False  # it was asked to

    @property
    def sent(self) -> int:
        return self.outcomes[DeliveryState.SENT]

    @property
    def all_well(self) -> bool:
        return not (set(self.outcomes) - {DeliveryState.SENT, DeliveryState.CANCELLED}) and self.problem is None


def deliver(
    store: Store,
    renderer: MailRenderer,
    transport: Transport,
    *,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, of: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Send every open delivery that is due at `now`, each at most once in this run, until `stopping` says so."""
    outcomes: Counter[DeliveryState] = Counter()
    problem: RelayUnavailable | None = None
    unwritten = 0
    with store.begin() as tx:
        if swept := tx.deliveries.sweep(now, is_gone=processes.is_gone):
            log.warning("uncertain=%d: whoever was sending ended before the answer was kept", swept)
        outcomes[DeliveryState.CANCELLED] += tx.deliveries.cancel_unwanted()
        waiting = tx.deliveries.open(now)
    try:
        for done, delivery in enumerate(waiting, start=1):
            if stopping():
                log.warning("asked to stop: %d of %d mails stay open", len(waiting) - done + 1, len(waiting))
                return Delivered(outcomes=+outcomes, unwritten=unwritten, stopped=True)
            try:
                outcome = _attempt(store, renderer, transport, delivery, now)
            except RenderingError:
                outcome = DeliveryState.PENDING
                unwritten += 1
            if outcome is not None:
                outcomes[outcome] += 1
            progress(done, len(waiting))
    except RelayUnavailable as error:
        log.error("delivery stopped, %d not sent: %s", len(waiting) - outcomes[DeliveryState.SENT], error)
        problem = error
    finally:
        transport.close()
    return Delivered(outcomes=+outcomes, problem=problem, unwritten=unwritten)


def _attempt(
    store: Store, renderer: MailRenderer, transport: Transport, delivery: Delivery, now: datetime
) -> DeliveryState | None:
    """What became of one delivery; None if another run has it or the reader has gone meanwhile.

    Raises RenderingError, with the delivery postponed, if the mail cannot be written.
    """
    try:
        envelope = _frozen(store, renderer, delivery, now)
    except RenderingError as error:
        _refused(store, delivery, TransportError(str(error), permanent=False), now)
        raise
    with store.begin() as tx:
        if not tx.deliveries.claim(delivery, lease_until=now + LEASE, holder=processes.this_process()):
            return None
    try:
        receipt = transport.send(envelope)
    except TransportError as error:
        return _refused(store, delivery, error, now)
    with store.begin() as tx:
        tx.deliveries.sent(delivery.id, answer=receipt.answer, now=now)
    log.info(
        "sent delivery=%d edition=%d subscriber=%d attempt=%d",
        delivery.id,
        delivery.edition_id,
        delivery.subscriber_id,
        delivery.attempts + 1,
    )
    return DeliveryState.SENT


def _frozen(store: Store, renderer: MailRenderer, delivery: Delivery, now: datetime) -> Envelope:
    """The message as it was first written, or as it is written now and kept for every later attempt."""
    with store.begin() as tx:
        edition = tx.editions.get([delivery.edition_id])[delivery.edition_id]
        subscriber = tx.subscribers.get(delivery.subscriber_id)
        secret = tx.secrets.get_or_make(tokens.KEY)
    if delivery.content is not None:
        return renderer.addressed(delivery.content, to=subscriber.address, message_id=delivery.message_id)
    token = tokens.sign(secret, tokens.UNSUBSCRIBE, subscriber.id)
    envelope = renderer.envelope(
        edition,
        to=subscriber.address,
        unsubscribe_url=tokens.unsubscribe_url(renderer.site.url, token),
        message_id=delivery.message_id,
        now=now,
    )
    with store.begin() as tx:
        content = tx.deliveries.freeze(delivery.id, envelope.content)
    return renderer.addressed(content, to=subscriber.address, message_id=delivery.message_id)


def _refused(store: Store, delivery: Delivery, error: TransportError, now: datetime) -> DeliveryState:
    log.warning(
        "not sent delivery=%d edition=%d subscriber=%d attempt=%d: %s",
        delivery.id,
        delivery.edition_id,
        delivery.subscriber_id,
        delivery.attempts + 1,
        error,
    )
    with store.begin() as tx:
        if error.permanent:
            tx.deliveries.failed(delivery.id, answer=str(error))
            return DeliveryState.FAILED
        if isinstance(error, UncertainDelivery):
            tx.deliveries.uncertain(delivery.id, answer=str(error), until=now + FIRST_DELAY)
            return DeliveryState.UNCERTAIN
        later = now if isinstance(error, RelayUnavailable) else now + _delay(delivery.attempts)
        tx.deliveries.postponed(delivery.id, answer=str(error), until=later)
    if isinstance(error, RelayUnavailable):
        raise error
    return DeliveryState.PENDING


def _delay(attempts: int) -> timedelta:
    return min(FIRST_DELAY * (1 << min(attempts, 10)), LONGEST_DELAY)
