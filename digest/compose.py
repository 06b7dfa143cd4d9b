"""Compose: papers × profiles → kept editions. Load, decide with nothing locked, keep."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from digest.editions import Edition, EditionKind, Recommendation, Slate
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.papers import Paper
from digest.relevance import rules
from digest.relevance.model import BackgroundModel
from digest.relevance.ranking import Candidate, DayRanking, Example, Reader
from digest.relevance.selection import select
from digest.relevance.settings import RelevanceSettings
from digest.relevance.text import TermCounts
from digest.store import Store, Transaction
from digest.store.papers import FreshPaper
from digest.subscribers import Profile, Subscriber

log = logging.getLogger(__name__)
_NAMED_CATEGORIES = 5  # of a reader who has chosen none


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What came of composing for everybody who was due."""

    kept: int = 0  # editions with papers
    empty: int = 0  # editions kept without a paper, because none was good enough
    waiting: int = 0  # readers for whom nothing has been announced yet


@dataclass(frozen=True, slots=True)
class _Desk:
    """Everything that decisions are made from, loaded in one transaction."""

    newest_listing: date | None
    read_through: int
    fresh: dict[PaperId, FreshPaper]
    readers: dict[int, Reader]
    seen: dict[int, set[PaperId]]
    ranking: DayRanking

    def offered(self, subscriber: Subscriber) -> dict[PaperId, FreshPaper]:
        """What the subscriber's categories let in of what was announced since the last edition.

        Before the first edition that is the newest listing alone: what came earlier is background.
        """
        since = subscriber.read_through
        profile = self.readers[subscriber.id].profile
        return {
            key: item
            for key, item in self.fresh.items()
            if (item.day == self.newest_listing if since is None else item.announcement > since)
            and rules.in_categories(item.kept.paper, profile)
        }


def compose(store: Store, settings: RelevanceSettings, *, now: datetime, message_id: Callable[[], str]) -> Composed:
    """Keep an edition, and the intent to mail it, for every subscriber who is due at `now`.

    Where nothing was announced since the last edition, the subscriber stays due until the local date ends.
    """
    with store.read() as tx:
        slots = [(subscriber, subscriber.schedule.open_slot(now)) for subscriber in tx.subscribers.due(now)]
        due = [(subscriber, slot) for subscriber, slot in slots if slot is not None]
        desk = _desk(tx, [subscriber for subscriber, _ in due], settings)
    slates = [slate for subscriber, slot in due if (slate := _slate(desk, subscriber, settings, slot, now)) is not None]
    with store.begin() as tx:
        for subscriber in (
            subscriber for subscriber, slot in slots if slot is None
        ):  # the date they were due has ended
            tx.subscribers.change(subscriber.id, next_due_at=_after(subscriber, now))
        kept = [_keep(tx, slate, now, message_id) for slate in slates]
    return Composed(kept=kept.count(True), empty=kept.count(False), waiting=len(due) - len(slates))


def preview(store: Store, settings: RelevanceSettings, subscriber: Subscriber, *, now: datetime) -> Edition:
    """Today's edition if it is kept, else what would be kept now, else the last one; nothing is changed."""
    today = subscriber.schedule.local_date(now)
    with store.read() as tx:
        if kept := tx.editions.on(subscriber.id, EditionKind.DAILY, today):
            return kept
        desk = _desk(tx, [subscriber], settings)
        last = tx.editions.of(subscriber.id, limit=1)
    if not desk.offered(subscriber):
        if last:
            return last[0]
        raise InvalidInput(f"nothing to show {subscriber.address} yet: no papers are kept for them; run: digest ingest")
    slate = _decided(desk, subscriber, settings, today, now)
    return Edition(
        id=0,
        subscriber_id=subscriber.id,
        kind=slate.kind,
        slot_date=slate.slot_date,
        recommendations=slate.recommendations,
        considered=slate.considered,
        papers_read=slate.papers_read,
        created_at=now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a paper would or would not be sent to somebody."""

    recommendation: Recommendation
    place: int | None  # 1 is best; None where a rule keeps the paper out of the order
    ranked: int  # papers in the order
    obstacles: tuple[str, ...]


def explain(store: Store, settings: RelevanceSettings, subscriber: Subscriber, key: PaperId) -> Explanation:
    """Rank a paper among those of its own listing, and name what keeps it out."""
    with store.read() as tx:
        kept = tx.papers.get([key]).get(key)
        if kept is None:
            raise InvalidInput(f"paper {key.removeprefix('arxiv:')} is not kept here; run: digest ingest")
        days = [day for *_, day in tx.papers.announcements(kept.row)]
        listing = tx.papers.fresh_on(days[-1]) if days else []
        fresh = {item.kept.paper.id: item for item in listing}
        fresh.setdefault(key, FreshPaper(kept, 0, days[-1] if days else subscriber.created_at.date()))
        desk = _laid(tx, [subscriber], fresh, settings)
    reader, paper = desk.readers[subscriber.id], kept.paper
    ranked = desk.ranking.rank(reader)
    order = [item.candidate.paper.id for item in ranked]
    place = order.index(key) + 1 if key in order else None
    unruled = Reader(_open(reader.profile), reader.liked, reader.disliked)
    item = ranked[place - 1] if place else desk.ranking.rank(unruled, among={key})[0]
    recommendation = desk.ranking.explained(reader, [item])[0]
    obstacles = _obstacles(paper, reader.profile, recommendation.score, key in desk.seen[subscriber.id], settings)
    return Explanation(recommendation=recommendation, place=place, ranked=len(ranked), obstacles=obstacles)


def _open(profile: Profile) -> Profile:
    """The profile without the rules that keep papers out."""
    return Profile(
        interests=profile.interests,
        include=profile.include,
        follow=profile.follow,
        liked=profile.liked,
        disliked=profile.disliked,
    )


def _obstacles(
    paper: Paper, profile: Profile, score: float, seen: bool, settings: RelevanceSettings
) -> tuple[str, ...]:
    found = []
    if not rules.in_categories(paper, profile):
        found.append(f"not in {', '.join(profile.categories)}")
    found += [f"has “{term}”, which the reader excludes" for term in rules.matching_terms(paper, profile.exclude)]
    if profile.says_something and score < settings.threshold:
        found.append(f"score {score:.3f} is below the threshold {settings.threshold:g}")
    if paper.withdrawn:
        found.append("withdrawn")
    if seen:
        found.append("sent before")
    return tuple(found)


def _desk(tx: Transaction, subscribers: Sequence[Subscriber], settings: RelevanceSettings) -> _Desk:
    """What was announced since the longest waiting of these subscribers had an edition."""
    newest = tx.papers.newest_listing()
    since = [s.read_through for s in subscribers if s.read_through is not None]
    fresh = tx.papers.fresh_since(min(since)) if since else []
    if newest is not None and len(since) < len(subscribers):
        fresh += tx.papers.fresh_on(newest)
    return _laid(tx, subscribers, {item.kept.paper.id: item for item in fresh}, settings)


def _laid(
    tx: Transaction, subscribers: Sequence[Subscriber], fresh: dict[PaperId, FreshPaper], settings: RelevanceSettings
) -> _Desk:
    profiles = tx.subscribers.profiles(subscriber.id for subscriber in subscribers)
    background = tx.papers.background(settings.background_papers) if fresh else []
    model = BackgroundModel().fit([TermCounts.from_bytes(blob) for blob in background])
    candidates = [Candidate(i.kept.paper, TermCounts.from_bytes(i.kept.terms), i.day) for i in fresh.values()]
    return _Desk(
        newest_listing=tx.papers.newest_listing(),
        read_through=tx.papers.newest_announcement() or 0,
        fresh=fresh,
        readers=_readers(tx, profiles),
        seen={subscriber.id: tx.subscribers.seen(subscriber.id) for subscriber in subscribers},
        ranking=DayRanking(model, candidates),
    )


def _readers(tx: Transaction, profiles: dict[int, Profile]) -> dict[int, Reader]:
    voted = tx.papers.get({key for profile in profiles.values() for key in (*profile.liked, *profile.disliked)})

    def examples(keys: Iterable[PaperId]) -> tuple[Example, ...]:
        return tuple(Example(voted[key].paper.title, TermCounts.from_bytes(voted[key].terms)) for key in keys)

    return {n: Reader(p, examples(p.liked), examples(p.disliked)) for n, p in profiles.items()}


def _slate(desk: _Desk, subscriber: Subscriber, settings: RelevanceSettings, slot: date, now: datetime) -> Slate | None:
    if not desk.offered(subscriber):
        log.info(
            "no edition subscriber=%d date=%s: nothing was announced for this reader since the listing of %s",
            subscriber.id,
            slot,
            desk.newest_listing,
        )
        return None
    return _decided(desk, subscriber, settings, slot, now)


def _decided(desk: _Desk, subscriber: Subscriber, settings: RelevanceSettings, slot: date, now: datetime) -> Slate:
    """The best of what is offered; pure."""
    reader = desk.readers[subscriber.id]
    offered = desk.offered(subscriber)
    threshold = settings.threshold if reader.profile.says_something else None
    chosen = select(
        desk.ranking.rank(reader, among=offered.keys()),
        size=subscriber.size,
        seen=desk.seen[subscriber.id].union(reader.profile.liked, reader.profile.disliked),
        threshold=threshold,
    )
    return Slate(
        subscriber_id=subscriber.id,
        kind=EditionKind.DAILY,
        slot_date=slot,
        recommendations=desk.ranking.explained(reader, chosen),
        considered=_by_category([item.kept.paper for item in offered.values()], reader.profile),
        papers_read=len(offered),
        read_through=desk.read_through,
        next_due_at=_after(subscriber, now),
    )


def _keep(tx: Transaction, slate: Slate, now: datetime, message_id: Callable[[], str]) -> bool | None:
    """Whether an edition with papers was kept; None if the day had one already."""
    number = tx.editions.keep(slate, now=now)
    tx.subscribers.change(slate.subscriber_id, next_due_at=slate.next_due_at)
    if number is None:
        return None
    tx.subscribers.change(slate.subscriber_id, read_through=slate.read_through)
    if slate.recommendations:
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
            "edition=%d subscriber=%d date=%s is empty, nothing is sent: none of %d papers reached the threshold",
            number,
            slate.subscriber_id,
            slate.slot_date,
            slate.papers_read,
        )
    return bool(slate.recommendations)


def _after(subscriber: Subscriber, now: datetime) -> datetime:
    """The first send hour later than `now`."""
    today = subscriber.schedule.local_date(now)
    first = today if subscriber.schedule.instant(today) > now else today + timedelta(days=1)
    return subscriber.schedule.next_instant(first)


def _by_category(papers: Sequence[Paper], profile: Profile) -> tuple[tuple[str, int], ...]:
    """Papers by the reader's categories; by primary category, the largest first, where the reader chose none."""
    if profile.categories:
        only = {c: Profile(categories=(c,)) for c in profile.categories}
        return tuple((c, sum(rules.in_categories(paper, p) for paper in papers)) for c, p in only.items())
    primary = Counter(paper.categories[0] if paper.categories else "no category" for paper in papers)
    named = sorted(primary.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = sum(count for _, count in named[_NAMED_CATEGORIES:])
    return tuple(named[:_NAMED_CATEGORIES] + ([("others", rest)] if rest else []))
