"""Compose: papers × profiles → kept editions. Load, decide with nothing locked, keep."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from digest.compose.background import background, count_what_is_not
from digest.compose.choice import BELOW_THE_FOLD, IN_WORDS, Choice, Chooser
from digest.compose.coverage import by_category, coverage
from digest.compose.desk import Desk, desk
from digest.editions import Edition, EditionKind, Notice, Slate
from digest.errors import InvalidInput
from digest.relevance.settings import RelevanceSettings
from digest.relevance.space import Space
from digest.store import Store, Transaction, shadow
from digest.subscribers import Subscriber

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What came of composing for everybody who was due."""

    kept: int = 0  # editions with papers
    empty: int = 0  # editions kept without a paper, because none was good enough
    waiting: int = 0  # readers for whom nothing has been announced yet


def compose(
    store: Store,
    settings: RelevanceSettings,
    *,
    now: datetime,
    message_id: Callable[[], str],
    model_folder: Path | None = None,
) -> Composed:
    """Keep an edition, and the intent to mail it, for every subscriber who is due at `now`.

    Where nothing was announced since the last edition, the subscriber stays due until the local date ends.
    """
    count_what_is_not(store)
    with store.read() as tx:
        slots = [(subscriber, subscriber.schedule.open_slot(now)) for subscriber in tx.subscribers.due(now)]
        due = [(subscriber, slot) for subscriber, slot in slots if slot is not None]
        laid = desk(tx, [subscriber for subscriber, _ in due])
    served = [(subscriber, slot) for subscriber, slot in due if _is_served(laid, subscriber, slot)]
    drafts = _drafts(laid, background(store, settings, model_folder), settings, served, now) if served else []
    with store.begin() as tx:
        for subscriber in (
            subscriber for subscriber, slot in slots if slot is None
        ):  # the date they were due has ended
            tx.subscribers.change(subscriber.id, next_due_at=_after(subscriber, now))
        kept = [_keep(tx, slate, choice, now, message_id) for slate, choice in drafts]
    return Composed(kept=kept.count(True), empty=kept.count(False), waiting=len(due) - len(served))


def preview(
    store: Store,
    settings: RelevanceSettings,
    subscriber: Subscriber,
    *,
    now: datetime,
    model_folder: Path | None = None,
) -> Edition:
    """Today's edition if it is kept, else what would be kept now, else the last one; nothing is changed."""
    today = subscriber.schedule.local_date(now)
    count_what_is_not(store)
    with store.read() as tx:
        if kept := tx.editions.on(subscriber.id, EditionKind.DAILY, today):
            return kept
        laid = desk(tx, [subscriber])
        last = tx.editions.of(subscriber.id, limit=1)
    if not (laid.offered(subscriber) or laid.reclaimed.get(subscriber.id)):
        if last:
            return last[0]
        raise InvalidInput(f"nothing to show {subscriber.address} yet: no papers are kept for them; run: digest ingest")
    ((slate, _),) = _drafts(laid, background(store, settings, model_folder), settings, [(subscriber, today)], now)
    return Edition(
        id=0,
        subscriber_id=subscriber.id,
        kind=slate.kind,
        slot_date=slate.slot_date,
        recommendations=slate.recommendations,
        considered=slate.considered,
        papers_read=slate.papers_read,
        created_at=now,
        coverage=slate.coverage,
        notices=slate.notices,
        also_new=slate.also_new,
    )


def _notices(laid: Desk, subscriber: Subscriber) -> tuple[Notice, ...]:
    """What happened to the papers a reader liked since their last edition."""
    since, liked = subscriber.read_through, set(laid.readers[subscriber.id].profile.liked)
    return tuple(
        Notice(paper=change.kept.paper, kind=change.kind, day=change.day)
        for change in laid.changes
        if since is not None and change.announcement > since and change.kept.paper.id in liked
    )


def _is_served(laid: Desk, subscriber: Subscriber, slot: date) -> bool:
    """Whether there is anything that an edition could be made of."""
    if laid.offered(subscriber) or laid.reclaimed.get(subscriber.id):
        return True
    log.info(
        "no edition subscriber=%d date=%s: nothing was announced for this reader since the listing of %s",
        subscriber.id,
        slot,
        laid.newest_listing,
    )
    return False


def _drafts(
    laid: Desk, space: Space, settings: RelevanceSettings, served: Sequence[tuple[Subscriber, date]], now: datetime
) -> list[tuple[Slate, Choice]]:
    """What each reader is sent, and the choice behind it; pure."""
    chosen = Chooser(laid, space, settings, now=now).choose(served)
    return [
        (_slate(laid, subscriber, slot, choice, now), choice)
        for (subscriber, slot), choice in zip(served, chosen, strict=True)
    ]


def _slate(laid: Desk, subscriber: Subscriber, slot: date, choice: Choice, now: datetime) -> Slate:
    offered, profile = laid.offered(subscriber), laid.readers[subscriber.id].profile
    on_time = {item.day for item in offered.values() if not item.late}
    return Slate(
        subscriber_id=subscriber.id,
        kind=EditionKind.DAILY,
        slot_date=slot,
        recommendations=choice.recommendations,
        considered=by_category([item.kept.paper for item in offered.values()], profile),
        coverage=coverage(laid.batches, profile, on_time, choice.recommendations),
        notices=_notices(laid, subscriber),
        papers_read=len(offered),
        read_through=laid.read_through,
        next_due_at=_after(subscriber, now),
        also_new=choice.also_new,
    )


def _keep(tx: Transaction, slate: Slate, choice: Choice, now: datetime, message_id: Callable[[], str]) -> bool | None:
    """Whether an edition with papers was kept; None if the day had one already."""
    number = tx.editions.keep(slate, now=now)
    tx.subscribers.change(slate.subscriber_id, next_due_at=slate.next_due_at)
    if number is None:
        return None
    tx.subscribers.change(slate.subscriber_id, read_through=slate.read_through)
    tx.shadow.keep(number, _shadow(choice))
    if slate.recommendations or slate.notices:
        tx.deliveries.intend(number, message_id=message_id(), now=now)
        log.info(
            "edition=%d subscriber=%d date=%s papers=%d of %d",
            number,
            slate.subscriber_id,
            slate.slot_date,
            len(slate.recommendations),
            slate.papers_read,
        )
    else:
        log.info(
            "edition=%d subscriber=%d date=%s is empty, nothing is sent: none of %d papers is likely enough",
            number,
            slate.subscriber_id,
            slate.slot_date,
            slate.papers_read,
        )
    return bool(slate.recommendations or slate.notices)


def _shadow(choice: Choice) -> list[shadow.LeftOut]:
    """What was left out, as the store keeps it; what is named below the fold was left out as well."""
    told = [(each, BELOW_THE_FOLD) for each in choice.below]
    told += [(each.contender, IN_WORDS[each.because]) for each in choice.left_out]
    return [
        shadow.LeftOut(
            paper=each.paper, interest=each.interest, score=each.score, probability=each.probability, why=why
        )
        for each, why in told
    ]


def _after(subscriber: Subscriber, now: datetime) -> datetime:
    """The first send hour later than `now`."""
    today = subscriber.schedule.local_date(now)
    first = today if subscriber.schedule.instant(today) > now else today + timedelta(days=1)
    return subscriber.schedule.next_instant(first)
