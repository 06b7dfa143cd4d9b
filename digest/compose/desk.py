"""Everything that the decisions of a day are made from, loaded in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from digest.batches import Batch
from digest.compose.coverage import by_category
from digest.compose.sharing import with_shared
from digest.editions import Notice, Trending
from digest.identity import PaperId
from digest.relevance import rules
from digest.relevance.ranking import UNREAD
from digest.relevance.readers import Reader, Voted
from digest.relevance.text import TermCounts
from digest.signals import CODE, UPVOTES, Signal
from digest.store import Transaction
from digest.store.announcements import Change, FreshPaper
from digest.subscribers import EditionKind, Profile, Subscriber

DAYS = {EditionKind.DAILY: 1, EditionKind.WEEKLY: 7}  # of listings that an edition is about
_LEDGER_DAYS = timedelta(days=14)  # how far back a batch that is open is told of


@dataclass(frozen=True, slots=True)
class Listing:
    """What is offered to a reader, and to all who wait for the same."""

    papers: dict[PaperId, FreshPaper]
    considered: tuple[tuple[str, int], ...]  # by category
    on_time: set[date]  # the days of those that were named before their batch was closed


@dataclass(frozen=True, slots=True)
class Desk:
    """Papers, readers and the ledger, as one state of the database has them."""

    newest_listing: date | None
    read_through: int
    fresh: dict[PaperId, FreshPaper]
    readers: dict[int, Reader]
    seen: dict[int, set[PaperId]]
    reclaimed: dict[int, dict[PaperId, FreshPaper]]  # by subscriber: what was left out and asked for, or carried
    carried: dict[int, set[PaperId]]  # by subscriber: of them, what editions that were never sent have left
    batches: tuple[Batch, ...]  # of the last days, oldest first
    changes: tuple[Change, ...]  # of papers that any of the readers liked
    unsaid: dict[int, tuple[Notice, ...]]  # by subscriber: what stood in a last edition that was never sent
    trending: tuple[Trending, ...]  # of the last days, most upvotes first
    code: dict[PaperId, str]  # where the code of candidates is, so far as that is known
    _listings: dict[tuple[object, ...], Listing] = field(default_factory=dict, repr=False, compare=False)

    @property
    def candidates(self) -> dict[PaperId, FreshPaper]:
        """What may enter somebody's edition."""
        taken_back = {key: item for each in self.reclaimed.values() for key, item in each.items()}
        return taken_back | self.fresh

    def is_news(self, item: FreshPaper, subscriber: Subscriber) -> bool:
        """Whether a paper was announced since the subscriber's last edition.

        Before the first edition that is the newest listing, or week of listings: what came earlier is background.
        """
        if subscriber.read_through is not None:
            return item.announcement > subscriber.read_through
        assert self.newest_listing is not None  # noqa: S101 - there is an item
        return timedelta(0) <= self.newest_listing - item.day < timedelta(days=DAYS[subscriber.kind])

    def offered(self, subscriber: Subscriber) -> dict[PaperId, FreshPaper]:
        """What the subscriber's categories let in of what was announced since the last edition."""
        return self.listing(subscriber).papers

    def listing(self, subscriber: Subscriber) -> Listing:
        """The same with what is told of it; made once for all who wait for the same."""
        profile = self.readers[subscriber.id].profile
        waits_for = subscriber.read_through, subscriber.kind, profile.categories
        if waits_for not in self._listings:
            papers = self._let_in(subscriber, profile.categories)
            self._listings[waits_for] = Listing(
                papers=papers,
                considered=by_category([item.kept.paper for item in papers.values()], profile),
                on_time={item.day for item in papers.values() if not item.late},
            )
        return self._listings[waits_for]

    def _let_in(self, subscriber: Subscriber, categories: Sequence[str]) -> dict[PaperId, FreshPaper]:
        return {
            key: item
            for key, item in self.fresh.items()
            if self.is_news(item, subscriber) and rules.in_categories(item.kept.paper, categories)
        }


def desk(tx: Transaction, subscribers: Sequence[Subscriber], *, terms: bool = True) -> Desk:
    """What was announced since the longest waiting of these subscribers had an edition.

    Without `terms` those of the papers that readers voted on are left to be read when they are asked for (`UNREAD`).
    """
    newest = tx.announcements.newest_listing()
    since = [s.read_through for s in subscribers if s.read_through is not None]
    fresh = tx.announcements.fresh_since(min(since)) if since else []
    if newest is not None and len(since) < len(subscribers):
        fresh += tx.announcements.fresh_on(newest, days=max(DAYS[s.kind] for s in subscribers))
    return laid(tx, subscribers, {item.kept.paper.id: item for item in fresh}, terms=terms)


def laid(
    tx: Transaction, subscribers: Sequence[Subscriber], fresh: dict[PaperId, FreshPaper], *, terms: bool = True
) -> Desk:
    profiles = with_shared(tx, tx.subscribers.profiles(subscriber.id for subscriber in subscribers))
    newest = tx.announcements.newest_listing()
    reclaimed = _reclaimed(tx, profiles, fresh)
    return Desk(
        newest_listing=newest,
        read_through=tx.announcements.newest() or 0,
        fresh=fresh,
        readers=readers_of(tx, profiles, terms=terms),
        seen=tx.subscribers.seen_by(subscriber.id for subscriber in subscribers),
        reclaimed=reclaimed,
        carried=_carried(tx, reclaimed),
        batches=_batches(tx, fresh.values(), newest),
        changes=_changes(tx, subscribers, profiles),
        unsaid=_unsaid(tx, profiles, newest),
        trending=_trending(tx, newest, days=max((DAYS[s.kind] for s in subscribers), default=1)),
        code=_code(tx, {key for items in (fresh, *reclaimed.values()) for key in items}),
    )


def readers_of(tx: Transaction, profiles: dict[int, Profile], *, terms: bool = True) -> dict[int, Reader]:
    """Profiles with the papers that any of their interests was told by, and with their terms, if `terms`."""
    voted = list(tx.subscribers.voted({key for profile in profiles.values() for key in profile.examples}))
    counted = counts_of(tx, [row for _, row, _ in voted]) if terms else {}
    at_hand = {key: Voted(row, title, counted.get(row, UNREAD)) for key, row, title in voted}
    return {number: Reader(profile, at_hand) for number, profile in profiles.items()}


def counts_of(tx: Transaction, rows: Iterable[int]) -> dict[int, TermCounts]:
    """The counted terms of papers, by row."""
    return {row: TermCounts.from_bytes(blob) for row, blob in tx.papers.terms(rows)}


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


def _carried(tx: Transaction, reclaimed: dict[int, dict[PaperId, FreshPaper]]) -> dict[int, set[PaperId]]:
    """By subscriber, what comes again because its mail was never sent."""
    told = tx.shadow.carried(reclaimed) if reclaimed else set()
    return {
        number: {key for key, item in items.items() if (number, item.kept.row) in told}
        for number, items in reclaimed.items()
    }


def _unsaid(tx: Transaction, profiles: Iterable[int], newest: date | None) -> dict[int, tuple[Notice, ...]]:
    unsent = tx.editions.unsent(profiles, since=newest - _LEDGER_DAYS) if newest else {}
    return {number: edition.notices for number, edition in unsent.items() if edition.notices}


def _trending(tx: Transaction, newest: date | None, *, days: int) -> tuple[Trending, ...]:
    """What readers elsewhere point to, most upvotes first."""
    if newest is None:
        return ()
    named = tx.announcements.trending(since=newest - timedelta(days=days))
    told = tx.signals.newest(kept.paper.id for kept, _ in named)
    found = [
        Trending(paper=kept.paper, upvotes=int(signal.value), source=source)
        for kept, source in named
        for signal in told.get(kept.paper.id, ())
        if (signal.name, signal.source) == (UPVOTES, source) and isinstance(signal.value, int | float)
    ]
    return tuple(sorted(found, key=lambda each: (-each.upvotes, each.paper.id)))


def _code(tx: Transaction, papers: Iterable[PaperId]) -> dict[PaperId, str]:
    """Where the code of papers is, as was said last; of several addresses the first."""
    wanted = set(papers)
    told = tx.signals.newest(wanted)
    return {key: address for key in wanted if (address := code_address(told.get(key, ())))}


def code_address(said: Iterable[Signal]) -> str:
    """The http or https address that the newest signal of code names first; "" where none does."""
    newest_first = sorted((each for each in said if each.name == CODE), key=lambda each: each.observed_at, reverse=True)
    named = (each.value if isinstance(each.value, tuple) else (each.value,) for each in newest_first)
    addresses = (value for values in named for value in values if isinstance(value, str))
    return next((value for value in addresses if value.startswith(("https://", "http://"))), "")


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
