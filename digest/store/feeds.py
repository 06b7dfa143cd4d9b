"""The addresses of personal feeds: whose each is, known by a hash alone, so that nobody reads one in the database."""

from datetime import datetime

import sqlalchemy as sa

from digest.store import tables as t
from digest.store.upsert import insert


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

    def made_at(self, subscriber: int) -> datetime | None:
        """When a subscriber's feed address was made, UTC; None where there is none."""
        c = t.feed_token.c
        return self._db.execute(sa.select(c.made_at).where(c.subscriber_id == subscriber)).scalar()

    def remove(self, subscriber: int) -> bool:
        """Let a subscriber's feed address lead nowhere; whether there was one."""
        gone = sa.delete(t.feed_token).where(t.feed_token.c.subscriber_id == subscriber)
        return self._db.execute(gone).rowcount > 0
