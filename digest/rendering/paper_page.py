"""The page of one paper: all that is told of it comes in, what its template shows goes out.

`Markup` is what the template writes as it is; everything else it escapes. Texts are clean and on one line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from markupsafe import Markup

from digest import signals
from digest.authors import folded
from digest.identity import doi_of, scheme_of
from digest.papers import Paper, Version
from digest.records import PaperDetails, Record, Writer
from digest.rendering import told
from digest.rendering.author_links import author_href
from digest.rendering.changes import Piece, changes
from digest.rendering.latex import readable
from digest.rendering.mathml import mathml
from digest.rendering.plain import clean, one_line, shortened, web_address
from digest.rendering.public import PublicPaper, dated, paper_href, public_paper
from digest.rendering.told import Fact
from digest.rendering.view import paper_view, shown_title
from digest.rendering.words import ENGLISH, Words
from digest.signals import Signal

SHOWN_WRITERS = 30  # beyond them the first are named, and all of them in a part that can be opened
_FIRST_WRITERS = 3
_ORGANISATIONS = 8
_NAME_CHARACTERS = 120  # of an author, an organisation or a category
_NOTE_CHARACTERS = 500  # of a comment or a reference
_PARTS = 8  # of a score; there are six
_UNTOLD = frozenset({signals.SUMMARY, signals.SCORE_PARTS})
_OUR_SCORE = (signals.SCORE, signals.OURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A name, and where it leads."""

    name: str
    href: str  # below the root; "" where it leads nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version."""

    name: str  # "v2"
    date: str  # "" where no source has told
    changed: str  # "title, abstract", "first", "withdrawn"; "" where it is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a version changed in the abstract, or in the title."""

    heading: str  # "From v1 to v2: abstract"
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePart:
    """One term of a score."""

    name: str  # "Citations"
    place: int  # 0 to 100: its percentile, or 100 for what is there and 50 for the beginning of all
    points: str  # what it brings to the score: "48.8"
    most: str  # what it might bring: "50"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score as it was measured here."""

    value: str  # of 100, to a tenth: the sum of its parts where they are known
    age: str
    parts: tuple[ScorePart, ...]  # none where only the score is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A paper that is like the one shown."""

    paper: PublicPaper
    shared: str  # words of both, what weighs most first
    cosine: str  # "0.31"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """One paper as its page shows it; "" and () stand for what is not known."""

    href: str  # its page, below the root
    name: str  # "arXiv:2601.10962", "doi:10.1101/2024.01.02.573915"; "" where it has neither
    categories: str
    date: str  # announced, or else submitted, with its year
    title: str
    is_withdrawn: bool
    writers: tuple[Linked, ...]  # those that are named at once
    others: str  # "et al. (3,012)"
    all_writers: tuple[Linked, ...]  # all of them, where not all are named at once
    organisations: tuple[str, ...]
    more_organisations: int
    pdf_url: str
    url: str  # where it is read about
    place: str  # what is behind it: "arXiv"
    code: tuple[str, ...]
    project: tuple[str, ...]
    abstract: tuple[Markup, ...]  # its paragraphs
    no_abstract: str
    summary: str  # a sentence of a source
    summary_place: str
    comment: str
    journal_ref: str
    doi: str
    versions: tuple[VersionRow, ...]  # newest first
    differences: tuple[Difference, ...]  # newest first
    facts: tuple[Fact, ...]
    score: Score | None


def paper_page(details: PaperDetails, words: Words = ENGLISH, *, now: datetime, today: date) -> PaperPage:
    """Word all that is told of a paper; `today` is the reader's date."""
    record = details.record
    paper, view, when = record.paper, paper_view(record.paper, words), dated(record)
    writers = tuple(_linked(each) for each in _bodies_first(details.writers))
    is_short = len(writers) <= SHOWN_WRITERS
    organisations = _organisations(record)
    summary = record.said(signals.SUMMARY)
    return PaperPage(
        href=paper_href(paper.id),
        name=_name(paper),
        categories=", ".join(shortened(one_line(category), _NAME_CHARACTERS) for category in paper.categories),
        date=words.dated(when, today=date.min) if when else "",
        title=shown_title(paper),
        is_withdrawn=paper.withdrawn,
        writers=writers if is_short else writers[:_FIRST_WRITERS],
        others="" if is_short else words.gettext("et al. ({count})").format(count=words.figures(len(writers))),
        all_writers=() if is_short else writers,
        organisations=organisations[:_ORGANISATIONS],
        more_organisations=max(0, len(organisations) - _ORGANISATIONS),
        pdf_url=view.pdf_url,
        url=view.url,
        place=view.place,
        code=_addresses(record, signals.CODE),
        project=_addresses(record, signals.PROJECT),
        abstract=tuple(_paragraphs(paper.abstract)),
        no_abstract=view.no_abstract,
        summary=told.valued(summary.value, words) if summary else "",
        summary_place=told.place(summary.source, words) if summary else "",
        comment=shortened(one_line(readable(paper.comment)), _NOTE_CHARACTERS),
        journal_ref=shortened(one_line(readable(paper.journal_ref)), _NOTE_CHARACTERS),
        doi=one_line(paper.doi) or doi_of(paper.id),
        versions=_versions(paper, details.former, words, today),
        differences=tuple(_differences(paper, details.former, words)),
        facts=told.facts(_shown(record.signals), words, now=now),
        score=_score(record, words, now),
    )


def similar_paper(record: Record, cosine: float, shared: Sequence[str], words: Words, *, today: date) -> Similar:
    """Word a paper that is like another one: `cosine` from 0 to 1, and the words of both."""
    terms = ", ".join(shortened(one_line(word), _NAME_CHARACTERS) for word in shared)
    return Similar(
        paper=public_paper(record, words, today=today), shared=terms, cosine=told.pointed(f"{cosine:.2f}", words)
    )


# ------------------------------------------------------------ who


def _bodies_first(writers: Sequence[Writer]) -> list[Writer]:
    """The authors in order; of a list too long to be shown, a collaboration comes first."""
    if len(writers) <= SHOWN_WRITERS:
        return list(writers)
    return sorted(writers, key=lambda each: bool(folded(each.name)))


def _linked(writer: Writer) -> Linked:
    name = shortened(one_line(readable(writer.name)), _NAME_CHARACTERS)
    return Linked(name=name, href=author_href(writer) if folded(writer.name) else "")


def _organisations(record: Record) -> tuple[str, ...]:
    """Where its authors work, as the paper's own bylines and then other sources have it."""
    places = [name for byline in record.paper.bylines for name in byline.affiliations]
    for name in (signals.ORGANISATION, signals.INSTITUTIONS):
        value = record.value(name)
        places += value if isinstance(value, tuple) else [value] if isinstance(value, str) else []
    found = (shortened(one_line(readable(name)), _NAME_CHARACTERS) for name in places)
    return tuple(dict.fromkeys(filter(None, found)))


def _name(paper: Paper) -> str:
    match scheme_of(paper.id):
        case "arxiv":
            return f"arXiv:{paper.arxiv_id}"
        case "doi":
            return paper.id
    return ""


def _addresses(record: Record, name: str) -> tuple[str, ...]:
    """Every address that any source told, each once."""
    found = (address for said in record.signals if said.name == name for address in told.addresses(said.value))
    return tuple(dict.fromkeys(map(web_address, found)))


def _shown(said: Sequence[Signal]) -> list[Signal]:
    """What stands among the signals: not what has a place of its own on the page."""
    return [each for each in said if each.name not in _UNTOLD and (each.name, each.source) != _OUR_SCORE]


# ------------------------------------------------------------ texts


def _paragraphs(abstract: str) -> Iterator[Markup]:
    for part in clean(abstract).split("\n\n"):
        if written := mathml(" ".join(part.split())):
            yield Markup(written)  # noqa: S704 - escaped there


def _texts(paper: Paper, former: Mapping[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Title and abstract of each version of which they are kept, oldest first, as they are read."""
    known = {**former, paper.newest_version: (paper.title, paper.abstract)}
    return {number: (_read(known[number][0]), _read(known[number][1])) for number in sorted(known)}


def _read(text: str) -> str:
    return one_line(readable(text))


def _versions(paper: Paper, former: Mapping[int, tuple[str, str]], words: Words, today: date) -> tuple[VersionRow, ...]:
    changed = _changed(_texts(paper, former), words) if former else {}
    return tuple(_version(version, changed, words, today) for version in reversed(paper.versions))


def _version(version: Version, changed: Mapping[int, str], words: Words, today: date) -> VersionRow:
    when = version.submitted_at
    noted = words.gettext("first") if version.number == 1 else changed.get(version.number, "")
    return VersionRow(
        name=f"v{version.number}",
        date=words.dated(when.date(), today=today) if when else "",
        changed=words.pgettext("version", "withdrawn") if version.withdrawn else noted,
    )


def _changed(texts: Mapping[int, tuple[str, str]], words: Words) -> dict[int, str]:
    """By version, what is not as it was in the one before of which the text is kept."""
    labels = (words.gettext("title"), words.gettext("abstract"))
    found = {}
    for before, after in pairwise(texts):
        parts = zip(labels, texts[before], texts[after], strict=True)
        found[after] = ", ".join(label for label, old, new in parts if old.split() != new.split())
    return found


def _differences(paper: Paper, former: Mapping[int, tuple[str, str]], words: Words) -> Iterator[Difference]:
    texts = _texts(paper, former) if former else {}
    for before, after in reversed(list(pairwise(texts))):
        headings = (words.gettext("From v{old} to v{new}: title"), words.gettext("From v{old} to v{new}: abstract"))
        for heading, old, new in zip(headings, texts[before], texts[after], strict=True):
            if pieces := changes(old, new):
                yield Difference(heading=heading.format(old=before, new=after), pieces=pieces)


# ------------------------------------------------------------ score


def _score(record: Record, words: Words, now: datetime) -> Score | None:
    said = record.said(signals.SCORE, source=signals.OURS)
    if said is None or not isinstance(said.value, int | float):
        return None
    kept = record.value(signals.SCORE_PARTS, source=signals.OURS)
    parts = [found for line in (kept if isinstance(kept, tuple) else ()) for found in _part(line)][:_PARTS]
    whole = sum(weight for _, _, weight in parts)
    total = sum(value * weight for _, value, weight in parts) / whole if whole else float(said.value)
    return Score(
        value=told.pointed(f"{total:.1f}" if whole else f"{total:.0f}", words),
        age=told.age(now - said.observed_at, words),
        parts=tuple(
            ScorePart(
                name=_part_name(name, words),
                place=round(value),
                points=told.pointed(f"{value * weight / whole:.1f}", words),
                most=f"{100 * weight / whole:.0f}",
            )
            for name, value, weight in parts
        ),
    )


def _part(line: str) -> Iterator[tuple[str, float, float]]:
    """Name, value and weight of a part as merits keeps it, `novelty 97.5 1`; nothing for what is none."""
    name, _, figures = line.partition(" ")
    try:
        value, weight = map(float, figures.split())
    except ValueError:
        return
    if 0 <= value <= 100 and 0 < weight <= 100:
        yield name, value, weight


def _part_name(name: str, words: Words) -> str:
    names = {
        "citations": words.gettext("Citations"),
        "upvotes": words.gettext("Upvotes"),
        "code": words.gettext("Code"),
        "venue": words.gettext("Published"),
        "novelty": words.gettext("Novelty"),
        "prior": words.gettext("Common start"),
    }
    return names.get(name, shortened(one_line(name), _NAME_CHARACTERS))
