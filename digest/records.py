"""A paper as readers look it up: the paper itself, when it was announced, and what is known of it besides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from digest.namesakes import Person
from digest.papers import Paper
from digest.signals import Signal, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One paper with its signals."""

    paper: Paper
    announced: date | None = None  # the first day on which a listing named it as new; None where none did
    signals: tuple[Signal, ...] = ()  # the last of each name and source

    def said(self, name: str, *, source: str = "") -> Signal | None:
        """The signal of a name, from one source or else the newest of any."""
        found = [each for each in self.signals if each.name == name and source in ("", each.source)]
        return max(found, key=lambda each: each.observed_at, default=None)

    def value(self, name: str, *, source: str = "") -> Value | None:
        """What that signal says."""
        found = self.said(name, source=source)
        return None if found is None else found.value

    def count(self, name: str, *, source: str = "") -> int | None:
        """What it says, where it is a number that counts something."""
        value = self.value(name, source=source)
        return int(value) if isinstance(value, int | float) and value >= 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """An author, as far as a list names one."""

    name: str  # as printed
    number: int = 0  # of the person, by which their page is found; 0 where there is no page
    papers: int = 0  # how many there are of them, or together with somebody
    category: str = ""  # in which most of them stand
    newest: str = ""  # the title of the one kept last


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDetails:
    """One paper with all that its page tells."""

    record: Record
    writers: tuple[Writer, ...]  # its authors in order
    former: Mapping[int, tuple[str, str]]  # title and abstract by the number of the version that read so, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That an author confirmed to the operator which page is about them."""

    since: datetime  # UTC
    page: str  # the https address of their own page; "" where they gave none


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorDetails:
    """One person with all that a page of them tells."""

    number: int
    name: str  # as first printed
    person: Person
    claim: Claim | None  # None where nobody confirmed the page
    signals: tuple[Signal, ...]  # what is told of any of their keys: the last of each name and source
    papers: tuple[Record, ...]  # of the page asked for, newest first
    kept: int  # papers of theirs that are here
    years: Mapping[int, int]  # how many were submitted in each year of which there are any, oldest first
    novelty: float | None  # the median of what was measured here, 0 to 100
    score: float | None
    measured: Mapping[str, int]  # of how many papers each of the two is the median
    beside: tuple[Writer, ...]  # who writes with them, most papers together first
    beside_in_all: int
    namesakes: tuple[Writer, ...]  # others who may bear the name, most papers first
    changed_at: datetime | None  # when the newest change of a paper was seen, UTC
