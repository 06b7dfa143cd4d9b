"""Everything that the decisions of a day are made from, loaded in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from digest.batches import Batch
from digest.identity import PaperId
from digest.relevance import rules
from digest.relevance.model import BackgroundModel
from digest.relevance.ranking import Candidate, DayRanking, Example, Reader
from digest.relevance.settings import RelevanceSettings
from digest.relevance.text import TermCounts
from digest.store import Transaction
from digest.store.announcements import Change, FreshPaper
from digest.subscribers import Profile, Subscriber

_LEDGER_DAYS = timedelta(days=14)  # how far back a batch that is open is told of


@dataclass(frozen=True, slots=True)
class Desk:
    """Papers, readers and the ledger, as one state of the database has them."""

    newest_listing: date | None
    read_through: int
    fresh: dict[PaperId, FreshPaper]
    readers: dict[int, Reader]
    seen: dict[int, set[PaperId]]
    ranking: DayRanking
    batches: tuple[Batch, ...]  # of the last days, oldest first
    changes: tuple[Change, ...]  # of papers that any of the readers liked

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


def desk(tx: Transaction, subscribers: Sequence[Subscriber], settings: RelevanceSettings) -> Desk:
    """What was announced since the longest waiting of these subscribers had an edition."""
    newest = tx.announcements.newest_listing()
    since = [s.read_through for s in subscribers if s.read_through is not None]
    fresh = tx.announcements.fresh_since(min(since)) if since else []
    if newest is not None and len(since) < len(subscribers):
        fresh += tx.announcements.fresh_on(newest)
    return laid(tx, subscribers, {item.kept.paper.id: item for item in fresh}, settings)


def laid(
    tx: Transaction, subscribers: Sequence[Subscriber], fresh: dict[PaperId, FreshPaper], settings: RelevanceSettings
) -> Desk:
    profiles = tx.subscribers.profiles(subscriber.id for subscriber in subscribers)
    background = tx.papers.background(settings.background_papers) if fresh else []
    model = BackgroundModel().fit([TermCounts.from_bytes(blob) for blob in background])
    candidates = [Candidate(i.kept.paper, TermCounts.from_bytes(i.kept.terms), i.day) for i in fresh.values()]
    readers = _readers(tx, profiles)
    newest = tx.announcements.newest_listing()
    return Desk(
        newest_listing=newest,
        read_through=tx.announcements.newest() or 0,
        fresh=fresh,
        readers=readers,
        seen={subscriber.id: tx.subscribers.seen(subscriber.id) for subscriber in subscribers},
        ranking=DayRanking(model, candidates),
        batches=_batches(tx, fresh.values(), newest),
        changes=_changes(tx, subscribers, profiles),
    )


def _readers(tx: Transaction, profiles: dict[int, Profile]) -> dict[int, Reader]:
    voted = tx.papers.get({key for profile in profiles.values() for key in (*profile.liked, *profile.disliked)})

    def examples(keys: Iterable[PaperId]) -> tuple[Example, ...]:
        return tuple(Example(voted[key].paper.title, TermCounts.from_bytes(voted[key].terms)) for key in keys)

    return {n: Reader(p, examples(p.liked), examples(p.disliked)) for n, p in profiles.items()}


def _batches(tx: Transaction, fresh: Iterable[FreshPaper], newest: date | None) -> tuple[Batch, ...]:
    """The batches of the days that the papers came on, and of the days before the newest listing."""
    days = [item.day for item in fresh] + ([newest - _LEDGER_DAYS] if newest else [])
    return tuple(tx.batches.between(min(days), date.max)) if days else ()


def _changes(tx: Transaction, subscribers: Sequence[Subscriber], profiles: dict[int, Profile]) -> tuple[Change, ...]:
    since = [s.read_through for s in subscribers if s.read_through is not None]
    if not since:
        return ()
    liked = tx.papers.rows({key for profile in profiles.values() for key in profile.liked})
    return tuple(tx.announcements.changes_since(min(since), set(liked.values())))
