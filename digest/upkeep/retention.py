"""Retention: what is old goes, in short transactions, the oldest first; what is open, or needed by a link, stays."""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from digest.store import Store, Transaction
from digest.store.aging import Portion
from digest.upkeep.retention_settings import RetentionSettings

log = logging.getLogger(__name__)


class _Step(Protocol):
    def __call__(self, tx: Transaction, before: datetime, *, after: int, dry: bool) -> Portion:
        """Delete some of what is older."""


def tidy(
    store: Store,
    settings: RetentionSettings,
    *,
    now: datetime,
    newest: int,
    dry: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> Mapping[str, int]:
    """Delete what is older than the settings say; how many rows of each kind went, or with `dry` would go.

    `newest` is how many papers keep their terms whatever their age. Asked to stop, it ends after the transaction in
    hand, and the next call goes on.
    """
    counts: dict[str, int] = {}
    for name, days, step in _steps(settings, newest):
        if days:
            counts[name] = _all(store, step, now - timedelta(days=days), dry, stopping)
    if any(counts.values()) and not dry:
        log.info("tidied %s", " ".join(f"{name}={count}" for name, count in counts.items()))
    return counts


def _steps(settings: RetentionSettings, newest: int) -> Iterator[tuple[str, int, _Step]]:
    yield "left_out", settings.left_out_days, lambda tx, before, **how: tx.aging.left_out(before, **how)
    yield "editions", settings.editions_days, lambda tx, before, **how: tx.aging.editions(before, **how)
    yield "deliveries", settings.deliveries_days, lambda tx, before, **how: tx.aging.deliveries(before, **how)
    yield "letters", settings.deliveries_days, lambda tx, before, **how: tx.aging.letters(before, **how)
    yield "bounces", settings.returns_days, lambda tx, before, **how: tx.aging.bounces(before, **how)
    yield "replies", settings.returns_days, lambda tx, before, **how: tx.aging.replies(before, **how)
    yield "alarms", settings.alarms_days, lambda tx, before, **how: tx.aging.alarms(before, **how)
    yield "signals", settings.signals_days, lambda tx, before, **how: tx.aging.signals(before, **how)
    yield "former_texts", settings.former_texts_days, lambda tx, before, **how: tx.aging.former_texts(before, **how)
    yield "terms", settings.terms_days, partial(_terms, newest=newest)


def _terms(tx: Transaction, before: datetime, *, after: int, dry: bool, newest: int) -> Portion:
    return tx.aging.terms(before, after=after, newest=newest, dry=dry)


def _all(store: Store, step: _Step, before: datetime, dry: bool, stopping: Callable[[], bool]) -> int:
    rows, after = 0, 0
    while not stopping():
        with store.begin() as tx:
            portion = step(tx, before, after=after, dry=dry)
        rows += portion.rows
        if portion.last is None:
            break
        after = portion.last
    return rows
