"""Papers and editions as a reader sees them: everything chosen and in order, nothing marked up yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from digest.editions import Edition, ReasonKind, Recommendation, Slot
from digest.papers import Paper
from digest.rendering.latex import readable
from digest.rendering.plain import one_line, sentences, shortened, web_address
from digest.rendering.words import Words
from digest.subscribers import MAIN

LEAD_CHARACTERS = 640  # of the first paper's abstract
TEXT_CHARACTERS = 340  # of the others'
_TITLE_CHARACTERS = 300  # no real title is longer
_HEADING_CHARACTERS = 60  # of an interest's name


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """One paper as every reader sees it."""

    title: str
    byline: str
    authors: tuple[str, ...]
    categories: str
    abstract: str  # trimmed
    whole_abstract: str  # with a blank line between its paragraphs
    no_abstract: str  # what stands in its place where there is none
    url: str  # http or https; "" where it is nowhere on the web
    place: str  # what is behind it: "arXiv", "nature.com"
    pdf_url: str  # "" where none is known
    withdrawn: bool

    @property
    def full_abstract(self) -> tuple[str, ...]:
        """Its paragraphs."""
        return tuple(filter(None, (one_line(part) for part in self.whole_abstract.split("\n\n"))))


class SectionView(NamedTuple):  # and no dataclass: four are made for every mail
    """The papers of one interest, or of one kind."""

    heading: str
    aside: str  # how many they are
    items: tuple[tuple[int, Recommendation], ...]  # best first, each with its place in the edition, counted from 1


def paper_view(paper: Paper, words: Words, *, limit: int = TEXT_CHARACTERS) -> PaperView:
    """Word one paper, its abstract cut at a sentence end before `limit` characters."""
    abstract = readable(paper.abstract)
    authors = tuple(filter(None, map(one_line, paper.authors)))
    url = web_address(paper.abstract_url)
    return PaperView(
        title=shown_title(paper),
        byline=words.byline(authors),
        authors=authors,
        categories=", ".join(one_line(category) for category in paper.categories[:2]),
        abstract=sentences(abstract, limit),
        whole_abstract=abstract,
        no_abstract=words.no_abstract(_place(url)),
        url=url,
        place=_place(url),
        pdf_url=web_address(paper.pdf_url),
        withdrawn=paper.withdrawn,
    )


def title_of(paper: Paper) -> str:
    """The title on one clean line; never nothing."""
    return one_line(readable(paper.title)) or one_line(paper.id.partition(":")[2])


def shown_title(paper: Paper) -> str:
    """The title as it stands in a mail or feed, where one of 5,000 characters must not."""
    return shortened(title_of(paper), _TITLE_CHARACTERS)


def _place(url: str) -> str:
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # brackets without an address between them
        return ""
    return "arXiv" if host == "arxiv.org" else host


def sections(edition: Edition, words: Words) -> tuple[SectionView, ...]:
    """The papers by interest, in the order in which the interests come up; that to explore comes last."""
    by_heading: dict[str, list[tuple[int, Recommendation]]] = {}
    must_reads, usual = words.gettext("Must-reads"), _usual(edition, words)
    to_explore: list[tuple[int, Recommendation]] = []
    for number, item in enumerate(edition.recommendations, start=1):
        if item.slot is Slot.EXPLORATION:
            to_explore.append((number, item))
        else:
            heading = must_reads if item.slot is Slot.MUST_READ else _heading(item.interest) or usual
            by_heading.setdefault(heading, []).append((number, item))
    found = [
        SectionView(heading=heading, aside=words.papers(len(items)), items=tuple(items))
        for heading, items in by_heading.items()
    ]
    if to_explore:
        form = words.ngettext(
            "{count} paper, outside your interests", "{count} papers, outside your interests", len(to_explore)
        )
        aside = form.format(count=len(to_explore))
        found.append(SectionView(heading=words.gettext("For a change"), aside=aside, items=tuple(to_explore)))
    return tuple(found)


def _usual(edition: Edition, words: Words) -> str:
    """What the papers of an interest without a name of its own are called."""
    return words.gettext("Newest") if _newest_alone(edition) else words.gettext("For you")


@lru_cache(maxsize=4096)
def _heading(interest: str) -> str:
    """The name that the reader gave an interest; "" for the one that has none."""
    name = shortened(one_line(interest), _HEADING_CHARACTERS)
    return "" if name == MAIN else name


def _newest_alone(edition: Edition) -> bool:
    """Whether nothing but categories is known of the reader."""
    own = (item.reasons for item in edition.recommendations if not item.group)
    first = next(own, ())
    every = (reason.kind is ReasonKind.NEWEST for reasons in (first, *own) for reason in reasons)
    return bool(first) and first[0].kind is ReasonKind.NEWEST and all(every)


def shown(parts: Sequence[SectionView]) -> tuple[Recommendation, ...]:
    """All papers as they follow each other on the page."""
    return tuple(item for part in parts for _, item in part.items)
