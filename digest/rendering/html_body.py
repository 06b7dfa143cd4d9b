"""One reader's copy of an edition as HTML in quoted-printable, within what mail programs show whole."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from digest.rendering.blocks import NOTHING, Blocks, Row
from digest.rendering.forms import number_in_address, quoted_html, quoted_html_line, read
from digest.rendering.frames import Frames
from digest.rendering.personal import Copy, Place
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS
from digest.rendering.whys import Why
from digest.rendering.words import Words

HTML_BYTES = 85_000  # Gmail clips what is longer than 102 kB
_PAPER, _ROW = "mail-paper.html.j2", "mail-row.html.j2"
_KEPT = 4096  # headings, and sentences that many readers are told
_BY_TITLE = Row(strong=True, byline=True)


class HtmlBody:
    """Copy and whys → HTML; RenderingError where a template fails."""

    def __init__(self, frames: Frames, blocks: Blocks, words: Words) -> None:
        self._frames = frames
        self._blocks = blocks
        self._words = words
        self._heading = lru_cache(maxsize=_KEPT)(self._written_heading)
        self._shared = lru_cache(maxsize=_KEPT)(quoted_html_line)

    def write(self, copy: Copy, whys: Sequence[Why]) -> list[bytes]:
        """The page, quoted, in pieces; `whys` say of each paper why it is there.

        Abstracts are shortened, then the last ones left out, until it fits its budget.
        """
        frame, below, places = self._frame(copy), self._below(copy), copy.places
        page: list[bytes] = []
        for lead, text, whole in _measures(len(places)):
            sections = [*self._papers(copy, whys, lead, text, whole), *self._by_title(places[whole:]), *below]
            page = self._frames.framed("mail.html.j2", copy, frame, sections)
            if sum(map(len, page)) <= HTML_BYTES or len(read(b"".join(page)).encode()) <= HTML_BYTES:  # at most as long
                break
        return page

    def _frame(self, copy: Copy) -> list[bytes]:
        """The values of the frame, in the order of its marks."""
        lines, links, shared, own = copy.lines, copy.links, self._shared, quoted_html_line
        sentences = (own(lines.preheader), shared(lines.date), shared(lines.standfirst), shared(lines.ledger))
        addresses = map(own, (links.unsubscribe, links.settings, links.edition))
        return [shared(lines.subject), *sentences, own(lines.why_you), *addresses]

    def _papers(self, copy: Copy, whys: Sequence[Why], lead: int, text: int, whole: int) -> list[bytes]:
        """The sections, as far as their papers are among the first `whole`, in pieces."""
        between, written = self._frames.between("mail-between.html.j2"), self._blocks.whole
        votes, told = quoted_html_line(f"{copy.links.edition}/"), iter(whys[:whole])
        body: list[bytes] = []
        left, limit = whole, lead
        for part, places in copy.parts:
            fit = places[:left]
            aside = part.aside if len(fit) == len(places) else self._words.papers(len(fit))
            before = self._heading(part.heading, aside, first=not body)
            for place, (why, _) in zip(fit, told, strict=False):
                look = (_PAPER, limit, not body, why != b"", place.note, place.code)
                form = place.shelf.forms.get(look) or written(place.shelf, look)
                body.append(before)
                body += form.pieces((b"", b"", b"", b"", why, votes + number_in_address(place.number)))
                before, limit = between, text
            left -= len(fit)
        return body

    def _by_title(self, others: Sequence[Place]) -> Iterator[bytes]:
        if others:
            form = self._words.ngettext("{count} more paper", "{count} more papers", len(others))
            yield self._heading(self._words.gettext("By title"), form.format(count=f"{len(others):,}"))
        for place in others:
            why = place.mark or "".join(self._words.why(place.item)[:1])
            row = self._blocks.row(_ROW, place.shelf, _BY_TITLE._replace(why=bool(why)))
            yield row.filled((b"", b"", b"", b"", quoted_html_line(why), b""))

    def _below(self, copy: Copy) -> list[bytes]:
        body: list[bytes] = []
        written = self._blocks.row
        for listed in copy.listed:
            body.append(self._heading(listed.heading, listed.aside, first=not (copy.parts or body)))
            for shelf, row in listed.rows:
                body += written(_ROW, shelf, row).pieces(NOTHING)
        return body

    def _written_heading(self, heading: str, aside: str, *, first: bool = False) -> bytes:
        return self._frames.heading("mail-section.html.j2", quoted_html(heading, aside), first=first)


def _measures(papers: int) -> Iterator[tuple[int, int, int]]:
    """Lengths of the first and the other abstracts, and how many papers have one; the most first."""
    for whole in (papers, *(fewer for fewer in (48, 24, 12, 1) if fewer < papers)):
        for part in (1.0, 0.7, 0.4):
            yield int(LEAD_CHARACTERS * part), int(TEXT_CHARACTERS * part), whole
