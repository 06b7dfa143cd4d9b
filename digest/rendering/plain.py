"""Text from outside made safe to write anywhere."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

COLUMNS = 72

# Controls, bidi controls and marks (UAX #9), the byte order mark, lone surrogates, non-characters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ufdd0-\ufdef"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)


_OF_URLS = "%/:?#[]@!$&'()*+,;=~"  # which RFC 3986 §2.2 reserves; letters, digits and -._~ are safe anyway
_WEB = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:[/?#][!-~]{0,1000})?", re.I)


def clean(text: str) -> str:
    """The text without characters that XML refuses or that reorder what is around them; NFC; line ends kept."""
    if not text.replace("\n", " ").isprintable():  # which none of the unwanted is
        text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """The clean text on one line."""
    if text.isascii() and text.isprintable():  # as most is, with one blank between its words
        return text if "  " not in text and text.strip(" ") == text else " ".join(text.split())
    return " ".join(clean(text).split())


def header_text(text: str) -> str:
    """The clean text for a mail header, with nothing that could be read as an encoded word (RFC 2047 §2)."""
    return one_line(text).replace("=?", "= ?").replace("?=", "? =")


def web_address(url: str) -> str:
    """The address if a link may point to it, in ASCII; "" for any other scheme, and for what is no address."""
    try:
        plain = quote(url.strip(), safe=_OF_URLS)
    except UnicodeEncodeError:  # a lone surrogate
        return ""
    return plain if _WEB.fullmatch(plain) else ""


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words where there are any, with an ellipsis where it was cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    whole_words = re.match(r".*\S(?=\s)", text[:limit], re.S)
    kept = whole_words[0] if whole_words and whole_words.end() > limit // 2 else head  # "AI 人工智能…" has few blanks
    return kept.rstrip(" ,;:–-") + "…"


_SENTENCE_END = re.compile(r"[.!?。！？][\"”’)\]]*(?=\s|$)|[。！？]")
_ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|cf|vs|resp|etc|al|Figs?|Eqs?|Refs?|Secs?|Dr|No|approx|w\.r\.t|[A-Z])\.[\"”’)\]]*$"
)


def sentences(text: str, limit: int) -> str:
    """As many whole sentences from the beginning as fit into `limit` characters; the first one shortened if need be."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    ends = [found.end() for found in _SENTENCE_END.finditer(flat[: limit + 1])]
    whole = (end for end in reversed(ends) if end <= limit and not _is_abbreviated(flat, end))
    last = next(whole, None)
    return shortened(flat, limit) if last is None else flat[:last]


def _is_abbreviated(flat: str, end: int) -> bool:
    """Whether the full stop before `end` belongs to an abbreviation, as the last word shows."""
    return _ABBREVIATED.search(flat, flat.rfind(" ", 0, end) + 1, end) is not None


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Paragraph text in lines of at most 72 columns; an address too long for a line stays whole."""
    start = indent if first is None else first
    if _ONE_COLUMN.fullmatch(text) and "  " not in text:
        return _wrapped_at_blanks(text, indent, start)
    return _wrapped_by_width(text, indent, start)


def _wrapped_at_blanks(text: str, indent: str, start: str) -> str:
    """The same for words of letters that take one column each, with one blank between them, in a fifth of the time."""
    rest, written, width = text.strip(" "), start, COLUMNS - len(start)
    while len(rest) > width:
        cut = rest.rfind(" ", 0, width + 1)
        if cut < 0:
            return _wrapped_by_width(text, indent, start)
        written += f"{rest[:cut]}\n{indent}"
        rest, width = rest[cut + 1 :], COLUMNS - len(indent)
    return (written + rest).rstrip()


def _wrapped_by_width(text: str, indent: str, start: str) -> str:
    lines, line, blank = [], start, ""
    for word in _pieces(text, COLUMNS - max(len(indent), len(line))):
        if blank and columns(line + blank + word) > COLUMNS:
            lines.append(line)
            line, blank = indent, ""
        line, blank = line + blank + word, " "
    return "\n".join([*lines, line]).rstrip()


# Latin letters, blanks and the signs between words; no combining mark, nothing wide.
_ONE_COLUMN = re.compile("[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e]*")


_BLANKS = re.compile(r"[^\S\u00a0]+")  # the one that does not break a line is no blank here


def columns(text: str) -> int:
    """The columns text takes in a terminal: two for an East Asian wide letter, none for a combining mark (UAX #11)."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def _pieces(text: str, width: int) -> Iterator[str]:
    """The words, those wider than a line in pieces."""
    for word in filter(None, _BLANKS.split(text)):
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
