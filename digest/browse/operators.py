"""What operators look up: papers as sources told of them, people, the ledger, sources, subscribers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from digest.authors import block_of, compatible, folded
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.papers import Paper
from digest.signals import NOVELTY, OURS, SCORE, Signal
from digest.store import Store, Transaction
from digest.store.works import Merge
from digest.subscribers import Profile, Subscriber, SubscriberState

if TYPE_CHECKING:  # whoever looks up one thing does not wait for the others
    from digest.batches import Batch
    from digest.editions import Edition
    from digest.namesakes import Person
    from digest.records import Claim
    from digest.store.shadow import Shadowed

_NUMBERS = 10  # of people, named in one sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRecord:
    """A paper and every time it was announced."""

    paper: Paper
    announcements: tuple[tuple[str, str, str, date], ...]  # source, stream, kind, day
    names: tuple[PaperId, ...]  # under which sources told of it
    merges: tuple[Merge, ...]
    signals: tuple[Signal, ...]  # the last of each name and source


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRecord:
    """A batch and the papers in it."""

    batch: "Batch"
    named_by: dict[str, int]  # papers, by the source that named or confirmed them
    late: tuple[PaperId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRecord:
    """How one other side has been asked."""

    name: str
    rate: str  # what it lets through
    last_request_at: datetime | None
    rest_until: datetime | None  # only while it lasts
    rest_reason: str
    used: int  # requests since `began`, where they are counted
    began: datetime | None
    streams: tuple[tuple[str, str, datetime | None], ...]  # source, stream, read to its end


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberRecord:
    """A subscriber, their profile, the titles behind it, and their last edition."""

    subscriber: Subscriber
    profile: Profile
    titles: dict[PaperId, str]
    last_edition: "Edition | None"


def paper(store: Store, key: PaperId) -> PaperRecord:
    """A kept paper with everything that was told of it, or InvalidInput."""
    with store.read() as tx:
        kept = tx.papers.get([key]).get(key)
        if kept is None:
            raise InvalidInput(
                f"paper {key.removeprefix('arxiv:')} is not kept here; it comes with a listing of its categories"
            )
        merges = tuple(tx.works.merges(kept.row))
        subjects = [key, *(merge.paper for merge in merges if merge.into == key and merge.split_at is None)]
        signals = tx.signals.newest(subjects)
        return PaperRecord(
            paper=kept.paper,
            announcements=tuple(tx.announcements.of(kept.row)),
            names=tuple(tx.works.names(kept.row)),
            merges=merges,
            signals=tuple(signal for subject in subjects for signal in signals.get(subject, ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorRecord:
    """One person, as far as papers and keys tell them from their namesakes."""

    id: int
    printed: str  # the name as first printed
    person: "Person"
    papers: tuple[PaperId, ...]  # newest first
    measured: Mapping[str, Mapping[PaperId, float]]  # what was measured here of them, by name: NOVELTY and SCORE
    claim: "Claim | None"  # None where they did not confirm their page

    @property
    def novelty(self) -> float | None:
        """The median over their papers of which it is known, 0 to 100."""
        return _median(self.measured[NOVELTY].values())

    @property
    def score(self) -> float | None:
        """The median over their papers of which it is known, 0 to 100."""
        return _median(self.measured[SCORE].values())


def _median(values: Iterable[float]) -> float | None:
    from digest.relevance.novelty import median_known  # with scipy, which few who look something up need

    return median_known(values)


def authors(store: Store, name: str) -> list[AuthorRecord]:
    """Everybody who may bear a name, most papers first; InvalidInput where it is no name of a person."""
    wanted = folded(name)
    if not wanted:
        raise InvalidInput(
            f"{name!r} is not the name of a person; write it as in a paper: digest author list 'Ada Ames'"
        )
    with store.read() as tx:
        bearing = [
            each
            for each in tx.people.by_name(block_of(wanted))
            if any(compatible(wanted, known) for known in each[2].names)
        ]
        claims = tx.people.claims(number for number, *_ in bearing)
        found = [
            AuthorRecord(
                id=number,
                printed=printed,
                person=person,
                papers=tuple(map(PaperId, papers)),
                measured=_measured(tx, papers),
                claim=claims.get(number),
            )
            for number, printed, person, papers in bearing
        ]
    return sorted(found, key=lambda record: -len(record.papers))


def author(store: Store, name: str, number: int | None) -> tuple[AuthorRecord, dict[PaperId, str]]:
    """The one who bears a name, or of several the one of that number, with the titles of their papers; InvalidInput
    where nobody does, or the number is needed to tell them apart."""
    found = [record for record in authors(store, name) if number in (None, record.id)]
    if not found:
        raise InvalidInput(f"nobody here is {name!r}{_numbered(number)}; see: digest author list {name!r}")
    if len(found) > 1:
        numbers = ", ".join(str(record.id) for record in found[:_NUMBERS])
        raise InvalidInput(f"{len(found)} people may be {name!r}; say which with --person, one of {numbers}")
    with store.read() as tx:
        kept = tx.papers.get(found[0].papers)
    return found[0], {key: each.paper.title for key, each in kept.items()}


def _numbered(number: int | None) -> str:
    return "" if number is None else f" and has the number {number}"


def _measured(tx: Transaction, papers: Iterable[str]) -> dict[str, dict[PaperId, float]]:
    """What was measured here of papers, by name and paper."""
    found: dict[str, dict[PaperId, float]] = {NOVELTY: {}, SCORE: {}}
    for subject, said in tx.signals.newest(papers).items():
        for signal in said:
            if signal.source == OURS and signal.name in found and isinstance(signal.value, int | float):
                found[signal.name][PaperId(subject)] = float(signal.value)
    return found


def batches(store: Store, *, first: date, last: date) -> "list[Batch]":
    """The ledger of some days, and whatever is open from before; newest day first."""
    with store.read() as tx:
        found = {(b.source, b.stream, b.day): b for b in (*tx.batches.open(), *tx.batches.between(first, last))}
    return sorted((b for b in found.values() if b.day <= last), key=lambda b: (-b.day.toordinal(), b.source, b.stream))


def batch(store: Store, source: str, stream: str, day: date) -> BatchRecord:
    """One batch, or InvalidInput."""
    with store.read() as tx:
        found = tx.batches.of(source, stream, since=day).get(day)
        if found is None:
            raise InvalidInput(f"the ledger has no batch of {source} {stream} on {day}; see: digest batch list")
        named_by, late = tx.announcements.tally(stream, day)
    return BatchRecord(batch=found, named_by=named_by, late=tuple(late))


def gates(store: Store, rates: Mapping[str, str], gate_of: Mapping[str, str], *, now: datetime) -> list[GateRecord]:
    """How every gate has been asked; `rates` by gate, `gate_of` by source."""
    with store.read() as tx:
        kept = {name: tx.harvests.gate(name) for name in rates}
        cursors = tx.harvests.cursors()
    return [
        GateRecord(
            name=name,
            rate=rates[name],
            last_request_at=gate.last_request_at,
            rest_until=gate.rest_until if gate.rest_until and gate.rest_until > now else None,
            rest_reason=gate.rest_reason,
            used=gate.budget_used,
            began=gate.budget_began,
            streams=tuple((s, stream, c.completed_at) for s, stream, c in cursors if gate_of.get(s, s) == name),
        )
        for name, gate in kept.items()
    ]


def subscribers(store: Store, state: SubscriberState | None = None) -> list[SubscriberRecord]:
    """Everybody, or everybody in one state, without their votes."""
    with store.read() as tx:
        found = tx.subscribers.all(state)
        profiles = tx.subscribers.profiles((subscriber.id for subscriber in found), votes=False)
        return [SubscriberRecord(subscriber=s, profile=profiles[s.id], titles={}, last_edition=None) for s in found]


def subscriber(store: Store, who: Subscriber) -> SubscriberRecord:
    """One subscriber with everything that is known of them."""
    with store.read() as tx:
        profile = tx.subscribers.profiles([who.id])[who.id]
        voted = tx.papers.get((*profile.liked, *profile.disliked))
        editions = tx.editions.of(who.id, limit=1)
    return SubscriberRecord(
        subscriber=who,
        profile=profile,
        titles={key: kept.paper.title for key, kept in voted.items()},
        last_edition=editions[0] if editions else None,
    )


def editions(store: Store, who: Subscriber, *, limit: int) -> "list[Edition]":
    """A subscriber's last editions, newest first."""
    with store.read() as tx:
        return tx.editions.of(who.id, limit=limit)


def left_out(store: Store, who: Subscriber, *, limit: int) -> "list[Shadowed]":
    """What a subscriber's editions left out, newest edition first, in it the highest score."""
    with store.read() as tx:
        return tx.shadow.of(who.id, limit=limit)
