"""The full-text index within one transaction: which papers wait for it, what comes in, and what is found.

A paper's document has its day and its row number for its own number, so that the newest stand last, a range of days is
a range of numbers, and nothing must be looked up to tell which paper was found. `Papers`, `Announcements`, `Signals`
and `Works` mark what reads otherwise than before; whoever can read words brings it in (`browse.index`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.store import search_engines
from digest.store import search_tables as s
from digest.store import tables as t
from digest.store.search_engines import By, Document, Part, Wanted, engine
from digest.store.upsert import chunks, insert, many, take_turns

if TYPE_CHECKING:
    from digest.store.search_lexicon import Numbers, Stems, Words

_ROW_BITS = 32  # of a document's number, below its day
LONGEST_WORD = 64  # characters; what is longer is no word, and PostgreSQL takes no lexeme above 2,046 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper as the index has it; every token at most LONGEST_WORD characters."""

    row: int
    day: date
    parts: Mapping[Part, Sequence[str]]  # tokens in the order of the text
    words: frozenset[str]  # as written
    terms: Sequence[int] = field(repr=False)  # the numbers of its stems (relevance.text.stem_id), each once


def mark(connection: sa.Connection, rows: Iterable[int]) -> None:
    """Note that papers read otherwise than the index has them, or are new."""
    statement = insert(connection, s.entry)
    statement = statement.on_conflict_do_update(index_elements=["paper_id"], set_={"stale": statement.excluded.stale})
    for part in chunks([{"paper_id": row, "stale": True} for row in sorted(set(rows))]):
        many(connection, statement, part)


def mark_named(connection: sa.Connection, keys: Iterable[str]) -> None:
    """The same by canonical key, for those that are kept."""
    for part in chunks(sorted(set(keys))):
        rows = sa.select(t.paper.c.id).where(t.paper.c.canonical_key.in_(part))
        connection.execute(sa.update(s.entry).where(s.entry.c.paper_id.in_(rows)).values(stale=True))


class Search:
    """The index within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._engine = engine(connection)

    # ------------------------------------------------------------ writing

    def stale(self, limit: int) -> list[int]:
        """Row numbers of the newest papers that wait for the index, at most `limit`.

        Until the transaction ends nobody else brings papers in, and whoever marks one of these waits. One that somebody
        is marking now is left for the next time: nobody waits for another who waits for them.
        """
        take_turns(self._db, s.term)
        query = sa.select(s.entry.c.paper_id).where(sa.text(s.STALE)).order_by(s.entry.c.paper_id.desc())
        return list(self._db.execute(query.limit(limit).with_for_update(skip_locked=True)).scalars())

    def mark_all(self) -> int:
        """Have every paper read again; what is there is found until then. How many that are."""
        return self._db.execute(sa.update(s.entry).values(stale=True)).rowcount

    def put(self, entries: Sequence[Entry]) -> None:
        """Have the index say what papers say now, and wait no longer."""
        before = self._documents(each.row for each in entries)
        self._engine.drop(number for number in before.values() if number is not None)
        self._engine.put([_document(each) for each in entries])
        self._settle({each.row: _number(each.day, each.row) for each in entries})
        self._count([each for each in entries if before.get(each.row) is None])

    def drop(self, rows: Iterable[int]) -> None:
        """Have the index say nothing of papers, which are read as others, and wait for them no longer."""
        before = self._documents(rows)
        self._engine.drop(number for number in before.values() if number is not None)
        self._settle(dict.fromkeys(before))

    def _settle(self, documents: Mapping[int, int | None]) -> None:
        settled = sa.update(s.entry).where(s.entry.c.paper_id == sa.bindparam("row"))
        rows = [{"row": row, "number": number} for row, number in documents.items()]
        for part in chunks(rows):
            self._db.execute(settled.values(document=sa.bindparam("number"), stale=False), part)

    def _count(self, entries: Sequence[Entry]) -> None:
        """Add papers to how many have each word and each stem; what left a text later is not taken away again."""
        words = Counter(chain.from_iterable(each.words for each in entries))
        terms = Counter(chain.from_iterable(each.terms for each in entries)) + Counter({s.ALL_PAPERS: len(entries)})
        told = [
            {"word": word, "head": _bucket(word, 0), "tail": _bucket(word, -1), "papers": papers}
            for word, papers in sorted(words.items())
        ]
        self._add(s.word, "word", told)
        self._add(s.term, "id", [{"id": number, "papers": papers} for number, papers in sorted(terms.items())])

    def _add(self, table: sa.Table, key: str, rows: Sequence[dict[str, Any]]) -> None:
        statement = insert(self._db, table)
        more = {"papers": table.c.papers + statement.excluded.papers}
        for part in chunks(rows):
            many(self._db, statement.on_conflict_do_update(index_elements=[key], set_=more), part)

    def _documents(self, rows: Iterable[int]) -> dict[int, int | None]:
        e = s.entry.c
        return {
            row: document
            for part in chunks(sorted(set(rows)))
            for row, document in self._db.execute(sa.select(e.paper_id, e.document).where(e.paper_id.in_(part)))
        }

    # ------------------------------------------------------------ finding

    def count(self, wanted: Wanted) -> int:
        """How many papers match; with no clause at all, those of the days."""
        if wanted.clauses:
            return self._engine.count(wanted)
        counted = sa.select(sa.func.count(s.entry.c.document))
        return self._db.execute(_within(counted, wanted)).scalar_one()

    def best(self, wanted: Wanted, *, limit: int, offset: int = 0) -> list[int]:
        """Row numbers of what matches some clause: the newest RANKED, the best of them first, and then the others."""
        ranked = search_engines.RANKED
        found = self._engine.best(wanted, limit=limit, offset=offset, among=ranked) if offset < ranked else []
        if offset + limit > ranked:
            rest = max(offset, ranked)
            found += self._engine.newest(wanted, limit=offset + limit - rest, offset=rest)
        return list(map(_row, found))

    def nearest(self, wanted: Wanted, *, limit: int, among: int) -> list[int]:
        """Row numbers of so many of the newest that match some clause, the likest by what they are about first."""
        return list(map(_row, self._engine.best(wanted, limit=limit, offset=0, among=among, by=By.MEANING)))

    def newest(self, wanted: Wanted, *, limit: int, offset: int = 0) -> list[int]:
        """Row numbers of what matches, newest day first; with no clause at all, of whatever is there."""
        if wanted.clauses:
            return list(map(_row, self._engine.newest(wanted, limit=limit, offset=offset)))
        there = sa.select(s.entry.c.document).where(s.entry.c.document.is_not(None))
        ordered = _within(there, wanted).order_by(s.entry.c.document.desc()).limit(limit).offset(offset)
        return list(map(_row, self._db.execute(ordered).scalars()))

    def document(self, row: int) -> int | None:
        """The number of a paper's document; None where the index has none."""
        return self._documents([row]).get(row)

    def terms(self, rows: Iterable[int]) -> dict[int, bytes]:
        """The counted terms (relevance.text.TermCounts as bytes) of papers, by row number."""
        p = t.paper.c
        return {
            row: blob
            for part in chunks(sorted(set(rows)))
            for row, blob in self._db.execute(sa.select(p.id, p.terms).where(p.id.in_(part))).all()
        }

    # ------------------------------------------------------------ words

    def frequencies(self, stems: "Numbers") -> "Numbers":
        """How many papers have each of some stems, both of shape (n,); ALL_PAPERS stands for every paper."""
        found = self._stems.of(stems)
        unknown = sorted(set(stems[found == 0].tolist()))
        c = s.term.c
        for part in chunks(unknown):
            for number, papers in self._db.execute(sa.select(c.id, c.papers).where(c.id.in_(part))):
                found[stems == number] = papers
        return found

    def known(self, words: Iterable[str]) -> dict[str, int]:
        """How many papers have each word as it is written, of those that any has."""
        c = s.word.c
        return {
            word: papers
            for part in chunks(sorted(set(words)))
            for word, papers in self._db.execute(sa.select(c.word, c.papers).where(c.word.in_(part)))
        }

    @cached_property
    def _stems(self) -> "Stems":
        from digest.store import search_lexicon  # its arrays take as long to load as a command to run

        return search_lexicon.stems(self._db)

    def words(self) -> "Words":
        """Those that enough papers have to be believed."""
        from digest.store import search_lexicon  # as above

        return search_lexicon.words(self._db)


def numbers_of(since: date | None, until: date | None) -> tuple[int | None, int | None]:
    """The lowest and the highest number that a document of these days can have, both days among them."""
    first = None if since is None else _number(since, 0)
    last = None if until is None else _number(until, (1 << _ROW_BITS) - 1)
    return first, last


def _number(day: date, row: int) -> int:
    return day.toordinal() << _ROW_BITS | row


def _row(number: int) -> int:
    return number & (1 << _ROW_BITS) - 1


def _document(entry: Entry) -> Document:
    parts = {part.value: entry.parts.get(part, ()) for part in Part}
    return Document(number=_number(entry.day, entry.row), **parts)


def _within(query: sa.Select[int], wanted: Wanted) -> sa.Select[int]:
    c = s.entry.c.document
    if wanted.first is not None:
        query = query.where(c >= wanted.first)
    if wanted.last is not None:
        query = query.where(c <= wanted.last)
    return query if wanted.without is None else query.where(c != wanted.without)


def _bucket(word: str, at: int) -> str:
    return f"{word[at]}{len(word)}"
