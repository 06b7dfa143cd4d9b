"""One reader's copy of an edition as plain text in quoted-printable: every paper with all its links."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from digest.rendering.blocks import Blocks, Look
from digest.rendering.forms import Form, Quoter, quoted
from digest.rendering.frames import Frames
from digest.rendering.personal import Copy, Place
from digest.rendering.plain import wrapped
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS

_INDENT = " " * 5  # of a paper, before which its number stands
_BEFORE = " " * 8  # as much as "91 % · " takes at most, for which the first reason leaves room
_NUMBERS = 1000
_HEADINGS = 4096


def _lines(*texts: str) -> list[bytes]:
    """Reasons as lines of a paper, without the first indent."""
    first = _INDENT + _BEFORE
    return quoted(*[wrapped(text, _INDENT, first)[len(first) :] for text in texts])


_START, _BETWEEN, _NEXT, _END = quoted(_INDENT, " · ", f"\n{_INDENT}", "\n")


class TextBody:
    """Copy → plain text; RenderingError where a template fails."""

    def __init__(self, frames: Frames, blocks: Blocks) -> None:
        self._frames = frames
        self._blocks = blocks
        self._reasons = Quoter(_lines)
        self._heading = lru_cache(maxsize=_HEADINGS)(self._written_heading)

    def write(self, copy: Copy) -> list[bytes]:
        """The text in quoted pieces, to be joined."""
        lines, links = copy.lines, copy.links
        texts = [wrapped(text) for text in (lines.preheader, lines.date, lines.standfirst, lines.ledger, lines.why_you)]
        frame = (lines.subject, *texts, links.unsubscribe, links.settings, links.edition, f"{links.edition}/")
        values = quoted(*frame)
        return self._frames.framed("mail.txt.j2", copy, values[:-1], self._sections(copy, values[-1]))

    def _sections(self, copy: Copy, edition_url: bytes) -> list[bytes]:
        body: list[bytes] = []
        limit = LEAD_CHARACTERS
        told = [text for place in copy.places for text in (place.mark, place.percent, *place.reasons)]
        said = self._reasons.known(told)
        for part, places in copy.parts:
            body += self._heading(part.heading, part.aside)
            for place in places:
                votes = edition_url + number_in_address(place.number)
                why = _why(place, said)
                form = self._paper(place, limit, is_told=bool(why))
                body += form.filled((_numbered(place.number), b"", b"", b"", why, votes))
                limit = TEXT_CHARACTERS
        for listed in copy.listed:
            body += self._heading(listed.heading, listed.aside)
            for shelf, row in listed.rows:
                body += self._blocks.form("mail-row.txt.j2", shelf, row).filled(())
        return body

    def _written_heading(self, heading: str, aside: str) -> Sequence[bytes]:
        return self._frames.heading("mail-section.txt.j2", quoted(wrapped(f"{heading}: {aside}"), aside))

    def _paper(self, place: Place, limit: int, *, is_told: bool) -> Form:
        look = Look(limit, False, False, False, False, is_told, place.note)
        return self._blocks.form("mail-paper.txt.j2", place.shelf, look)


def _why(place: Place, said: Mapping[str, bytes]) -> bytes:
    """How likely it is and the mark or first reason on one line, each of the other reasons on one of its own."""
    lines = [said[text] for text in (place.mark, *place.reasons) if text]
    if place.percent:
        lines[:1] = [_BETWEEN.join([said[place.percent], *lines[:1]])]
    return b"".join((_START, _NEXT.join(lines), _END)) if lines else b""


@lru_cache(maxsize=_NUMBERS)
def _numbered(number: int) -> bytes:
    return quoted(f"{number:>3}.")[0]


@lru_cache(maxsize=_NUMBERS)
def number_in_address(number: int) -> bytes:
    """A paper's number as it follows the address of its edition."""
    return quoted(str(number))[0]
