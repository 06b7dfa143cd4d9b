"""What the JSON API answers: records come in, values with the fields of the document come out.

What a field is, where its name does not say it, is told beside its type, and in the document.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from digest.batches import Batch
from digest.browse import Alike, Found
from digest.browse.days import PAGE, DaysPage, Period
from digest.browse.people import PAGE as AUTHOR_PAGE
from digest.browse.trends import Trends
from digest.records import AuthorDetails, PaperDetails, Record, Writer
from digest.rendering.public import public_key
from digest.signals import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalAnswer:
    """What one source said of a paper or an author."""

    name: str
    value: float | str | tuple[str, ...]
    source: str
    observed_at: Annotated[datetime, "UTC"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAnswer:
    """One version of a paper."""

    number: int
    submitted_at: Annotated[datetime | None, "UTC; null where no source told"]
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAnswer:
    """One paper as its newest version reads, TeX as the author wrote it."""

    id: Annotated[str, "An arXiv id such as 2601.10962, or another key such as doi:10.1000/1"]
    title: str
    abstract: str
    authors: Annotated[tuple[str, ...], "As printed, in order"]
    categories: Annotated[tuple[str, ...], "The primary one first"]
    announced: Annotated[date | None, "When a listing first named it as new; null where none did"]
    versions: Annotated[tuple[VersionAnswer, ...], "Oldest first"]
    withdrawn: bool
    comment: str
    doi: str
    journal_ref: str
    url: Annotated[str, "Where it is read about; empty where that is not known"]
    pdf_url: str
    signals: Annotated[tuple[SignalAnswer, ...], "The last of each name and source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterAnswer:
    """An author of a paper, or one of several who may bear a name."""

    name: Annotated[str, "As printed"]
    number: Annotated[int, "Of the person, for /authors/{number}; 0 where they are not told apart yet"]
    papers: Annotated[int, "How many are kept here, where that is what was asked"]
    category: Annotated[str, "In which most of them stand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerAnswer:
    """How an older version read."""

    version: int
    title: str
    abstract: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPageAnswer:
    """One paper with all that is told of it."""

    paper: PaperAnswer
    writers: Annotated[tuple[WriterAnswer, ...], "Its authors in order"]
    former: Annotated[tuple[FormerAnswer, ...], "Oldest first"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeAnswer:
    """A paper near to another one."""

    paper: PaperAnswer
    cosine: Annotated[float, "Of their words, above 0, at most 1"]
    shared: Annotated[tuple[str, ...], "Words of both, what weighs most first"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarAnswer:
    """The papers nearest to one, the nearest first."""

    papers: tuple[AlikeAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryAnswer:
    """A category, and how many papers stand in it."""

    name: str
    papers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysAnswer:
    """One page of what was announced in a day, a week or a month."""

    name: Annotated[str, "2026-01-22, 2026-W04 or 2026-01"]
    first: date
    last: date
    count: Annotated[int, "Papers on all pages"]
    page: int
    pages: int
    papers: tuple[PaperAnswer, ...]
    categories: Annotated[tuple[CategoryAnswer, ...], "Of all papers of these days, most first"]
    previous: Annotated[str | None, "The name of the nearest one before with papers"]
    following: Annotated[str | None, "The name of the nearest one after with papers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAnswer:
    """That an author confirmed to whoever runs this which page is about them."""

    since: Annotated[datetime, "UTC"]
    page: Annotated[str, "The https address of their own page; empty where they gave none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorAnswer:
    """One person with one page of their papers."""

    number: int
    name: str
    keys: Annotated[tuple[str, ...], "By which other places know them, such as orcid:0000-0002-1825-0097"]
    claim: Annotated[ClaimAnswer | None, "That they confirmed their page; null where they did not"]
    categories: tuple[CategoryAnswer, ...]
    novelty: Annotated[float | None, "The median of what was measured here, 0 to 100"]
    score: Annotated[float | None, "Likewise"]
    signals: tuple[SignalAnswer, ...]
    count: Annotated[int, "Papers on all pages"]
    page: int
    pages: int
    papers: Annotated[tuple[PaperAnswer, ...], "Newest first"]
    beside: Annotated[tuple[WriterAnswer, ...], "Who writes with them, most papers together first"]
    namesakes: tuple[WriterAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorsAnswer:
    """Who may bear a name, most papers first."""

    authors: tuple[WriterAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """One page of what a search found."""

    count: Annotated[int, "Papers on all pages"]
    page: int
    pages: int
    papers: Annotated[tuple[PaperAnswer, ...], "The best first, or the newest where that was asked or nothing typed"]
    corrected: Annotated[str, "The query that was answered, where words seemed mistyped; else empty"]
    direct: Annotated[str | None, "The id of the one paper that the query names"]
    by_meaning: Annotated[bool, "These are the nearest, and need not have the words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingAnswer:
    """A term on the rise."""

    term: str
    z: Annotated[float, "Standard deviations by which its log-odds rose"]
    this_week: Annotated[int, "Papers that hold it"]
    before: Annotated[int, "Papers of the weeks before that held it"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingAnswer:
    """One listing, such as cs.LG."""

    name: str
    papers: Annotated[tuple[int, ...], "By day, as `days` has them"]
    rising: Annotated[tuple[RisingAnswer, ...], "Best first"]
    week: Annotated[int, "Papers of the week"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendsAnswer:
    """What is on the rise at the newest listing."""

    first: Annotated[date, "Of the week"]
    last: date
    days: Annotated[tuple[date, ...], "Oldest first"]
    listings: Annotated[tuple[ListingAnswer, ...], "Those with most papers of the week first"]
    authors: Annotated[tuple[WriterAnswer, ...], "Who had most papers in these days"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAnswer:
    """What one source announced of one stream and day, and whether it all arrived."""

    source: str
    stream: str
    day: date
    state: str
    expected: int
    arrived: int
    late: int
    missing: tuple[str, ...]
    why: str
    closed_at: Annotated[datetime | None, "When it was first complete, UTC"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchesAnswer:
    """The ledger, newest day first."""

    batches: tuple[BatchAnswer, ...]


# ------------------------------------------------------------ made


def paper_of(record: Record) -> PaperAnswer:
    paper = record.paper
    return PaperAnswer(
        id=public_key(paper.id),
        title=paper.title,
        abstract=paper.abstract,
        authors=paper.authors,
        categories=paper.categories,
        announced=record.announced,
        versions=tuple(
            VersionAnswer(number=each.number, submitted_at=each.submitted_at, withdrawn=each.withdrawn)
            for each in paper.versions
        ),
        withdrawn=paper.withdrawn,
        comment=paper.comment,
        doi=paper.doi,
        journal_ref=paper.journal_ref,
        url=paper.abstract_url,
        pdf_url=paper.pdf_url,
        signals=_signals(record.signals),
    )


def page_of(details: PaperDetails) -> PaperPageAnswer:
    former = ((number, *text) for number, text in details.former.items())
    return PaperPageAnswer(
        paper=paper_of(details.record),
        writers=_writers(details.writers),
        former=tuple(FormerAnswer(version=n, title=title, abstract=abstract) for n, title, abstract in former),
    )


def similar_of(found: Iterable[Alike]) -> SimilarAnswer:
    return SimilarAnswer(
        papers=tuple(AlikeAnswer(paper=paper_of(each.record), cosine=each.cosine, shared=each.shared) for each in found)
    )


def days_of(found: DaysPage, page: int) -> DaysAnswer:
    return DaysAnswer(
        name=found.period.name,
        first=found.period.first,
        last=found.period.last,
        count=found.total,
        page=page,
        pages=_pages(found.total, PAGE),
        papers=_papers(found.records),
        categories=_categories(found.categories),
        previous=_name(found.previous),
        following=_name(found.following),
    )


def author_of(details: AuthorDetails, page: int) -> AuthorAnswer:
    return AuthorAnswer(
        number=details.number,
        name=details.name,
        keys=tuple(details.person.keys),
        claim=ClaimAnswer(since=details.claim.since, page=details.claim.page) if details.claim else None,
        categories=_categories(details.person.categories),
        novelty=details.novelty,
        score=details.score,
        signals=_signals(details.signals),
        count=details.kept,
        page=page,
        pages=_pages(details.kept, AUTHOR_PAGE),
        papers=_papers(details.papers),
        beside=_writers(details.beside),
        namesakes=_writers(details.namesakes),
    )


def authors_of(found: Iterable[Writer]) -> AuthorsAnswer:
    return AuthorsAnswer(authors=_writers(found))


def search_of(found: Found) -> SearchAnswer:
    return SearchAnswer(
        count=found.count,
        page=found.page,
        pages=found.pages,
        papers=_papers(found.records),
        corrected=found.corrected,
        direct=public_key(found.direct) if found.direct else None,
        by_meaning=found.by_meaning,
    )


def trends_of(found: Trends) -> TrendsAnswer:
    return TrendsAnswer(
        first=found.first,
        last=found.last,
        days=found.days,
        listings=tuple(
            ListingAnswer(
                name=each.name,
                papers=each.papers,
                rising=tuple(
                    RisingAnswer(term=risen.term, z=risen.z, this_week=risen.this_week, before=risen.before)
                    for risen in each.rising
                ),
                week=each.week,
            )
            for each in found.listings
        ),
        authors=tuple(
            WriterAnswer(name=each.name, number=each.number, papers=each.papers, category="") for each in found.authors
        ),
    )


def batches_of(found: Iterable[Batch]) -> BatchesAnswer:
    return BatchesAnswer(
        batches=tuple(
            BatchAnswer(
                source=each.source,
                stream=each.stream,
                day=each.day,
                state=each.state.value,
                expected=each.expected,
                arrived=each.arrived,
                late=each.late,
                missing=each.missing,
                why=each.why,
                closed_at=each.closed_at,
            )
            for each in found
        )
    )


def _papers(records: Iterable[Record]) -> tuple[PaperAnswer, ...]:
    return tuple(map(paper_of, records))


def _signals(signals: Iterable[Signal]) -> tuple[SignalAnswer, ...]:
    return tuple(
        SignalAnswer(name=each.name, value=each.value, source=each.source, observed_at=each.observed_at)
        for each in signals
    )


def _writers(writers: Iterable[Writer]) -> tuple[WriterAnswer, ...]:
    return tuple(
        WriterAnswer(name=each.name, number=each.number, papers=each.papers, category=each.category) for each in writers
    )


def _categories(counted: Iterable[tuple[str, int]]) -> tuple[CategoryAnswer, ...]:
    return tuple(CategoryAnswer(name=name, papers=papers) for name, papers in counted)


def _name(period: Period | None) -> str | None:
    return period.name if period else None


def _pages(count: int, size: int) -> int:
    return max(1, -(-count // size))
