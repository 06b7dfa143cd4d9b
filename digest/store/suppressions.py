"""What came back: suppressed addresses, by hash, and the bounces, complaints and replies that were read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.mail import Bounce, BounceKind, Suppression, SuppressionReason
from digest.store import tables as t
from digest.store.upsert import chunks, insert


class Suppressions:
    """Suppressions, bounces and replies within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    # ------------------------------------------------------------ addresses

    def add(self, suppression: Suppression) -> bool:
        """Suppress an address for ever; False, and nothing changes, if it is suppressed already."""
        made = insert(self._db, t.suppression).values(_row(suppression))
        return self._is_new(made.on_conflict_do_nothing().returning(t.suppression.c.address_hash))

    def add_all(self, suppressions: Sequence[Suppression]) -> int:
        """Suppress many addresses for ever; how many were not suppressed yet."""
        before = self._count()
        for part in chunks(suppressions):
            self._db.execute(insert(self._db, t.suppression).on_conflict_do_nothing(), [_row(each) for each in part])
        return self._count() - before

    def remove(self, address_hash: str) -> bool:
        """Let an address have mail again; whether it was suppressed."""
        gone = sa.delete(t.suppression).where(t.suppression.c.address_hash == address_hash)
        return self._db.execute(gone).rowcount == 1

    def get(self, address_hash: str) -> Suppression | None:
        """Why an address gets nothing; None if it may."""
        query = sa.select(t.suppression).where(t.suppression.c.address_hash == address_hash)
        row = self._db.execute(query).one_or_none()
        return _suppression(row) if row else None

    def all(self) -> list[Suppression]:
        """All of them, the oldest first."""
        c = t.suppression.c
        return [
            _suppression(row) for row in self._db.execute(sa.select(t.suppression).order_by(c.since, c.address_hash))
        ]

    def _count(self) -> int:
        return int(self._db.execute(sa.select(sa.func.count()).select_from(t.suppression)).scalar_one())

    # ------------------------------------------------------------ bounces and complaints

    def note(self, bounce: Bounce, *, subscriber: int, now: datetime) -> bool:
        """Keep a bounce; False, and nothing changes, if the same report was kept before."""
        return self._note(
            now,
            fingerprint=bounce.fingerprint,
            delivery_id=bounce.delivery_id,
            subscriber_id=subscriber,
            kind=bounce.kind.value,
            status=bounce.status,
            reason=bounce.reason,
        )

    def note_complaint(
        self, fingerprint: str, *, subscriber: int, delivery: int | None, reason: str, now: datetime
    ) -> bool:
        """Keep a complaint, which may show whose mail it is about and not which; False if it was kept before."""
        return self._note(
            now,
            fingerprint=fingerprint,
            delivery_id=delivery,
            subscriber_id=subscriber,
            kind=BounceKind.COMPLAINT.value,
            status="",
            reason=reason,
        )

    def bounces(self, subscriber: int, kinds: Iterable[BounceKind], *, since: datetime) -> list[datetime]:
        """When each of a subscriber's deliveries first bounced in one of some ways, from `since` on, oldest first.

        A delivery counts once, however many systems report it, or however often one does.
        """
        b = t.bounce.c
        first = sa.func.min(b.received_at, type_=b.received_at.type)
        wanted = (b.subscriber_id == subscriber, b.kind.in_([kind.value for kind in kinds]), b.received_at >= since)
        # Of what is about no delivery, or one that is deleted, each row stands for itself.
        query = sa.select(first).where(*wanted).group_by(sa.func.coalesce(b.delivery_id, -b.id))
        return sorted(self._db.execute(query).scalars())

    def delivery_named(self, message_id: str, *, subscriber: int) -> int | None:
        """The number of a subscriber's delivery with that Message-ID."""
        d = t.delivery.c
        query = sa.select(d.id).where(d.message_id == message_id, d.subscriber_id == subscriber)
        return self._db.execute(query).scalar_one_or_none()

    def _note(self, now: datetime, **values: Any) -> bool:
        made = insert(self._db, t.bounce).values(values | {"received_at": now})
        return self._is_new(made.on_conflict_do_nothing().returning(t.bounce.c.id))

    def _is_new(self, made: sa.Executable) -> bool:
        return self._db.execute(made).first() is not None  # PostgreSQL's driver counts no rows of an INSERT

    # ------------------------------------------------------------ replies

    def has_reply(self, fingerprint: str) -> bool:
        """Whether a reader's mail was acted on before."""
        query = sa.select(sa.exists().where(t.reply.c.fingerprint == fingerprint))
        return bool(self._db.execute(query).scalar_one())

    def note_reply(self, fingerprint: str, *, subscriber: int, now: datetime) -> None:
        """Keep that a reader's mail was acted on."""
        made = insert(self._db, t.reply).values(fingerprint=fingerprint, subscriber_id=subscriber, received_at=now)
        self._db.execute(made.on_conflict_do_nothing())


def _row(suppression: Suppression) -> dict[str, Any]:
    return {
        "address_hash": suppression.address_hash,
        "reason": suppression.reason.value,
        "evidence": suppression.evidence,
        "since": suppression.since,
    }


def _suppression(row: sa.Row[Any]) -> Suppression:
    return Suppression(
        address_hash=row.address_hash,
        reason=SuppressionReason(row.reason),
        evidence=row.evidence,
        since=row.since,
    )
