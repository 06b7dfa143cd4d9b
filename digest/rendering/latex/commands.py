"""Commands of mathematics that are more than a sign, a font or an accent."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from digest.rendering.latex.pieces import BLANK, SPACE, Kind, Piece, is_number, joined, solid, undecorated
from digest.rendering.latex.reader import (
    CHARACTERS,
    MATHEMATICS,
    SIGNS,
    WORDS,
    Command,
    Reader,
    Style,
    choice,
    fraction,
    is_enclosed,
)
from digest.rendering.latex.scripts import line, scripted
from digest.rendering.latex.tree import Cursor, Unreadable
from digest.rendering.plain import clean

_ROOTS = {"2": "√", "3": "∛", "4": "∜"}
_DELIMITERS = {
    **{name: piece for name, piece in SIGNS.items() if piece.kind in (Kind.OPEN, Kind.CLOSE, Kind.OTHER, Kind.SPACED)},
    **{sign: CHARACTERS[sign] for sign in "()[]"},
    **{sign: Piece(sign, Kind.OTHER) for sign in "|/"},
    "<": Piece("⟨", Kind.OPEN),
    ">": Piece("⟩", Kind.CLOSE),
    ".": Piece("", Kind.OTHER),
}


def _fraction(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    return fraction(read.argument(cursor, style), read.argument(cursor, style))


def _choice(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    return choice(read.argument(cursor, style), read.argument(cursor, style))


def _root(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    index = joined(read.pieces(cursor.until("]"), style)) if cursor.takes("[") else "2"
    if index not in _ROOTS:
        raise Unreadable("a root of its own kind")
    pieces = read.argument(cursor, style)
    text, parts = joined(pieces), solid(pieces)
    if not text:
        raise Unreadable("half a root")
    sealed = _ROOTS[index] + (text if is_enclosed(parts) and text[0] == "(" else f"({text})")
    short = is_number(text) or (len(parts) == 1 and not parts[0].composite and not parts[0].raised)
    return [Piece(_ROOTS[index] + text if short else sealed, before=sealed)]


def _delimiter(kind: Kind | None) -> Command:
    def sized(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
        cursor.skip_blanks()
        node = cursor.take()
        piece = _DELIMITERS.get(node) if isinstance(node, str) else None
        if piece is None:
            raise Unreadable("a stray delimiter")
        return [replace(piece, kind=kind or piece.kind)]

    return sized


def _negated(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    text = unicodedata.normalize("NFC", read.line(cursor, style) + "\u0338")
    if len(text) != 1:
        raise Unreadable("a stroke through a sign that has none in Unicode")
    return [Piece(text, Kind.INFIX)]


def _function(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    cursor.takes("*")
    pieces = read.argument(cursor, MATHEMATICS)
    text, sealed = joined(pieces), joined(pieces, before_operand=True)
    return [Piece(text, Kind.FUNCTION, sealed=sealed if sealed != text else "")]


def _modulo(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    return [BLANK, Piece(f"(mod {read.line(cursor, style)})", Kind.TEXT)]


def _colon(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    return [Piece(":", Kind.OTHER), BLANK]


def _underset(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    below = line(read.line(cursor, style))
    match solid(read.argument(cursor, style)):
        case [base] if below:
            return [scripted(base, lowered=below)]
    raise Unreadable("something below more than a sign")


def _second(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    """The last of two arguments: the text of a link, what is coloured."""
    _coloured(read, cursor, style)
    return read.argument(cursor, style)


def _coloured(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    cursor.skip_blanks()
    cursor.take()
    return []


def _code_point(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    r"""MathJax's `\unicode{x2192}`; a letter of Unicode's mathematical fonts is a plain one."""
    digits = read.line(cursor, WORDS)
    try:
        sign = chr(int(digits[1:], 16) if digits[:1] in ("x", "X") else int(digits))
    except (ValueError, OverflowError):
        raise Unreadable("no character") from None
    if sign.isspace():
        return [SPACE]
    if not clean(sign):
        raise Unreadable("no character")
    kind = Kind.TEXT if style.text else Kind.OPERAND if sign.isalnum() else Kind.OTHER
    return [Piece(undecorated(sign), kind)]


def _superscript(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    return [scripted(Piece(""), raised=line(read.line(cursor, style)) or None)]


def _subscript(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    return [scripted(Piece(""), lowered=line(read.line(cursor, style)) or None)]


def _space(read: Reader, cursor: Cursor, style: Style) -> list[Piece]:
    return [] if "-" in read.line(cursor, WORDS) else [SPACE]


def _sizes() -> dict[str, Command]:
    r"""\big, \Biggl and their kin."""
    sides = {"l": Kind.OPEN, "r": Kind.CLOSE, "m": None, "": None}
    sizes = ("big", "Big", "bigg", "Bigg")
    return {f"\\{size}{side}": _delimiter(kind) for size in sizes for side, kind in sides.items()}


COMMANDS: Mapping[str, Command] = {
    **dict.fromkeys((r"\frac", r"\tfrac", r"\dfrac", r"\cfrac", r"\sfrac", r"\nicefrac"), _fraction),
    **dict.fromkeys((r"\binom", r"\tbinom", r"\dbinom"), _choice),
    **_sizes(),
    r"\left": _delimiter(Kind.OPEN),
    r"\right": _delimiter(Kind.CLOSE),
    r"\middle": _delimiter(None),
    r"\sqrt": _root,
    r"\not": _negated,
    r"\operatorname": _function,
    r"\pmod": _modulo,
    r"\colon": _colon,
    r"\underset": _underset,
    r"\href": _second,
    r"\textcolor": _second,
    r"\color": _coloured,
    r"\unicode": _code_point,
    r"\hspace": _space,
    r"\textsuperscript": _superscript,
    r"\textsubscript": _subscript,
}
