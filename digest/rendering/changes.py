"""What changed between two texts, word by word: two texts in; pieces kept, taken out and put in, in order, out."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_MOST_WORDS = 1500  # of one text that are compared: the time grows with their square; abstracts have some 200


class Change(StrEnum):
    """What became of a piece."""

    KEPT = "kept"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stand together and share one fate."""

    change: Change
    text: str


def changes(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces that make `after` of `before`; nothing where the two have the same words."""
    old, new = before.split()[:_MOST_WORDS], after.split()[:_MOST_WORDS]
    if old == new:
        return ()
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece(Change.KEPT, " ".join(old[a:b])))
            continue
        found += [Piece(Change.OUT, " ".join(old[a:b]))] if a < b else []
        found += [Piece(Change.IN, " ".join(new[c:d]))] if c < d else []
    return tuple(found)
