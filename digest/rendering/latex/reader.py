"""Reads nodes of TeX as pieces of text: letters, scripts, signs and fonts here, other commands by a table."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.rendering.latex import signs
from digest.rendering.latex.pieces import BLANK, SOFT_BLANK, SPACE, Kind, Piece, is_number, joined, solid
from digest.rendering.latex.scripts import SMALL, line, scripted
from digest.rendering.latex.tree import LONGEST_CHAIN, SOFT, Cursor, Node, Unreadable


@dataclass(frozen=True, slots=True)
class Style:
    """What holds for all letters of a group."""

    font: str = signs.PLAIN
    text: bool = False  # set as words, not as mathematics


MATHEMATICS = Style()
WORDS = Style(text=True)


class Reader:
    """Reads with one table of commands; keeps nothing."""

    def __init__(self, commands: Mapping[str, "Command"]) -> None:
        self._commands = commands

    def pieces(self, nodes: Sequence[Node], style: Style) -> list[Piece]:
        """The pieces of a group; raises `Unreadable`."""
        cursor, found = Cursor(nodes), list[Piece]()
        while cursor:
            node = cursor.peek()
            if node == SOFT:
                cursor.take()
                found.append(SOFT_BLANK)
            elif node in _STROKES:
                cursor.take()
                return _STROKES[node](found, self.pieces(cursor.rest(), style))
            elif node == "/" and not style.text:
                cursor.take()
                found += self._divided(cursor, style)
            elif node in signs.SWITCHES:
                cursor.take()
                style = replace(style, font=signs.SWITCHES[node])
            elif node == "$" and style.text:
                cursor.take()
                found.append(Piece(joined(self.pieces(cursor.until("$"), MATHEMATICS)), Kind.TEXT))
            elif node in _SCRIPT_SIGNS and not style.text:
                while found and found[-1] in (BLANK, SOFT_BLANK):
                    found.pop()
                found.append(self._scripted(found.pop() if found else Piece(""), cursor, style))
            else:
                found.extend(self._nucleus(cursor, style))
                _mix(found)
        return found

    def argument(self, cursor: Cursor, style: Style) -> list[Piece]:
        r"""The next group, sign, or command with its own arguments, as LaTeX takes `x_\mathrm{max}`."""
        cursor.skip_blanks()
        node = cursor.take()
        if isinstance(node, str) and len(node) > 1:
            return self._chained(node, cursor, style)
        return self.pieces(node if isinstance(node, tuple) else (node,), style)

    def _chained(self, name: str, cursor: Cursor, style: Style) -> list[Piece]:
        if cursor.chain == LONGEST_CHAIN:
            raise Unreadable("too deep")
        cursor.chain += 1
        pieces = self._command(name, cursor, style)
        cursor.chain -= 1
        return pieces

    def line(self, cursor: Cursor, style: Style) -> str:
        """An argument as text."""
        return joined(self.argument(cursor, style))

    def _nucleus(self, cursor: Cursor, style: Style) -> list[Piece]:
        node = cursor.take()
        if node == (",",):
            cursor.skip_blanks()  # 10{,} 000
        if isinstance(node, tuple):
            return self.pieces(node, style)
        if len(node) > 1:
            return self._command(node, cursor, style)
        return [_word_character(node) if style.text else _character(node, cursor, style)]

    def _command(self, name: str, cursor: Cursor, style: Style) -> list[Piece]:
        if name in SIGNS:
            return [_sign(name, style)]
        if name in signs.NOTHING:
            return []
        if name in signs.FONTS:
            font = signs.FONTS[name]
            return _named(self.argument(cursor, replace(style, font=font)), font)
        if name in signs.TEXT:
            return _text(self.argument(cursor, WORDS))
        accents = signs.TEXT_ACCENTS if style.text else signs.ACCENTS
        mark = accents.get(name) or signs.ACCENTS.get(name) or signs.TEXT_ACCENTS.get(name)
        if mark:
            return _accented(name, mark, self.argument(cursor, style))
        if name in self._commands:
            return self._commands[name](self, cursor, style)
        raise Unreadable("an environment" if name in (r"\begin", r"\end") else f"unknown command {name}")

    def _divided(self, cursor: Cursor, style: Style) -> list[Piece]:
        """A stroke; a group after it is all below it, though TeX shows no brackets."""
        stroke, group = Piece("/", Kind.OTHER), cursor.peek()
        if not isinstance(group, tuple):
            return [stroke]
        cursor.take()
        pieces = self.pieces(group, style)
        if not solid(pieces) or _is_one(pieces) or _is_root(pieces):
            return [stroke, *pieces]
        return [stroke, Piece(f"({joined(pieces)})", Kind.CLOSE)]

    def _scripted(self, base: Piece, cursor: Cursor, style: Style) -> Piece:
        """`base` with all scripts that follow it, in whichever order they are written."""
        primes, scripts = "", dict[str, str]()
        while sign := next(filter(cursor.takes, _SCRIPT_SIGNS), None):
            if sign == "'":
                primes += "′"
            elif sign in scripts:
                raise Unreadable("two scripts in one place")
            else:
                scripts[sign] = line(self.line(cursor, style))
        return scripted(base, raised=scripts.get("^") or None, lowered=scripts.get("_") or None, primes=primes)


Command = Callable[[Reader, Cursor, Style], list[Piece]]


def fraction(above: list[Piece], below: list[Piece]) -> list[Piece]:
    """One over the other, each in brackets where it is more than one thing."""
    numerator, denominator = joined(above), joined(below)
    if not numerator or not denominator:
        raise Unreadable("half a fraction")
    if not _is_one(above):
        numerator = f"({numerator})"
    if not _is_one(below) and not _is_root(below):
        denominator = f"({denominator})"
    return [Piece(f"{numerator}/{denominator}", beside=f"({numerator}/{denominator})")]


def is_proper(piece: Piece) -> bool:
    """Whether the piece is a fraction of two numbers below one, which after a number adds to it: 1⅔."""
    above, _, below = piece.text.partition("/")
    return bool(piece.beside) and above.isdecimal() and below.isdecimal() and int(above) < int(below)


def _mix(found: list[Piece]) -> None:
    """Make one piece of a number and a fraction at the end."""
    if len(found) < 2 or not is_proper(found[-1]) or not found[-2].text.isdecimal():
        return
    part, whole = found.pop(), ""
    while found and found[-1].text.isdecimal():
        whole = found.pop().text + whole
    found.append(Piece(f"{whole} {part.text}", beside=f"({whole} {part.text})"))


def choice(above: list[Piece], below: list[Piece]) -> list[Piece]:
    """A binomial coefficient."""
    return [Piece(f"({joined(above)} choose {joined(below)})")]


def is_enclosed(parts: Sequence[Piece]) -> bool:
    """Whether one pair of brackets or bars encloses all, with none inside."""
    if len(parts) < 2:
        return False
    first, last = parts[0], parts[-1]
    bars = first.text == last.text and first.text in _BARS
    inner = any(part.kind in (Kind.OPEN, Kind.CLOSE) or part.text in _BARS for part in parts[1:-1])
    return not inner and (bars or (first.kind is Kind.OPEN and last.kind is Kind.CLOSE and len(last.text) == 1))


def _is_one(pieces: Sequence[Piece]) -> bool:
    """Whether pieces are read as one thing beside a fraction stroke: x², 12, f(x), |S|, ∂x, (a+b)."""
    parts = solid(pieces)
    if len(parts) == 1:
        return not parts[0].composite and " " not in parts[0].text
    if len(parts) == 2 and parts[0].text == "∂":
        return not parts[1].composite
    return is_number("".join(part.text for part in parts)) or is_enclosed(parts) or _is_call(parts)


def _is_call(parts: Sequence[Piece]) -> bool:
    """Whether a named function and its arguments are all; f(x) is not: it may be f times x."""
    if not parts or parts[0].kind not in (Kind.FUNCTION, Kind.OPERAND):
        return False
    letters = [unicodedata.category(letter) in _FULL_LETTERS for letter in parts[0].text[:2]]
    return letters == [True, True] and is_enclosed(parts[1:])


def _is_root(pieces: Sequence[Piece]) -> bool:
    parts = solid(pieces)
    return len(parts) == 1 and parts[0].kind is Kind.OPERAND and parts[0].text[:1] in "√∛∜" and not parts[0].beside


def _word_character(sign: str) -> Piece:
    return SPACE if sign in " ~" else Piece(sign, Kind.TEXT)


def _character(sign: str, cursor: Cursor, style: Style) -> Piece:
    if sign in CHARACTERS:
        return CHARACTERS[sign]
    if sign in "\\&^_":
        raise Unreadable(f"a stray {sign}")
    if not sign.isalnum():
        return Piece(sign, Kind.OTHER)
    alone = style.font == signs.FRAKTUR or not _continues(sign, cursor.before(), cursor.peek())
    return Piece(signs.dressed(sign, style.font) if alone else sign)


def _continues(sign: str, *neighbours: Node | None) -> bool:
    """Whether a letter or digit belongs to a word or number, which means the same in any font."""
    near = [node for node in neighbours if isinstance(node, str) and len(node) == 1]
    if sign.isalpha():
        return any(node.isalpha() for node in near)
    return any(node.isdigit() or node in ".," for node in near)


def _sign(name: str, style: Style) -> Piece:
    piece = SIGNS[name]
    if piece.kind is Kind.BLANK:
        return piece
    if style.text:
        return replace(piece, kind=Kind.TEXT)
    return replace(piece, text=signs.dressed(piece.text, style.font)) if piece.kind is Kind.OPERAND else piece


def _named(pieces: list[Piece], font: str) -> list[Piece]:
    """Letters set upright are one name, not factors; but two bold ones may be a matrix and a vector."""
    text = "".join(piece.text for piece in pieces)
    shortest = 3 if font == signs.BOLD else 2
    if len(text) >= shortest and text.isalpha() and all(piece.kind is Kind.OPERAND for piece in pieces):
        return [Piece(text)]
    return pieces


def _text(pieces: list[Piece]) -> list[Piece]:
    """Words, with the blanks at their edges as blanks."""
    text = "".join(piece.text for piece in pieces)
    for typed, meant in _LIGATURES:
        text = text.replace(typed, meant)
    words = Piece(" ".join(text.split()), Kind.TEXT)
    return [SPACE] * text[:1].isspace() + [words] + [SPACE] * (text[-1:].isspace() and bool(words.text))


def _accented(name: str, mark: str, pieces: list[Piece]) -> list[Piece]:
    parts = solid(pieces)
    if name in signs.LINES_UNDER and (is_number(joined(parts)) or all(part.kind is Kind.TEXT for part in parts)):
        return pieces  # a line under a number or words is emphasis
    if len(parts) == 1 and _is_letter(parts[0]):
        text = parts[0].text
        return [replace(parts[0], text=unicodedata.normalize("NFC", text[0] + mark) + text[1:])]
    if name in signs.LINES and parts and all(_is_letter(part) for part in parts):
        return [replace(part, text=part.text[0] + signs.LINES[name] + part.text[1:]) for part in parts]
    raise Unreadable(f"{name} over more than a letter")


def _is_letter(piece: Piece) -> bool:
    """Whether the piece is one letter or digit, with accents and scripts."""
    first, rest = piece.text[:1], piece.text[1:]
    is_base = first.isalnum() or first in ("∇", "∂")
    return is_base and (not rest or bool(unicodedata.combining(rest[0])) or rest[0] in SMALL | {"_", "^"})


def _signs() -> dict[str, Piece]:
    """Every command that is one sign, whatever follows."""
    by_kind = (
        (Kind.OPERAND, signs.ORDINARY),
        (Kind.INFIX, signs.INFIX),
        (Kind.LARGE, signs.LARGE),
        (Kind.OPEN, signs.OPENING),
        (Kind.CLOSE, signs.CLOSING),
        (Kind.OTHER, signs.OTHER),
        (Kind.FUNCTION, signs.FUNCTIONS),
        (Kind.SPACED, signs.WORDS),
    )
    table = {name: Piece(text, kind) for kind, names in by_kind for name, text in names.items()}
    return table | dict.fromkeys(signs.BLANKS, SPACE)


SIGNS = _signs()
CHARACTERS = {
    " ": BLANK,
    "~": SPACE,
    "(": Piece("(", Kind.OPEN),
    "[": Piece("[", Kind.OPEN),
    ")": Piece(")", Kind.CLOSE),
    "]": Piece("]", Kind.CLOSE),
    "'": Piece("′", Kind.OTHER),
    "`": Piece("‘", Kind.OTHER),
}
_STROKES: dict[Node | None, Callable[[list[Piece], list[Piece]], list[Piece]]] = {
    r"\over": fraction,
    r"\choose": choice,
}
_SCRIPT_SIGNS = ("'", "^", "_")
_FULL_LETTERS = ("Lu", "Ll")  # small raised and lowered ones are "Lm"
_BARS = ("|", "‖")
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))
