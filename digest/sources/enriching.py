"""What sources of signals have in common: what is asked of them, and the reading of what they answer.

Papers go in, a request at a time; what is known of them elsewhere comes out as signals, bylines and other names. Such
a source is optional: the product works without any.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from digest import identity
from digest.authors import AuthorKey, Byline
from digest.identity import PaperId
from digest.papers import Paper
from digest.signals import Signal, Value
from digest.sources.jats import clean
from digest.sources.protocol import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrichment:
    """What one request brought."""

    signals: tuple[Signal, ...] = ()
    bylines: Mapping[PaperId, tuple[Byline, ...]] = field(default_factory=dict)  # all authors in order; else no entry
    also: Mapping[PaperId, tuple[PaperId, ...]] = field(default_factory=dict)  # names of the same work, not yet known
    unknown: frozenset[PaperId] = frozenset()  # papers asked about of which nothing certain is known there


class Enricher(Asked, Protocol):
    """Somebody who knows more of papers than their text."""

    batch_size: int  # papers a request

    def signals(self, papers: Sequence[Paper], *, now: datetime) -> Enrichment:
        """What is known of at most `batch_size` papers, by at most one request.

        May raise SourceError; SourceResting when a pause was asked for.
        """


@runtime_checkable
class AuthorEnricher(Protocol):
    """An enricher who tells of authors when asked about them."""

    def author_signals(self, keys: Sequence[AuthorKey], *, now: datetime) -> tuple[Signal, ...]:
        """What is known of at most `batch_size` authors, by at most one request; keys of others are passed over."""


# ------------------------------------------------------------ papers


def names_of(paper: Paper) -> tuple[PaperId, ...]:
    """The names of a work by which others can know it: arXiv ids and DOIs, its own first."""
    names = (paper.id, *paper.also, identity.doi_id(paper.doi))
    return tuple(dict.fromkeys(name for name in names if name and identity.scheme_of(name) in {"arxiv", "doi"}))


def value_of(name: PaperId) -> str:
    """The bare arXiv id or DOI."""
    return name.partition(":")[2]


# ------------------------------------------------------------ values from outside

_MOST = 10**12  # no count of papers, citations or people is larger
_ORCID = re.compile(r"(?:https?://)?(?:www\.)?(?:orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", re.I | re.ASCII)


def mapping(value: object) -> Mapping[str, object]:
    """An object of JSON; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> Sequence[object]:
    """A list of JSON; an empty one for anything else."""
    return value if isinstance(value, list) else ()


def text(value: object) -> str:
    """A text on one line, without controls and bidi marks; "" for anything else."""
    return clean(value) if isinstance(value, str) else ""


def texts(values: Iterable[object]) -> tuple[str, ...]:
    """The texts among the values, each once."""
    return tuple(dict.fromkeys(filter(None, map(text, values))))


def count(value: object) -> int | None:
    """A whole number from 0 on, also one that is written as a text; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,15}\s*", value, re.ASCII):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
        return None
    return int(value) if value == int(value) else None


def orcid_key(value: object) -> AuthorKey | None:
    """The key of an author by an ORCID, bare or as an address."""
    found = _ORCID.fullmatch(text(value))
    return AuthorKey(f"orcid:{found[1].upper()}") if found else None


def told(source: str, subject: str, values: Mapping[str, Value | None], *, now: datetime) -> tuple[Signal, ...]:
    """A signal for each value that says something."""
    return tuple(
        Signal(subject=subject, name=name, value=value, source=source, observed_at=now)
        for name, value in values.items()
        if value is not None and value not in ("", ())
    )
