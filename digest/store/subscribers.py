"""Subscribers, their profiles and their votes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from digest.identity import PaperId
from digest.store import tables as t
from digest.store.upsert import chunks, insert
from digest.store.works import Works
from digest.subscribers import (
    Profile,
    ProfileField,
    Schedule,
    Subscriber,
    SubscriberState,
    Verdict,
)


class Subscribers:
    """Subscribers within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._works = Works(connection)

    # ------------------------------------------------------------ people

    def add(
        self, address: str, *, schedule: Schedule, size: int, next_due_at: datetime, feed_uri: str, now: datetime
    ) -> Subscriber | None:
        """A new active subscriber, or None if the address is known (in any case of letters)."""
        statement = insert(self._db, t.subscriber).values(
            address=address,
            address_key=address.casefold(),
            state=SubscriberState.ACTIVE.value,
            size=size,
            next_due_at=next_due_at,
            feed_uri=feed_uri,
            created_at=now,
            **_schedule_columns(schedule),
        )
        unless_known = statement.on_conflict_do_nothing(index_elements=["address_key"]).returning(t.subscriber.c.id)
        return None if self._db.execute(unless_known).scalar() is None else self.find(address)

    def find(self, address: str) -> Subscriber | None:
        """The subscriber with that address, in any case of letters."""
        query = sa.select(t.subscriber).where(t.subscriber.c.address_key == address.casefold())
        row = self._db.execute(query).one_or_none()
        return _subscriber(row) if row else None

    def get(self, subscriber: int) -> Subscriber:
        """The subscriber with that number, who must exist."""
        return _subscriber(self._db.execute(sa.select(t.subscriber).where(t.subscriber.c.id == subscriber)).one())

    def numbered(self, subscriber: int) -> Subscriber | None:
        """The subscriber with that number, if there is one."""
        row = self._db.execute(sa.select(t.subscriber).where(t.subscriber.c.id == subscriber)).one_or_none()
        return _subscriber(row) if row else None

    def all(self, state: SubscriberState | None = None) -> list[Subscriber]:
        """Everybody, or everybody in one state, in the order of joining."""
        query = sa.select(t.subscriber).order_by(t.subscriber.c.id)
        if state is not None:
            query = query.where(t.subscriber.c.state == state.value)
        return [_subscriber(row) for row in self._db.execute(query)]

    def due(self, now: datetime) -> list[Subscriber]:
        """The active subscribers whose hour has come, longest waiting first."""
        c = t.subscriber.c
        query = sa.select(t.subscriber).where(c.state == SubscriberState.ACTIVE.value, c.next_due_at <= now)
        return [_subscriber(row) for row in self._db.execute(query.order_by(c.next_due_at, c.id))]

    def change(self, subscriber: int, **values: Any) -> None:
        """Set columns; `schedule` and `state` are taken as the values they are in the product."""
        if schedule := values.pop("schedule", None):
            values |= _schedule_columns(schedule)
        if state := values.pop("state", None):
            values["state"] = state.value
        self._db.execute(sa.update(t.subscriber).where(t.subscriber.c.id == subscriber).values(values))

    # ------------------------------------------------------------ what they care for

    def profiles(self, subscribers: Iterable[int]) -> dict[int, Profile]:
        """The profile of each, empty where nothing is known."""
        wanted = list(subscribers)
        words: dict[int, dict[ProfileField, list[str]]] = defaultdict(lambda: defaultdict(list))
        e = t.profile_entry.c
        written = sa.select(e.subscriber_id, e.field, e.value).order_by(e.id)
        for row in self._of(wanted, written, e.subscriber_id):
            words[row.subscriber_id][ProfileField(row.field)].append(row.value)
        votes: dict[int, dict[Verdict, list[PaperId]]] = defaultdict(lambda: defaultdict(list))
        f = t.feedback.c
        given = sa.select(f.subscriber_id, f.verdict, f.paper_id).order_by(f.given_at, f.paper_id)
        said = list(self._of(wanted, given, f.subscriber_id))
        works = self._works.kept_as({row.paper_id for row in said})
        verdicts = {
            (row.subscriber_id, works[row.paper_id]): Verdict(row.verdict) for row in said
        }  # the last one counts
        for (number, key), verdict in verdicts.items():
            votes[number][verdict].append(key)
        return {number: _profile(words[number], votes[number]) for number in wanted}

    def add_words(self, subscriber: int, field: ProfileField, values: Iterable[str]) -> None:
        for value in values:
            statement = insert(self._db, t.profile_entry).values(
                subscriber_id=subscriber, field=field.value, value=value
            )
            self._db.execute(statement.on_conflict_do_nothing())

    def remove_words(self, subscriber: int, field: ProfileField, values: Iterable[str]) -> int:
        """Forget words, and return how many there were."""
        e = t.profile_entry.c
        condition = sa.and_(e.subscriber_id == subscriber, e.field == field.value, e.value.in_(list(values)))
        return self._db.execute(sa.delete(t.profile_entry).where(condition)).rowcount

    def vote(self, subscriber: int, paper_row: int, verdict: Verdict, *, now: datetime) -> None:
        """Keep a verdict; a later one on the same paper takes its place."""
        values = {"verdict": verdict.value, "given_at": now}
        statement = insert(self._db, t.feedback).values(subscriber_id=subscriber, paper_id=paper_row, **values)
        self._db.execute(statement.on_conflict_do_update(index_elements=["subscriber_id", "paper_id"], set_=values))

    def seen(self, subscriber: int) -> set[PaperId]:
        """Every work that an edition has brought to a subscriber, under the id it is read as."""
        brought = sa.select(t.seen.c.paper_id).where(t.seen.c.subscriber_id == subscriber)
        rows = set(self._db.execute(brought).scalars())
        return set(self._works.kept_as(rows).values())

    def _of(
        self, subscribers: list[int], query: sa.Select[Any], column: sa.ColumnElement[int]
    ) -> Iterator[sa.Row[Any]]:
        """The rows of a query that belong to the subscribers, however many they are."""
        for part in chunks(subscribers):
            yield from self._db.execute(query.where(column.in_(part)))


def _schedule_columns(schedule: Schedule) -> dict[str, Any]:
    return {"timezone": schedule.timezone.key, "send_at": schedule.send_at, "days": sorted(schedule.days)}


def _subscriber(row: sa.Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        address=row.address,
        state=SubscriberState(row.state),
        schedule=Schedule(timezone=ZoneInfo(row.timezone), send_at=row.send_at, days=frozenset(row.days)),
        size=row.size,
        next_due_at=row.next_due_at,
        read_through=row.read_through,
        feed_uri=row.feed_uri,
        created_at=row.created_at,
    )


def _profile(words: dict[ProfileField, list[str]], votes: dict[Verdict, list[PaperId]]) -> Profile:
    return Profile(
        categories=tuple(words[ProfileField.CATEGORY]),
        interests=tuple(words[ProfileField.INTEREST]),
        include=tuple(words[ProfileField.INCLUDE]),
        exclude=tuple(words[ProfileField.EXCLUDE]),
        follow=tuple(words[ProfileField.FOLLOW]),
        liked=tuple(votes[Verdict.LIKE]),
        disliked=tuple(votes[Verdict.DISLIKE]),
    )
