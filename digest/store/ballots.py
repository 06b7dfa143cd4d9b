"""The votes of many readers at once: columns out of the database, sorted by numpy, with no object for any vote.

One statement tells thousands of readers' votes, a line each, in which the database has joined their columns: that takes
a third of what the rows themselves take. Told by interest are the votes that count: of merged papers, which are read as
one, the last vote.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from digest.store import tables as t
from digest.store.among import among
from digest.store.upsert import MANY, chunks
from digest.store.works import Works
from digest.votes import Ballots, Verdict, Vote, Votes

Numbers = npt.NDArray[np.int64]
Narrow = npt.NDArray[np.int32]  # three million votes of 100,000 readers are kept in columns as narrow as they may be
_WRITTEN = len("2026-05-04 07:30:00.000000")  # a time as the embedded database keeps it, and the other one tells it


@dataclass(frozen=True, slots=True, eq=False)
class _Cast:
    """The votes of some readers, by interest, of that by verdict, and within these oldest first."""

    rows: Numbers  # of papers, ascending
    interests: Numbers  # ascending
    line: Narrow  # of each vote twice the place of its interest, and 1 more where it is a dislike
    paper: Narrow  # the place of its paper among the rows
    reader: Narrow  # the place of its reader among those of the part
    time: Numbers  # microseconds since 1970, UTC

    def read_as(self, rows: Numbers, works: Narrow) -> "_Cast":
        """With works in place of papers, of which `works` gives that of each of the rows; each counts once a reader."""
        paper = works[np.searchsorted(rows, self.rows)][self.paper]
        several = np.flatnonzero(np.isin(paper, np.flatnonzero(np.bincount(works) > 1)))
        if not len(several):
            return replace(self, paper=paper)
        kept = np.delete(np.arange(len(paper)), several[~self._are_last(several, paper[several])])
        return replace(self, line=self.line[kept], paper=paper[kept], reader=self.reader[kept], time=self.time[kept])

    def _are_last(self, votes: npt.NDArray[np.intp], work: Narrow) -> npt.NDArray[np.bool_]:
        """Which votes are the last of their reader on a work; of votes as old, the one on the paper that came last."""
        reader = self.reader[votes]
        order = np.lexsort((self.paper[votes], self.time[votes], work, reader))
        is_last = np.ones(len(order), dtype=bool)
        is_last[:-1] = (np.diff(reader[order]) != 0) | (np.diff(work[order]) != 0)
        found = np.empty(len(order), dtype=bool)
        found[order] = is_last
        return found


def votes_in_columns(
    connection: sa.Connection, works: Works, subscribers: Sequence[int]
) -> dict[int, tuple[Sequence[Vote], Sequence[Vote]]]:
    """By number of the interest what was liked and what was disliked, each oldest first; of those with votes."""
    parts = [_cast(found) for part in chunks(subscribers, MANY) if (found := _told(connection, part))]
    if not parts:
        return {}
    rows = np.unique(np.concatenate([part.rows for part in parts]))
    roots = works.roots(rows.tolist())
    read, of_row = np.unique([roots[row] for row in rows.tolist()], return_inverse=True)
    parts.reverse()  # each is forgotten when it is taken up
    as_read = (parts.pop().read_as(rows, of_row.astype(np.int32)) for _ in range(len(parts)))
    return _by_interest(as_read, sum(len(part.time) for part in parts), _papers(connection, read.tolist()))


def _told(connection: sa.Connection, subscribers: Sequence[int]) -> Sequence[sa.Row[Any]]:
    """Of each reader who voted: how often, and the columns of the votes, all in one order.

    They are papers, of what was disliked the negative numbers, interests, and times.
    """
    f = t.feedback.c
    is_like = f.verdict == Verdict.LIKE.value
    query = sa.select(
        f.subscriber_id,
        sa.func.count(),
        _joined(sa.cast(sa.case((is_like, f.paper_id), else_=-f.paper_id), sa.Text), ","),
        _joined(sa.cast(f.interest_id, sa.Text), ","),
        _joined(_written(connection, f.given_at), ""),
    )
    of_these = among(connection, f.subscriber_id, subscribers)
    return connection.execute(query.where(of_these).group_by(f.subscriber_id)).all()


def _joined(column: sa.ColumnElement[str], between: str) -> sa.ColumnElement[str]:
    return sa.func.aggregate_strings(column, between)


def _written(connection: sa.Connection, column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """A time as text of always the same length, in UTC."""
    if connection.dialect.name == "sqlite":
        return sa.type_coerce(column, sa.Text)
    return sa.func.to_char(sa.func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")


def _cast(found: Sequence[sa.Row[Any]]) -> _Cast:
    _, votes, papers, interests, times = zip(*found, strict=True)
    written, told = "".join(times).encode(), _numbers(papers)
    rows, paper = np.unique(np.abs(told), return_inverse=True)
    numbers, interest = np.unique(_numbers(interests), return_inverse=True)
    time = np.frombuffer(written, dtype=f"S{_WRITTEN}").astype("datetime64[us]").astype(np.int64)
    line = 2 * interest + (told < 0)
    order = _in_order(line, time, paper)
    return _Cast(
        rows=rows,
        interests=numbers,
        line=line[order].astype(np.int32),
        paper=paper[order].astype(np.int32),
        reader=np.repeat(np.arange(len(votes), dtype=np.int32), votes)[order],
        time=time[order],
    )


def _numbers(joined: Sequence[str]) -> Numbers:
    return np.fromstring(",".join(joined), dtype=np.int64, sep=",")


def _papers(connection: sa.Connection, rows: Sequence[int]) -> list[sa.Row[int, str, str]]:
    """Row, key and title of papers, in the order of their rows."""
    p, found = t.paper.c, list[sa.Row[int, str, str]]()
    for part in chunks(rows, MANY):
        query = sa.select(p.id, p.canonical_key, p.title).where(among(connection, p.id, part)).order_by(p.id)
        found += connection.execute(query).all()
    return found


def _by_interest(
    parts: Iterable[_Cast], votes: int, papers: Sequence[sa.Row[int, str, str]]
) -> dict[int, tuple[Sequence[Vote], Sequence[Vote]]]:
    """The same of parts with so many votes at most, whose papers are places among these."""
    rows, keys, titles = zip(*papers, strict=True)
    paper, time = np.empty(votes, dtype=np.int32), np.empty(votes, dtype=np.int64)
    ballots = Ballots(rows=rows, keys=keys, titles=titles, papers=paper.data, times=time.data)
    found: dict[int, tuple[Sequence[Vote], Sequence[Vote]]] = {}
    first = 0
    for part in parts:
        end = first + len(part.time)
        paper[first:end], time[first:end] = part.paper, part.time
        ends = first + np.cumsum(np.bincount(part.line, minlength=2 * len(part.interests)))
        starts = np.concatenate([[first], ends[:-1]])
        votes_of = [_votes(ballots, *span) for span in zip(starts.tolist(), ends.tolist(), strict=True)]
        found |= zip(part.interests.tolist(), zip(votes_of[::2], votes_of[1::2], strict=True), strict=True)
        first = end
    return found


def _in_order(line: Numbers, time: Numbers, paper: Numbers) -> Numbers:
    """The order by line, then time, then paper; in a tenth of the time where the lines stand nearly in theirs."""
    order = np.argsort(line + 1j * (time - time.min()), kind="stable")  # complex numbers go by both parts
    falls = np.diff(paper[order]) < 0
    for after in (time[order], line[order]):
        steps = np.diff(after)
        falls = (steps < 0) | ((steps == 0) & falls)
    return np.lexsort((paper, time, line)) if falls.any() else order


def _votes(ballots: Ballots, start: int, end: int) -> Sequence[Vote]:
    return Votes(ballots, start, end) if start < end else ()
