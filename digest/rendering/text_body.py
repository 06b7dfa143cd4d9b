"""One reader's copy of an edition as plain text in quoted-printable: every paper with all its links."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from digest.rendering.blocks import Blocks, Look
from digest.rendering.forms import quoted, quoted_line
from digest.rendering.frames import Frames
from digest.rendering.personal import Copy
from digest.rendering.plain import COLUMNS, wrapped
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS

_INDENT = " " * 5  # of a paper, before which its number stands
_BEFORE = " " * 8  # as much as "91 % · " takes at most, for which the first reason leaves room
_FIRST = _INDENT + _BEFORE
_ROOM = COLUMNS - len(_FIRST)
_PAPER, _ROW = "mail-paper.txt.j2", "mail-row.txt.j2"
_NUMBERS = 1000
_HEADINGS = 4096


def _said(reason: str) -> bytes:
    """A reason of one line as a line of a paper, without the first indent."""
    if len(reason) <= _ROOM and reason.isascii():  # which takes no more time than to look it up
        return quoted_line(reason.strip(" "))
    return _folded(reason)


@lru_cache(maxsize=20_000)
def _folded(reason: str) -> bytes:
    return quoted(wrapped(reason, _INDENT, _FIRST)[len(_FIRST) :])[0]


_START, _BETWEEN, _NEXT, _END = quoted(_INDENT, " · ", f"\n{_INDENT}", "\n")


class TextBody:
    """Copy → plain text; RenderingError where a template fails."""

    def __init__(self, frames: Frames, blocks: Blocks) -> None:
        self._frames = frames
        self._blocks = blocks
        self._heading = lru_cache(maxsize=_HEADINGS)(self._written_heading)

    def write(self, copy: Copy) -> bytes:
        """The text, quoted."""
        lines, links = copy.lines, copy.links
        texts = [wrapped(text) for text in (lines.preheader, lines.date, lines.standfirst, lines.ledger, lines.why_you)]
        addresses = [quoted_line(url) for url in (links.unsubscribe, links.settings, links.edition)]
        frame = (*quoted(lines.subject, *texts), *addresses)
        sections = b"".join((*self._papers(copy, quoted_line(f"{links.edition}/")), *self._below(copy)))
        return self._frames.framed("mail.txt.j2", copy, (*frame, sections))

    def _papers(self, copy: Copy, votes: bytes) -> list[bytes]:
        body: list[bytes] = []
        limit, written = LEAD_CHARACTERS, self._blocks.form
        for part, places in copy.parts:
            body.append(self._heading(part.heading, part.aside))
            for shelf, number, percent, mark, reasons, note, code in places:
                why = _why(percent, (mark, *reasons) if mark else reasons)
                form = written(_PAPER, shelf, Look(limit, False, why != b"", note, code))
                body.append(form.filled((_numbered(number), b"", b"", b"", why, votes + number_in_address(number))))
                limit = TEXT_CHARACTERS
        return body

    def _below(self, copy: Copy) -> Iterator[bytes]:
        for listed in copy.listed:
            yield self._heading(listed.heading, listed.aside)
            for shelf, row in listed.rows:
                yield self._blocks.form(_ROW, shelf, row).filled(())

    def _written_heading(self, heading: str, aside: str) -> bytes:
        return self._frames.heading("mail-section.txt.j2", quoted(wrapped(f"{heading}: {aside}"), aside))


def _why(percent: str, told: Sequence[str]) -> bytes:
    """How likely it is and the mark or first reason on one line, each of the other reasons on one of its own."""
    lines = _NEXT.join(map(_said, told))
    if percent:
        return b"".join((_START, _said(percent), _BETWEEN if lines else b"", lines, _END))
    return b"".join((_START, lines, _END)) if lines else b""


@lru_cache(maxsize=_NUMBERS)
def _numbered(number: int) -> bytes:
    return quoted_line(f"{number:>3}.")


@lru_cache(maxsize=_NUMBERS)
def number_in_address(number: int) -> bytes:
    """A paper's number as it follows the address of its edition."""
    return quoted_line(str(number))
