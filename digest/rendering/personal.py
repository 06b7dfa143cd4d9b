"""One reader's copy of an edition in words: everything in it that other readers do not share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from digest.editions import Edition, Notice, Recommendation, Slot, Trending
from digest.papers import AnnouncementKind
from digest.rendering.blocks import Blocks, Row, Shelf
from digest.rendering.headlines import Headlines, why_you
from digest.rendering.settings import SiteSettings
from digest.rendering.view import SectionView, sections, shown
from digest.rendering.words import Words
from digest.subscribers import Subscriber

_BY_NAME = Row()
_UNMARKED = (Slot.CHOSEN, Slot.MUST_READ, Slot.COMMON)  # that of the latter is the name of its section


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLinks:
    """A reader's own addresses, http or https; a paper's votes are `{edition}/{number}/more`, `/less` and `/save`."""

    unsubscribe: str  # where one press ends the mails
    settings: str  # where interests, hour, days, pause and feed are
    edition: str  # where the edition is read in a browser


@dataclass(slots=True)  # to be made in a third of the time of a frozen one or a NamedTuple
class Place:
    """One paper in one reader's edition."""

    item: Recommendation
    shelf: Shelf
    number: int  # of its votes: its place in the edition, counted from 1
    percent: str  # "91 %", or nothing where nothing is known of the reader
    mark: str  # "you asked for it back", or nothing
    note: str  # "announced Wednesday 21 January", or nothing
    code: str  # where its code is, or nothing


class Lines(NamedTuple):  # as the others below, made in a third of the time of a frozen dataclass
    """The sentences round the papers, in the order in which the frame's marks are named."""

    subject: str
    preheader: str
    date: str
    standfirst: str
    ledger: str
    why_you: str


class Listed(NamedTuple):
    """A section of papers by their titles."""

    heading: str
    aside: str
    rows: tuple[tuple[Shelf, Row], ...]


class Copy(NamedTuple):
    """One reader's edition."""

    lines: Lines
    links: MailLinks
    parts: tuple[tuple[SectionView, tuple[Place, ...]], ...]  # as they follow each other on the page
    places: tuple[Place, ...]  # the same papers
    listed: tuple[Listed, ...]  # below them
    answers: bool  # whether votes are taken by mail


class Copyist:
    """Edition and reader → copy, in one language."""

    def __init__(self, site: SiteSettings, words: Words, blocks: Blocks) -> None:
        self._site = site
        self._words = words
        self._blocks = blocks

    def copy(self, edition: Edition, reader: Subscriber, links: MailLinks, *, answers: bool) -> Copy:
        parts = sections(edition, self._words)
        placed = tuple([(part, self._places(part, edition)) for part in parts])
        places = tuple([place for _, part in placed for place in part])
        titles = [place.shelf.title for place in places]
        return Copy(
            lines=self._lines(edition, reader, shown(parts), titles),
            links=links,
            parts=placed,
            places=places,
            listed=tuple(self._listed(edition)),
            answers=answers,
        )

    def _lines(
        self, edition: Edition, reader: Subscriber, items: Sequence[Recommendation], titles: Sequence[str]
    ) -> Lines:
        told = Headlines(self._words, edition, first=items[0] if items else None, titles=titles)
        return Lines(
            subject=told.subject(),
            preheader=told.preheader([self._blocks.shelf(notice.paper).title for notice in edition.notices]),
            date=told.date(),
            standfirst=told.standfirst(),
            ledger=told.ledger(),
            why_you=why_you(self._words, self._site, reader),
        )

    def _places(self, part: SectionView, edition: Edition) -> tuple[Place, ...]:
        words, shelf, today, kind = self._words, self._blocks.shelf, edition.slot_date, edition.kind
        read = [category for category, _ in edition.considered]
        return tuple(
            [
                Place(
                    item,
                    shelf(item.paper),
                    number,
                    "" if item.probability is None else words.percent(item.probability),
                    "" if item.slot in _UNMARKED else words.mark(item, read),
                    words.announced(item, today, kind),
                    item.code,
                )
                for number, item in part.items
            ]
        )

    def _listed(self, edition: Edition) -> Iterator[Listed]:
        """The sections below the papers, those that have something in them."""
        words, shelf = self._words, self._blocks.shelf
        trending = [(shelf(each.paper), self._trending(each)) for each in edition.trending]
        notices = [(shelf(each.paper), self._notice(each, edition.slot_date)) for each in edition.notices]
        below = [(shelf(paper), _BY_NAME) for paper in edition.also_new]
        if trending:
            yield Listed(words.gettext("Trending"), words.papers(len(trending)), tuple(trending))
        if notices:
            yield Listed(words.gettext("Papers you liked"), words.changes(len(notices)), tuple(notices))
        if below:
            yield Listed(words.gettext("Also new"), words.papers(len(below)), tuple(below))

    def _trending(self, each: Trending) -> Row:
        return Row(facts=self._words.upvotes(each.upvotes, each.source), byline=True, strong=True)

    def _notice(self, notice: Notice, today: date) -> Row:
        words = self._words
        return Row(
            facts=words.change_details(notice, today),
            label=words.change(notice),
            sentence=words.happened(notice, self._blocks.shelf(notice.paper).title),
            alert=notice.kind is AnnouncementKind.WITHDRAWN,
        )
