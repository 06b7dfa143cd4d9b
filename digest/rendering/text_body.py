"""One reader's copy of an edition as plain text in quoted-printable: every paper with all its links."""

from collections.abc import Sequence
from functools import lru_cache

from digest.rendering.blocks import NOTHING, Blocks
from digest.rendering.forms import number_in_address, quoted, quoted_line
from digest.rendering.frames import Frames
from digest.rendering.personal import Copy
from digest.rendering.plain import wrapped
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS
from digest.rendering.whys import Why

_PAPER, _ROW = "mail-paper.txt.j2", "mail-row.txt.j2"
_KEPT = 4096  # headings, and sentences that many readers are told
_NUMBERS = 1000


class TextBody:
    """Copy and whys → plain text; RenderingError where a template fails."""

    def __init__(self, frames: Frames, blocks: Blocks) -> None:
        self._frames = frames
        self._blocks = blocks
        self._heading = lru_cache(maxsize=_KEPT)(self._written_heading)
        self._shared = lru_cache(maxsize=_KEPT)(_lines)

    def write(self, copy: Copy, whys: Sequence[Why]) -> list[bytes]:
        """The text, quoted, in pieces; `whys` say of each paper why it is there."""
        return self._frames.framed(
            "mail.txt.j2", copy, self._frame(copy), [*self._papers(copy, whys), *self._below(copy)]
        )

    def _frame(self, copy: Copy) -> list[bytes]:
        """The values of the frame, in the order of its marks."""
        lines, links, shared = copy.lines, copy.links, self._shared
        preheader, why_you = quoted(wrapped(lines.preheader), wrapped(lines.why_you))
        sentences = (preheader, shared(lines.date), shared(lines.standfirst), shared(lines.ledger), why_you)
        addresses = map(quoted_line, (links.unsubscribe, links.settings, links.edition))
        return [quoted_line(lines.subject), *sentences, *addresses]

    def _papers(self, copy: Copy, whys: Sequence[Why]) -> list[bytes]:
        """The sections, in pieces."""
        votes, told = quoted_line(f"{copy.links.edition}/"), iter(whys)
        body: list[bytes] = []
        limit, written = LEAD_CHARACTERS, self._blocks.whole
        for part, places in copy.parts:
            body.append(self._heading(part.heading, part.aside))
            for place, (_, why) in zip(places, told, strict=False):
                number, look = place.number, (_PAPER, limit, False, why != b"", place.note, place.code)
                form = place.shelf.forms.get(look) or written(place.shelf, look)
                body += form.pieces((_numbered(number), b"", b"", b"", why, votes + number_in_address(number)))
                limit = TEXT_CHARACTERS
        return body

    def _below(self, copy: Copy) -> list[bytes]:
        body: list[bytes] = []
        written = self._blocks.row
        for listed in copy.listed:
            body.append(self._heading(listed.heading, listed.aside))
            for shelf, row in listed.rows:
                body += written(_ROW, shelf, row).pieces(NOTHING)
        return body

    def _written_heading(self, heading: str, aside: str) -> bytes:
        return self._frames.heading("mail-section.txt.j2", quoted(wrapped(f"{heading}: {aside}"), aside))


def _lines(text: str) -> bytes:
    return quoted(wrapped(text))[0]


@lru_cache(maxsize=_NUMBERS)
def _numbered(number: int) -> bytes:
    return quoted_line(f"{number:>3}.")
