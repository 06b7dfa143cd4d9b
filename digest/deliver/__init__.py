"""Deliver: kept editions and letters → envelopes → receipts. Intent, attempt and lease are kept before the relay is
asked.
"""

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest import processes
from digest.deliver.sending import Sending
from digest.deliver.settings import DeliverySettings, Uncertain
from digest.deliver.tidying import tidy
from digest.deliver.writing import Signer, Unwritten, Writer, Written
from digest.errors import DigestError
from digest.mail import DeliveryState
from digest.processes import Part
from digest.rendering.mail import MailRenderer
from digest.store import Store
from digest.store.upsert import chunks
from digest.transport import Transport
from digest.transport.returns.settings import ReturnsSettings

__all__ = ["Delivered", "DeliverySettings", "Uncertain", "deliver", "recover"]

log = logging.getLogger(__name__)
_AT_ONCE = 250  # editions read in one go, with all their reasons: 8 MB


def recover(
    store: Store,
    renderer: MailRenderer,
    *,
    now: datetime,
    returns: ReturnsSettings | None = None,
    sign: Signer | None = None,
    is_gone: Callable[[str], bool] = processes.is_gone,
) -> int:
    """Make uncertain what abandoned runs had claimed, and keep the bytes before anything they are written from changes.

    Returns how many deliveries those were.
    """
    with store.begin() as tx:
        swept = tx.deliveries.sweep(now, is_gone=is_gone)
        doubtful = tx.deliveries.doubtful()
    if swept:
        log.warning("uncertain=%d: whoever was sending ended before the answer was kept", swept)
    if doubtful:
        Writer(store, renderer, returns or ReturnsSettings(), sign=sign).secure(doubtful, now=now)
    return swept


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What came of delivering what was open."""

    outcomes: Counter[DeliveryState]
    problem: DigestError | None = None  # why the run ended early
    unwritten: int = 0  # mails of it that a template or a text holds up; they are held
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
    settings: DeliverySettings | None = None,
    returns: ReturnsSettings | None = None,
    sign: Signer | None = None,
    threads: int = 1,
    part: Part | None = None,
    dice: Callable[[], float] = random.random,
    progress: Callable[[int, int], None] = lambda done, of: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Send every open delivery that is due at `now`, each at most once in this run, until `stopping` says so.

    `threads` send at once, each over its own connection; with a `part`, only its deliveries are sent.
    """
    rules = settings or DeliverySettings()
    recover(store, renderer, now=now, returns=returns, sign=sign)
    with store.begin() as tx:
        tidied = tidy(tx, rules, now=now)
        waiting = tx.deliveries.due(now, part=part.number, of=part.of) if part else tx.deliveries.due(now)
    writer = Writer(store, renderer, returns or ReturnsSettings(), sign=sign)
    handled = 0

    def told() -> None:
        nonlocal handled
        handled += 1
        progress(handled, len(waiting))

    sending = Sending(
        store=store,
        transport=transport,
        settings=rules,
        clock=_running_on(now),
        dice=dice,
        threads=threads,
        stopping=stopping,
        told=told,
        outcomes=Counter(tidied),
    )
    unwritten = 0
    try:
        with processes.rarely_collecting():
            for message in _messages(store, writer, waiting, sending):
                sending.put(message)
                unwritten += isinstance(message, Unwritten)
    finally:
        try:
            sending.finish()
        finally:
            transport.close()
    if sending.problem is not None:
        log.error(
            "delivery stopped, %d not sent: %s", len(waiting) - sending.outcomes[DeliveryState.SENT], sending.problem
        )
    stopped = stopping() and handled + unwritten < len(waiting)
    if stopped:
        log.warning("asked to stop: %d of %d mails stay open", len(waiting) - handled - unwritten, len(waiting))
    return Delivered(outcomes=+sending.outcomes, problem=sending.problem, unwritten=unwritten, stopped=stopped)


def _messages(store: Store, writer: Writer, waiting: Sequence[int], sending: Sending) -> Iterator[Written | Unwritten]:
    """Message after message, what some are written from read at a time, until sending is over."""
    for numbers in chunks(waiting, _AT_ONCE):
        if sending.is_over:
            return
        now = sending.clock()
        with store.read() as tx:
            deliveries = tx.deliveries.open(now, numbers)
        yield from writer.written(deliveries, now=now)


def _running_on(now: datetime) -> Callable[[], datetime]:
    """A clock that starts at `now`, however late that is, and goes on."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)
