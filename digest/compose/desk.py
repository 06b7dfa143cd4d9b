"""Everything that the decisions of a day are made from, loaded in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from digest.batches import Batch
from digest.identity import PaperId
from digest.relevance import rules
from digest.relevance.readers import Reader, Voted
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
    reclaimed: dict[int, dict[PaperId, FreshPaper]]  # by subscriber: what was left out and asked for
    batches: tuple[Batch, ...]  # of the last days, oldest first
    changes: tuple[Change, ...]  # of papers that any of the readers liked

    @property
    def candidates(self) -> dict[PaperId, FreshPaper]:
        """What may enter somebody's edition."""
        taken_back = {key: item for each in self.reclaimed.values() for key, item in each.items()}
        return taken_back | self.fresh

    def is_news(self, item: FreshPaper, subscriber: Subscriber) -> bool:
        """Whether a paper was announced since the subscriber's last edition.

        Before the first edition that is the newest listing alone: what came earlier is background.
        """
        since = subscriber.read_through
        return item.day == self.newest_listing if since is None else item.announcement > since

    def offered(self, subscriber: Subscriber) -> dict[PaperId, FreshPaper]:
        """What the subscriber's categories let in of what was announced since the last edition."""
        categories = self.readers[subscriber.id].profile.categories
        return {
            key: item
            for key, item in self.fresh.items()
            if self.is_news(item, subscriber) and rules.in_categories(item.kept.paper, categories)
        }


def desk(tx: Transaction, subscribers: Sequence[Subscriber]) -> Desk:
    """What was announced since the longest waiting of these subscribers had an edition."""
    newest = tx.announcements.newest_listing()
    since = [s.read_through for s in subscribers if s.read_through is not None]
    fresh = tx.announcements.fresh_since(min(since)) if since else []
    if newest is not None and len(since) < len(subscribers):
        fresh += tx.announcements.fresh_on(newest)
    return laid(tx, subscribers, {item.kept.paper.id: item for item in fresh})


def laid(tx: Transaction, subscribers: Sequence[Subscriber], fresh: dict[PaperId, FreshPaper]) -> Desk:
    profiles = tx.subscribers.profiles(subscriber.id for subscriber in subscribers)
    newest = tx.announcements.newest_listing()
    return Desk(
        newest_listing=newest,
        read_through=tx.announcements.newest() or 0,
        fresh=fresh,
        readers=_readers(tx, profiles),
        seen={subscriber.id: tx.subscribers.seen(subscriber.id) for subscriber in subscribers},
        reclaimed=_reclaimed(tx, profiles, fresh),
        batches=_batches(tx, fresh.values(), newest),
        changes=_changes(tx, subscribers, profiles),
    )


def _readers(tx: Transaction, profiles: dict[int, Profile]) -> dict[int, Reader]:
    voted = tx.papers.get({key for profile in profiles.values() for key in (*profile.liked, *profile.disliked)})
    at_hand = {key: Voted(kept.row, kept.paper.title, TermCounts.from_bytes(kept.terms)) for key, kept in voted.items()}
    return {
        number: Reader(profile, {key: at_hand[key] for key in (*profile.liked, *profile.disliked)})
        for number, profile in profiles.items()
    }


def _reclaimed(
    tx: Transaction, profiles: dict[int, Profile], fresh: dict[PaperId, FreshPaper]
) -> dict[int, dict[PaperId, FreshPaper]]:
    """What readers asked for of what was left out, with the day on which it was announced last."""
    asked = tx.shadow.reclaimed(profiles)
    kept = tx.papers.by_row({row for rows in asked.values() for row in rows})
    days = {row: max((day for *_, day in tx.announcements.of(row)), default=date.min) for row in kept}
    known = {row: fresh.get(each.paper.id, FreshPaper(each, 0, days[row])) for row, each in kept.items()}
    return {
        number: _still_wanted(profiles[number], [known[row] for row in sorted(rows) if row in known])
        for number, rows in asked.items()
    }


def _still_wanted(profile: Profile, items: Iterable[FreshPaper]) -> dict[PaperId, FreshPaper]:
    """By id, without what was withdrawn or voted on since it was asked for."""
    voted = {*profile.liked, *profile.disliked}
    by_id = {item.kept.paper.id: item for item in items}
    return {key: item for key, item in by_id.items() if key not in voted and not item.kept.paper.withdrawn}


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
