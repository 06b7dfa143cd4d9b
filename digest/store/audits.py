"""The audit log: what operators changed, each change one line that nobody alters."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digest.store import tables as t


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One change by an operator."""

    at: datetime  # UTC
    who: str  # "os:NAME" for a command, "key:NAME" for the admin API
    what: str  # the command, "subscriber pause", or the operation, "setState"
    target: str  # "subscriber 17"; never an address, a secret or free text
    outcome: str  # "done", or "failed" where it ended with an error


class Audits:
    """The audit log within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def note(self, audit: Audit) -> None:
        """Add a line."""
        values = {
            "at": audit.at,
            "who": audit.who,
            "what": audit.what,
            "target": audit.target,
            "outcome": audit.outcome,
        }
        self._db.execute(sa.insert(t.audit).values(values))

    def listed(
        self, *, since: datetime | None = None, who: str = "", what: str = "", limit: int | None = None
    ) -> list[Audit]:
        """The newest first; `who` is equal, and `what` begins with, what is given."""
        a = t.audit.c
        query = sa.select(a.at, a.who, a.what, a.target, a.outcome).order_by(a.id.desc()).limit(limit)
        if since is not None:
            query = query.where(a.at >= since)
        if who:
            query = query.where(a.who == who)
        if what:
            query = query.where(a.what.startswith(what, autoescape=True))
        return [Audit(**row._mapping) for row in self._db.execute(query)]
