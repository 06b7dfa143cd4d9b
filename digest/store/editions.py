"""Editions: a kept choice of papers with the reasons as they were."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from digest.batches import BatchState
from digest.editions import (
    Coverage,
    Edition,
    Notice,
    Reason,
    ReasonKind,
    Recommendation,
    Slate,
    Slot,
    Trending,
)
from digest.identity import PaperId
from digest.mail import DeliveryState
from digest.papers import AnnouncementKind
from digest.store import tables as t
from digest.store.papers import KeptPaper, Papers
from digest.store.upsert import MANY, chunks, each, insert, many
from digest.subscribers import EditionKind


class Editions:
    """Editions within one transaction.

    A kept item is {"p": paper row, "d": day announced, "s": score, "r": [[kind, label, contribution, terms], …],
    "w": slot, "c": probability, "i": interest}, "l": 1 if it was late, "g": where its code is, if that was known, "u":
    the group that it was chosen for, if one, and "n": how many of a group got it, if that is told; the oldest have none
    of "w", "c" and "i".
    The ledger is [[stream, seen, expected, chosen, state, since], …], a notice [row, kind, day], what is trending
    [[row, upvotes, source], …].
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._papers = Papers(connection)

    def keep(self, slate: Slate, *, now: datetime) -> int | None:
        """Keep a slate with what it has shown, and return the edition's number; None if that day has one already."""
        return self.keep_all([slate], now=now)[0]

    def keep_all(self, slates: Sequence[Slate], *, now: datetime) -> list[int | None]:
        """The same for many slates."""
        rows = self._papers.rows({key for slate in slates for key in _named(slate)})
        statement = insert(self._db, t.edition).on_conflict_do_nothing().returning(t.edition.c.id)
        numbers = each(self._db, statement, [_row(slate, rows, now) for slate in slates])
        seen = [
            {"subscriber_id": slate.subscriber_id, "paper_id": rows[item.paper.id], "edition_id": number}
            for slate, number in zip(slates, numbers, strict=True)
            if number is not None and slate.kind is not EditionKind.COMMON
            for item in slate.recommendations
        ]
        for part in chunks(seen, MANY):
            many(self._db, insert(self._db, t.seen).on_conflict_do_nothing(), part)
        return numbers

    def get(self, numbers: Iterable[int], *, shelf: dict[int, KeptPaper] | None = None) -> dict[int, Edition]:
        """Editions by number; papers that are on the shelf, by row, are not read again, and others are put there."""
        return {e.id: e for e in self._whole(t.edition.c.id.in_(list(numbers)), shelf=shelf)}

    def of(self, subscriber: int, *, limit: int, lists: bool = False) -> list[Edition]:
        """A subscriber's last editions, newest first; with `lists` those of their groups too."""
        e = t.edition.c
        kinds = sa.true() if lists else e.kind != EditionKind.COMMON.value
        return self._whole(sa.and_(e.subscriber_id == subscriber, kinds), limit=limit)

    def on(self, subscriber: int, kind: EditionKind, slot_date: date) -> Edition | None:
        e = t.edition.c
        found = self._whole(sa.and_(e.subscriber_id == subscriber, e.kind == kind.value, e.slot_date == slot_date))
        return found[0] if found else None

    def unsent(self, subscribers: Iterable[int], *, since: date) -> dict[int, Edition]:
        """By subscriber, the last edition of each where its mail was never sent, from a local date on."""
        e, d, later = t.edition.c, t.delivery.c, t.edition.alias()
        of_group = EditionKind.COMMON.value
        newer = sa.exists().where(later.c.subscriber_id == e.subscriber_id, later.c.id > e.id, later.c.kind != of_group)
        over = sa.select(e.id).join(t.delivery, d.edition_id == e.id)
        over = over.where(d.state == DeliveryState.EXPIRED.value, e.slot_date >= since, e.kind != of_group, ~newer)
        wanted = set(subscribers)
        return {each.subscriber_id: each for each in self._whole(e.id.in_(over)) if each.subscriber_id in wanted}

    def unsend(self, number: int) -> None:
        """Forget that its reader has seen what an edition brought, because its mail was never sent."""
        self._db.execute(sa.delete(t.seen).where(t.seen.c.edition_id == number))

    def that_brought(self, subscriber: int, paper: int) -> Edition | None:
        """The edition in which a subscriber had a paper, by the paper's row number."""
        s = t.seen.c
        query = sa.select(s.edition_id).where(s.subscriber_id == subscriber, s.paper_id == paper)
        return next(iter(self._whole(t.edition.c.id.in_(query))), None)

    def _whole(
        self,
        condition: sa.ColumnElement[bool],
        limit: int | None = None,
        shelf: dict[int, KeptPaper] | None = None,
    ) -> list[Edition]:
        newest = (t.edition.c.slot_date.desc(), t.edition.c.id.desc())
        found = self._db.execute(sa.select(t.edition).where(condition).order_by(*newest).limit(limit)).all()
        shown = {item["p"] for row in found for item in row._mapping["items"]}
        noticed = {notice[0] for row in found for notice in row.notices or ()}
        below = {number for row in found for number in row.also_new or ()}
        trending = {number for row in found for number, *_ in row.trending or ()}
        wanted = shown | noticed | below | trending
        papers = {} if shelf is None else shelf
        papers |= self._papers.by_row(wanted - papers.keys())
        return [_edition(row, papers) for row in found]


def _named(slate: Slate) -> Iterator[PaperId]:
    """The papers that a slate shows or names."""
    for named in (slate.recommendations, slate.notices, slate.trending):
        yield from (each.paper.id for each in named)
    yield from (paper.id for paper in slate.also_new)


def _row(slate: Slate, rows: Mapping[PaperId, int], now: datetime) -> dict[str, Any]:
    return {
        "subscriber_id": slate.subscriber_id,
        "kind": slate.kind.value,
        "slot_date": slate.slot_date,
        "items": [packed(item, rows[item.paper.id]) for item in slate.recommendations],
        "considered": [list(pair) for pair in slate.considered],
        "papers_read": slate.papers_read,
        "ledger": [_line(each) for each in slate.coverage],
        "notices": [[rows[each.paper.id], each.kind.value, each.day.isoformat()] for each in slate.notices],
        "also_new": [rows[paper.id] for paper in slate.also_new],
        "trending": [[rows[each.paper.id], each.upvotes, each.source] for each in slate.trending],
        "created_at": now,
    }


def packed(item: Recommendation, row: int) -> dict[str, Any]:
    """A recommendation as it is kept, with its paper's row."""
    kept = {"p": row, "d": item.announced.isoformat(), "s": item.score, "r": item.reasons, "w": item.slot.value}
    kept |= {"c": item.probability, "i": item.interest}
    if item.late:
        kept["l"] = 1
    if item.code:
        kept["g"] = item.code
    if item.group:
        kept["u"] = item.group
    if item.sent_to:
        kept["n"] = item.sent_to
    return kept


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


def unpacked(item: dict[str, Any], kept: KeptPaper) -> Recommendation:
    """A kept item with its paper."""
    reasons = [
        _NEW(Reason, (_KINDS[kind], label, share, tuple(map(tuple, terms)) if terms else ()))
        for kind, label, share, terms in item["r"]
    ]
    return Recommendation(
        paper=kept.paper,
        score=item["s"],
        reasons=tuple(reasons),
        announced=_day(item["d"]),
        late=bool(item.get("l")),
        probability=item.get("c"),
        interest=item.get("i", ""),
        slot=_SLOTS[item.get("w", "chosen")],
        code=item.get("g", ""),
        group=item.get("u", ""),
        sent_to=item.get("n", 0),
    )


# Looked up, not called: an edition has a hundred reasons, and a hundred thousand editions may be read in one go.
_KINDS = {kind.value: kind for kind in ReasonKind}
_SLOTS = {slot.value: slot for slot in Slot}
_NEW = tuple.__new__  # a NamedTuple of values that are in order already, in half the time of calling it
_day = lru_cache(maxsize=64)(date.fromisoformat)


def _edition(row: sa.Row[Any], papers: dict[int, KeptPaper]) -> Edition:
    items: Sequence[dict[str, Any]] = row._mapping["items"]
    return Edition(
        id=row.id,
        subscriber_id=row.subscriber_id,
        kind=EditionKind(row.kind),
        slot_date=row.slot_date,
        recommendations=tuple(unpacked(item, papers[item["p"]]) for item in items),
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
