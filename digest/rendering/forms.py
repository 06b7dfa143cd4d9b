"""Templates that are written once and filled in for many readers, as quoted-printable (RFC 2045 §6.7).

A template is rendered with a mark wherever something personal belongs; the text between the marks is encoded once, and
what is personal is encoded for each reader and put between. That works because every piece ends its last line: with a
line break of the text, or with a soft one, which no reader shows. So pieces can be joined in any order, and the bytes
are the same whether a form was kept or is written anew.

A mark is a code point that is no character (U+FDD0 to U+FDEF). `plain.clean` takes these out of everything that comes
from outside, so no title can pretend to be one.
"""

import re
from binascii import a2b_qp, b2a_qp
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from markupsafe import escape

_FIRST = 0xFDD0
_MOST = 32
_NUMBERS = 1000
_MARK = re.compile("([\ufdd0-\ufdef])\\1*")
_COLUMNS = 75  # of a line before its soft break
_AS_IT_IS = re.compile("[ -<>-~]*")  # what needs no change but soft breaks
_AS_IT_IS_IN_HTML = re.compile("[ !#-%(-;?-~]*")
_TRAILING = re.compile("[ \t]+\n")
# A character that no text holds ends each text while it is encoded, so that there is always room for a soft break.
_GUARD, _GUARDED = "\0\n", b"=00\r\n"


class Marks:
    """What stands for personal values in a template: `marks.votes`, where `votes` is one of the names."""

    def __init__(self, *names: str, columns: dict[str, int] | None = None) -> None:
        """`columns` are those a value takes in plain text where they are always the same; a mark is as wide."""
        assert len(names) <= _MOST  # noqa: S101 - written here, not given
        widths = columns or {}
        self._marks = {name: chr(_FIRST + place) * widths.get(name, 1) for place, name in enumerate(names)}

    def __getattr__(self, name: str) -> str:
        try:
            return self._marks[name]
        except KeyError:
            raise AttributeError(name) from None


_Picked = Callable[[Sequence[bytes]], tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Form:
    """A written template: quoted-printable in pieces, with a gap between two wherever something personal belongs."""

    texts: tuple[bytes, ...]  # one more than there are gaps
    gaps: tuple[int, ...]  # for each gap the place of its value, as the marks were named
    _picked: _Picked = field(init=False, repr=False, compare=False)  # from texts and values those of the filled form

    def __post_init__(self) -> None:
        object.__setattr__(self, "_picked", _picker(self.gaps))

    @classmethod
    def written(cls, text: str) -> "Form":
        """The form of a rendered template."""
        parts = _MARK.split(text)
        return cls(tuple(quoted(*parts[::2])), tuple([ord(mark) - _FIRST for mark in parts[1::2]]))

    def pieces(self, values: Sequence[bytes]) -> tuple[bytes, ...]:
        """The text with these values, which must be quoted, in its gaps: to be joined, with many others at once."""
        return self._picked((*self.texts, *values)) if self.gaps else self.texts

    def filled(self, values: Sequence[bytes]) -> bytes:
        """The same in one."""
        return b"".join(self.pieces(values))


def _picker(gaps: tuple[int, ...]) -> _Picked:
    """Text, value, text and so on, out of all texts with all values behind them."""
    if not gaps:
        return lambda pieces: (pieces[0],)
    values = len(gaps) + 1
    return itemgetter(0, *[place for number, gap in enumerate(gaps, 1) for place in (values + gap, number)])


def quoted(*texts: str) -> list[bytes]:
    """Texts in quoted-printable, with CRLF, each with its last line ended: softly where the text does not end it.

    Many at once cost little more than one. Blanks before a line break are left out: `b2a_qp` writes them beyond the
    end of a full line.
    """
    joined = _GUARD.join((*texts, ""))
    if " \n" in joined or "\t\n" in joined:
        joined = _TRAILING.sub("\n", joined)
    encoded = b2a_qp(joined.encode()).replace(b"\n", b"\r\n")
    return encoded.replace(_GUARDED, b"=\r\n\0").replace(b"\n=\r\n\0", b"\n\0").split(b"\0")[:-1]


def quoted_html(*texts: str) -> list[bytes]:
    """Texts for HTML, escaped."""
    return quoted(*str(escape("\0".join(texts))).split("\0")) if texts else []


def quoted_line(text: str) -> bytes:
    """One text without line breaks, quoted."""
    return _softly_broken(text) if _AS_IT_IS.fullmatch(text) else quoted(text)[0]


def quoted_html_line(text: str) -> bytes:
    """One text without line breaks for HTML, escaped."""
    return _softly_broken(text) if _AS_IT_IS_IN_HTML.fullmatch(text) else quoted(str(escape(text)))[0]


def _softly_broken(text: str) -> bytes:
    if len(text) <= _COLUMNS:
        return f"{text}=\r\n".encode()
    return "".join([f"{text[at : at + _COLUMNS]}=\r\n" for at in range(0, len(text), _COLUMNS)]).encode()


def read(text: bytes) -> str:
    """What is quoted, with LF."""
    return a2b_qp(text).decode().replace("\r\n", "\n")


@lru_cache(maxsize=_NUMBERS)
def number_in_address(number: int) -> bytes:
    """A number as it follows an address on the same line, quoted."""
    return quoted_line(str(number))
