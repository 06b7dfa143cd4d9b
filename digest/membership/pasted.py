"""Papers as somebody pastes them: ids, addresses, DOIs or BibTeX in, keys and titles out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from digest import identity
from digest.identity import PaperId
from digest.sources import bibtex, naming
from digest.sources.file_records import Position, Told

MOST = 200  # papers in one paste
_LONGEST_SHOWN = 80  # characters of what could not be read
_BIBTEX = re.compile(r"^\s*@\s*[A-Za-z]+\s*[{(]", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What a text names, each thing once, in its order."""

    keys: tuple[PaperId, ...] = ()
    titles: tuple[str, ...] = ()  # of entries that have no id
    unread: tuple[str, ...] = ()  # pieces that name no paper


def pasted(text: str) -> Pasted:
    """What a text names; an entry of BibTeX is known by its arXiv id or DOI, else by its title."""
    found = list(_of_bibtex(text) if _BIBTEX.search(text) else _of_words(text))[:MOST]
    return Pasted(
        keys=tuple(dict.fromkeys(key for key, _, _ in found if key)),
        titles=tuple(dict.fromkeys(title for key, title, _ in found if title and not key)),
        unread=tuple(dict.fromkeys(unread for _, _, unread in found if unread)),
    )


_Piece = tuple[PaperId | None, str, str]  # a key, a title, or what names nothing


def _of_bibtex(text: str) -> Iterator[_Piece]:
    for piece in bibtex.pieces(BytesIO(text.encode("utf-8", "replace")), Position()):
        for record in piece.records:
            yield _told(record.told) if record.told else (None, "", _shown("; ".join(record.problems)))


def _told(told: Told) -> _Piece:
    return told.arxiv or told.doi, told.title, ""


def _of_words(text: str) -> Iterator[_Piece]:
    for word in re.split(r"[\s,;]+", text):
        if word:
            key = key_of(word)
            yield (key, "", "") if key else (None, "", _shown(word))


def key_of(word: str) -> PaperId | None:
    """The key of the paper that a word names by an id, an address or a DOI; None where it names none."""
    bare = identity.arxiv_id(word)
    return identity.paper_id(bare) if bare else naming.arxiv_id(word) or naming.doi_id(word)


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
