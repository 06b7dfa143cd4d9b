"""Groups of readers: who is in them, and which interests they share. For what is chosen for them, see `group_lists`.

However many members a group has, each question here is one statement, or one for some hundreds of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.store import tables as t
from digest.store.group_lists import GroupLists
from digest.store.upsert import CHUNK, chunks, insert
from digest.subscribers import SubscriberState


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some readers under one name."""

    number: int
    name: str
    weekday: int | None  # of its common list, 0 is Monday; None: it has none
    size: int  # papers in a list at most
    made_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A reader in a group."""

    group: int
    subscriber: int
    address: str
    state: str  # subscribers.SubscriberState
    joined_at: datetime  # UTC
    takes_list: bool
    shows_sent: bool  # the group may be told, as a number alone, what they were sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """An interest that a whole group reads with."""

    group: int
    group_name: str
    interest: int
    name: str  # of the interest
    owner: int
    owner_address: str
    quota: int  # papers in one edition of a member at most


@dataclass(frozen=True, slots=True)
class Circles:
    """Who of some groups shows what they were sent."""

    groups: Mapping[int, frozenset[int]] = field(default_factory=dict)  # by member, groups in which they show it
    members: Mapping[int, frozenset[int]] = field(default_factory=dict)  # by group, those who show it


class Groups:
    """Groups within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self.lists = GroupLists(connection)

    # ------------------------------------------------------------ groups

    def make(self, name: str, *, weekday: int | None, size: int, now: datetime) -> int | None:
        """The number of a new group; None where one has that name, in any case of letters."""
        values = {"name": name, "name_key": name.casefold(), "weekday": weekday, "size": size, "made_at": now}
        statement = insert(self._db, t.reader_group).values(values)
        unless_known = statement.on_conflict_do_nothing(index_elements=["name_key"])
        return self._db.execute(unless_known.returning(t.reader_group.c.id)).scalar()

    def find(self, name: str) -> Group | None:
        """The group of that name, in any case of letters."""
        row = self._db.execute(sa.select(t.reader_group).where(t.reader_group.c.name_key == name.casefold())).first()
        return None if row is None else _group(row)

    def all(self) -> list[Group]:
        """Every group, by name."""
        return [_group(row) for row in self._db.execute(sa.select(t.reader_group).order_by(t.reader_group.c.name_key))]

    def counts(self) -> tuple[dict[int, int], dict[int, int]]:
        """By group, how many members and how many shared interests it has; nothing where that is 0."""
        return self._count(t.group_member), self._count(t.group_interest)

    def change(self, group: int, **values: Any) -> None:
        """Set columns: `name`, `weekday`, `size`."""
        if "name" in values:
            values["name_key"] = values["name"].casefold()
        self._db.execute(sa.update(t.reader_group).where(t.reader_group.c.id == group).values(values))

    def remove(self, group: int) -> None:
        """Forget a group with its lists; its members, and what they were sent, stay as they are."""
        self._db.execute(sa.delete(t.reader_group).where(t.reader_group.c.id == group))

    # ------------------------------------------------------------ members

    def add(self, group: int, subscribers: Iterable[int], *, now: datetime) -> int:
        """Take readers in; how many were not in it."""
        before = self._count(t.group_member).get(group, 0)
        rows = [{"group_id": group, "subscriber_id": number, "joined_at": now} for number in subscribers]
        for part in chunks(rows):
            self._db.execute(insert(self._db, t.group_member).on_conflict_do_nothing(), part)
        return self._count(t.group_member).get(group, 0) - before

    def drop(self, group: int, subscriber: int) -> bool:
        """Let a member go with what they share there; False where they are not in it."""
        i, g, m = t.interest.c, t.group_interest.c, t.group_member.c
        theirs = sa.select(i.id).where(i.subscriber_id == subscriber)
        self._db.execute(sa.delete(t.group_interest).where(g.group_id == group, g.interest_id.in_(theirs)))
        gone = sa.delete(t.group_member).where(m.group_id == group, m.subscriber_id == subscriber)
        return self._db.execute(gone).rowcount > 0

    def members(self, group: int) -> list[Member]:
        """Everybody in a group, in the order of joining it."""
        return self._members(t.group_member.c.group_id == group)

    def of(self, subscriber: int) -> list[tuple[Group, Member]]:
        """The groups that a reader is in, by name, and how they are in each."""
        known = {each.number: each for each in self.all()}
        found = [(known[each.group], each) for each in self._members(t.group_member.c.subscriber_id == subscriber)]
        return sorted(found, key=lambda pair: pair[0].name.casefold())

    def set_member(self, subscriber: int, *, group: int | None = None, **values: bool) -> int:
        """Set `takes_list` or `shows_sent` of a reader in one group, or in all of theirs; in how many that was."""
        m = t.group_member.c
        where = (m.subscriber_id == subscriber, *([] if group is None else [m.group_id == group]))
        return self._db.execute(sa.update(t.group_member).where(*where).values(values)).rowcount

    def members_by_group(self, names: Sequence[str]) -> set[int]:
        """Everybody who is in a group of any of these names."""
        m, g = t.group_member.c, t.reader_group.c
        query = sa.select(m.subscriber_id).join(t.reader_group, g.id == m.group_id)
        return set(self._db.execute(query.where(g.name_key.in_([name.casefold() for name in names]))).scalars())

    # ------------------------------------------------------------ what they share

    def share(self, group: int, interest: int, *, quota: int, now: datetime) -> None:
        """Have a group read with an interest; sharing it again sets the quota."""
        values = {"group_id": group, "interest_id": interest, "quota": quota, "shared_at": now}
        statement = insert(self._db, t.group_interest).values(values)
        self._db.execute(
            statement.on_conflict_do_update(index_elements=["group_id", "interest_id"], set_={"quota": quota})
        )

    def unshare(self, group: int, interest: int) -> bool:
        """Have a group read with an interest no more; False where it does not."""
        g = t.group_interest.c
        gone = sa.delete(t.group_interest).where(g.group_id == group, g.interest_id == interest)
        return self._db.execute(gone).rowcount > 0

    def shared(self, groups: Iterable[int]) -> list[Shared]:
        """What some groups read with, in the order of the groups and of when it was shared."""
        g, r, i, s = t.group_interest.c, t.reader_group.c, t.interest.c, t.subscriber.c
        query = (
            sa.select(g.group_id, r.name, g.interest_id, i.name, i.subscriber_id, s.address, g.quota)
            .select_from(t.group_interest)
            .join(t.reader_group, r.id == g.group_id)
            .join(t.interest, i.id == g.interest_id)
            .join(t.subscriber, s.id == i.subscriber_id)
            .order_by(g.group_id, g.shared_at, g.interest_id)
        )
        return [
            Shared(
                group=group,
                group_name=called,
                interest=interest,
                name=name,
                owner=owner,
                owner_address=address,
                quota=quota,
            )
            for part in chunks(sorted(set(groups)))
            for group, called, interest, name, owner, address, quota in self._db.execute(
                query.where(g.group_id.in_(part))
            )
        ]

    def groups_of(self, subscribers: Iterable[int]) -> dict[int, list[int]]:
        """By reader, the groups they are in and that share something; nothing for those in none.

        For many readers all members of such groups are read at once.
        """
        m, wanted, found = t.group_member.c, set(subscribers), defaultdict[int, list[int]](list)
        sharing = m.group_id.in_(sa.select(t.group_interest.c.group_id))
        query = sa.select(m.subscriber_id, m.group_id).where(sharing).order_by(m.group_id)
        if len(wanted) <= CHUNK:
            query = query.where(m.subscriber_id.in_(wanted))
        for reader, group in self._db.execute(query):
            if reader in wanted:
                found[reader].append(group)
        return dict(found)

    # ------------------------------------------------------------ what they were sent

    def circles(self, subscribers: Iterable[int]) -> Circles:
        """The groups in which some readers show what they were sent, each with everybody who does."""
        m, wanted = t.group_member.c, set(subscribers)
        members, groups = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
        for group, reader in self._db.execute(_showing(sa.select(m.group_id, m.subscriber_id))):
            members[group].add(reader)
            if reader in wanted:
                groups[reader].add(group)
        theirs = {group for each in groups.values() for group in each}
        return Circles(
            {reader: frozenset(each) for reader, each in groups.items()},
            {group: frozenset(members[group]) for group in theirs},
        )

    def brought(self, papers: Iterable[int]) -> dict[int, set[int]]:
        """By paper's row, those who show what they were sent and were sent it, in any group."""
        m, s, found = t.group_member.c, t.seen.c, defaultdict[int, set[int]](set)
        query = sa.select(s.paper_id, s.subscriber_id).where(s.subscriber_id.in_(_showing(sa.select(m.subscriber_id))))
        for part in chunks(sorted(set(papers))):
            for paper, reader in self._db.execute(query.where(s.paper_id.in_(part))):
                found[paper].add(reader)
        return dict(found)

    # ------------------------------------------------------------ in common

    def _members(self, condition: sa.ColumnElement[bool]) -> list[Member]:
        m, s = t.group_member.c, t.subscriber.c
        query = (
            sa.select(m.group_id, m.subscriber_id, s.address, s.state, m.joined_at, m.takes_list, m.shows_sent)
            .join(t.subscriber, s.id == m.subscriber_id)
            .where(condition)
            .order_by(m.joined_at, m.subscriber_id)
        )
        return [
            Member(
                group=row.group_id,
                subscriber=row.subscriber_id,
                address=row.address,
                state=row.state,
                joined_at=row.joined_at,
                takes_list=row.takes_list,
                shows_sent=row.shows_sent,
            )
            for row in self._db.execute(query)
        ]

    def _count(self, table: sa.Table) -> dict[int, int]:
        query = sa.select(table.c.group_id, sa.func.count()).group_by(table.c.group_id)
        return {row[0]: row[1] for row in self._db.execute(query)}


def _showing(query: sa.Select[Any]) -> sa.Select[Any]:
    """Of a query for members, those who show what they were sent and get something still."""
    m, s = t.group_member.c, t.subscriber.c
    joined = query.select_from(t.group_member).join(t.subscriber, s.id == m.subscriber_id)
    return joined.where(m.shows_sent, s.state == SubscriberState.ACTIVE.value)


def _group(row: sa.Row[Any]) -> Group:
    return Group(number=row.id, name=row.name, weekday=row.weekday, size=row.size, made_at=row.made_at)
