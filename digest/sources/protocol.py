"""What the verbs ask of a source."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from digest.identity import PaperId
from digest.papers import Cursor, Page, Paper


class Asked(Protocol):
    """Somebody on the network who wants to be asked politely."""

    name: str
    gate: str  # sources behind the same gate share the pace between requests, and the rest that one was asked for

    @property
    def last_request_at(self) -> datetime | None:
        """When anything behind the gate was last asked, UTC, so that the next run keeps the pace too."""


class Catalogue(Asked, Protocol):
    """Somewhere a paper can be had by its id. Raises as a Source does."""

    def lookup(self, paper: PaperId, *, now: datetime) -> Paper | None:
        """One paper, or None if the source does not know it."""


class Source(Asked, Protocol):
    """Somewhere papers are announced.

    Every method may raise SourceError; SourceResting when the source asked for a pause.
    """

    @property
    def streams(self) -> Sequence[str]:
        """The listings that are harvested one after the other."""

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The next page of a stream's listing after `cursor`; None begins the very first harvest."""

    def announcement_due(self, stream: str, cursor: Cursor | None, *, now: datetime) -> bool:
        """Whether a listing must have appeared since `cursor`, so that an empty answer is a fault."""
