"""Compose: papers × profiles → kept editions. Load, decide with nothing locked, keep."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from threadpoolctl import threadpool_limits

from digest.compose.among import Among
from digest.compose.background import background, count_what_is_not, remember
from digest.compose.choice import Choice, Chooser
from digest.compose.desk import Desk, counts_of, desk
from digest.compose.sharing import attributed
from digest.editions import Edition, Notice, Slate, Trending
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.mail import LetterKind
from digest.processes import WHOLE, Part, rarely_collecting
from digest.relevance.ranking import DayRanking
from digest.relevance.settings import RelevanceSettings
from digest.relevance.space import Space
from digest.relevance.text import TermCounts
from digest.store import Store, Transaction, shadow
from digest.store.expiry import expire
from digest.subscribers import EditionKind, Schedule, Subscriber

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]  # how many readers have their edition, and of how many
TRENDING = 3  # papers named as trending at most
LEAST_TIME = timedelta(hours=4)  # for the mail of an edition
_AT_ONCE = 500  # editions kept in one transaction: of twice as many, drafts leave the cache before they are written
_IN_MEMORY = 100_000  # readers on the desk at once, 2 kB each; what they like is read and multiplied with the day once
LETTERS_LAST = timedelta(days=7)  # a welcome that is later is of no use


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What came of composing for everybody who was due."""

    kept: int = 0  # editions with papers
    empty: int = 0  # editions kept without a paper, because none was good enough
    waiting: int = 0  # readers for whom nothing has been announced yet


def compose_editions(
    store: Store,
    settings: RelevanceSettings,
    *,
    now: datetime,
    message_id: Callable[[], str],
    model_folder: Path | None = None,
    welcome: bool = False,
    only: Collection[int] | None = None,
    part: Part = WHOLE,
    progress: Progress = lambda done, of: None,
) -> Composed:
    """Keep an edition, and the intent to mail it, for every subscriber who is due at `now`; `only` for some numbers,
    or for a process's `part` of all.

    A reader's first edition is preceded by a letter that says what comes and how to leave, if `welcome`. `progress` is
    told how many of all who are due have theirs.

    Where nothing was announced since the last edition, the subscriber stays due until the local date ends.
    """
    with store.read() as tx:
        awaiting = tx.subscribers.due(now, only=only, part=part.number, of=part.of)
    if not awaiting:
        return Composed()
    count_what_is_not(store)
    slots = [(subscriber, subscriber.schedule.open_slot(now)) for subscriber in awaiting]
    ended = [subscriber for subscriber, slot in slots if slot is None]  # the date they were due has ended
    with store.begin() as tx:
        expire(tx, now=now)
        tx.subscribers.move_on({subscriber.id: _after(subscriber, now) for subscriber in ended}, {})
    due = [(subscriber, slot) for subscriber, slot in slots if slot is not None]
    composer = _Composer(store, settings, model_folder, now, message_id, welcome)
    kept, served = Counter[bool | None](), 0
    with rarely_collecting(), threadpool_limits(1):  # threads of BLAS that wait for each other burn twice the CPU
        for start in range(0, len(due), _IN_MEMORY):
            some = due[start : start + _IN_MEMORY]
            with store.read() as tx:
                laid = desk(tx, [subscriber for subscriber, _ in some], terms=False)
            waiting = [each for each in some if _is_served(laid, *each)]
            for together in composer.keep(laid, waiting):
                kept.update(together)
                progress(kept.total(), len(due))
            served += len(waiting)
    return Composed(kept=kept[True], empty=kept[False], waiting=len(due) - served)


@dataclass(slots=True)
class _Composer:
    """Makes editions for some readers after others; what is the same for all of a day is made once."""

    store: Store
    settings: RelevanceSettings
    model_folder: Path | None
    now: datetime
    message_id: Callable[[], str]
    welcome: bool
    _space: Space | None = None
    _ranking: DayRanking | None = None
    _rows: dict[PaperId, int] = field(default_factory=dict)  # of papers that were named so far

    def keep(self, laid: Desk, served: Sequence[tuple[Subscriber, date]]) -> Iterator[list[bool | None]]:
        """Of each reader, some at a time, whether an edition with papers was kept; None if the day had one already."""
        if not served:
            return
        if self._space is None:
            self._space = background(self.store, self.settings, self.model_folder)
        chooser = Chooser(laid, self._space, self.settings, now=self.now, ranking=self._ranking, read=self._read_terms)
        self._ranking = chooser.ranking
        remember(self._space, self.model_folder)
        readers = {subscriber.id: subscriber for subscriber, _ in served}
        drafts = Among(self.store, readers).told(_drafts(laid, chooser, served, self.now))
        while part := list(islice(drafts, _AT_ONCE)):
            with self.store.begin(checked=False) as tx:
                kept = _keep(tx, readers, part, self.now, self.message_id, self.welcome, self._rows)
            del part  # before the next are drafted
            yield kept

    def _read_terms(self, rows: Sequence[int]) -> Mapping[int, TermCounts]:
        with self.store.read() as tx:
            return counts_of(tx, rows)


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
        if kept := tx.editions.on(subscriber.id, subscriber.kind, today):
            return kept
        laid = desk(tx, [subscriber])
        last = tx.editions.of(subscriber.id, limit=1)
    if not (laid.offered(subscriber) or laid.reclaimed.get(subscriber.id)):
        if last:
            return last[0]
        raise InvalidInput(f"nothing to show {subscriber.address} yet: no papers are kept for them; run: digest ingest")
    ((slate, _),) = drafted(laid, background(store, settings, model_folder), settings, [(subscriber, today)], now)
    return unkept(slate, now)


def unkept(slate: Slate, now: datetime) -> Edition:
    """A slate as the edition that it would be."""
    return Edition(
        id=0,
        subscriber_id=slate.subscriber_id,
        kind=slate.kind,
        slot_date=slate.slot_date,
        recommendations=slate.recommendations,
        considered=slate.considered,
        papers_read=slate.papers_read,
        created_at=now,
        coverage=slate.coverage,
        notices=slate.notices,
        also_new=slate.also_new,
        trending=slate.trending,
    )


def _notices(laid: Desk, subscriber: Subscriber) -> tuple[Notice, ...]:
    """What happened to the papers a reader liked since their last edition, and what that one could not tell."""
    unsaid = laid.unsaid.get(subscriber.id, ())
    if not laid.changes:
        return unsaid
    since, liked = subscriber.read_through, set(laid.readers[subscriber.id].profile.liked)
    news = (
        Notice(paper=change.kept.paper, kind=change.kind, day=change.day)
        for change in laid.changes
        if since is not None and change.announcement > since and change.kept.paper.id in liked
    )
    return (*unsaid, *news)


def _is_served(laid: Desk, subscriber: Subscriber, slot: date) -> bool:
    """Whether there is anything that an edition could be made of."""
    if laid.offered(subscriber) or laid.reclaimed.get(subscriber.id):
        return True
    since = f" since the listing of {laid.newest_listing}" if laid.newest_listing else ""
    log.info("no edition subscriber=%d date=%s: nothing was announced for this reader%s", subscriber.id, slot, since)
    return False


def drafted(
    laid: Desk, space: Space, settings: RelevanceSettings, served: Sequence[tuple[Subscriber, date]], now: datetime
) -> Iterator[tuple[Slate, Choice]]:
    """What each reader is sent, and the choice behind it, one after the other; pure."""
    return _drafts(laid, Chooser(laid, space, settings, now=now), served, now)


def _drafts(
    laid: Desk, chooser: Chooser, served: Sequence[tuple[Subscriber, date]], now: datetime
) -> Iterator[tuple[Slate, Choice]]:
    for (subscriber, slot), choice in zip(served, chooser.choose(served), strict=True):
        yield _slate(laid, subscriber, slot, choice, now), choice


def _slate(laid: Desk, subscriber: Subscriber, slot: date, choice: Choice, now: datetime) -> Slate:
    listing, profile = laid.listing(subscriber), laid.readers[subscriber.id].profile
    return Slate(
        subscriber_id=subscriber.id,
        kind=subscriber.kind,
        slot_date=slot,
        recommendations=attributed(choice.recommendations, profile),
        considered=listing.considered,
        coverage=listing.streams.coverage(choice.recommendations),
        notices=_notices(laid, subscriber),
        papers_read=len(listing.papers),
        read_through=laid.read_through,
        next_due_at=_after(subscriber, now),
        also_new=choice.also_new,
        trending=_trending(laid, subscriber, choice),
    )


def _trending(laid: Desk, subscriber: Subscriber, choice: Choice) -> tuple[Trending, ...]:
    """What many others look at, but for what the reader has here or has had before."""
    if not laid.trending:
        return ()
    here = {each.paper.id for each in choice.recommendations} | {paper.id for paper in choice.also_new}
    known = here | laid.seen[subscriber.id] | set(laid.readers[subscriber.id].profile.liked)
    return tuple(islice((each for each in laid.trending if each.paper.id not in known), TRENDING))


def _keep(
    tx: Transaction,
    readers: Mapping[int, Subscriber],
    drafts: Sequence[tuple[Slate, Choice]],
    now: datetime,
    message_id: Callable[[], str],
    welcome: bool,
    rows: dict[PaperId, int],
) -> list[bool | None]:
    """Of each, whether an edition with papers was kept; None if the day had one already."""
    numbers = tx.editions.keep_all([slate for slate, _ in drafts], now=now, rows=rows)
    fresh = [(number, *draft) for number, draft in zip(numbers, drafts, strict=True) if number is not None]
    tx.subscribers.move_on(
        {slate.subscriber_id: slate.next_due_at for slate, _ in drafts},
        {slate.subscriber_id: slate.read_through for _, slate, _ in fresh},
    )
    tx.shadow.keep_all({number: _shadow(choice) for number, _, choice in fresh})
    mailed = [(number, slate) for number, slate, _ in fresh if _is_kept_for_mail(number, slate)]
    intended = {}
    for number, slate in mailed:
        reader = readers[slate.subscriber_id]
        if welcome and reader.read_through is None:
            _welcome(tx, reader, slate.slot_date, now, message_id)
        intended[number] = reader.id, message_id(), _end(reader, slate, now)
    tx.deliveries.intend_all(intended, now=now)
    return [None if number is None else _is_mailed(slate) for number, (slate, _) in zip(numbers, drafts, strict=True)]


def _is_mailed(slate: Slate) -> bool:
    return bool(slate.recommendations or slate.notices)


def _is_kept_for_mail(number: int, slate: Slate) -> bool:
    """Whether there is anything to mail in a kept edition; the log says what became of it."""
    about = number, slate.subscriber_id, slate.slot_date
    if _is_mailed(slate):
        shown = len(slate.recommendations)
        log.info("edition=%d subscriber=%d date=%s papers=%d of %d", *about, shown, slate.papers_read)
        return True
    log.info(
        "edition=%d subscriber=%d date=%s is empty, nothing is sent: none of %d papers is likely enough",
        *about,
        slate.papers_read,
    )
    return False


def _welcome(tx: Transaction, subscriber: Subscriber, day: date, now: datetime, message_id: Callable[[], str]) -> None:
    """Write to somebody whose first edition this is; who comes back has been welcomed before."""
    if (
        tx.letters.last(subscriber.id, LetterKind.WELCOME) is not None
        or len(tx.editions.of(subscriber.id, limit=2)) > 1
    ):
        return
    letter = tx.letters.keep(subscriber.id, LetterKind.WELCOME, day, now=now)
    if letter is not None:
        tx.deliveries.intend_letter(letter, message_id=message_id(), now=now, expires_at=now + LETTERS_LAST)


def _end(subscriber: Subscriber, slate: Slate, now: datetime) -> datetime:
    """When an edition that was not sent is sent no more: a daily one with its local date, a weekly one two days later.

    One that is made late in the evening has some hours all the same.
    """
    days = 1 if slate.kind is EditionKind.DAILY else 3
    return max(_midnight(slate.slot_date + timedelta(days=days), subscriber.schedule.timezone), now + LEAST_TIME)


@lru_cache(maxsize=1024)
def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local date begins, in UTC; the same for many readers."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _shadow(choice: Choice) -> shadow.Lines:
    """What was left out, as the store keeps it; what is named below the fold was left out as well."""
    left, candidates = choice.shadow, choice.candidates
    papers = [candidates[row].number for row in left.rows]
    return shadow.Lines(papers, left.interests, left.scores, left.probabilities, left.whys)


def _after(subscriber: Subscriber, now: datetime) -> datetime:
    """The first send hour later than `now`."""
    return _next_hour(subscriber.schedule, now)


@lru_cache(maxsize=4096)
def _next_hour(schedule: Schedule, now: datetime) -> datetime:
    """The same for all who have one schedule."""
    today = schedule.local_date(now)
    first = today if schedule.instant(today) > now else today + timedelta(days=1)
    return schedule.next_instant(first)
