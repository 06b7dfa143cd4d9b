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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import escape

_KEPT_TEXTS = 20_000
_FIRST = 0xFDD0
_MOST = 32
_MARK = re.compile("([\ufdd0-\ufdef])\\1*")
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


@dataclass(frozen=True, slots=True)
class Form:
    """A written template: text in quoted-printable, with a gap after each piece but the last."""

    pieces: tuple[bytes, ...]
    gaps: tuple[int, ...]  # for each gap the place of its value, as the marks were named

    @classmethod
    def written(cls, text: str) -> "Form":
        """The form of a rendered template."""
        parts = _MARK.split(text)
        texts, marks = parts[::2], parts[1::2]
        return cls(tuple(quoted(*texts)), tuple(ord(mark) - _FIRST for mark in marks))

    def filled(self, values: Sequence[bytes]) -> Sequence[bytes]:
        """The pieces with these values, which must be quoted, between them; to be joined."""
        if not self.gaps:
            return self.pieces
        joined = [b""] * (len(self.pieces) + len(self.gaps))
        joined[::2] = self.pieces
        joined[1::2] = [values[place] for place in self.gaps]
        return joined

    def around(self, values: Sequence[bytes], place: int, inside: Sequence[bytes]) -> list[bytes]:
        """The same, with pieces of their own in the gap of one place."""
        joined = [self.pieces[0]]
        for gap, piece in zip(self.gaps, self.pieces[1:], strict=True):
            if gap == place:
                joined += inside
            else:
                joined.append(values[gap])
            joined.append(piece)
        return joined


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


class Quoter:
    """Texts quoted as `quote` has it, those that come again kept."""

    def __init__(self, quote: Callable[..., list[bytes]]) -> None:
        """`quote` takes any number of texts, and quotes each by itself."""
        self._quote = quote
        self._known: dict[str, bytes] = {}

    def known(self, texts: Sequence[str]) -> Mapping[str, bytes]:
        """These texts quoted, by themselves; all that are new at once, which is much cheaper than one by one."""
        known = self._known
        if unknown := [text for text in texts if text not in known]:
            if len(known) > _KEPT_TEXTS:
                known.clear()
                unknown = list(texts)
            known.update(zip(unknown, self._quote(*unknown), strict=True))
        return known


def read(pieces: Iterable[bytes]) -> str:
    """The text of quoted pieces, with LF."""
    return a2b_qp(b"".join(pieces)).decode().replace("\r\n", "\n")
