"""The invented papers, and how each of them read on a given day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

_PHYSICS = frozenset(
    {
        "astro-ph",
        "cond-mat",
        "gr-qc",
        "hep-ex",
        "hep-lat",
        "hep-ph",
        "hep-th",
        "math-ph",
        "nlin",
        "nucl-ex",
        "nucl-th",
        "physics",
        "quant-ph",
    }
)
_OVERRIDABLE = ("title", "abstract", "comments")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleVersion:
    """One version of a paper, and what it says differently from the versions before it."""

    announced: date
    submitted: datetime | None  # UTC; None where the record leaves the date out
    source_type: str  # "I" marks a withdrawal
    size: str
    overrides: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePaper:
    """One record of the file; optional fields are empty where the record leaves them out."""

    id: str
    listed: date  # the day it first appears in a listing of the sample
    submitter: str
    versions: tuple[SampleVersion, ...]
    title: str
    authors: str
    categories: tuple[str, ...]
    abstract: str  # paragraphs are separated by one line end
    comments: str = ""
    msc_class: str = ""
    acm_class: str = ""
    journal_ref: str = ""
    doi: str = ""
    license: str = ""

    @property
    def datestamp(self) -> date:
        """The day its newest version was announced."""
        return self.versions[-1].announced

    @property
    def set_specs(self) -> tuple[str, ...]:
        """Its categories as OAI-PMH sets, primary first."""
        return tuple(map(set_spec, self.categories))

    def as_of(self, today: date) -> "SamplePaper | None":
        """The paper as it read on that day, or None if it was not listed yet."""
        if today < self.listed:
            return None
        versions = tuple(version for version in self.versions if version.announced <= today)
        changes: dict[str, Any] = {}
        for version in versions:
            changes |= version.overrides
        return replace(self, versions=versions, **changes)


@cache
def papers() -> tuple[SamplePaper, ...]:
    """All papers of the sample with all their versions, in the order they are first listed."""
    text = files("digest.sample").joinpath("papers.jsonl").read_text(encoding="utf-8")
    return tuple(_paper(json.loads(line)) for line in text.split("\n") if line)


def set_spec(category: str) -> str:
    """A category in arXiv's group:archive:category spelling: `cs:cs:CL`, `physics:hep-th`."""
    archive, _, subject = category.partition(".")
    group = "physics" if archive in _PHYSICS else archive
    return ":".join(filter(None, (group, archive, subject)))


def _paper(record: dict[str, Any]) -> SamplePaper:
    changed = {
        "listed": date.fromisoformat(record["listed"]),
        "versions": tuple(map(_version, record["versions"])),
        "categories": tuple(record["categories"]),
    }
    return SamplePaper(**(record | changed))


def _version(record: dict[str, Any]) -> SampleVersion:
    submitted = record["date"]
    return SampleVersion(
        announced=date.fromisoformat(record["announced"]),
        submitted=datetime.fromisoformat(submitted) if submitted else None,
        source_type=record["source_type"],
        size=record["size"],
        overrides={name: record[name] for name in _OVERRIDABLE if name in record},
    )
