"""Messages: what makes a mail the same at every attempt.

A mail is written from what is kept, and the same each time. So its fingerprint and the moment it was written are kept
with the claim, and its bytes only where an attempt left it in doubt: a hundred thousand mails are gigabytes.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from digest.store import tables as t
from digest.store.upsert import chunks, insert

_OPEN = sa.text(t.OPEN_DELIVERY)


class Messages:
    """Messages within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, delivery: int, content: bytes) -> None:
        """Keep the bytes of a message that is in doubt; once kept, they stay."""
        made = insert(self._db, t.message).values(delivery_id=delivery, content=content)
        self._db.execute(made.on_conflict_do_nothing())

    def contents(self, deliveries: Iterable[int]) -> dict[int, bytes]:
        """The bytes of those that are kept."""
        m, found = t.message.c, dict[int, bytes]()
        for part in chunks(sorted(deliveries)):
            rows = self._db.execute(sa.select(m.delivery_id, m.content).where(m.delivery_id.in_(part)))
            found |= {number: bytes(content) for number, content in rows}
        return found

    def drop_closed(self) -> int:
        """Forget the bytes of what is sent, refused, over or unwanted; how many messages that were."""
        open_ones = sa.select(t.delivery.c.id).where(_OPEN)
        return self._db.execute(sa.delete(t.message).where(t.message.c.delivery_id.not_in(open_ones))).rowcount
