"""Text from outside made safe to write anywhere."""

import re
import unicodedata
from collections.abc import Iterator

_COLUMNS = 72

# Controls, bidi controls and marks (UAX #9), the byte order mark, lone surrogates, non-characters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ufdd0-\ufdef"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)


def clean(text: str) -> str:
    """The text without characters that XML refuses or that reorder what is around them; NFC; line ends kept."""
    one_kind_of_line_end = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", one_kind_of_line_end))


def one_line(text: str) -> str:
    """The clean text on one line."""
    return " ".join(clean(text).split())


def header_text(text: str) -> str:
    """The clean text for a mail header, with nothing that could be read as an encoded word (RFC 2047 §2)."""
    return one_line(text).replace("=?", "= ?").replace("?=", "? =")


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words where there are any, with an ellipsis where it was cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    whole_words = re.match(r".*\S(?=\s)", text[:limit], re.S)
    kept = whole_words[0] if whole_words and whole_words.end() > limit // 2 else head  # "AI 人工智能…" has few blanks
    return kept.rstrip(" ,;:–-") + "…"


_ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|cf|vs|resp|etc|al|Figs?|Eqs?|Refs?|Secs?|Dr|No|approx|w\.r\.t|[A-Z])\.[\"”’)\]]*$"
)


def sentences(text: str, limit: int) -> str:
    """As many whole sentences from the beginning as fit into `limit` characters; the first one shortened if need be."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    ends = [found.end() for found in re.finditer(r"[.!?。！？][\"”’)\]]*(?=\s|$)|[。！？]", flat[: limit + 1])]
    whole = [end for end in ends if end <= limit and not _ABBREVIATED.search(flat[:end])]
    return flat[: whole[-1]] if whole else shortened(flat, limit)


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Paragraph text in lines of at most 72 columns; an address too long for a line stays whole."""
    lines, line, blank = [], indent if first is None else first, ""
    for word in _pieces(text, _COLUMNS - max(len(indent), len(line))):
        if blank and columns(line + blank + word) > _COLUMNS:
            lines.append(line)
            line, blank = indent, ""
        line, blank = line + blank + word, " "
    return "\n".join([*lines, line]).rstrip()


def columns(text: str) -> int:
    """The columns text takes in a terminal: two for an East Asian wide letter, none for a combining mark (UAX #11)."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def _pieces(text: str, width: int) -> Iterator[str]:
    """The words, those wider than a line in pieces."""
    for word in text.split():
        if columns(word) <= width or "://" in word:
            yield word
            continue
        piece = ""
        for letter in word:
            if columns(piece + letter) > width:
                yield piece
                piece = ""
            piece += letter
        yield piece
