"""Texts with gaps: what many share, written once, and how it is filled with what is one reader's own.

A mark stands wherever something personal belongs, and the text is parted there. A mark is a code point that is no
character (U+FDD0 to U+FDEF), which `plain.clean` takes out of everything that comes from outside, so no title can
pretend to be one. What is put into a gap is escaped as the text around it is.
"""

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

_FIRST = 0xFDD0
_RUNS = 16  # kinds of what may stand between two reasons within one entry
BETWEEN = " · "  # two reasons, as a rule
# In a head: its id, address, title, description and date; in an entry: when it was published and changed, note, votes,
# all of the reasons before the summary, and each of them within the text.
URI, HERE, TITLE, ABOUT, DATE = (chr(_FIRST + place) for place in range(5))
PUBLISHED, UPDATED, NOTE, VOTES, SAID = (chr(_FIRST + place) for place in range(5))
FIXED = 5  # gaps before those of the reasons
WHY = tuple(chr(_FIRST + place) for place in range(FIXED, 32 - _RUNS))
_RUN = tuple(chr(_FIRST + place) for place in range(32 - _RUNS, 32))
_MARK = re.compile("[\ufdd0-\ufdef]")
MOST_WHY = 4  # reasons with which a template is tried: `reasons.SHOWN_REASONS` and a mark
_WHOLE_RUN = re.compile(rf"{WHY[0]}([^\ufdd0-\ufdef]*){WHY[1]}\1{WHY[2]}\1{WHY[3]}")


class Form(NamedTuple):
    """A text with gaps, in UTF-8."""

    text: bytes  # as bytes are formatted
    pick: Callable[[Sequence[bytes]], Any]  # of the values those of the gaps, in their order
    betweens: tuple[bytes, ...] = ()  # what stands between two reasons wherever all are named; () where they have gaps
    is_xhtml: bool = True  # whether the text of an entry is elements, where that can be told
    is_usual: bool = True  # whether BETWEEN stands between any reasons, and the text is elements

    def filled(self, values: Sequence[bytes]) -> bytes:
        """The text with these values, which must be escaped: the first FIXED, and for each of `betweens` all reasons
        joined by it, or where there is none each reason.
        """
        made: bytes = self.text % self.pick(values)
        return made


def parted(text: str, is_xhtml: bool = True, betweens: Sequence[str] = ()) -> Form:
    """A text with marks as a form."""
    gaps = [_gap(mark) for mark in _MARK.findall(text)]
    return Form(
        text=_MARK.sub("%b", text.replace("%", "%%")).encode(),
        pick=_picking(gaps),
        betweens=tuple([each.encode() for each in betweens]),
        is_xhtml=is_xhtml,
        is_usual=is_xhtml and (max(gaps, default=0) < FIXED or list(betweens) == [BETWEEN]),
    )


def _gap(mark: str) -> int:
    return FIXED + _RUN.index(mark) if mark in _RUN else ord(mark) - _FIRST


def _picking(gaps: Sequence[int]) -> Callable[[Sequence[bytes]], Any]:
    return itemgetter(*gaps) if gaps else lambda values: ()


def joined(text: str) -> tuple[str, list[str]] | None:
    """A text with marks for MOST_WHY reasons, with one mark wherever all of them stand in a row, and what stands
    between two of them there; None where they stand otherwise.
    """
    betweens = list[str]()

    def run(found: re.Match[str]) -> str:
        if found[1] not in betweens and len(betweens) < _RUNS:
            betweens.append(found[1])
        return _RUN[betweens.index(found[1])] if found[1] in betweens else found[0]

    made = _WHOLE_RUN.sub(run, text)
    return None if any(mark in made for mark in WHY) else (made, betweens)


def expanded(text: str, betweens: Sequence[str], reasons: int) -> str:
    """What `joined` made of a text, with marks for so many reasons again."""
    for mark, between in zip(_RUN, betweens, strict=False):
        text = text.replace(mark, between.join(WHY[:reasons]))
    return text
