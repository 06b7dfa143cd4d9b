"""Common lists of groups: what was chosen for all of a group on one day, and who waits for it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from digest.editions import Recommendation
from digest.identity import PaperId
from digest.store import tables as t
from digest.store.kept_items import packed, papers_of, unpacked
from digest.store.papers import Papers
from digest.store.subscribers import Subscribers
from digest.store.upsert import insert
from digest.subscribers import EditionKind, Subscriber, SubscriberState


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonList:
    """What was chosen for a group; it never changes."""

    group: int
    day: date  # on which members get it
    recommendations: tuple[Recommendation, ...]  # best first; none, where nothing was good enough
    considered: tuple[tuple[str, int], ...]  # papers read, by category
    papers_read: int
    read_through: int  # the newest announcement considered
    made_at: datetime  # UTC


class GroupLists:
    """Common lists within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._papers = Papers(connection)

    def takers(self, weekdays: Iterable[int]) -> list[tuple[int, Subscriber]]:
        """Group and active member where the list comes on one of the weekdays, but for those who want none.

        A group that shares nothing has no list.
        """
        m, g, s = t.group_member.c, t.reader_group.c, t.subscriber.c
        query = (
            sa.select(g.id, s.id.label("reader"))
            .join(t.group_member, m.group_id == g.id)
            .join(t.subscriber, s.id == m.subscriber_id)
            .where(g.weekday.in_(list(weekdays)), m.takes_list, s.state == SubscriberState.ACTIVE.value)
            .where(g.id.in_(sa.select(t.group_interest.c.group_id)))
            .order_by(g.id, s.id)
        )
        found = self._db.execute(query).all()
        readers = Subscribers(self._db).some({row.reader for row in found}) if found else {}
        return [(row.id, readers[row.reader]) for row in found]

    def had(self, days: Collection[date]) -> set[tuple[int, date]]:
        """Reader and local date of every common edition of some dates."""
        e = t.edition.c
        query = sa.select(e.subscriber_id, e.slot_date)
        query = query.where(e.kind == EditionKind.COMMON.value, e.slot_date.in_(list(days)))
        return {(reader, day) for reader, day in self._db.execute(query)}

    def keep(self, made: CommonList) -> None:
        """Keep a list, unless that group and day have one."""
        rows = self._papers.rows(item.paper.id for item in made.recommendations)
        values = {
            "group_id": made.group,
            "day": made.day,
            "items": packed(made.recommendations, rows),
            "considered": [list(pair) for pair in made.considered],
            "papers_read": made.papers_read,
            "read_through": made.read_through,
            "made_at": made.made_at,
        }
        self._db.execute(insert(self._db, t.group_list).values(values).on_conflict_do_nothing())

    def on(self, wanted: Collection[tuple[int, date]]) -> dict[tuple[int, date], CommonList]:
        """The lists of some groups and days, as far as they are made."""
        c = t.group_list.c
        groups, days = {group for group, _ in wanted}, {day for _, day in wanted}
        query = sa.select(t.group_list).where(c.group_id.in_(groups), c.day.in_(days))
        rows = [row for row in self._db.execute(query) if (row.group_id, row.day) in wanted]
        return {(row.group_id, row.day): self._list(row) for row in rows}

    def last(self, group: int) -> tuple[int, datetime] | None:
        """How far a group's newest list has read, and when it was made; None before the first."""
        c = t.group_list.c
        query = sa.select(c.read_through, c.made_at).where(c.group_id == group).order_by(c.day.desc()).limit(1)
        row = self._db.execute(query).first()
        return None if row is None else (row.read_through, row.made_at)

    def listed(self, group: int) -> set[PaperId]:
        """Every paper that a list of a group has had."""
        kept = self._db.execute(sa.select(t.group_list.c["items"]).where(t.group_list.c.group_id == group)).scalars()
        rows = {row for items in kept for row in papers_of(items)}
        return {each.paper.id for each in self._papers.by_row(rows).values()}

    def days(self) -> dict[int, list[date]]:
        """By group, the days of its lists, the newest first."""
        c, found = t.group_list.c, defaultdict[int, list[date]](list)
        for group, day in self._db.execute(sa.select(c.group_id, c.day).order_by(c.day.desc())):
            found[group].append(day)
        return dict(found)

    def _list(self, row: sa.Row[Any]) -> CommonList:
        items = row._mapping["items"]
        papers = self._papers.by_row(papers_of(items))
        return CommonList(
            group=row.group_id,
            day=row.day,
            recommendations=unpacked(items, papers),
            considered=tuple((category, count) for category, count in row.considered),
            papers_read=row.papers_read,
            read_through=row.read_through,
            made_at=row.made_at,
        )
