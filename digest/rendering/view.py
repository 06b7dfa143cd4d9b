"""An edition as a reader sees it: everything chosen and worded, nothing marked up yet."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from digest.editions import Edition, Notice, ReasonKind, Recommendation
from digest.papers import Paper
from digest.rendering import words
from digest.rendering.latex import readable
from digest.rendering.plain import one_line, sentences, shortened
from digest.rendering.settings import SiteSettings
from digest.subscribers import MAIN

LEAD_CHARACTERS = 640  # of the first paper's abstract
TEXT_CHARACTERS = 340  # of the others'
_TITLE_CHARACTERS = 300  # no real title is longer
_HEADING_CHARACTERS = 60  # of an interest's name


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """One paper, worded."""

    title: str
    byline: str
    authors: tuple[str, ...]
    categories: str
    note: str  # "announced Wednesday 21 January", or nothing
    mark: str  # "must-read", or nothing
    reasons: tuple[str, ...]  # at most three
    abstract: str  # trimmed
    full_abstract: tuple[str, ...]  # paragraphs
    no_abstract: str  # what stands in its place where there is none
    url: str  # "" where it is nowhere on the web
    place: str  # what is behind it: "arXiv", "nature.com"
    pdf_url: str  # "" where none is known
    withdrawn: bool

    @property
    def why(self) -> tuple[str, ...]:
        """Its mark, where it has one, and its reasons."""
        return (self.mark, *self.reasons) if self.mark else self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """The papers of one interest."""

    heading: str
    papers: tuple[PaperView, ...]  # best first
    before: int  # papers in the sections above


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleView:
    """A paper named below the fold."""

    title: str
    url: str  # "" where it is nowhere on the web


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """What happened to a paper the reader liked, worded."""

    title: str
    text: str  # "has a new version, v3"
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionView:
    """One edition, worded."""

    site: SiteSettings
    subject: str
    preheader: str
    date: str
    iso_date: str
    standfirst: str
    sections: tuple[SectionView, ...]  # one for each interest; that of the first paper first
    whole: int  # so many papers have their abstract in the HTML, the others only a title, a byline and a reason
    also_new: tuple[TitleView, ...]
    notices: tuple[NoticeView, ...]
    ledger: str
    why_you: str

    @property
    def papers(self) -> tuple[PaperView, ...]:
        """All of them, as they follow each other on the page."""
        return tuple(paper for section in self.sections for paper in section.papers)

    @property
    def whole_sections(self) -> tuple[SectionView, ...]:
        """The sections with those papers that have their abstract in the HTML."""
        cut = (replace(s, papers=s.papers[: max(self.whole - s.before, 0)]) for s in self.sections)
        return tuple(section for section in cut if section.papers)

    @property
    def by_title(self) -> tuple[PaperView, ...]:
        """The papers that have only a title, a byline and a reason in the HTML."""
        return self.papers[self.whole :]


def edition_view(
    edition: Edition,
    site: SiteSettings,
    *,
    lead: int = LEAD_CHARACTERS,
    text: int = TEXT_CHARACTERS,
    whole: int | None = None,
) -> EditionView:
    """Word an edition; `lead` and `text` are the most characters of the first and the other abstracts."""
    sections = tuple(_sections(edition, lead=lead, text=text))
    papers = [paper for section in sections for paper in section.papers]
    return EditionView(
        site=site,
        subject=_subject(papers, edition),
        preheader=_preheader(papers, edition),
        date=words.day(edition.slot_date),
        iso_date=edition.slot_date.isoformat(),
        standfirst=_standfirst(edition),
        sections=sections,
        whole=len(papers) if whole is None else whole,
        also_new=tuple(map(_title, edition.also_new)),
        notices=tuple(map(_notice, edition.notices)),
        ledger=_ledger(edition),
        why_you=f"You get this because the operator of {one_line(site.name)} put you on its list. No tracking: "
        "we cannot see whether you opened this.",
    )


def _sections(edition: Edition, *, lead: int, text: int) -> Iterator[SectionView]:
    """The papers by interest, in the order in which the interests come up."""
    by_heading: dict[str, list[Recommendation]] = {}
    for item in edition.recommendations:
        by_heading.setdefault(_heading(item, edition), []).append(item)
    read = [category for category, _ in edition.considered]
    before = 0
    for heading, items in by_heading.items():
        limits = [lead if before + place == 0 else text for place in range(len(items))]
        papers = tuple(
            paper_view(item, edition.slot_date, limit=limit, read=read)
            for item, limit in zip(items, limits, strict=True)
        )
        yield SectionView(heading=heading, papers=papers, before=before)
        before += len(papers)


def paper_view(item: Recommendation, slot_date: date, *, limit: int, read: Iterable[str] = ()) -> PaperView:
    """Word one paper, its abstract cut at a sentence end before `limit` characters.

    `read` are the categories that the edition was chosen from.
    """
    paper = item.paper
    abstract = readable(paper.abstract)
    authors = tuple(filter(None, map(one_line, paper.authors)))
    return PaperView(
        title=shortened(title_of(paper), _TITLE_CHARACTERS),
        byline=words.byline(authors),
        authors=authors,
        categories=", ".join(one_line(category) for category in paper.categories[:2]),
        note=_note(item, slot_date),
        mark=words.mark(item, read),
        reasons=words.why(item),
        abstract=sentences(abstract, limit),
        full_abstract=tuple(filter(None, (one_line(part) for part in abstract.split("\n\n")))),
        no_abstract="No abstract in the listing." + (f" Read it on {place}." if (place := _place(paper)) else ""),
        url=paper.abstract_url,
        place=place,
        pdf_url=paper.pdf_url,
        withdrawn=paper.withdrawn,
    )


def title_of(paper: Paper) -> str:
    """The title on one clean line; never nothing."""
    return one_line(readable(paper.title)) or one_line(paper.id.partition(":")[2])


def _note(item: Recommendation, slot_date: date) -> str:
    when = words.day(item.announced, today=slot_date)
    if item.late:
        return f"late: it belongs to the listing of {when}"
    return "" if item.announced >= slot_date else f"announced {when}"


def _place(paper: Paper) -> str:
    host = (urlsplit(paper.abstract_url).hostname or "").removeprefix("www.")
    return "arXiv" if host == "arxiv.org" else one_line(host)


def _notice(notice: Notice) -> NoticeView:
    return NoticeView(
        title=shortened(title_of(notice.paper), _TITLE_CHARACTERS),
        text=words.happened(notice),
        url=notice.paper.abstract_url,
    )


def _title(paper: Paper) -> TitleView:
    return TitleView(title=shortened(title_of(paper), _TITLE_CHARACTERS), url=paper.abstract_url)


def _subject(papers: Sequence[PaperView], edition: Edition) -> str:
    day = edition.slot_date
    if not papers:
        return f"News of papers you liked, {day:%A}" if edition.notices else f"Nothing for {day:%A}"
    others = f", and {len(papers) - 1} more" if len(papers) > 1 else ""
    return f"{words.short_title(papers[0].title)}{others} for {day:%A}"


def _preheader(papers: Sequence[PaperView], edition: Edition) -> str:
    if not papers:
        titles = [words.short_title(title_of(notice.paper)) for notice in edition.notices[:3]]
        return f"{words.listed(titles)}." if titles else "Nothing for you today."
    named = [words.short_title(paper.title) for paper in papers[:3]]
    more = len(papers) - len(named)
    return ", ".join(named) + f" and {words.number(more)} more." if more else f"{words.listed(named)}."


def _standfirst(edition: Edition) -> str:
    chosen, read = len(edition.recommendations), edition.papers_read
    if not chosen:
        return f"None of the {words.counted(read, 'paper')} read is for you."
    are = "is" if chosen == 1 else "are"
    earlier = sum(item.announced < edition.slot_date for item in edition.recommendations)
    text = f"{words.number(chosen).capitalize()} of the {words.counted(read, 'paper')} read {are} for you."
    if earlier and earlier < chosen:
        text += f" {words.number(earlier).capitalize()} came on an earlier day."
    return text


def _heading(item: Recommendation, edition: Edition) -> str:
    """The name that the reader gave the interest of a paper; for what has none, what the edition is."""
    name = shortened(one_line(item.interest), _HEADING_CHARACTERS)
    if name and name != MAIN:
        return name
    kinds = {reason.kind for each in edition.recommendations for reason in each.reasons}
    return "Newest" if kinds == {ReasonKind.NEWEST} else "For you"


def _ledger(edition: Edition) -> str:
    if edition.coverage:
        return words.coverage(edition.coverage, today=edition.slot_date)
    chosen, read = len(edition.recommendations), edition.papers_read
    where = words.listed([f"{one_line(category)} ({count:,})" for category, count in edition.considered])
    return f"{words.counted(read, 'paper')} read{where and ' in ' + where}. {chosen} sent, {read - chosen:,} left out."
