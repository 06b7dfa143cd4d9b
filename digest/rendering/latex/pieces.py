"""The parts of a formula as text, and how they are put beside each other so that nothing is read otherwise."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a part does between others, as TeX's classes of atoms do (The TeXbook, chapter 17)."""

    OPERAND = auto()
    FUNCTION = auto()  # log, max: a name that must not run into what it is applied to
    LARGE = auto()  # ∑, ∫
    INFIX = auto()  # blanks on both sides or on none
    SPACED = auto()  # an infix that always stands between blanks
    OPEN = auto()
    CLOSE = auto()
    TEXT = auto()
    OTHER = auto()  # as the author spaced it
    BLANK = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a formula."""

    text: str
    kind: Kind = Kind.OPERAND
    beside: str = ""  # what stands instead next to an operand: a fraction puts on brackets
    before: str = ""  # what stands instead where an operand follows: a root says how far it goes
    sealed: str = ""  # what stands instead at the end where the prose goes on with a letter: a script puts on brackets
    raised: bool = False  # ends in a superscript
    sticky: bool = False  # a letter right after it would seem to belong to it

    @property
    def composite(self) -> bool:
        return bool(self.beside or self.before)


BLANK = Piece(" ", Kind.BLANK)  # of the source, where TeX sets none
SOFT_BLANK = Piece("", Kind.BLANK)  # of the source, after a command: it may only end its name
SPACE = Piece("\N{NO-BREAK SPACE}", Kind.BLANK)  # asked for by a command
_FACTORS = frozenset({Kind.OPERAND, Kind.FUNCTION, Kind.LARGE})
_NAMES = frozenset({Kind.FUNCTION, Kind.LARGE})
_PAIRS = frozenset((":=", "=:", "<=", ">=", "==", "!=", "->", "=>", "<<", ">>"))
_OPERATORS = frozenset("=+-<>/") | _PAIRS  # with blanks on both sides or on none, as infix commands
_NO_LEFT_SIDE = _OPERATORS | frozenset(",:;")
_PRODUCTS = frozenset("·×∘⊙⊗∗*⋆÷")  # a/b · c may be taken for a over b · c
_AFTER_TIMES = frozenset("/=<>≤≥≈∼→")
_EDGE_OF_A_FACTOR = frozenset("/|‖")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

# Sans-serif and monospace letters and digits, and bold ones: dressing, where blackboard and script letters are others.
_NAMES_ONLY = "\U0001d5a0-\U0001d5d3\U0001d670-\U0001d6a3\U0001d7e2-\U0001d7eb\U0001d7f6-\U0001d7ff"
_BOLD = "\U0001d400-\U0001d433\U0001d6a8-\U0001d6e1\U0001d7ce-\U0001d7d7"
_NAME = re.compile(f"[{_NAMES_ONLY}]")
_DRESSED = re.compile(f"[{_NAMES_ONLY}{_BOLD}]")
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")


def joined(pieces: Iterable[Piece], *, after_operand: bool = False, before_operand: bool = False) -> str:
    """The pieces as one line; the flags say that a letter or digit stands right before or after it."""
    parts, spaced = _without_blanks(pieces)
    texts = []
    for at, part in enumerate(parts):
        left = _is_factor(parts[at - 1], spaced[at]) if at else after_operand
        right = _is_factor(parts[at + 1], spaced[at + 1], left=False) if at + 1 < len(parts) else before_operand
        right = right or (at + 1 < len(parts) and bool(part.beside) and parts[at + 1].text in _PRODUCTS)
        if at + 1 == len(parts) and part.sealed and before_operand:
            texts.append(part.sealed)
        else:
            texts.append(_text(part, left=left, right=right))
    line = ""
    for at, text in enumerate(texts):
        line += " " * (at > 0 and _gap(parts, texts, spaced, at)) + text
    return unicodedata.normalize("NFC", line)


def undressed(text: str) -> str:
    """The text with sans-serif and monospace letters as plain ones, and bold ones unless the same stand there plain.

    Such letters stand outside the Basic Multilingual Plane, which not all fonts of mail programs cover, and a search
    does not find them. A bold 0 or 1 among letters is a vector or a function, and stays.
    """
    text = _NAME.sub(lambda one: undecorated(one[0]), text)
    plain = _LONG_WORD.sub("", _DRESSED.sub("", text))
    found = {folded(letter) for letter in _DRESSED.findall(text)}
    clash = any(map(str.isalpha, found)) and not found.isdisjoint(plain)
    digits_matter = any(map(str.isalpha, text))
    kept = {letter for letter in found if clash or (letter.isdigit() and digits_matter)}
    return unicodedata.normalize("NFC", _DRESSED.sub(lambda one: _unless(one[0], kept), text))


def _unless(letter: str, kept: set[str]) -> str:
    plain = undecorated(letter)
    return letter if plain in kept else plain


def folded(text: str) -> str:
    """The text without bold, sans-serif and monospace."""
    return _DRESSED.sub(lambda found: undecorated(found[0]), text)


def undecorated(letter: str) -> str:
    """A letter of Unicode's mathematical fonts as a plain one, and no further: a bold ϕ is ϕ, which NFKC makes φ."""
    kind, _, plain = unicodedata.decomposition(letter).partition(" ")
    return chr(int(plain, 16)) if kind == "<font>" else letter


def solid(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.kind is not Kind.BLANK]


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _without_blanks(pieces: Iterable[Piece]) -> tuple[list[Piece], list[bool]]:
    """The pieces, and whether there was a blank before each."""
    parts: list[Piece] = []
    spaced: list[bool] = []
    hard = soft = was_soft = False
    for piece in pieces:
        if piece.kind is Kind.BLANK:
            hard, soft = hard or piece is not SOFT_BLANK, True
        elif parts and not soft and parts[-1].text + piece.text in _PAIRS:
            parts[-1] = Piece(parts[-1].text + piece.text, Kind.OTHER)
            spaced[-1] = spaced[-1] or was_soft
        elif piece.text:
            was_soft = soft
            parts.append(piece)
            spaced.append(hard or (soft and _is_infix(piece)))
            hard = soft = False
    return parts, spaced


def _is_infix(part: Piece) -> bool:
    return part.kind is Kind.INFIX or (part.kind is Kind.OTHER and part.text in _OPERATORS)


def _is_factor(part: Piece, spaced: bool, *, left: bool = True) -> bool:
    """Whether a fraction or root beside `part` would seem to be one with it."""
    bracket = Kind.CLOSE if left else Kind.OPEN
    if part.kind is Kind.TEXT:
        return not spaced
    if left and part.kind is Kind.LARGE:
        return False
    return part.kind in _FACTORS or part.kind is bracket or part.text in _EDGE_OF_A_FACTOR


def _text(part: Piece, *, left: bool, right: bool) -> str:
    if part.beside and (left or right):
        return part.beside
    return part.before if part.before and right else part.text


def _gap(parts: Sequence[Piece], texts: Sequence[str], spaced: Sequence[bool], at: int) -> bool:
    """Whether a blank stands between a part and the one before it."""
    left, right = parts[at - 1], parts[at]
    if Kind.SPACED in (left.kind, right.kind):
        return True
    if left.kind is Kind.OPEN or right.kind is Kind.CLOSE:
        return False
    if _is_infix(left) and not _is_times(left, right):
        return _gap_after_infix(parts, texts, spaced, at)
    if _is_infix(right) and right.kind is Kind.OTHER and at + 1 < len(parts):
        return spaced[at] or spaced[at + 1]
    if right.kind is Kind.OPEN and left.kind is Kind.OPERAND and (at < 2 or parts[at - 2].kind is not Kind.OPERAND):
        return False  # O (n) is O(n), but words keep their blanks
    if spaced[at]:
        return right.text != "×" or at + 1 < len(parts)  # "2 \times" is twice as much
    return _would_run_together(left, right, texts[at])


def _gap_after_infix(parts: Sequence[Piece], texts: Sequence[str], spaced: Sequence[bool], at: int) -> bool:
    if at == 1:
        return spaced[at] and parts[0].text in ("=", "<", ">", "/")
    return not _is_prefix(parts, at - 1) and _gap(parts, texts, spaced, at - 1)


def _is_prefix(parts: Sequence[Piece], at: int) -> bool:
    """Whether the infix at that place has nothing on its left: = ±1."""
    left = parts[at - 1]
    is_sign = left.kind in (Kind.INFIX, Kind.OPEN) or left.text in _NO_LEFT_SIDE
    return is_sign and not _is_times(left, parts[at])


def _is_times(left: Piece, right: Piece) -> bool:
    """Whether × ends a factor, as in 2× / 3×, and takes nothing on its right."""
    return left.text == "×" and right.text in _AFTER_TIMES


def _would_run_together(left: Piece, right: Piece, text: str) -> bool:
    starts_a_word = text[0].isalnum() or text[0] in "√∑∏∫|‖"
    if left.kind is Kind.FUNCTION or (left.kind is Kind.LARGE and len(left.text) > 1):
        return starts_a_word
    if right.kind is Kind.FUNCTION:
        return left.kind in (Kind.OPERAND, Kind.CLOSE, Kind.TEXT)
    return left.sticky and text[0].isalnum()
