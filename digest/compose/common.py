"""Common lists: once a week, what the interests that a group shares chose, the same for all of its members.

A list is made once for a group and day, when the first member's hour has come, and kept; every member's edition is that
list. It stands beside the personal editions: it neither asks what a member had, nor says that they had it, and no list
of a group names a paper that an earlier one did. Whoever is in several groups with a list on one day gets them in one
mail.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from digest.compose.among import FEWEST, Numbers, had_by
from digest.compose.background import background, count_what_is_not
from digest.compose.day import drafted
from digest.compose.desk import Desk, desk, readers_of
from digest.compose.sharing import lent
from digest.editions import Recommendation, Slate, Slot
from digest.relevance.settings import RelevanceSettings
from digest.relevance.space import Space
from digest.store import Store, Transaction
from digest.store.group_lists import CommonList
from digest.store.groups import Circles, Group
from digest.store.upsert import chunks
from digest.subscribers import EditionKind, Profile, Schedule, Subscriber, SubscriberState

log = logging.getLogger(__name__)
_NOBODY = 0  # the number that no subscriber has: a list is for nobody alone
_AT_ONCE = 200  # editions kept in one transaction
_LASTS = 3  # local days, as a weekly edition does: one that was not sent by then is sent no more
_WHOLE_DAY = timedelta(days=1)

Place = tuple[int, date]  # a group, and the day of its list


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A member whose hour has come, on a local date."""

    reader: Subscriber
    day: date
    groups: tuple[int, ...]  # whose list comes on that day


def compose_lists(
    store: Store,
    settings: RelevanceSettings,
    *,
    now: datetime,
    message_id: Callable[[], str],
    model_folder: Path | None = None,
    only: Collection[int] | None = None,
) -> int:
    """Keep an edition, and the intent to mail it, for every member whose list is due at `now`; how many those are.

    `only` for the subscribers of some numbers; a list that they are the first to wait for is made for all.
    """
    with store.read() as tx:
        groups = {each.number: each for each in tx.groups.all()}
        waiting = [each for each in _waiting(tx, groups, now) if only is None or each.reader.id in only]
        places = {(group, each.day) for each in waiting for group in each.groups}
        made = tx.groups.lists.on(places) if places else {}
    made |= _made(store, settings, model_folder, [(groups[g], day) for g, day in sorted(places - made.keys())], now)
    slates = [(each.reader, slate) for each in waiting if (slate := _slate(each, made, now)) is not None]
    kept = 0
    for part in chunks(slates, _AT_ONCE):
        with store.begin() as tx:
            kept += _keep(tx, part, now, message_id)
    return kept


def awaited(tx: Transaction, now: datetime) -> list[int]:
    """The numbers of the members whose list is due at `now`."""
    return [each.reader.id for each in _waiting(tx, {each.number: each for each in tx.groups.all()}, now)]


def _waiting(tx: Transaction, groups: Mapping[int, Group], now: datetime) -> list[_Waiting]:
    """Who takes a list, whose hour has come on the group's weekday, and who has none of that date.

    What was due when a backup was put back may have been sent already.
    """
    if not groups:
        return []
    days = [now.date() + n * _WHOLE_DAY for n in (-1, 0, 1)]  # that it may be somewhere
    had, restored_at = tx.groups.lists.had(days), tx.restorations.last()
    due: dict[int, tuple[Subscriber, list[int]]] = {}
    for group, reader in tx.groups.lists.takers({day.weekday() for day in days}):
        day = reader.schedule.local_date(now)
        hour = reader.schedule.instant(day)
        is_time = day.weekday() == groups[group].weekday and hour <= now and (reader.id, day) not in had
        if is_time and (restored_at is None or hour > restored_at):
            due.setdefault(reader.id, (reader, []))[1].append(group)
    return [_Waiting(reader, reader.schedule.local_date(now), tuple(theirs)) for reader, theirs in due.values()]


# ------------------------------------------------------------ a list


def _made(
    store: Store,
    settings: RelevanceSettings,
    model_folder: Path | None,
    wanted: Sequence[tuple[Group, date]],
    now: datetime,
) -> dict[Place, CommonList]:
    """The lists that are made now; none for a group that shares nothing, or where nothing was announced."""
    found: dict[Place, CommonList] = {}
    space: Space | None = None
    for group, day in wanted:
        laid, somebody = _laid(store, group, now)
        if laid is None or not laid.offered(somebody):
            log.info("no list group=%d date=%s: nothing is shared, or nothing was announced for it", group.number, day)
            continue
        space = space or background(store, settings, model_folder)
        ((slate, _),) = drafted(laid, space, settings, [(somebody, day)], now)
        made = _list(store, group, slate, now)
        with store.begin() as tx:
            tx.groups.lists.keep(made)
        with store.read() as tx:  # another process may have been first
            found |= tx.groups.lists.on({(group.number, day)})
        log.info(
            "list group=%d date=%s papers=%d of %d", group.number, day, len(made.recommendations), slate.papers_read
        )
    return found


def _laid(store: Store, group: Group, now: datetime) -> tuple[Desk | None, Subscriber]:
    """What was announced since the group's last list, for a reader who cares for what it shares and for nothing else.

    A list from before a backup was put back does not say how far later ones had read: then it is the last week.
    """
    count_what_is_not(store)
    with store.read() as tx:
        last, restored_at = tx.groups.lists.last(group.number), tx.restorations.last()
        is_known = last is not None and (restored_at is None or last[1] > restored_at)
        somebody = _somebody(group, last[0] if last and is_known else None, now)
        interests = tuple(replace(interest, quota=None) for _, interest in lent(tx, [group.number])[group.number])
        if not interests:
            return None, somebody
        readers = readers_of(tx, {_NOBODY: Profile(interests=interests)})
        named = tx.groups.lists.listed(group.number)
        return replace(desk(tx, [somebody]), readers=readers, seen={_NOBODY: named}), somebody


def _somebody(group: Group, read_through: int | None, now: datetime) -> Subscriber:
    return Subscriber(
        id=_NOBODY,
        address="",
        state=SubscriberState.PENDING,
        schedule=Schedule(),
        size=group.size,
        next_due_at=now,
        read_through=read_through,
        feed_uri=f"group:{group.number}",
        created_at=now,
        kind=EditionKind.WEEKLY,
    )


def _list(store: Store, group: Group, slate: Slate, now: datetime) -> CommonList:
    chosen = [item for item in slate.recommendations if item.group and item.slot is not Slot.EXPLORATION]
    return CommonList(
        group=group.number,
        day=slate.slot_date,
        recommendations=_numbered(store, group, chosen),
        considered=slate.considered,
        papers_read=slate.papers_read,
        read_through=slate.read_through,
        made_at=now,
    )


def _numbered(store: Store, group: Group, chosen: Sequence[Recommendation]) -> tuple[Recommendation, ...]:
    """The papers with how many members were sent them: more than FEWEST, so that each of these reads of that many."""
    with store.read() as tx:
        circles = tx.groups.circles(each.subscriber for each in tx.groups.members(group.number))
    if group.number not in circles.members:
        circles = Circles(members={group.number: frozenset()})
    numbers = Numbers(circles, had_by(store, {item.paper.id for item in chosen}, {}))
    counts = [numbers.in_group(group.number, item.paper.id) for item in chosen]
    return tuple(
        replace(item, slot=Slot.COMMON, probability=None, sent_to=count if count > FEWEST else 0)
        for item, count in zip(chosen, counts, strict=True)
    )


# ------------------------------------------------------------ an edition


def _slate(each: _Waiting, made: Mapping[Place, CommonList], now: datetime) -> Slate | None:
    """A member's edition: the lists of that day, each paper once; None where there is nothing in them."""
    lists = [made[group, each.day] for group in each.groups if (group, each.day) in made]
    papers = {item.paper.id: item for one in reversed(lists) for item in one.recommendations}
    items = dict.fromkeys(item.paper.id for one in lists for item in one.recommendations)
    if not items:
        return None
    widest = max(lists, key=lambda one: one.papers_read)  # what the lists have read is nearly the same
    return Slate(
        subscriber_id=each.reader.id,
        kind=EditionKind.COMMON,
        slot_date=each.day,
        recommendations=tuple(papers[key] for key in items),
        considered=widest.considered,
        papers_read=widest.papers_read,
        read_through=widest.read_through,
        next_due_at=now,  # which stays as it is
    )


def _keep(
    tx: Transaction, part: Iterable[tuple[Subscriber, Slate]], now: datetime, message_id: Callable[[], str]
) -> int:
    """Keep editions with the intents to mail them; how many were not kept before."""
    pairs = list(part)
    numbers = tx.editions.keep_all([slate for _, slate in pairs], now=now)
    intended = {
        number: (reader.id, message_id(), _end(reader, slate.slot_date))
        for number, (reader, slate) in zip(numbers, pairs, strict=True)
        if number is not None
    }
    tx.deliveries.intend_all(intended, now=now)
    return len(intended)


def _end(reader: Subscriber, day: date) -> datetime:
    """When a list that was not sent is sent no more."""
    return datetime.combine(day + _LASTS * _WHOLE_DAY, time(), reader.schedule.timezone).astimezone(UTC)
