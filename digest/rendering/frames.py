"""The parts of a mail round its papers, as forms: the frame, the headings, the line between two papers."""

from collections.abc import Sequence
from types import SimpleNamespace

import jinja2

from digest.rendering.blocks import PAPER
from digest.rendering.forms import Form, Marks
from digest.rendering.personal import Copy
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import render
from digest.rendering.words import Words

FRAME = Marks(
    *("subject", "preheader", "date", "standfirst", "ledger", "why_you"),
    *("unsubscribe_url", "settings_url", "edition_url", "sections"),
)  # what is personal round the papers, in this order
SECTION = Marks("heading", "aside")
_MARK = b"\0"  # nowhere in quoted-printable: where reasons or sections belong


class Frames:
    """Template → form, each written once for a site and a language."""

    def __init__(self, site: SiteSettings, templates: jinja2.Environment, words: Words) -> None:
        self._site = site
        self._templates = templates
        self._words = words
        self._forms: dict[tuple[str, tuple[bool, ...]], Form] = {}

    def framed(self, template: str, copy: Copy, values: Sequence[bytes], sections: Sequence[bytes]) -> list[bytes]:
        """The frame with its values and the sections, in pieces; RenderingError if the template fails."""
        places = copy.places
        flags = (bool(places), any(place.percent for place in places), copy.answers and bool(places))
        form = self._forms.get((template, flags))
        if form is None:
            has = SimpleNamespace(votes=flags[0], percent=flags[1], reply=flags[2])
            form = self._forms[template, flags] = self._written(template, mail=FRAME, has=has)
        page: list[bytes] = []
        for piece in form.pieces((*values, _MARK)):
            if piece is _MARK:
                page += sections
            else:
                page.append(piece)
        return page

    def heading(self, template: str, values: Sequence[bytes], *, first: bool = False) -> bytes:
        """A section's heading, with its heading and aside; `first` says whether it is the page's first."""
        form = self._forms.get((template, (first,)))
        if form is None:
            text = self._written(template, section=SECTION, form=SimpleNamespace(first=first))
            form = self._forms[template, (first,)] = text
        return form.filled(values)

    def why(self, template: str, percent: bytes, mark: bytes, *, has: tuple[bool, bool, bool]) -> list[bytes]:
        """How likely a paper is and what marks it, in pieces to be joined by the reasons; `has` says which of the three
        there are."""
        form = self._forms.get((template, has))
        if form is None:
            told = SimpleNamespace(percent=has[0], mark=has[1], reasons=has[2])
            form = self._forms[template, has] = self._written(template, item=PAPER, form=told)
        return form.filled((b"", percent, mark, _MARK)).split(_MARK)

    def between(self, template: str) -> bytes:
        """What stands between two papers."""
        form = self._forms.get((template, ()))
        if form is None:
            form = self._forms[template, ()] = self._written(template)
        return form.filled(())

    def _written(self, template: str, **values: object) -> Form:
        given = {"site": self._site, "language": self._words.language, **values}
        return Form.written(render(self._templates, template, **given))
