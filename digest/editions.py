"""What one subscriber reads on one day, and why each paper is there."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from itertools import repeat
from typing import Any, NamedTuple

from digest.batches import BatchState
from digest.papers import AnnouncementKind, Paper
from digest.subscribers import EditionKind


class ReasonKind(StrEnum):
    """The terms of the sum that is a score."""

    AUTHOR = "author"  # somebody the reader follows wrote it
    INCLUDE = "include"  # it has a term the reader always wants
    ORGANISATION = "organisation"  # it comes from an organisation the reader follows
    LIKED = "liked"  # it is like a paper the reader liked
    INTEREST = "interest"  # it is like words the reader wrote
    DISLIKED = "disliked"  # it is like a paper the reader did not want
    BACKGROUND = "background"  # what it shares with every paper
    NEWEST = "newest"  # nothing but categories is known of the reader


class Reason(NamedTuple):  # and no dataclass, which takes six times as long to make: an edition has a hundred
    """One term of a score."""

    kind: ReasonKind
    label: str  # a title, a name, the reader's words
    contribution: float  # unbounded; a paper's contributions sum to its score
    terms: tuple[tuple[str, float], ...] = ()  # the words that carried it, strongest first


class Slot(StrEnum):
    """Why a paper is in an edition."""

    CHOSEN = "chosen"  # good enough, and among the best
    MUST_READ = "must-read"  # a followed author or organisation, or an included term
    EXPLORATION = "exploration"  # unlike the others, to find out
    EVERYTHING = "everything"  # its interest wants every paper of its categories
    RECLAIMED = "reclaimed"  # had been left out; the reader asked for it
    CARRIED = "carried"  # from an edition whose mail could not be sent in time
    NEWEST = "newest"  # nothing but categories is known of the reader
    COMMON = "common"  # chosen for all of a group


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One paper in an edition, and why it is there."""

    paper: Paper
    score: float  # raw, unbounded: the sum of its reasons
    reasons: tuple[Reason, ...]  # strongest first
    announced: date  # the day of the listing it came in
    late: bool = False  # it was named only after that listing had been taken for whole
    probability: float | None = None  # 0 to 1, that the reader wants it; None where nothing is known of the reader
    interest: str = ""  # the name of the one it was chosen for
    slot: Slot = Slot.CHOSEN
    code: str = ""  # where its code is, as was known when it was chosen; "" where nothing was
    group: str = ""  # the name of the group whose interest it was chosen for; "" for the reader's own
    sent_to: int = 0  # members of a group who got it and show that: others, or all in a common list; 0: nothing is told


_SETTERS: list[Callable[[Recommendation, Any], None]] = [
    getattr(Recommendation, field.name).__set__ for field in fields(Recommendation)
]


def recommended(
    count: int,
    *,
    papers: Iterable[Paper],
    scores: Iterable[float],
    reasons: Iterable[tuple[Reason, ...]],
    announced: Iterable[date],
    late: Iterable[bool] = repeat(False),
    probabilities: Iterable[float | None] = repeat(None),
    interests: Iterable[str] = repeat(""),
    slots: Iterable[Slot] = repeat(Slot.CHOSEN),
    codes: Iterable[str] = repeat(""),
    groups: Iterable[str] = repeat(""),
    sent_to: Iterable[int] = repeat(0),
) -> tuple[Recommendation, ...]:
    """So many recommendations from the columns of their fields, none of them shorter than that.

    One field of all of them is set after the other, which takes a third of the time of as many calls: an edition is
    made once, and read by every mail and feed.
    """
    made = list(map(object.__new__, repeat(Recommendation, count)))
    columns: tuple[Iterable[Any], ...] = (
        papers,
        scores,
        reasons,
        announced,
        late,
        probabilities,
        interests,
        slots,
        codes,
        groups,
        sent_to,
    )
    for set_field, column in zip(_SETTERS, columns, strict=True):
        deque(map(set_field, made, column), maxlen=0)
    return tuple(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that happened to a paper the reader liked."""

    paper: Paper
    kind: AnnouncementKind  # replacement, withdrawn or published
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Trending:
    """A paper that many others look at, whoever the reader is."""

    paper: Paper
    upvotes: int
    source: str  # "huggingface"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the ledger says of one stream, for one edition."""

    stream: str
    seen: int  # papers held
    expected: int  # papers that the sources named
    chosen: int  # of them, in this edition
    state: BatchState  # complete, or that of the oldest batch that is open
    since: date | None = None  # the day of that batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """What was chosen for one subscriber and day, before it is kept."""

    subscriber_id: int
    kind: EditionKind
    slot_date: date  # local to the subscriber
    recommendations: tuple[Recommendation, ...]  # best first
    considered: tuple[tuple[str, int], ...]  # papers read, by category; a paper counts in each of its categories
    papers_read: int  # the same papers, each counted once
    read_through: int  # the newest announcement considered
    next_due_at: datetime  # UTC
    coverage: tuple[Coverage, ...] = ()
    notices: tuple[Notice, ...] = ()
    also_new: tuple[Paper, ...] = ()  # the next best, below the fold
    trending: tuple[Trending, ...] = ()  # most upvotes first; none that the edition has


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A kept slate; its choice and order never change."""

    id: int
    subscriber_id: int
    kind: EditionKind
    slot_date: date
    recommendations: tuple[Recommendation, ...]
    considered: tuple[tuple[str, int], ...]
    papers_read: int
    created_at: datetime
    coverage: tuple[Coverage, ...] = ()
    notices: tuple[Notice, ...] = ()
    also_new: tuple[Paper, ...] = ()
    trending: tuple[Trending, ...] = ()
