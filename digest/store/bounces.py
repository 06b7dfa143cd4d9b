"""Bounces as the operator looks at them; they are kept by store.suppressions."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digest.mail import BounceKind
from digest.store import tables as t


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceRecord:
    """One report of another mail system."""

    received_at: datetime  # UTC; when it was read
    kind: BounceKind
    status: str  # "5.1.1" (RFC 3463); "" for a complaint
    subscriber: int
    delivery: int | None  # None where it is kept no more
    reason: str  # what the other system said, one clean line


class Bounces:
    """Bounces within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def listed(
        self,
        *,
        kind: BounceKind | None = None,
        subscriber: int | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[BounceRecord]:
        """The newest first."""
        b = t.bounce.c
        query = sa.select(b.received_at, b.kind, b.status, b.subscriber_id, b.delivery_id, b.reason)
        if kind is not None:
            query = query.where(b.kind == kind.value)
        if subscriber is not None:
            query = query.where(b.subscriber_id == subscriber)
        if since is not None:
            query = query.where(b.received_at >= since)
        return [
            BounceRecord(
                received_at=row.received_at,
                kind=BounceKind(row.kind),
                status=row.status,
                subscriber=row.subscriber_id,
                delivery=row.delivery_id,
                reason=row.reason,
            )
            for row in self._db.execute(query.order_by(b.id.desc()).limit(limit))
        ]
