"""One reader's copy of an edition as HTML in quoted-printable, within what mail programs show whole."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from digest.rendering.blocks import Blocks, Look, Row, Shelf
from digest.rendering.forms import Form, Quoter, quoted_html, read
from digest.rendering.frames import Frames
from digest.rendering.personal import Copy, Place
from digest.rendering.text_body import number_in_address
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS
from digest.rendering.words import Words

HTML_BYTES = 85_000  # Gmail clips what is longer than 102 kB
(_BETWEEN,) = quoted_html(" · ")
_BY_TITLE = Row(strong=True, byline=True)


class HtmlBody:
    """Copy → HTML; RenderingError where a template fails."""

    def __init__(self, frames: Frames, blocks: Blocks, words: Words) -> None:
        self._frames = frames
        self._blocks = blocks
        self._words = words
        self._reasons = Quoter(quoted_html)
        self._heading = lru_cache(maxsize=4096)(self._written_heading)

    def write(self, copy: Copy) -> list[bytes]:
        """The page in quoted pieces, to be joined.

        Abstracts are shortened, then the last ones left out, until it fits its budget.
        """
        lines, links, places = copy.lines, copy.links, copy.places
        texts = (lines.subject, lines.preheader, lines.date, lines.standfirst, lines.ledger, lines.why_you)
        frame = (*texts, links.unsubscribe, links.settings, links.edition, f"{links.edition}/")
        values = quoted_html(*frame)
        below = self._below(copy)
        page: list[bytes] = []
        for lead, text, whole in _measures(len(places)):
            body = self._papers(copy, values[-1], lead, text, whole)
            body += self._by_title(places[whole:])
            page = self._frames.framed("mail.html.j2", copy, values[:-1], body + below)
            if sum(map(len, page)) <= HTML_BYTES or len(read(page).encode()) <= HTML_BYTES:  # never longer than encoded
                break
        return page

    def _papers(self, copy: Copy, edition_url: bytes, lead: int, text: int, whole: int) -> list[bytes]:
        """The sections, as far as their papers are among the first `whole`."""
        between = self._frames.between("mail-between.html.j2")
        body: list[bytes] = []
        before = 0
        said = self._reasons.known([reason for place in copy.places for reason in place.reasons])
        for part, places in copy.parts:
            fit = places[: max(whole - before, 0)]
            aside = part.aside if len(fit) == len(places) else self._words.papers(len(fit))
            for number, place in enumerate(fit):
                is_lead = before + number == 0
                body += between if number else self._heading(part.heading, aside, first=is_lead)
                form = self._paper(place, lead if is_lead else text, is_lead)
                votes = edition_url + number_in_address(place.number)
                reasons = _BETWEEN.join([said[reason] for reason in place.reasons])
                body += form.filled((b"", _short(place.percent), _short(place.mark), reasons, b"", votes))
            before += len(places)
        return body

    def _by_title(self, others: Sequence[Place]) -> list[bytes]:
        body: list[bytes] = []
        if others:
            form = self._words.ngettext("{count} more paper", "{count} more papers", len(others))
            body += self._heading(self._words.gettext("By title"), form.format(count=f"{len(others):,}"))
        for place in others:
            why = place.mark or "".join(place.reasons[:1])
            body += self._row(place.shelf, _BY_TITLE._replace(why=bool(why)), why)
        return body

    def _below(self, copy: Copy) -> list[bytes]:
        body: list[bytes] = []
        for listed in copy.listed:
            body += self._heading(listed.heading, listed.aside, first=not (copy.parts or body))
            for shelf, row in listed.rows:
                body += self._row(shelf, row)
        return body

    def _written_heading(self, heading: str, aside: str, *, first: bool = False) -> Sequence[bytes]:
        return self._frames.heading("mail-section.html.j2", quoted_html(heading, aside), first=first)

    def _paper(self, place: Place, limit: int, is_lead: bool) -> Form:
        look = Look(limit, is_lead, bool(place.percent), bool(place.mark), bool(place.reasons), False, place.note)
        return self._blocks.form("mail-paper.html.j2", place.shelf, look)

    def _row(self, shelf: Shelf, row: Row, why: str = "") -> Sequence[bytes]:
        return self._blocks.form("mail-row.html.j2", shelf, row).filled((b"", b"", b"", b"", _short(why)))


@lru_cache(maxsize=4096)
def _short(text: str) -> bytes:
    """What many papers and readers share, quoted."""
    return quoted_html(text)[0]


def _measures(papers: int) -> Iterator[tuple[int, int, int]]:
    """Lengths of the first and the other abstracts, and how many papers have one; the most first."""
    for whole in (papers, *(fewer for fewer in (48, 24, 12, 1) if fewer < papers)):
        for part in (1.0, 0.7, 0.4):
            yield int(LEAD_CHARACTERS * part), int(TEXT_CHARACTERS * part), whole
