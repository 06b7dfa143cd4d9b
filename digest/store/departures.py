"""Who stopped getting mail, as a database knows it that is about to be replaced by a backup of itself.

What a backup says of readers is as old as it is. Whoever left since, paused, was suppressed or was erased must not get
mail again because a file was put back, so the database that gives way is asked before it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from digest import tokens
from digest.mail import Suppression
from digest.store import tables as t
from digest.store.holdings import Holdings
from digest.store.secrets import Secrets
from digest.store.subscribers import Subscribers
from digest.store.suppressions import Suppressions
from digest.subscribers import SubscriberState

_STOPPED = (SubscriberState.LEFT, SubscriberState.SUPPRESSED, SubscriberState.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departures:
    """What one database knows of who stopped."""

    key: bytes  # of its links: two databases that have the same are of one installation
    readers: frozenset[int]  # the numbers of all whom it still holds; a number is given once
    stopped: Mapping[int, tuple[SubscriberState, date | None]]  # their numbers; until when, of a pause that has an end
    suppressions: tuple[Suppression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stayed:
    """What was taken over from the database that gave way."""

    stopped: int  # readers who get no mail, and had got it in the backup
    erased: int  # readers of the backup who are held no more
    suppressed: int  # addresses that the backup did not know to be suppressed


def departures(connection: sa.Connection) -> Departures | None:
    """What this database knows; None where it has never made a link, so that nobody can tell whose it is."""
    key = Secrets(connection).get(tokens.KEY)
    if key is None:
        return None
    s = t.subscriber.c
    rows = connection.execute(sa.select(s.id, s.state, s.paused_until)).all()
    return Departures(
        key=key,
        readers=frozenset(row.id for row in rows),
        stopped={row.id: (SubscriberState(row.state), row.paused_until) for row in rows if row.state in set(_STOPPED)},
        suppressions=tuple(Suppressions(connection).all()),
    )


def take_over(connection: sa.Connection, known: Departures) -> Stayed | None:
    """Have a database that was put back know it too; None, and nothing changes, where it is of another installation."""
    if Secrets(connection).get(tokens.KEY) != known.key:
        return None
    s = t.subscriber.c
    kept = connection.execute(sa.select(s.id, s.address, s.state).order_by(s.id)).all()
    erased = [row for row in kept if row.id not in known.readers]
    for row in erased:
        Holdings(connection).erase(row.id, row.address)
    stopped = 0
    for row in kept:
        state, until = known.stopped.get(row.id, (SubscriberState.ACTIVE, None))
        if row.state == SubscriberState.ACTIVE and state is not SubscriberState.ACTIVE:
            Subscribers(connection).change(row.id, state=state, paused_until=until)
            stopped += 1
    suppressed = Suppressions(connection).add_all(known.suppressions)
    return Stayed(stopped=stopped, erased=len(erased), suppressed=suppressed)
