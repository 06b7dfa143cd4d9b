"""Many new subscribers at once, with the words of their interest `main`: a few statements for hundreds of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.store import tables as t
from digest.store.upsert import chunks, insert
from digest.subscribers import MAIN, EditionKind, ProfileField, Schedule, SubscriberState


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody who is to be a subscriber."""

    address: str  # normalised
    state: SubscriberState
    schedule: Schedule
    size: int
    kind: EditionKind
    plain: bool
    language: str
    next_due_at: datetime  # UTC
    feed_uri: str  # nobody else's
    words: Mapping[ProfileField, Sequence[str]] = field(default_factory=dict)


class Newcomers:
    """Newcomers within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, people: Sequence[Newcomer], *, now: datetime) -> int:
        """Add those whose address is not known (in any case of letters); how many these were."""
        return sum(self._add({each.feed_uri: each for each in part}, now) for part in chunks(people))

    def _add(self, people: Mapping[str, Newcomer], now: datetime) -> int:
        rows = [_row(each, now) for each in people.values()]
        self._db.execute(insert(self._db, t.subscriber).on_conflict_do_nothing(index_elements=["address_key"]), rows)
        s = t.subscriber.c
        added = {uri: number for number, uri in self._pairs(s.id, s.feed_uri, s.feed_uri.in_(people))}
        with_words = {number: people[uri].words for uri, number in added.items() if any(people[uri].words.values())}
        if with_words:
            named = [{"subscriber_id": number, "name": MAIN, "name_key": MAIN.casefold()} for number in with_words]
            self._db.execute(insert(self._db, t.interest), named)
            i = t.interest.c
            mains = self._pairs(i.id, i.subscriber_id, i.subscriber_id.in_(with_words))
            entries = [entry for main, whose in mains for entry in _entries(main, with_words[whose])]
            self._db.execute(insert(self._db, t.profile_entry).on_conflict_do_nothing(), entries)
        return len(added)

    def _pairs(
        self, one: sa.ColumnElement[Any], other: sa.ColumnElement[Any], which: sa.ColumnElement[bool]
    ) -> list[tuple[Any, Any]]:
        return [(first, second) for first, second in self._db.execute(sa.select(one, other).where(which))]


def _row(each: Newcomer, now: datetime) -> dict[str, Any]:
    return {
        "address": each.address,
        "address_key": each.address.casefold(),
        "state": each.state.value,
        "timezone": each.schedule.timezone.key,
        "send_at": each.schedule.send_at,
        "days": sorted(each.schedule.days),
        "size": each.size,
        "next_due_at": each.next_due_at,
        "feed_uri": each.feed_uri,
        "created_at": now,
        "kind": each.kind.value,
        "plain": each.plain,
        "language": each.language,
    }


def _entries(main: int, words: Mapping[ProfileField, Sequence[str]]) -> Iterator[dict[str, Any]]:
    for kind, values in words.items():
        yield from ({"interest_id": main, "field": kind.value, "value": value} for value in values)
