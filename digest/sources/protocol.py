"""What the verbs ask of a source."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from digest.batches import Announces
from digest.identity import PaperId
from digest.papers import Cursor, Page, Paper


class Asked(Protocol):
    """Somebody on the network who wants to be asked politely."""

    name: str
    gate: str  # sources behind the same gate share the pace between requests, and the rest that one was asked for


class Catalogue(Asked, Protocol):
    """Somewhere a paper can be had by its id. Raises as a Source does."""

    def lookup(self, paper: PaperId, *, now: datetime) -> Paper | None:
        """One paper, or None if the source does not know it."""


class Source(Asked, Protocol):
    """Somewhere papers are announced.

    Every method may raise SourceError; SourceResting when the source asked for a pause.
    """

    ledger: str  # the name its batches are kept under; sources that list the same announcements share it
    is_reference: bool  # whether reading it to its end completes a batch

    @property
    def streams(self) -> Sequence[str]:
        """The listings that are harvested one after the other."""

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The next page of a stream's listing after `cursor`; None begins the very first harvest."""

    def announces(self, day: date) -> Announces:
        """Whether a listing carries this date."""

    def shown_at(self, day: date) -> datetime:
        """From when on, UTC, this source shows the listing of a day whole."""
