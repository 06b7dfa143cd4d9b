"""Why each paper of one reader is there: percentage, mark and reasons in, quoted once for both bodies out."""

import re
from collections.abc import Sequence
from functools import lru_cache

from digest.editions import ReasonKind, Recommendation
from digest.rendering.forms import quoted, quoted_html_line, quoted_line
from digest.rendering.frames import Frames
from digest.rendering.personal import Copy
from digest.rendering.plain import COLUMNS, wrapped
from digest.rendering.reasons import worded
from digest.rendering.words import Words

_INDENT = " " * 5  # of a paper in plain text, before which its number stands
_BEFORE = " " * 8  # as much as "91 % · " takes at most, for which the first reason leaves room
_FIRST = _INDENT + _BEFORE
_ROOM = COLUMNS - len(_FIRST)
_SAFE = "!#-%(-;?-~"  # what neither HTML nor quoted-printable changes, and no blank
_AS_IT_IS = re.compile(f"[{_SAFE}](?:[ {_SAFE}]{{0,{_ROOM - 2}}}[{_SAFE}])?")
_WHY = "mail-why.html.j2"
_START, _NEXT, _END = quoted(_INDENT, f"\n{_INDENT}", "\n")
_BETWEEN, _BETWEEN_IN_HTML = quoted_line(" · "), quoted_html_line(" · ")
_KEPT = 4096  # percentages with their marks
_SAID = 20_000  # reasons that many papers have

Why = tuple[bytes, bytes]  # for HTML and for plain text; b"" where nothing is said


class Whys:
    """Copy → why its papers are there."""

    def __init__(self, frames: Frames, words: Words) -> None:
        self._frames = frames
        self._words = words
        self._around = lru_cache(maxsize=_KEPT)(self._written_around)
        self._room = _room_between(words.round_matches)
        self._because = lru_cache(maxsize=_SAID)(self._said_because)
        self._because_of_group = lru_cache(maxsize=_SAID)(self._said_because_of_group)

    def of(self, copy: Copy) -> list[Why]:
        """Of each paper, as they follow each other on the page; RenderingError if a template fails."""
        around, reasons = self._around, self._reasons
        found: list[Why] = []
        for place in copy.places:
            told = reasons(place.item)
            pieces, start = around(place.percent, place.mark, bool(told))
            if told:
                in_html, in_text = zip(*told, strict=True)
                why = _BETWEEN_IN_HTML.join(in_html).join(pieces), b"".join((start, _NEXT.join(in_text), _END))
            else:
                why = b"".join(pieces), start
            found.append(why)
        return found

    def _reasons(self, item: Recommendation) -> list[Why]:
        """What `Words.why` says, each reason quoted by itself."""
        found = worded(item, self._because_of_group if item.group else self._because, self._matching)
        return [*found, said(self._words.sent_to(item))] if item.sent_to else found

    def _said_because(self, kind: ReasonKind, label: str) -> Why:
        return said(self._words.because(kind, label))

    def _said_because_of_group(self, kind: ReasonKind, label: str) -> Why:
        return said(self._words.because_of_group(kind, label))

    def _matching(self, matches: list[str]) -> Why:
        """What `Words.matching` says, quoted: nearly always words that nothing changes, each time others."""
        told = ", ".join(matches)
        if len(told) > self._room or "  " in told or not _AS_IT_IS.fullmatch(told):
            return said(self._words.matching(matches))
        line = f"{told.join(self._words.round_matches)}=\r\n".encode()
        return line, line

    def _written_around(self, percent: str, mark: str, has_reasons: bool) -> tuple[list[bytes], bytes]:
        """What is put round the reasons: in HTML in pieces to be joined by them, in plain text before them.

        Plain text has percentage and mark or first reason on one line, each of the other reasons on one of its own.
        """
        has = (percent != "", mark != "", has_reasons)
        if not any(has):
            return [], b""
        pieces = self._frames.why(_WHY, said(percent)[0], said(mark)[0], has=has)
        line = _BETWEEN.join([said(each)[1] for each in (percent, mark) if each])
        return pieces, b"".join((_START, line, self._after(*has)))

    @staticmethod
    def _after(has_percent: bool, has_mark: bool, has_reasons: bool) -> bytes:
        """What follows percentage and mark in plain text."""
        if not has_reasons:
            return _END
        return _NEXT if has_mark else _BETWEEN if has_percent else b""


def _room_between(around: Sequence[str]) -> int:
    """The characters that fit on a line between two texts which nothing changes; 0 between others."""
    return _ROOM - sum(map(len, around)) if re.fullmatch(f"[ {_SAFE}]*", "".join(around)) else 0


def said(text: str) -> tuple[bytes, bytes]:
    """A reason, quoted for HTML and as a line of a paper in plain text, without its indent."""
    if _AS_IT_IS.fullmatch(text):  # which takes no more time than to look it up
        line = f"{text}=\r\n".encode()
        return line, line
    return _said_anew(text)


@lru_cache(maxsize=_SAID)
def _said_anew(text: str) -> tuple[bytes, bytes]:
    in_text = (
        text.strip(" ") if len(text) <= _ROOM and text.isascii() else wrapped(text, _INDENT, _FIRST)[len(_FIRST) :]
    )
    return quoted_html_line(text), quoted(in_text)[0]
