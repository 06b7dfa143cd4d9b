"""Editions and papers as pages show them: numbered as the links below them are, abstracts with MathML.

An edition comes in; out comes what a template needs. What mails say of an edition is said here in the same words.
`Markup` is what a template writes as it is; everything else it escapes.
"""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from digest.editions import Edition, Notice, Recommendation
from digest.papers import Paper
from digest.rendering.headlines import Headlines
from digest.rendering.latex import readable
from digest.rendering.mathml import mathml
from digest.rendering.plain import one_line, sentences, shortened, web_address
from digest.rendering.view import (
    LEAD_CHARACTERS,
    TEXT_CHARACTERS,
    PaperView,
    SectionView,
    paper_view,
    sections,
    shown,
    shown_title,
    title_of,
)
from digest.rendering.words import ENGLISH, Words
from digest.subscribers import MAIN

_NAME_CHARACTERS = 60  # of an interest or an organisation
_DELIMITERS = (("\\(", "\\)"), ("\\[", "\\]"), ("{", "}"))  # of formulas in TeX, besides $


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePaper:
    """One paper on the page of its edition."""

    number: int  # from 1, in the order of the edition: what its links are named by
    is_lead: bool  # it stands first
    view: PaperView
    facts: tuple[str, ...]  # categories, and when it was announced if not today
    likely: str  # "91 %", or nothing
    why: tuple[str, ...]  # its mark, where it has one, and at most three reasons
    organisation: str  # "ETH Zurich and 2 more", or nothing
    abstract: "Abstract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstract:
    """An abstract in two parts; all of it is shown where the rest is empty."""

    shown: Markup  # "" where there is none
    rest: Markup
    is_whole: bool = False  # the rest is the whole abstract again, because what is shown ends within a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSection:
    """The papers of one interest, or of one kind."""

    heading: str
    aside: str  # how many they are
    papers: tuple[PagePaper, ...]  # best first


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPaper:
    """A paper as a line of a list."""

    key: str  # its canonical key
    title: str
    url: str  # http or https; "" where it is nowhere on the web
    byline: str
    facts: str = ""  # "87 upvotes on Hugging Face", "Withdrawn · by its authors", or nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class PageList:
    """Papers that an edition only names."""

    anchor: str
    heading: str
    aside: str  # how many they are
    papers: tuple[ListedPaper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionPage:
    """One edition as a page."""

    date: str
    standfirst: str
    sections: tuple[PageSection, ...]  # that of the first paper first
    lists: tuple[PageList, ...]  # trending, news, also new: those that there are
    ledger: str


def edition_page(edition: Edition, words: Words = ENGLISH) -> EditionPage:
    """Word an edition for its page."""
    parts = sections(edition, words)
    in_order = shown(parts)
    first = in_order[0] if in_order else None
    said = Headlines(words, edition, first=first, titles=[title_of(item.paper) for item in in_order])
    return EditionPage(
        date=said.date(),
        standfirst=said.standfirst(),
        sections=tuple(_section(part, edition, words, first) for part in parts),
        lists=_lists(edition, words),
        ledger=said.ledger(),
    )


def listed(paper: Paper, facts: str = "", words: Words = ENGLISH) -> ListedPaper:
    """Word a paper for a list."""
    return ListedPaper(
        key=paper.id,
        title=shown_title(paper),
        url=web_address(paper.abstract_url),
        byline=words.byline(tuple(filter(None, map(one_line, paper.authors)))),
        facts=facts,
    )


def interest_label(name: str, words: Words = ENGLISH) -> str:
    """What a reader sees of an interest's name: `main` is theirs without their having named it."""
    is_main = not name or name.casefold() == MAIN
    return words.gettext("For you") if is_main else shortened(one_line(name), _NAME_CHARACTERS)


def percent(probability: float | None, words: Words = ENGLISH) -> str:
    """`91 %`; "" where nothing is known."""
    return "" if probability is None else words.percent(probability)


def abstract_of(paper: Paper, limit: int) -> Abstract:
    """The abstract cut at a sentence end before `limit` characters of its source, and never within a formula."""
    whole = " ".join(paper.abstract.split())
    head = sentences(whole, limit)
    if head == whole or (whole.startswith(head) and _is_closed(head)):
        return Abstract(shown=_mathematics(head), rest=_mathematics(whole[len(head) :]))
    return Abstract(shown=escape(sentences(one_line(readable(whole)), limit)), rest=_mathematics(whole), is_whole=True)


def organisation_of(paper: Paper, words: Words) -> str:
    """Where its authors work: the first place that a source names, and how many more."""
    places = dict.fromkeys(filter(None, (one_line(name) for by in paper.bylines for name in by.affiliations)))
    first = shortened(next(iter(places), ""), _NAME_CHARACTERS)
    others = len(places) - 1
    form = words.ngettext("{place} and {count} more", "{place} and {count} more", others)
    return form.format(place=first, count=words.figures(others)) if others > 0 else first


def _section(part: SectionView, edition: Edition, words: Words, first: Recommendation | None) -> PageSection:
    papers = (_paper(number, item, edition, words, is_lead=item is first) for number, item in part.items)
    return PageSection(heading=part.heading, aside=part.aside, papers=tuple(papers))


def _paper(number: int, item: Recommendation, edition: Edition, words: Words, *, is_lead: bool) -> PagePaper:
    announced = words.announced(item, edition.slot_date, kind=edition.kind)
    mark = words.mark(item, [category for category, _ in edition.considered])
    view = paper_view(item.paper, words)
    return PagePaper(
        number=number,
        is_lead=is_lead,
        view=view,
        facts=tuple(filter(None, (view.categories, announced))),
        likely=percent(item.probability, words),
        why=tuple(filter(None, (mark, *words.why(item)))),
        organisation=organisation_of(item.paper, words),
        abstract=abstract_of(item.paper, LEAD_CHARACTERS if is_lead else TEXT_CHARACTERS),
    )


def _is_closed(source: str) -> bool:
    """Whether every formula that begins here ends here."""
    return source.count("$") % 2 == 0 and all(source.count(a) == source.count(b) for a, b in _DELIMITERS)


def _mathematics(source: str) -> Markup:
    return Markup(mathml(source.strip()))  # noqa: S704 - escaped there


def _lists(edition: Edition, words: Words) -> tuple[PageList, ...]:
    trending = tuple(listed(t.paper, words.upvotes(t.upvotes, t.source), words) for t in edition.trending)
    news = tuple(_news(notice, edition.slot_date, words) for notice in edition.notices)
    below = tuple(listed(paper, words=words) for paper in edition.also_new)
    all_of_them = (
        ("trending", words.gettext("Trending"), words.papers(len(trending)), trending),
        ("news", words.gettext("Papers you liked"), words.changes(len(news)), news),
        ("also-new", words.gettext("Also new"), words.papers(len(below)), below),
    )
    return tuple(
        PageList(anchor=anchor, heading=heading, aside=aside, papers=papers)
        for anchor, heading, aside, papers in all_of_them
        if papers
    )


def _news(notice: Notice, day: date, words: Words) -> ListedPaper:
    details = words.change_details(notice, day)
    return listed(notice.paper, " · ".join(filter(None, (words.change(notice), details))), words)
