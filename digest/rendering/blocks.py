"""Papers as forms: each written once for all the readers who get it in the same way, and kept while there is room.

A form is a pure function of the paper and of how it is shown, so whether it was kept changes no byte of a mail.
"""

from dataclasses import dataclass, field, replace
from operator import attrgetter
from types import SimpleNamespace
from typing import NamedTuple

import jinja2

from digest.identity import PaperId
from digest.papers import Paper
from digest.rendering.forms import Form, Marks
from digest.rendering.plain import sentences, web_address
from digest.rendering.templates import render
from digest.rendering.view import TEXT_CHARACTERS, PaperView, paper_view, shown_title
from digest.rendering.words import Words, short_title

KEPT_PAPERS = 2048  # more than a day of all of arXiv
_KEPT_FORMS = 32  # of one paper; more only where it came on many days
_NUMBER_COLUMNS = 4
_TEXT = attrgetter("title", "abstract", "authors", "categories", "url", "withdrawn")  # all of a paper that is shown
PAPER = Marks(
    *("number", "percent", "mark", "reasons", "why", "votes"), columns={"number": _NUMBER_COLUMNS}
)  # what is personal in a paper, in this order
NOTHING = (b"",) * 6  # the values of a row in which nothing is


class Look(NamedTuple):
    """How a paper is shown whole."""

    template: str
    limit: int  # characters of the abstract at most
    lead: bool = False  # whether it is the first on the page
    why: bool = False  # whether anything is said of why it is there
    note: str = ""  # when it was announced, if that is told
    code: str = ""  # where its code is, if that is known


class Row(NamedTuple):
    """How a paper is shown by its title."""

    facts: str = ""  # a second line
    label: str = ""  # a word before the title
    sentence: str = ""  # what plain text has for label and title; "" for the title
    byline: bool = False  # whether its authors stand on the second line
    strong: bool = False  # whether the title is a heading
    alert: bool = False  # whether the label is a warning
    why: bool = False


@dataclass(slots=True)
class Shelf:
    """What is kept of one paper."""

    paper: Paper
    text: tuple[object, ...]  # all of it that is shown
    title: str  # as it is shown
    views: dict[int, PaperView] = field(default_factory=dict)  # by the length of the abstract
    forms: dict[tuple[object, ...], Form] = field(default_factory=dict)  # by look, or by template and row


class Blocks:
    """Paper and look → form, in one language."""

    def __init__(self, templates: jinja2.Environment, words: Words, *, kept_papers: int = KEPT_PAPERS) -> None:
        self._templates = templates
        self._words = words
        self._kept_papers = kept_papers
        self._shelves: dict[PaperId, Shelf] = {}  # the oldest first

    def shelf(self, paper: Paper) -> Shelf:
        """Where the forms of this very paper are kept: one whose text has changed since begins anew."""
        shelf = self._shelves.get(paper.id)
        if shelf is not None and (shelf.paper is paper or shelf.text == _TEXT(paper)):
            return shelf
        shelf = self._shelves[paper.id] = Shelf(paper, _TEXT(paper), shown_title(paper))
        if len(self._shelves) > self._kept_papers:
            del self._shelves[next(iter(self._shelves))]
        return shelf

    def whole(self, shelf: Shelf, look: tuple[str, int, bool, bool, str, str]) -> Form:
        """A paper as a look has it that its shelf has no form of yet; RenderingError if the template fails.

        The look need not be made a `Look` before: it is needed thirty times a mail, and nearly always known.
        """
        return self._kept(shelf, look, self._whole(shelf, Look(*look)))

    def row(self, template: str, shelf: Shelf, row: Row) -> Form:
        """A paper by its title; RenderingError if the template fails."""
        return shelf.forms.get((template, row)) or self._kept(shelf, (template, row), self._row(template, shelf, row))

    @staticmethod
    def _kept(shelf: Shelf, look: tuple[object, ...], text: str) -> Form:
        if len(shelf.forms) >= _KEPT_FORMS:
            shelf.forms.clear()
            shelf.views.clear()
        form = shelf.forms[look] = Form.written(text)
        return form

    def _whole(self, shelf: Shelf, look: Look) -> str:
        view = self._view(shelf, look.limit)
        told = look._replace(code=web_address(look.code))._asdict()
        form = SimpleNamespace(**told, label=short_title(view.title))
        return render(self._templates, look.template, paper=view, form=form, item=PAPER)

    def _row(self, template: str, shelf: Shelf, row: Row) -> str:
        view = self._view(shelf, TEXT_CHARACTERS)
        told = SimpleNamespace(
            title=view.title,
            url=view.url,
            facts=" · ".join(filter(None, (row.facts, view.byline if row.byline else ""))),
            label=row.label,
            sentence=row.sentence or view.title,
        )
        return render(self._templates, template, row=told, form=row, item=PAPER)

    def _view(self, shelf: Shelf, limit: int) -> PaperView:
        view = shelf.views.get(limit)
        if view is None:
            other = next(iter(shelf.views.values()), None)
            if other is None:
                view = paper_view(shelf.paper, self._words, limit=limit)
            else:  # which is all the same, but for where the abstract ends
                view = replace(other, abstract=sentences(other.whole_abstract, limit))
            shelf.views[limit] = view
        return view
