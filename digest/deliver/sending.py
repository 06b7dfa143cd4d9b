"""Messages → the relay, by some threads at once; the outcome of each is kept before its thread claims another."""

import contextlib
import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digest import processes
from digest.deliver.doubt import Doubt, Refused
from digest.deliver.settings import DeliverySettings, Uncertain
from digest.deliver.writing import Unwritten, Written
from digest.errors import DigestError, Refusal, RelayUnavailable, TransportError, UncertainDelivery
from digest.mail import (
    Bounce,
    BounceKind,
    Delivery,
    DeliveryState,
    Receipt,
    Suppression,
    SuppressionReason,
    address_hash,
)
from digest.store import Store, Transaction
from digest.store.turns import Kept
from digest.subscribers import SubscriberState
from digest.transport import Transport
from digest.transport.retry import retry_delay

log = logging.getLogger(__name__)
LEASE = timedelta(hours=1)  # longer than a relay may take over one message (RFC 5321 §4.5.3.2): 28 minutes
_AHEAD = 100  # messages that wait written for a thread


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One message that was handed over, and what was said to it."""

    written: Written
    said: Receipt | TransportError


@dataclass(slots=True, kw_only=True)
class Sending:
    """One run's sending: `put` messages, then `finish`, then read what came of them."""

    store: Store
    transport: Transport
    settings: DeliverySettings
    clock: Callable[[], datetime]
    dice: Callable[[], float]  # 0 to 1
    threads: int
    stopping: Callable[[], bool]
    told: Callable[[], object]  # called after each outcome, by one thread at a time
    outcomes: Counter[DeliveryState] = field(default_factory=Counter)
    problem: DigestError | None = None  # why nothing more is tried
    _failure: BaseException | None = None  # what ended a thread
    _written: "queue.Queue[Written | None]" = field(default_factory=lambda: queue.Queue(_AHEAD))
    _pen: threading.Lock = field(default_factory=threading.Lock)  # whoever has it may use the book
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _book: Kept[Transaction] = field(init=False)
    _running: list[threading.Thread] = field(default_factory=list)
    _doubt: Doubt = field(init=False)

    def __post_init__(self) -> None:
        self._doubt = Doubt(self.settings.refusals_in_a_row)
        self._book = self._open.enter_context(self.store.kept())
        for number in range(self.threads):
            self._running.append(threading.Thread(target=self._work, name=f"sender-{number}", daemon=True))
            self._running[-1].start()

    @property
    def is_over(self) -> bool:
        """Whether no further message will be tried."""
        return self.problem is not None or self._failure is not None or self.stopping()

    def put(self, written: Written | Unwritten) -> None:
        """Have a message sent as soon as a thread is free; one that cannot be written is held."""
        if isinstance(written, Written):
            self._written.put(written)
            return
        log.error("held %s: %s", _handles(written.delivery), written.error)
        with self._pen, self._book.begin() as tx:
            tx.deliveries.held(written.delivery, answer=str(written.error))
        self._count(DeliveryState.HELD)

    def finish(self) -> None:
        """Wait for what is under way; then believe the refusals that are left, unless the relay refuses us."""
        self._written.put(None)
        for thread in self._running:
            thread.join()
        with self._open:
            if self._failure is not None:
                raise self._failure
            with self._book.begin() as tx:
                self._believe(tx, self._doubt.ended())

    # ------------------------------------------------------------ one thread

    def _work(self) -> None:
        try:
            self._send_all()
        except BaseException as error:  # it is raised again where the run ends
            self._failure = self._failure or error
            while self._taken(wait=True) is not None:
                pass

    def _send_all(self) -> None:
        """Send message after message until None comes; what nobody claims stays as it is."""
        done: _Attempt | None = None
        while True:
            try:
                written = self._taken(wait=False)
            except queue.Empty:
                self._turn(done, None)
                done, written = None, self._taken(wait=True)
            claimed = self._turn(done, written)
            if written is None:
                return
            done = self._attempt(claimed) if claimed else None

    def _taken(self, *, wait: bool) -> Written | None:
        """The next message; None, which stays for the other threads, when there are no more."""
        written = self._written.get(block=wait)
        if written is None:
            self._written.put(None)
        return written

    def _turn(self, done: _Attempt | None, written: Written | None) -> Written | None:
        """Keep what came of the last message, and claim the next one, in one transaction; the next, if it is ours."""
        claimed = None
        with self._pen:
            if done is None and (written is None or self.is_over):
                return None
            with self._book.begin() as tx:
                if done is not None:
                    self._keep(tx, done)
                if written is not None and not self.is_over:
                    claimed = self._claimed(tx, written)
            if done is not None:
                self.told()
        return claimed

    def _claimed(self, tx: Transaction, written: Written) -> Written | None:
        """The message as ours to send; None if its reader does not want it any more, or another run has it."""
        claimed = tx.deliveries.claim(
            written.delivery,
            address_hash=address_hash(written.address),
            lease_until=self.clock() + LEASE,
            holder=processes.this_process(),
        )
        return replace(written, delivery=claimed) if claimed else None

    def _attempt(self, written: Written) -> _Attempt:
        try:
            return _Attempt(written, self.transport.send(written.envelope))
        except TransportError as error:
            return _Attempt(written, error)

    # ------------------------------------------------------------ what came of it

    def _keep(self, tx: Transaction, done: _Attempt) -> None:
        delivery = done.written.delivery
        if isinstance(done.said, Receipt):
            tx.deliveries.sent(delivery, answer=done.said.answer, now=self.clock())
            # No more than that, and seldom shown: there may be a hundred thousand, and the store tells of each.
            log.debug("sent delivery=%d subscriber=%d", delivery.id, delivery.subscriber_id)
            self._count(DeliveryState.SENT)
            self._believe(tx, self._doubt.taken())
            return
        log.warning("not sent %s: %s", _handles(delivery), done.said)
        if isinstance(done.said, UncertainDelivery):
            tx.messages.keep(delivery.id, done.written.envelope.content)
            self._keep_uncertain(tx, delivery, done.said)
        elif done.said.permanent:
            self._postpone(tx, delivery, done.said)
            self._doubt.refused(Refused(delivery=delivery, address=done.written.address, error=done.said))
            if self._doubt.why:
                self.problem = RelayUnavailable(f"the relay seems to refuse us: {self._doubt.why}")
        else:
            self._postpone(tx, delivery, done.said)
            if not isinstance(done.said, RelayUnavailable):
                self._count(DeliveryState.PENDING)

    def _keep_uncertain(self, tx: Transaction, delivery: Delivery, error: UncertainDelivery) -> None:
        if self.settings.uncertain is Uncertain.HOLD:
            tx.deliveries.held(delivery, answer=str(error), in_doubt=True)
            self._count(DeliveryState.HELD)
            return
        until = self.clock() + retry_delay(delivery.attempts - 1, self.dice())
        tx.deliveries.uncertain(delivery, answer=str(error), until=until)
        self._count(DeliveryState.UNCERTAIN)

    def _postpone(self, tx: Transaction, delivery: Delivery, error: TransportError) -> None:
        """Tried again later, and by the next run where the relay is down."""
        until = self.clock() + retry_delay(delivery.attempts - 1, self.dice())
        if isinstance(error, RelayUnavailable):
            self.problem = self.problem or error
            until = delivery.next_attempt_at
        tx.deliveries.postponed(delivery, answer=str(error), until=until)

    def _believe(self, tx: Transaction, refused: list[Refused]) -> None:
        for each in refused:
            self._count(_final(tx, each, now=self.clock()))

    def _count(self, state: DeliveryState) -> None:
        self.outcomes[state] += 1


def _final(tx: Transaction, refused: Refused, *, now: datetime) -> DeliveryState:
    """What becomes of a refusal for ever that is believed, by what it is about."""
    delivery, error = refused.delivery, refused.error
    if error.about in (Refusal.MESSAGE, Refusal.POLICY):
        tx.deliveries.held(delivery, answer=str(error))
        return DeliveryState.HELD
    tx.deliveries.failed(delivery, answer=str(error))
    if error.about is Refusal.RECIPIENT:
        _suppress(tx, refused, now)
    elif error.about is Refusal.MAILBOX:
        tx.suppressions.note(_bounce(refused, BounceKind.SOFT), subscriber=delivery.subscriber_id, now=now)
    return DeliveryState.FAILED


def _suppress(tx: Transaction, refused: Refused, now: datetime) -> None:
    """No such mailbox: nothing is sent there ever again."""
    number = refused.delivery.subscriber_id
    tx.suppressions.note(_bounce(refused, BounceKind.HARD), subscriber=number, now=now)
    tx.suppressions.add(
        Suppression(
            address_hash=address_hash(refused.address),
            reason=SuppressionReason.BOUNCE,
            evidence=f"{now:%Y-%m-%d}: {refused.error}",
            since=now,
        )
    )
    tx.subscribers.change(number, state=SubscriberState.SUPPRESSED)
    log.warning("suppressed subscriber=%d: %s", number, refused.error)


def _bounce(refused: Refused, kind: BounceKind) -> Bounce:
    return Bounce(
        delivery_id=refused.delivery.id,
        kind=kind,
        status=refused.error.status,
        reason=str(refused.error),
        fingerprint=f"refused:{refused.delivery.id}:{refused.delivery.attempts}",
    )


def _handles(delivery: Delivery) -> str:
    about = f"edition={delivery.edition_id}" if delivery.edition_id is not None else f"letter={delivery.letter_id}"
    return f"delivery={delivery.id} {about} subscriber={delivery.subscriber_id} attempt={delivery.attempts}"
