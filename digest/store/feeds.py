"""The addresses of personal feeds: whose each is, known by a hash alone, so that nobody reads one in the database."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest import tokens
from digest.store import tables as t
from digest.store.upsert import insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What changes whenever a feed may have become another one."""

    subscriber: int
    state: str  # subscribers.SubscriberState
    language: str
    feed_uri: str
    created_at: datetime  # UTC; when the reader joined
    secret: bytes = field(repr=False)  # what links are signed with; b"" while there is none
    newest: int | None  # the number of the reader's last edition
    editions: int
    announcement: int | None  # the newest of all: papers are changed by what is announced
    more: tuple[Any, ...] = ()  # of a feed of something else than editions


class Feeds:
    """Feed addresses within one transaction; a subscriber has one or none."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, subscriber: int, token_hash: str, *, now: datetime) -> None:
        """Give a subscriber a feed address; the one they had leads nowhere from then on."""
        given = {"token_hash": token_hash, "made_at": now}
        made = insert(self._db, t.feed_token).values(subscriber_id=subscriber, **given)
        self._db.execute(made.on_conflict_do_update(index_elements=["subscriber_id"], set_=given))

    def holder(self, token_hash: str) -> int | None:
        """The number of the subscriber whose address it is; None for nobody's."""
        c = t.feed_token.c
        return self._db.execute(sa.select(c.subscriber_id).where(c.token_hash == token_hash)).scalar()

    def revision(self, token_hash: str) -> Revision | None:
        """How the feed of an address stands, by one small query; None for nobody's."""
        row = self._db.execute(_REVISION, {"token": token_hash}).one_or_none()
        if row is None:
            return None
        return Revision(
            subscriber=row.id,
            state=row.state,
            language=row.language,
            feed_uri=row.feed_uri,
            created_at=row.created_at,
            secret=row.secret or b"",
            newest=row.newest,
            editions=row.editions,
            announcement=row.announcement,
        )

    def interests(self, subscriber: int) -> dict[int, str]:
        """A subscriber's interests by number, in the order they were made."""
        i = t.interest.c
        query = sa.select(i.id, i.name).where(i.subscriber_id == subscriber).order_by(i.id)
        return {row.id: row.name for row in self._db.execute(query)}

    def saved(self, subscriber: int) -> tuple[int, datetime | None]:
        """How many papers a subscriber has saved, and when the last of them."""
        s = t.saved.c
        query = sa.select(sa.func.count(), sa.func.max(s.saved_at)).where(s.subscriber_id == subscriber)
        count, last = self._db.execute(query).one()
        return count, last

    def made_at(self, subscriber: int) -> datetime | None:
        """When a subscriber's feed address was made, UTC; None where there is none."""
        c = t.feed_token.c
        return self._db.execute(sa.select(c.made_at).where(c.subscriber_id == subscriber)).scalar()

    def remove(self, subscriber: int) -> bool:
        """Let a subscriber's feed address lead nowhere; whether there was one."""
        gone = sa.delete(t.feed_token).where(t.feed_token.c.subscriber_id == subscriber)
        return self._db.execute(gone).rowcount > 0


def _revision() -> sa.Select[Any]:
    s, f, e = t.subscriber.c, t.feed_token.c, t.edition.c
    newest = sa.select(sa.func.max(e.id)).where(e.subscriber_id == s.id).correlate(t.subscriber)
    count = sa.select(sa.func.count()).select_from(t.edition).where(e.subscriber_id == s.id).correlate(t.subscriber)
    announcement = sa.select(sa.func.max(t.announcement.c.id))
    return (
        sa.select(
            s.id,
            s.state,
            s.language,
            s.feed_uri,
            s.created_at,
            sa.select(t.secret.c.value).where(t.secret.c.name == tokens.KEY).scalar_subquery().label("secret"),
            newest.scalar_subquery().label("newest"),
            count.scalar_subquery().label("editions"),
            announcement.scalar_subquery().label("announcement"),
        )
        .join(t.feed_token, f.subscriber_id == s.id)
        .where(f.token_hash == sa.bindparam("token"))
    )


_REVISION = _revision()  # made once: to make it takes longer than to ask it
