"""Joining: what was asked for at the door, oldest first, and the links that were mailed about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from digest.identity import PaperId
from digest.papers import AnnouncementKind
from digest.store import tables as t
from digest.store.upsert import chunks, insert
from digest.subscribers import SubscriberState

_UNCONFIRMED = (SubscriberState.PENDING.value, SubscriberState.SUPPRESSED.value)


class Purpose(StrEnum):
    """What pressing a mailed link does."""

    JOIN = "join"  # begin
    MOVE = "move"  # take the address over
    NOTHING = "nothing"  # none was mailed: the address was only told something


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What somebody asked for at the door."""

    id: int
    address: str  # normalised
    mover_id: int | None  # the reader who wants this new address; None for who wants to join
    wish: Mapping[str, Any]  # plain JSON
    asked_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """A mailed link."""

    id: int
    subscriber_id: int  # who has the address it was mailed to
    mover_id: int | None
    purpose: Purpose
    expires_at: datetime  # UTC
    confirmed_at: datetime | None  # UTC


class Joinings:
    """Applications and mailed links within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    # ------------------------------------------------------------ what was asked for

    def ask(self, address: str, wish: Mapping[str, Any], *, now: datetime, mover: int | None = None) -> None:
        """Keep what was asked for, whatever is known of the address."""
        values = {"address": address, "mover_id": mover, "wish": dict(wish), "asked_at": now}
        self._db.execute(insert(self._db, t.application).values(values))

    def take(self, limit: int) -> list[Application]:
        """The oldest of what was asked for, at most `limit`; it is forgotten here."""
        found = self._db.execute(sa.select(t.application).order_by(t.application.c.id).limit(limit)).all()
        self._db.execute(sa.delete(t.application).where(t.application.c.id.in_([row.id for row in found])))
        return [
            Application(id=row.id, address=row.address, mover_id=row.mover_id, wish=row.wish, asked_at=row.asked_at)
            for row in found
        ]

    def named(self, keys: Iterable[PaperId]) -> dict[PaperId, int]:
        """Row numbers of the papers that are kept, by any name they are known by."""
        c, found = t.identifier.c, dict[PaperId, int]()
        for part in chunks(sorted({_parts(key) for key in keys})):
            query = sa.select(c.scheme, c.value, c.paper_id).where(sa.tuple_(c.scheme, c.value).in_(part))
            found |= {PaperId(f"{row.scheme}:{row.value}"): row.paper_id for row in self._db.execute(query)}
        return found

    def sample(self, limit: int) -> list[int]:
        """Row numbers of new papers of the newest listing, at most `limit`, taken evenly from all of it."""
        a = t.announcement.c
        newest = sa.select(sa.func.max(a.day)).where(a.kind == AnnouncementKind.NEW.value).scalar_subquery()
        query = sa.select(a.paper_id).where(a.day == newest, a.kind == AnnouncementKind.NEW.value)
        rows = list(dict.fromkeys(self._db.execute(query.order_by(a.id)).scalars()))
        return rows[:: max(1, len(rows) // limit)][:limit]

    # ------------------------------------------------------------ links

    def make(
        self, subscriber: int, purpose: Purpose, *, now: datetime, expires_at: datetime, mover: int | None = None
    ) -> int:
        """The number of a new link; one that was made for that subscriber before leads nowhere any more."""
        c = t.joining.c
        self._db.execute(sa.delete(t.joining).where(c.subscriber_id == subscriber))
        values = {"subscriber_id": subscriber, "mover_id": mover, "purpose": purpose.value}
        made = insert(self._db, t.joining).values(**values, asked_at=now, expires_at=expires_at)
        return int(self._db.execute(made.returning(c.id)).scalar_one())

    def get(self, number: int) -> Joining | None:
        """The link with that number, if it is kept."""
        row = self._db.execute(sa.select(t.joining).where(t.joining.c.id == number)).one_or_none()
        return _joining(row) if row else None

    def of(self, subscriber: int) -> Joining | None:
        """The link that was made for a subscriber."""
        row = self._db.execute(sa.select(t.joining).where(t.joining.c.subscriber_id == subscriber)).one_or_none()
        return _joining(row) if row else None

    def confirm(self, number: int, *, subscriber: int, now: datetime) -> None:
        """Note that a link was pressed, and whose it is from then on."""
        values = {"subscriber_id": subscriber, "mover_id": None, "confirmed_at": now}
        self._db.execute(sa.update(t.joining).where(t.joining.c.id == number).values(values))

    def forget(self, now: datetime) -> int:
        """Forget the links that are over, and with those that nobody pressed the subscribers; how many those were."""
        c, s = t.joining.c, t.subscriber.c
        over = sa.select(c.subscriber_id).where(c.expires_at <= now, c.confirmed_at.is_(None))
        gone = sa.delete(t.subscriber).where(s.id.in_(over), s.state.in_(_UNCONFIRMED))
        count = self._db.execute(gone).rowcount
        self._db.execute(sa.delete(t.joining).where(c.expires_at <= now))
        return count


def _parts(key: PaperId) -> tuple[str, str]:
    scheme, _, value = key.partition(":")
    return scheme, value


def _joining(row: sa.Row[Any]) -> Joining:
    return Joining(
        id=row.id,
        subscriber_id=row.subscriber_id,
        mover_id=row.mover_id,
        purpose=Purpose(row.purpose),
        expires_at=row.expires_at,
        confirmed_at=row.confirmed_at,
    )
