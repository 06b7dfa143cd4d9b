"""One reader's copy of an edition as HTML in quoted-printable, within what mail programs show whole."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from digest.rendering.blocks import Blocks, Look, Row, Shelf
from digest.rendering.forms import quoted_html, quoted_html_line, read
from digest.rendering.frames import Frames
from digest.rendering.personal import Copy, Place
from digest.rendering.text_body import number_in_address
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS
from digest.rendering.words import Words

HTML_BYTES = 85_000  # Gmail clips what is longer than 102 kB
_BETWEEN = quoted_html_line(" · ")
_PAPER, _ROW, _WHY = "mail-paper.html.j2", "mail-row.html.j2", "mail-why.html.j2"
_KEPT = 4096  # headings, and percentages with their marks
_BY_TITLE = Row(strong=True, byline=True)

_kept = lru_cache(maxsize=20_000)(quoted_html_line)


def _said(text: str) -> bytes:
    """A reason, quoted: what is ASCII in no more time than it takes to look it up."""
    return quoted_html_line(text) if text.isascii() else _kept(text)


class HtmlBody:
    """Copy → HTML; RenderingError where a template fails."""

    def __init__(self, frames: Frames, blocks: Blocks, words: Words) -> None:
        self._frames = frames
        self._blocks = blocks
        self._words = words
        self._heading = lru_cache(maxsize=_KEPT)(self._written_heading)
        self._why = lru_cache(maxsize=_KEPT)(self._written_why)

    def write(self, copy: Copy) -> bytes:
        """The page, quoted.

        Abstracts are shortened, then the last ones left out, until it fits its budget.
        """
        lines, links, places = copy.lines, copy.links, copy.places
        texts = (lines.subject, lines.preheader, lines.date, lines.standfirst, lines.ledger, lines.why_you)
        frame = [quoted_html_line(text) for text in (*texts, links.unsubscribe, links.settings, links.edition)]
        votes, below = quoted_html_line(f"{links.edition}/"), self._below(copy)
        page = b""
        for lead, text, whole in _measures(len(places)):
            sections = b"".join((*self._papers(copy, votes, lead, text, whole), *self._by_title(places[whole:]), below))
            page = self._frames.framed("mail.html.j2", copy, (*frame, sections))
            if len(page) <= HTML_BYTES or len(read(page).encode()) <= HTML_BYTES:  # never longer than quoted
                break
        return page

    def _papers(self, copy: Copy, votes: bytes, lead: int, text: int, whole: int) -> list[bytes]:
        """The sections, as far as their papers are among the first `whole`."""
        between, written = self._frames.between("mail-between.html.j2"), self._blocks.form
        body: list[bytes] = []
        left, limit = whole, lead
        for part, places in copy.parts:
            fit = places[:left]
            aside = part.aside if len(fit) == len(places) else self._words.papers(len(fit))
            before = self._heading(part.heading, aside, first=not body)
            for shelf, number, percent, mark, reasons, note, code in fit:
                why = _BETWEEN.join(map(_said, reasons)).join(self._why(percent, mark, reasons != ()))
                form = written(_PAPER, shelf, Look(limit, not body, why != b"", note, code))
                body.append(before)
                body.append(form.filled((b"", b"", b"", b"", why, votes + number_in_address(number))))
                before, limit = between, text
            left -= len(fit)
        return body

    def _by_title(self, others: Sequence[Place]) -> Iterator[bytes]:
        if others:
            form = self._words.ngettext("{count} more paper", "{count} more papers", len(others))
            yield self._heading(self._words.gettext("By title"), form.format(count=f"{len(others):,}"))
        for place in others:
            why = place.mark or "".join(place.reasons[:1])
            yield self._row(place.shelf, _BY_TITLE._replace(why=bool(why)), why)

    def _below(self, copy: Copy) -> bytes:
        body: list[bytes] = []
        for listed in copy.listed:
            body.append(self._heading(listed.heading, listed.aside, first=not (copy.parts or body)))
            body += [self._row(shelf, row) for shelf, row in listed.rows]
        return b"".join(body)

    def _written_heading(self, heading: str, aside: str, *, first: bool = False) -> bytes:
        return self._frames.heading("mail-section.html.j2", quoted_html(heading, aside), first=first)

    def _written_why(self, percent: str, mark: str, has_reasons: bool) -> list[bytes]:
        """Why a paper is there, in pieces to be joined by its reasons."""
        if not (percent or mark or has_reasons):
            return [b""]
        return self._frames.why(_WHY, _said(percent), _said(mark), has=(percent != "", mark != "", has_reasons))

    def _row(self, shelf: Shelf, row: Row, why: str = "") -> bytes:
        return self._blocks.form(_ROW, shelf, row).filled((b"", b"", b"", b"", _said(why)))


def _measures(papers: int) -> Iterator[tuple[int, int, int]]:
    """Lengths of the first and the other abstracts, and how many papers have one; the most first."""
    for whole in (papers, *(fewer for fewer in (48, 24, 12, 1) if fewer < papers)):
        for part in (1.0, 0.7, 0.4):
            yield int(LEAD_CHARACTERS * part), int(TEXT_CHARACTERS * part), whole
