"""Why papers are in a reader's feed: lines of an edition in, what is told of each out, escaped as it stands within an
entry and before its summary.

What is plain in XML, HTML and JSON alike is the same in both, and made once.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from digest.editions import ReasonKind, Slot
from digest.rendering.feed_blocks import SPECIAL, Style, escaped
from digest.rendering.feed_forms import BETWEEN
from digest.rendering.reasons import without_parts
from digest.rendering.words import LONGEST_MATCHES, Words, matches_listed
from digest.tellings import Line, Telling

_REMEMBERED = 20_000  # reasons that many papers have
_CHOSEN, _EXPLORATION = Slot.CHOSEN, Slot.EXPLORATION
_UNTIDY = (*SPECIAL, "  ", " \n", "\n ")  # on lines of which each is to stand as it is
_Escaped = tuple[bytes, bytes]  # within an entry, and before its summary


class Why(NamedTuple):
    """What is told of one paper."""

    reasons: int  # how many
    within: bytes
    said: bytes


class Whys:
    """Why papers are there, in one style and language."""

    def __init__(self, style: Style, words: Words) -> None:
        self._style = style
        self._words = words
        self._because = lru_cache(maxsize=_REMEMBERED)(self._said_because)
        first, *others = words.round_matches
        self._round, self._round_said = escaped([BETWEEN + first, *others], style)

    def of(self, lines: Sequence[tuple[Line, int, Telling]]) -> list[Why]:
        """Of each of some papers."""
        likest = [line.likeness if line.slot is _CHOSEN else None for line, _, _ in lines]
        shared = [without_parts(each.words) if each else [] for each in likest]
        matching = iter(self._matching([", ".join(words) for words in shared if words]))
        because = self._because
        found: list[Why] = []
        for (line, _, edition), each, words in zip(lines, likest, shared, strict=True):
            if each and words:
                within, said = because(each.kind, each.label)
                matched, said_matched = next(matching)
                found.append(Why(2, within + matched, said + said_matched))
            else:
                found.append(self._whole(self.texts(line, edition)))
        return found

    def texts(self, line: Line, edition: Telling) -> Sequence[str]:
        """The same in words; first comes the mark of a paper that has its place although others are likelier."""
        words = self._words
        why = words.why(line.whole) if line.whole else self._likeness(line)
        if line.slot is not _CHOSEN and (mark := words.mark(line, [category for category, _ in edition.considered])):
            return mark, *why
        return why

    def _likeness(self, line: Line) -> Sequence[str]:
        """What it is most like, but not of one that is there for being unlike, and by which words."""
        if line.likeness is None:
            return ()
        kind, label, shared = line.likeness
        because = [] if line.slot is _EXPLORATION else [self._words.because(kind, label)]
        words = without_parts(shared)
        return [*because, self._words.matching(words)] if words else because

    def _whole(self, texts: Sequence[str]) -> Why:
        (within,), (said,) = escaped([BETWEEN.join(texts)], self._style)
        return Why(len(texts), within, said)

    def _said_because(self, kind: ReasonKind, label: str) -> _Escaped:
        (within,), (said,) = escaped([self._words.because(kind, label)], self._style)
        return within, said

    def _matching(self, listed: Sequence[str]) -> list[_Escaped]:
        """What `Words.matching` says of words that are listed already, behind another reason."""
        whole = "\n".join(listed)
        if _is_plain(whole, listed):
            within = said = whole.encode().split(b"\n")
        else:
            within, said = escaped([matches_listed(each) for each in listed], self._style)
        return [
            (each.join(self._round), other.join(self._round_said)) for each, other in zip(within, said, strict=True)
        ]


def _is_plain(whole: str, lines: Sequence[str]) -> bool:
    """Whether lines are clean and short, and read the same however they are escaped."""
    return (
        whole.isascii()
        and whole.replace("\n", "").isprintable()
        and whole.strip(" ") == whole
        and not any(sign in whole for sign in _UNTIDY)
        and whole.count("\n") == len(lines) - 1
        and max(map(len, lines)) <= LONGEST_MATCHES
    )
