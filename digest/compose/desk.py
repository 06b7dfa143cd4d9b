"""Everything that the decisions of a day are made from, loaded in one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta

from digest.batches import Batch
from digest.compose.coverage import Streams, by_category
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
from digest.store.papers import KeptPaper
from digest.subscribers import EditionKind, Profile, Subscriber
from digest.votes import Votes

DAYS = {EditionKind.DAILY: 1, EditionKind.WEEKLY: 7}  # of listings that an edition is about
_LEDGER_DAYS = timedelta(days=14)  # how far back a batch that is open is told of


@dataclass(frozen=True, slots=True)
class Listing:
    """What is offered to a reader, and to all who wait for the same."""

    papers: dict[PaperId, FreshPaper]
    considered: tuple[tuple[str, int], ...]  # by category
    streams: Streams  # of the days of those that were named before their batch was closed


@dataclass(frozen=True, slots=True)
class Desk:
    """Papers, readers and the ledger, as one state of the database has them."""

    newest_listing: date | None
    read_through: int
    fresh: dict[PaperId, FreshPaper]
    readers: dict[int, Reader]
    seen: Mapping[int, Set[PaperId]]  # by subscriber: which of the candidates and of what is trending
    reclaimed: dict[int, dict[PaperId, FreshPaper]]  # by subscriber: what was left out and asked for, or carried
    carried: dict[int, set[PaperId]]  # by subscriber: of them, what editions that were never sent have left
    batches: tuple[Batch, ...]  # of the last days, oldest first
    changes: tuple[Change, ...]  # of papers that any of the readers voted on
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
                streams=Streams(self.batches, profile, {item.day for item in papers.values() if not item.late}),
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
    papers = _at_hand(tx, profiles.values(), terms=terms)
    trending = _trending(tx, newest, days=max((DAYS[s.kind] for s in subscribers), default=1))
    offered = [item.kept for items in (fresh, *reclaimed.values()) for item in items.values()]
    return Desk(
        newest_listing=newest,
        read_through=tx.announcements.newest() or 0,
        fresh=fresh,
        readers={each.id: Reader(profiles[each.id], papers, each.learner) for each in subscribers},
        seen=tx.subscribers.seen_by(profiles, {each.row for each in [*offered, *(kept for _, kept in trending)]}),
        reclaimed=reclaimed,
        carried=_carried(tx, reclaimed),
        batches=_batches(tx, fresh.values(), newest),
        changes=_changes(tx, subscribers, {each.number for each in papers.values()}),
        unsaid=tx.editions.unsaid(profiles, since=newest - _LEDGER_DAYS) if newest else {},
        trending=tuple(each for each, _ in trending),
        code=_code(tx, {kept.paper.id for kept in offered}),
    )


def readers_of(tx: Transaction, profiles: dict[int, Profile]) -> dict[int, Reader]:
    """Profiles with the papers at hand that any of their interests was told by."""
    papers = _at_hand(tx, profiles.values(), terms=True)
    return {number: Reader(profile, papers) for number, profile in profiles.items()}


def _at_hand(tx: Transaction, profiles: Iterable[Profile], *, terms: bool) -> dict[PaperId, Voted]:
    voted = list(_voted(tx, profiles))
    counted = counts_of(tx, [row for _, row, _ in voted]) if terms else {}
    return {key: Voted(row, title, counted.get(row, UNREAD)) for key, row, title in voted}


def _voted(tx: Transaction, profiles: Iterable[Profile]) -> Iterator[tuple[PaperId, int, str]]:
    """Key, row and title of every paper that anybody voted on; where votes lie in columns, of all that these name."""
    given = [votes for each in profiles for one in each.interests for votes in (one.liked, one.disliked)]
    by_itself = {vote.paper for votes in given if not isinstance(votes, Votes) for vote in votes}
    ballots = {id(votes.ballots): votes.ballots for votes in given if isinstance(votes, Votes)}
    yield from tx.subscribers.voted(by_itself)
    for each in ballots.values():
        yield from zip(each.keys, each.rows, each.titles, strict=True)


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


def _trending(tx: Transaction, newest: date | None, *, days: int) -> list[tuple[Trending, KeptPaper]]:
    """What readers elsewhere point to, most upvotes first."""
    if newest is None:
        return []
    named = tx.announcements.trending(since=newest - timedelta(days=days))
    told = tx.signals.newest(kept.paper.id for kept, _ in named)
    found = [
        (Trending(paper=kept.paper, upvotes=int(signal.value), source=source), kept)
        for kept, source in named
        for signal in told.get(kept.paper.id, ())
        if (signal.name, signal.source) == (UPVOTES, source) and isinstance(signal.value, int | float)
    ]
    return sorted(found, key=lambda each: (-each[0].upvotes, each[0].paper.id))


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


def _changes(tx: Transaction, subscribers: Sequence[Subscriber], voted: set[int]) -> tuple[Change, ...]:
    since = [s.read_through for s in subscribers if s.read_through is not None]
    changed = tx.announcements.changed_since(min(since)) & voted if since else set()
    return tuple(tx.announcements.changes_since(min(since), changed)) if changed else ()
