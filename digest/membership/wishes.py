"""What somebody wishes for who is nobody yet: read from what they typed, shown to them, kept until they confirm."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from digest.identity import PaperId
from digest.membership.typed import words
from digest.papers import Paper
from digest.store import Store, Transaction
from digest.subscribers import MAIN, Interest, Profile, ProfileField, Schedule, Verdict, Vote

OFFERED = 5  # papers of today to tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Interests and delivery, checked."""

    texts: tuple[str, ...] = ()  # sentences of interest, and titles of papers that are not kept here
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()  # to be followed
    papers: tuple[PaperId, ...] = ()  # liked; all of them kept here
    schedule: Schedule = field(default_factory=Schedule)
    language: str = "en"  # BCP 47

    def profile(self, now: datetime) -> Profile:
        """The reader that it makes, who has liked the papers at `now`."""
        liked = tuple(Vote(paper=key, given_at=now) for key in self.papers)
        return Profile(
            interests=(Interest(texts=self.texts, categories=self.categories, follow=self.authors, liked=liked),)
        )

    def as_json(self) -> dict[str, Any]:
        """All of it in plain JSON."""
        return {
            "texts": list(self.texts),
            "categories": list(self.categories),
            "authors": list(self.authors),
            "papers": list(self.papers),
            "timezone": self.schedule.timezone.key,
            "send_at": f"{self.schedule.send_at:%H:%M}",
            "days": sorted(self.schedule.days),
            "language": self.language,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Wish":
        """The inverse of `as_json`."""
        schedule = Schedule(
            timezone=ZoneInfo(kept["timezone"]),
            send_at=time.fromisoformat(kept["send_at"]),
            days=frozenset(kept["days"]),
        )
        return cls(
            texts=tuple(kept["texts"]),
            categories=tuple(kept["categories"]),
            authors=tuple(kept["authors"]),
            papers=tuple(map(PaperId, kept["papers"])),
            schedule=schedule,
            language=kept["language"],
        )


def known(store: Store, keys: Iterable[PaperId]) -> dict[PaperId, Paper]:
    """Those of the named papers that are kept here, by the name that was given."""
    with store.read() as tx:
        rows = tx.joinings.named(keys)
        papers = tx.papers.by_row(rows.values())
    return {key: papers[row].paper for key, row in rows.items() if row in papers}


def offered(store: Store) -> tuple[Paper, ...]:
    """Some papers of the newest listing, each of another main category as far as there are, to be ticked."""
    with store.read() as tx:
        papers = [kept.paper for kept in tx.papers.by_row(tx.joinings.sample(_SAMPLE)).values()]
    first: dict[str, Paper] = {}
    for paper in papers:
        first.setdefault((*paper.categories, "")[0], paper)
    picked = [*first.values(), *(paper for paper in papers if paper not in first.values())]
    return tuple(paper for paper in picked if not paper.withdrawn)[:OFFERED]


_SAMPLE = 40  # papers that the few are picked from


def keep(tx: Transaction, reader: int, wish: Wish, *, now: datetime) -> None:
    """Make a wish a reader's own, in the place of what was known of them."""
    for each in tx.subscribers.profiles([reader])[reader].interests:
        number = tx.subscribers.find_interest(reader, each.name)
        if number is not None:
            tx.subscribers.remove_interest(number)
    tx.subscribers.change(reader, schedule=wish.schedule, language=wish.language)
    _add(tx, reader, ProfileField.INTEREST, wish.texts)
    _add(tx, reader, ProfileField.CATEGORY, wish.categories)
    _add(tx, reader, ProfileField.FOLLOW, wish.authors)
    rows = tx.papers.rows(wish.papers)
    for key in wish.papers:
        if key in rows:
            tx.subscribers.vote(reader, rows[key], Verdict.LIKE, now=now, interest=MAIN)


def _add(tx: Transaction, reader: int, kind: ProfileField, values: Sequence[str]) -> None:
    if values:
        tx.subscribers.add_words(reader, kind, words(kind, values))
