"""Editions: a kept choice of papers with the reasons as they were."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from digest.batches import BatchState
from digest.editions import (
    Coverage,
    Edition,
    Notice,
    Slate,
    Trending,
)
from digest.identity import PaperId
from digest.papers import AnnouncementKind
from digest.store import tables as t
from digest.store.among import among
from digest.store.kept_items import packed, papers_of, unpacked
from digest.store.papers import KeptPaper, Papers
from digest.store.upsert import in_columns, insert, reserved
from digest.subscribers import EditionKind


class Editions:
    """Editions within one transaction.

    What it brought is kept as `kept_items` says.
    The ledger is [[stream, seen, expected, chosen, state, since], …], a notice [row, kind, day], what is trending
    [[row, upvotes, source], …].
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._papers = Papers(connection)

    def keep(self, slate: Slate, *, now: datetime) -> int | None:
        """Keep a slate with what it has shown, and return the edition's number; None if that day has one already."""
        return self.keep_all([slate], now=now)[0]

    def keep_all(
        self, slates: Sequence[Slate], *, now: datetime, rows: dict[PaperId, int] | None = None
    ) -> list[int | None]:
        """The same for many slates; `rows` of papers that are known are not asked for again, and others are put there.

        None also for somebody who was erased meanwhile. All that is written belongs to readers who were looked up in
        the same transaction: on an engine that lets one writer in at a time, no key needs to be checked row by row.
        """
        known = {} if rows is None else rows
        known |= self._papers.rows(_named(slates) - known.keys())
        readers = self._there({slate.subscriber_id for slate in slates})
        numbers = reserved(self._db, t.edition, len(slates))
        offered = {n: each for n, each in zip(numbers, slates, strict=True) if each.subscriber_id in readers}
        if offered:
            cells = {"id": list(offered), **_cells(list(offered.values()), known, now)}
            in_columns(self._db, insert(self._db, t.edition).on_conflict_do_nothing(), cells)
        kept = self._kept(numbers)
        self._see({number: slate for number, slate in offered.items() if number in kept}, known)
        return [number if number in kept else None for number in numbers]

    def _there(self, readers: Collection[int]) -> set[int]:
        """Those who are not erased, and cannot be before the transaction ends."""
        s = t.subscriber.c
        query = sa.select(s.id).where(among(self._db, s.id, readers)).with_for_update(read=True, key_share=True)
        return set(self._db.execute(query).scalars())

    def _kept(self, numbers: Collection[int]) -> set[int]:
        e = t.edition.c
        return set(self._db.execute(sa.select(e.id).where(among(self._db, e.id, numbers))).scalars())

    def _see(self, kept: Mapping[int, Slate], rows: Mapping[PaperId, int]) -> None:
        """Note what editions have shown; a list of a group may bring what its reader has seen."""
        own = [(number, slate) for number, slate in kept.items() if slate.kind is not EditionKind.COMMON]
        cells = {
            "subscriber_id": [slate.subscriber_id for _, slate in own for _ in slate.recommendations],
            "paper_id": [rows[item.paper.id] for _, slate in own for item in slate.recommendations],
            "edition_id": [number for number, slate in own for _ in slate.recommendations],
        }
        if cells["paper_id"]:
            in_columns(self._db, insert(self._db, t.seen).on_conflict_do_nothing(), cells)

    def get(self, numbers: Iterable[int], *, shelf: dict[int, KeptPaper] | None = None) -> dict[int, Edition]:
        """Editions by number; papers that are on the shelf, by row, are not read again, and others are put there."""
        of_numbers = self._db.execute(sa.select(t.edition).where(t.edition.c.id.in_(list(numbers)))).all()
        return {e.id: e for e in self._made(of_numbers, {} if shelf is None else shelf)}

    def of(self, subscriber: int, *, limit: int, lists: bool = False) -> list[Edition]:
        """A subscriber's last editions, newest first; with `lists` those of their groups too."""
        e = t.edition.c
        kinds = sa.true() if lists else e.kind != EditionKind.COMMON.value
        return self._whole(sa.and_(e.subscriber_id == subscriber, kinds), limit=limit)

    def on(self, subscriber: int, kind: EditionKind, slot_date: date) -> Edition | None:
        e = t.edition.c
        found = self._whole(sa.and_(e.subscriber_id == subscriber, e.kind == kind.value, e.slot_date == slot_date))
        return found[0] if found else None

    def unsaid(self, subscribers: Collection[int], *, since: date) -> dict[int, tuple[Notice, ...]]:
        """By subscriber, what stood in the last edition of each where its mail was never sent, from a local date on.

        Of those where anything did. After a day without a relay everybody's was not sent, so no edition is read whole.
        """
        e, d, later = t.edition.c, t.delivery.c, t.edition.alias()
        of_group = EditionKind.COMMON.value
        newer = sa.exists().where(later.c.subscriber_id == e.subscriber_id, later.c.id > e.id, later.c.kind != of_group)
        over = sa.select(e.subscriber_id, e.notices).join(t.delivery, d.edition_id == e.id)
        over = over.where(sa.text(t.EXPIRED_DELIVERY), e.slot_date >= since, e.kind != of_group, ~newer)
        told = {who: notices for who, notices in self._db.execute(over) if notices and who in subscribers}
        papers = self._papers.by_row({row for notices in told.values() for row, *_ in notices})
        return {who: tuple(_notice(each, papers) for each in notices) for who, notices in told.items()}

    def unsend(self, number: int) -> None:
        """Forget that its reader has seen what an edition brought, because its mail was never sent."""
        self._db.execute(sa.delete(t.seen).where(t.seen.c.edition_id == number))

    def that_brought(self, subscriber: int, paper: int) -> Edition | None:
        """The edition in which a subscriber had a paper, by the paper's row number."""
        s = t.seen.c
        query = sa.select(s.edition_id).where(s.subscriber_id == subscriber, s.paper_id == paper)
        return next(iter(self._whole(t.edition.c.id.in_(query))), None)

    def _whole(self, condition: sa.ColumnElement[bool], limit: int | None = None) -> list[Edition]:
        """The newest first."""
        newest = (t.edition.c.slot_date.desc(), t.edition.c.id.desc())
        found = self._db.execute(sa.select(t.edition).where(condition).order_by(*newest).limit(limit)).all()
        return self._made(found, {})

    def _made(self, found: Sequence[sa.Row[Any]], shelf: dict[int, KeptPaper]) -> list[Edition]:
        shown = {paper for row in found for paper in papers_of(row._mapping["items"])}
        noticed = {notice[0] for row in found for notice in row.notices or ()}
        below = {number for row in found for number in row.also_new or ()}
        trending = {number for row in found for number, *_ in row.trending or ()}
        wanted = shown | noticed | below | trending
        shelf |= self._papers.by_row(wanted - shelf.keys())
        return [_edition(row, shelf) for row in found]


def _named(slates: Sequence[Slate]) -> set[PaperId]:
    """The papers that slates show or name."""
    named = {item.paper.id for slate in slates for item in slate.recommendations}
    named |= {paper.id for slate in slates for paper in slate.also_new}
    named |= {notice.paper.id for slate in slates for notice in slate.notices}
    return named | {each.paper.id for slate in slates for each in slate.trending}


def _cells(slates: Sequence[Slate], rows: Mapping[PaperId, int], now: datetime) -> dict[str, Sequence[Any]]:
    """What is kept of each, by column."""
    return {
        "subscriber_id": [slate.subscriber_id for slate in slates],
        "kind": [slate.kind.value for slate in slates],
        "slot_date": [slate.slot_date for slate in slates],
        "items": [packed(slate.recommendations, rows) for slate in slates],
        "considered": [slate.considered for slate in slates],
        "papers_read": [slate.papers_read for slate in slates],
        "ledger": [tuple([_line(each) for each in slate.coverage]) for slate in slates],
        "notices": [tuple([_happened(each, rows) for each in slate.notices]) for slate in slates],
        "also_new": [tuple([rows[paper.id] for paper in slate.also_new]) for slate in slates],
        "trending": [tuple([_looked_at(each, rows) for each in slate.trending]) for slate in slates],
        "created_at": [now] * len(slates),
    }


def _happened(notice: Notice, rows: Mapping[PaperId, int]) -> list[Any]:
    return [rows[notice.paper.id], notice.kind.value, notice.day.isoformat()]


def _looked_at(trending: Trending, rows: Mapping[PaperId, int]) -> list[Any]:
    return [rows[trending.paper.id], trending.upvotes, trending.source]


def _line(coverage: Coverage) -> list[Any]:
    since = coverage.since.isoformat() if coverage.since else None
    return [coverage.stream, coverage.seen, coverage.expected, coverage.chosen, coverage.state.value, since]


def coverage_of(line: Sequence[Any]) -> Coverage:
    """A line of a kept ledger."""
    stream, seen, expected, chosen, state, since = line
    return Coverage(
        stream=stream,
        seen=seen,
        expected=expected,
        chosen=chosen,
        state=BatchState(state),
        since=date.fromisoformat(since) if since else None,
    )


def _notice(notice: Sequence[Any], papers: dict[int, KeptPaper]) -> Notice:
    row, kind, day = notice
    return Notice(paper=papers[row].paper, kind=AnnouncementKind(kind), day=date.fromisoformat(day))


def _edition(row: sa.Row[Any], papers: dict[int, KeptPaper]) -> Edition:
    return Edition(
        id=row.id,
        subscriber_id=row.subscriber_id,
        kind=EditionKind(row.kind),
        slot_date=row.slot_date,
        recommendations=unpacked(row._mapping["items"], papers),
        considered=tuple((category, count) for category, count in row.considered),
        papers_read=row.papers_read,
        created_at=row.created_at,
        coverage=tuple(coverage_of(line) for line in row.ledger or ()),
        notices=tuple(_notice(notice, papers) for notice in row.notices or ()),
        also_new=tuple(papers[number].paper for number in row.also_new or ()),
        trending=tuple(
            Trending(paper=papers[number].paper, upvotes=upvotes, source=source)
            for number, upvotes, source in row.trending or ()
        ),
    )
