"""What was known on a day of the past: the papers that had come by then, and readers without their later votes."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from digest.identity import PaperId
from digest.relevance.model import Model
from digest.relevance.ranking import Candidate
from digest.relevance.readers import Reader, Voted
from digest.relevance.space import Space, needs_basis
from digest.relevance.text import TermCounts, count_paper
from digest.store import Store, Transaction
from digest.subscribers import Interest, Profile, Subscriber, Vote


@dataclass(frozen=True, slots=True, eq=False)
class Questioned:
    """One reader on the day of one listing: what had been said before it, and what was liked of it afterwards."""

    subscriber: Subscriber
    reader: Reader  # with the votes given before the day, and no others
    liked: frozenset[PaperId]  # at least one


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """All papers in the order in which they came to be known; a paper's place in it is its number here."""

    rows: tuple[int, ...]  # of the store, by the day they were known from, then by number
    days: tuple[date, ...]  # the same papers' days, ascending
    listings: dict[date, tuple[int, ...]]  # places of the papers that each listing named first
    questions: dict[date, tuple[Questioned, ...]]  # by day of the listing, ascending

    def known_by(self, day: date) -> int:
        """How many papers were known at the end of a day."""
        return bisect_right(self.days, day)


def beginning(day: date) -> datetime:
    """The first moment of a listing's day, UTC: arXiv shows it then. Votes given earlier were known."""
    return datetime.combine(day, time(), UTC)


def known_before(profile: Profile, moment: datetime) -> Profile:
    """A profile without the votes given at or after a moment; words carry no date and stay."""

    def earlier(votes: Sequence[Vote]) -> tuple[Vote, ...]:
        return tuple(vote for vote in votes if vote.given_at < moment)

    def as_it_was(interest: Interest) -> Interest:
        return replace(interest, liked=earlier(interest.liked), disliked=earlier(interest.disliked))

    return Profile(interests=tuple(map(as_it_was, profile.interests)))


def load(store: Store, *, first: date, last: date, subscriber: Subscriber | None) -> Past:
    """What happened in some days, both included, for one subscriber or for everybody who voted."""
    with store.read() as tx:
        known, listed = tx.history.known_from(), tx.history.listed_on()
        rows = tuple(sorted(known, key=lambda row: (known[row], row)))
        place = {row: at for at, row in enumerate(rows)}
        listings: dict[date, list[int]] = defaultdict(list)
        for row, day in listed.items():
            listings[day].append(place[row])
        voters = [subscriber] if subscriber else [tx.subscribers.get(number) for number in tx.history.voters()]
        questions = _questions(tx, voters, listed, place, first=first, last=last)
    return Past(
        rows=rows,
        days=tuple(known[row] for row in rows),
        listings={day: tuple(sorted(places)) for day, places in listings.items()},
        questions=questions,
    )


def _questions(
    tx: Transaction,
    voters: Sequence[Subscriber],
    listed: dict[int, date],
    place: dict[int, int],
    *,
    first: date,
    last: date,
) -> dict[date, tuple[Questioned, ...]]:
    profiles = tx.subscribers.profiles(voter.id for voter in voters)
    voted = tx.papers.get({key for profile in profiles.values() for key in (*profile.liked, *profile.disliked)})
    at_hand = {
        key: Voted(place[kept.row], kept.paper.title, _counted(kept.terms, kept.paper.title, kept.paper.abstract))
        for key, kept in voted.items()
    }
    days = {key: listed[kept.row] for key, kept in voted.items() if kept.row in listed}
    found: dict[date, list[Questioned]] = defaultdict(list)
    for voter in voters:
        for day, liked in _liked_by_day(profiles[voter.id], days, since=max(first, voter.created_at.date())).items():
            before = known_before(profiles[voter.id], beginning(day))
            if before.says_something and day <= last:
                named = {key: at_hand[key] for key in (*before.liked, *before.disliked)}
                found[day].append(Questioned(voter, Reader(before, named), frozenset(liked)))
    return {day: tuple(found[day]) for day in sorted(found)}


def _liked_by_day(profile: Profile, days: dict[PaperId, date], *, since: date) -> dict[date, set[PaperId]]:
    """What was liked on or after the day it was listed, by that day."""
    found: dict[date, set[PaperId]] = defaultdict(set)
    for vote in (vote for interest in profile.interests for vote in interest.liked):
        day = days.get(vote.paper)
        if day is not None and day >= since and vote.given_at >= beginning(day):
            found[day].add(vote.paper)
    return found


class Archive:
    """The background as it grew: it only moves forward, and never holds a paper that came after the day asked for."""

    def __init__(self, store: Store, past: Past, *, window: int) -> None:
        self._store = store
        self._past = past
        self._window = window
        self._model = Model()

    def on(self, day: date) -> Space:
        """The vector space of the newest papers that were known at the end of a day."""
        read = int(self._model.numbers[-1]) + 1 if len(self._model) else 0
        known = self._past.known_by(day)
        self._model = self._model.grown(self._counts(max(read, known - self._window), known), window=self._window)
        space = Space(self._model)
        if needs_basis(self._model):
            self._model = replace(self._model, basis=space.basis())
            space = Space(self._model)
        return space

    def listing(self, day: date) -> list[Candidate]:
        """The papers that the listing of a day named first."""
        places = {self._past.rows[at]: at for at in self._past.listings[day]}
        with self._store.read() as tx:
            kept = tx.papers.by_row(places)
        return [
            Candidate(
                at, kept[row].paper, _counted(kept[row].terms, kept[row].paper.title, kept[row].paper.abstract), day
            )
            for row, at in places.items()
        ]

    def _counts(self, first: int, end: int) -> dict[int, TermCounts]:
        """The terms of papers by place, from `first` up to `end`."""
        places = {self._past.rows[at]: at for at in range(first, end)}
        with self._store.read() as tx:
            terms = tx.history.terms(places)
            uncounted = tx.papers.by_row(row for row, blob in terms.items() if not blob)
        found = {places[row]: TermCounts.from_bytes(blob) for row, blob in terms.items() if blob}
        fresh = {places[row]: count_paper(kept.paper.title, kept.paper.abstract) for row, kept in uncounted.items()}
        return found | fresh


def since(now: datetime, weeks: int) -> date:
    """The first day of the last so many weeks."""
    return now.date() - timedelta(weeks=weeks)


def _counted(terms: bytes, title: str, abstract: str) -> TermCounts:
    return TermCounts.from_bytes(terms) if terms else count_paper(title, abstract)
