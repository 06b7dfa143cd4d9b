"""What somebody typed into the search box: text in, out what it names, or the words that papers must hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from digest import identity
from digest.browse.stems import cut, name_spellings, stems
from digest.identity import PaperId
from digest.relevance.text import words
from digest.store.search_engines import Clause, Part, Phrase

LONGEST_QUERY = 1000  # characters that are read; a title has 250 at most
MOST_WORDS = 40  # that are read, of the query and of one phrase
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_QUOTED = re.compile(r'"([^"]*)"')
_NOBODY = "_"  # no word of a name, which has a letter
_LIKE = re.compile(r"\s*like:\s*(\S+)\s*", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as it is read."""

    text: str  # as typed, at most LONGEST_QUERY characters
    names: PaperId | None = None  # the work that it names by id, DOI or address
    like: PaperId | None = None  # the work whose neighbours are asked for, as `like:2601.10962`
    words: tuple[str, ...] = ()  # as `relevance.text` reads them, outside of quotes
    phrases: tuple[tuple[str, ...], ...] = ()  # words between quotes

    @property
    def every_word(self) -> tuple[str, ...]:
        """Each once, in order, those of phrases last."""
        return tuple(dict.fromkeys((*self.words, *(word for phrase in self.phrases for word in phrase))))

    def clauses(self) -> tuple[Clause, ...]:
        """What a paper must hold: every word, by its stem or as a name; every phrase in one piece."""
        found = [(word,) for word in dict.fromkeys(self.words)]
        return tuple(map(_clause, [*found, *self.phrases]))


def read(text: str) -> Query:
    """Any text at all; what cannot be searched for leaves nothing."""
    plain = " ".join(text[:LONGEST_QUERY].split())
    asked = _LIKE.fullmatch(plain)
    if asked is not None and (like := named(asked[1])):
        return Query(text=plain, like=like)
    quoted = plain.translate(_QUOTES)
    phrases = [tuple(words(each)[:MOST_WORDS]) for each in _QUOTED.findall(quoted)]
    return Query(
        text=plain,
        names=named(plain),
        words=tuple(map(cut, words(_QUOTED.sub(" ", quoted))[:MOST_WORDS])),
        phrases=tuple(dict.fromkeys(tuple(map(cut, each)) for each in phrases if each))[:MOST_WORDS],
    )


def named(text: str) -> PaperId | None:
    """The key of a work by its id, its DOI, or an address that ends in one of them; None for any other text."""
    if not text or " " in text:
        return None
    arxiv = identity.arxiv_id(text) or identity.arxiv_id(_last_step(text))
    return identity.paper_id(arxiv) if arxiv else identity.doi_id(text)


def corrected(query: Query, instead: Mapping[str, str]) -> str:
    """The text of a query with words replaced, what is around them left as it is."""
    parts = re.split(r"(\s+|\")", query.text.translate(_QUOTES))
    return "".join(_replaced(part, instead) for part in parts)


def title_phrase(query: Query) -> Phrase | None:
    """The whole query as a title would begin with it; None where it says too little to be one."""
    said = words(query.text.translate(_QUOTES))
    return Phrase(tuple(stems(said[:MOST_WORDS])), Part.TITLE) if len(said) > 1 else None


def is_title(query: Query, title: str) -> bool:
    """Whether the query is a title, by all its words in order."""
    return words(query.text.translate(_QUOTES)) == words(title)


def author_clause(name: str) -> Clause:
    """What a paper by somebody must hold; for what is no name, what no paper holds."""
    found = tuple(Phrase(tuple(spelling), Part.AUTHORS) for spelling in name_spellings(name))
    return found or (Phrase((_NOBODY,), Part.AUTHORS),)


def _clause(said: tuple[str, ...]) -> Clause:
    by_stem, by_name = Phrase(tuple(stems(said))), Phrase(said, Part.AUTHORS)
    return (by_stem,) if by_stem.tokens == said else (by_stem, by_name)


def _replaced(part: str, instead: Mapping[str, str]) -> str:
    found = words(part)
    return "-".join(instead.get(word, word) for word in found) if not instead.keys().isdisjoint(found) else part


def _last_step(address: str) -> str:
    """`2601.10962v2` of https://huggingface.co/papers/2601.10962v2, and of every other site that names papers so."""
    try:
        path = urlsplit(address).path if "://" in address else ""
    except ValueError:
        return ""
    return unquote(path).rstrip("/").rpartition("/")[2]
