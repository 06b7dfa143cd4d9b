"""One entry of Hugging Face Daily Papers in, a Paper and the signals about it out.

https://huggingface.co/docs/hub/api#get-apidailypapers

An entry wraps its paper, and over the years fields have stood at either level or at both. The copies of abstracts are
damaged (no `$`, lost backslashes), so a Paper from here is partial and has no version: the first word of any source
that knows a version takes the place of its text (`papers.merged`).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from digest import identity, signals
from digest.identity import PaperId
from digest.papers import Paper
from digest.signals import Signal, Value

SOURCE = "huggingface"
_MOST = 10**9  # no count of readers is larger
_LONGEST_ADDRESS = 2000
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# What reorders or hides its neighbours (UAX #9), and lone surrogates; not the joiners that emoji and Persian need.
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
_PARAGRAPH = re.compile(r"\n\s*\n|\n[ \t]{2,}(?=\S)")  # as in arXiv's abstracts, which indent each new one
_REPOSITORY = re.compile(r"/+(\w[\w-]*)/+([\w.-]*\w[\w.-]*)", re.ASCII)
_PUNCTUATION = ".,;:!?'\"’”>"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one entry tells."""

    paper: Paper
    signals: tuple[Signal, ...]


def entry_of(value: object, *, now: datetime) -> Entry:
    """The paper of an entry and what is told of it besides; ValueError if it has no usable id or title."""
    levels = _levels(value)
    key = key_of(value)
    if key is None:
        raise ValueError("not an arXiv id" if name_of(value) else f"names no paper ({type(value).__name__})")
    # The entry's own title keeps the TeX that the paper's has lost.
    title = _told("title", _line, tuple(reversed(levels)))
    if not title:
        raise ValueError("no title")
    abstract, authors = _told("summary", _abstract, levels), _told("authors", _authors, levels)
    paper = Paper(id=key, title=title, abstract=abstract or "", authors=authors or (), partial=True)
    return Entry(paper=paper, signals=_signals(key, levels, now))


def name_of(value: object) -> str:
    """The name that an entry gives its paper, as it stands there; "" where it gives none."""
    return _told("id", _line, _levels(value)) or ""


def key_of(value: object) -> PaperId | None:
    """Which paper an entry is about; None where it is not on arXiv or not named."""
    arxiv = identity.arxiv_id(name_of(value))
    return identity.paper_id(arxiv) if arxiv else None


def line_of(value: object) -> str:
    """A text from outside on one line, without controls; "" for what is no text."""
    return _line(value) or ""


# ------------------------------------------------------------ levels

_Levels = tuple[Mapping[str, object], ...]


def _levels(value: object) -> _Levels:
    """The fields of the paper, and those of the entry around it."""
    entry = value if isinstance(value, dict) else {}
    paper = entry.get("paper")
    return (paper if isinstance(paper, dict) else {}, entry)


def _told(key: str, read: Callable[[object], _T], levels: _Levels) -> _T | None:
    """What the first level says that says something readable."""
    readable = (read(level.get(key)) for level in levels)
    return next((found for found in readable if found is not None), None)


# ------------------------------------------------------------ values


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _CONTROLS.sub(" ", text)))


def _line(value: object) -> str | None:
    return " ".join(_plain(value).split()) or None if isinstance(value, str) else None


def _abstract(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    pieces = (" ".join(piece.split()) for piece in _PARAGRAPH.split(_plain(value).strip()))
    return "\n\n".join(filter(None, pieces)) or None


def _count(value: object) -> int | None:
    """A whole number from 0 on, also one that is written as a text."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,10}\s*", value, re.ASCII):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
        return None
    return int(value) if value == int(value) else None


def _words(value: object) -> tuple[str, ...] | None:
    listed = value if isinstance(value, list) else []
    return tuple(dict.fromkeys(filter(None, map(_line, listed)))) or None


def _authors(value: object) -> tuple[str, ...] | None:
    """The names as printed; one that its owner hid on the site stands on the paper all the same."""
    listed = value if isinstance(value, list) else []
    return tuple(filter(None, map(_name, listed))) or None


def _name(author: object) -> str | None:
    if not isinstance(author, dict):
        return None
    user = author.get("user")
    return _line(author.get("name")) or (_line(user.get("fullname")) if isinstance(user, dict) else None)


def _organisation(value: object) -> str | None:
    return _line(value.get("fullname")) or _line(value.get("name")) if isinstance(value, dict) else _line(value)


# ------------------------------------------------------------ addresses


def _address(value: object) -> str | None:
    """An http or https address, line breaks and the punctuation after it taken away."""
    text = re.sub(r"[\t\r\n]\s*", "", value).strip().rstrip(_PUNCTUATION) if isinstance(value, str) else ""
    if len(text) > _LONGEST_ADDRESS or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        return text if usable and parts.port != 0 else None
    except ValueError:  # a bracket or a port that is none
        return None


def _repository(value: object) -> str | None:
    """Where the code is; a repository on GitHub by its canonical address, whichever of its pages was named."""
    address = _address(value)
    if address is None:
        return None
    parts = urlsplit(address)
    found = _REPOSITORY.match(parts.path) if parts.hostname in {"github.com", "www.github.com"} else None
    name = found[2].rstrip(".").removesuffix(".git").rstrip(".") if found else ""
    return f"https://github.com/{found[1]}/{name}" if found and name else address


# ------------------------------------------------------------ signals

_READERS: Sequence[tuple[str, str, Callable[[object], Value | None]]] = (
    (signals.UPVOTES, "upvotes", _count),
    (signals.COMMENTS, "numComments", _count),
    (signals.STARS, "githubStars", _count),
    (signals.CODE, "githubRepo", _repository),
    (signals.PROJECT, "projectPage", _address),
    (signals.ORGANISATION, "organization", _organisation),
    (signals.SUMMARY, "ai_summary", _line),
    (signals.KEYWORDS, "ai_keywords", _words),
)


def _signals(subject: str, levels: _Levels, now: datetime) -> tuple[Signal, ...]:
    found: list[Signal] = []
    for name, key, read in _READERS:
        value = _told(key, read, levels)
        if value is not None:
            found.append(Signal(subject=subject, name=name, value=value, source=SOURCE, observed_at=now))
    return tuple(found)
