"""The text of the full-text index on each engine: documents go in by number, and come out by what they must hold.

Tokens are words without blanks, as the one who asks has read them; both engines take them as they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import sqlalchemy as sa

from digest.store.upsert import chunks

RANKED = 5000  # matches, the newest ones, that are put in order by what they say; 8 ms on SQLite, 110 for 90,000


class Part(StrEnum):
    """A part of a document."""

    TITLE = "title"
    AUTHORS = "authors"
    ABSTRACT = "abstract"
    TAGS = "tags"  # marks to filter by, which no text can hold


class By(StrEnum):
    """What makes one match better than another."""

    WORDS = "words"  # those of the title count most
    MEANING = "meaning"  # those of the title count as in `relevance.text`, names of authors do not


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document in its tokens, in the order of the text."""

    number: int
    title: Sequence[str]
    authors: Sequence[str]
    abstract: Sequence[str]
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that must stand one after the other."""

    tokens: tuple[str, ...]  # one or more
    part: Part | None = None  # where; None for anywhere


Clause = tuple[Phrase, ...]  # any of them, one or more


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a document must hold."""

    clauses: tuple[Clause, ...] = ()  # all of them
    first: int | None = None  # the lowest number, itself among them
    last: int | None = None  # the highest
    without: int | None = None  # one that is left out


class Engine(Protocol):
    """Where the documents are; `wanted.clauses` is never empty."""

    def put(self, documents: Sequence[Document]) -> None:
        """Add documents whose numbers are free."""

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget documents, where there are any."""

    def count(self, wanted: Wanted) -> int:
        """How many match."""

    def newest(self, wanted: Wanted, *, limit: int, offset: int) -> list[int]:
        """Those that match, the highest number first."""

    def best(self, wanted: Wanted, *, limit: int, offset: int, among: int, by: By = By.WORDS) -> list[int]:
        """Of so many of the newest that match, the best first: a rare word counts more, and where it stands."""


def engine(connection: sa.Connection) -> Engine:
    """The one of the database."""
    return Fts5(connection) if connection.dialect.name == "sqlite" else Tsvectors(connection)


class Fts5:
    """SQLite's FTS5, ranked by its BM25 (https://www.sqlite.org/fts5.html)."""

    # Of title, authors, abstract and tags.
    _WEIGHTS = {By.WORDS: "5.0, 2.0, 1.0, 0.0", By.MEANING: "2.0, 0.0, 1.0, 0.0"}  # noqa: RUF012  (a constant)

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def put(self, documents: Sequence[Document]) -> None:
        rows = [
            {"number": each.number} | {part.value: " ".join(getattr(each, part.value)) for part in Part}
            for each in documents
        ]
        added = sa.text(
            "INSERT INTO search_text (rowid, title, authors, abstract, tags)"
            " VALUES (:number, :title, :authors, :abstract, :tags)"
        )
        for part in chunks(rows):
            self._db.execute(added, part)

    def drop(self, numbers: Iterable[int]) -> None:
        for part in chunks([{"number": number} for number in numbers]):
            self._db.execute(sa.text("DELETE FROM search_text WHERE rowid = :number"), part)

    def count(self, wanted: Wanted) -> int:
        return int(self._asked(f"SELECT count(*) FROM search_text WHERE {_where('rowid', wanted)}", wanted)[0])  # noqa: S608  (names and numbers of our own)

    def newest(self, wanted: Wanted, *, limit: int, offset: int) -> list[int]:
        ordered = f"SELECT rowid FROM search_text WHERE {_where('rowid', wanted)} ORDER BY rowid DESC"  # noqa: S608  (as above)
        return self._asked(f"{ordered} LIMIT :limit OFFSET :offset", wanted, limit=limit, offset=offset)

    def best(self, wanted: Wanted, *, limit: int, offset: int, among: int, by: By = By.WORDS) -> list[int]:
        newest = (
            f"SELECT rowid AS number, bm25(search_text, {self._WEIGHTS[by]}) AS badness FROM search_text"  # noqa: S608  (as above)
            f" WHERE {_where('rowid', wanted)} ORDER BY rowid DESC LIMIT :among"
        )
        ordered = f"SELECT number FROM ({newest}) ORDER BY badness, number DESC LIMIT :limit OFFSET :offset"  # noqa: S608  (as above)
        return self._asked(ordered, wanted, limit=limit, offset=offset, among=among)

    def _asked(self, statement: str, wanted: Wanted, **values: int) -> list[int]:
        values |= _bounds(wanted)
        found = self._db.execute(sa.text(statement), {"wanted": _fts5(wanted)} | values)
        return list(found.scalars())


class Tsvectors:
    """PostgreSQL's tsvector, ranked by ts_rank (https://www.postgresql.org/docs/current/textsearch-controls.html)."""

    # Of D, C, B and A: abstract, tags, authors and title.
    _WEIGHTS = {By.WORDS: "{0.1, 0, 0.4, 1}", By.MEANING: "{0.5, 0, 0, 1}"}  # noqa: RUF012  (a constant)
    _BY_LENGTH = 1  # a rank is divided by 1 + the logarithm of the document's length
    _LAST_POSITION = 16383  # what stands behind it has no place of its own
    _LETTERS = {Part.TITLE: "A", Part.AUTHORS: "B", Part.TAGS: "C", Part.ABSTRACT: "D"}  # noqa: RUF012  (a constant)

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def put(self, documents: Sequence[Document]) -> None:
        added = sa.text("INSERT INTO search_text (document, lexemes) VALUES (:number, CAST(:lexemes AS tsvector))")
        for part in chunks([{"number": each.number, "lexemes": self._lexemes(each)} for each in documents]):
            self._db.execute(added, part)

    def drop(self, numbers: Iterable[int]) -> None:
        for part in chunks([{"number": number} for number in numbers]):
            self._db.execute(sa.text("DELETE FROM search_text WHERE document = :number"), part)

    def count(self, wanted: Wanted) -> int:
        return self._asked(f"SELECT count(*) FROM search_text WHERE {self._where(wanted)}", wanted)[0]  # noqa: S608  (names and numbers of our own)

    def newest(self, wanted: Wanted, *, limit: int, offset: int) -> list[int]:
        ordered = f"SELECT document FROM search_text WHERE {self._where(wanted)} ORDER BY document DESC"  # noqa: S608  (as above)
        return self._asked(f"{ordered} LIMIT :limit OFFSET :offset", wanted, limit=limit, offset=offset)

    def best(self, wanted: Wanted, *, limit: int, offset: int, among: int, by: By = By.WORDS) -> list[int]:
        newest = (
            f"SELECT document, lexemes FROM search_text WHERE {self._where(wanted)}"  # noqa: S608  (as above)
            f" ORDER BY document DESC LIMIT :among"
        )
        rank = f"ts_rank('{self._WEIGHTS[by]}', lexemes, CAST(:wanted AS tsquery), {self._BY_LENGTH})"
        ordered = f"SELECT document FROM ({newest}) AS newest ORDER BY {rank} DESC, document DESC"  # noqa: S608  (as above)
        return self._asked(f"{ordered} LIMIT :limit OFFSET :offset", wanted, limit=limit, offset=offset, among=among)

    def _where(self, wanted: Wanted) -> str:
        return _where("document", wanted).replace("search_text MATCH :wanted", "lexemes @@ CAST(:wanted AS tsquery)")

    def _asked(self, statement: str, wanted: Wanted, **values: int) -> list[int]:
        values |= _bounds(wanted)
        found = self._db.execute(sa.text(statement), {"wanted": self._tsquery(wanted)} | values)
        return list(found.scalars())

    def _lexemes(self, document: Document) -> str:
        """The document as PostgreSQL writes one: `'graph':1A,7D`; between two parts is a gap that no phrase crosses."""
        places: dict[str, list[str]] = defaultdict(list)
        at = 0
        for part, letter in self._LETTERS.items():
            for token in getattr(document, part.value):
                at += 1
                places[token].append(f"{min(at, self._LAST_POSITION)}{letter}")
            at += 1
        return " ".join(f"{_quoted(token)}:{','.join(found)}" for token, found in places.items())

    def _tsquery(self, wanted: Wanted) -> str:
        return " & ".join(f"({' | '.join(map(self._phrase, clause))})" for clause in wanted.clauses)

    def _phrase(self, phrase: Phrase) -> str:
        letter = f":{self._LETTERS[phrase.part]}" if phrase.part else ""
        return f"({' <-> '.join(_quoted(token) + letter for token in phrase.tokens)})"


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _fts5(wanted: Wanted) -> str:
    """The clauses in FTS5's own language: `("graph" OR authors : "graph") AND (…)`."""
    return " AND ".join(f"({' OR '.join(map(_fts5_phrase, clause))})" for clause in wanted.clauses)


def _fts5_phrase(phrase: Phrase) -> str:
    said = '"' + " ".join(phrase.tokens).replace('"', '""') + '"'
    return f"{phrase.part.value} : {said}" if phrase.part else said


def _where(number: str, wanted: Wanted) -> str:
    bounds = {"first": f"{number} >= :first", "last": f"{number} <= :last", "without": f"{number} <> :without"}
    return " AND ".join(["search_text MATCH :wanted", *(bounds[name] for name in _bounds(wanted))])


def _bounds(wanted: Wanted) -> dict[str, Any]:
    named = {"first": wanted.first, "last": wanted.last, "without": wanted.without}
    return {name: value for name, value in named.items() if value is not None}
