"""What every format of references asks of a paper: text on one line, years, and names as surname and given names."""

import unicodedata
from datetime import datetime

from digest.authors import folded
from digest.identity import PaperId, doi_of, scheme_of
from digest.papers import Paper

_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # Unicode's general categories of what is no text


def one_line(text: str) -> str:
    """The text on one line, without control and format characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = (c for c in text if c.isspace() or unicodedata.category(c) not in _UNSEEN)
    return " ".join("".join(kept).split())


def published_at(paper: Paper) -> datetime | None:
    """When its first version was submitted, or else its first that has a date, UTC."""
    return next((version.submitted_at for version in paper.versions if version.submitted_at), None)


def doi_named(paper: Paper) -> str:
    """Its DOI: that of a journal, or else the one it is known by; "" where it has none."""
    return one_line(paper.doi) or doi_of(PaperId(paper.id))


def arxiv_named(paper: Paper) -> str:
    """Its bare arXiv id; "" where it is not on arXiv."""
    return paper.arxiv_id if scheme_of(paper.id) == "arxiv" else ""


def parted(name: str) -> tuple[str, str, str]:
    """Surname, given names and suffix of a printed name; a body's name is a surname alone.

    Without a comma the last word is taken for the surname: which words before it belong to it is not printed.
    """
    plain = one_line(name)
    if not folded(plain):
        return plain, "", ""
    if "," in plain:
        last, *rest = (part.strip() for part in plain.split(","))
        suffixes = [part for part in rest if part.casefold() in _SUFFIXES]
        given = [part for part in rest if part.casefold() not in _SUFFIXES]
        return last, " ".join(given), " ".join(suffixes)
    words = plain.split()
    suffix = words.pop() if len(words) > 1 and words[-1].casefold() in _SUFFIXES else ""
    return words[-1], " ".join(words[:-1]), suffix
