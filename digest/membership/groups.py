"""Groups: a lab shares interests, and its members get a common list once a week.

Who is in a group is the operator's to say. What a member's group is told of them, and whether they take the list, is
the member's own choice, for each group by itself: showing what they were sent is off until they opt in.
"""

import csv
import io
import logging
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypedDict, Unpack

from digest.errors import InvalidInput
from digest.exchange.cells import plain
from digest.exchange.entries import MOST_BYTES, text_of
from digest.membership import typed
from digest.membership.people import found
from digest.membership.suppressed import BadLine
from digest.rendering.words import N_
from digest.store import Store, Transaction
from digest.store.groups import Group, Member, Shared
from digest.subscribers import Subscriber

log = logging.getLogger(__name__)
LIST_SIZE = 10  # papers of a list
LIST_DAY = 0  # Monday: for the week before
SHARE_QUOTA = 3  # papers of a shared interest in one edition, so that the reader's own come first
LONGEST_NAME = 40  # characters of a group's name, which stands in a line of a mail


class Changes(TypedDict, total=False):
    """What can be changed of a group; what is not named stays."""

    name: str
    weekday: int | None  # 0 is Monday; None: no list
    size: int  # 1 to typed.MOST_PAPERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A group and how much there is in it."""

    group: Group
    members: int
    interests: int
    last_list: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A group with everything that is known of it."""

    group: Group
    members: tuple[Member, ...]  # in the order of joining it
    shared: tuple[Shared, ...]  # in the order of sharing
    lists: tuple[date, ...]  # the days of its lists, the newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Who a table of addresses would add, or has added."""

    new: tuple[int, ...] = ()  # the subscribers' numbers
    known: int = 0  # lines of members, or of an earlier line
    bad: tuple[BadLine, ...] = field(default=())


# ------------------------------------------------------------ groups


def create(store: Store, name: str, *, now: datetime, weekday: int | None = LIST_DAY, size: int = LIST_SIZE) -> Group:
    """A new group with nobody in it; InvalidInput where one has that name, in any case of letters."""
    checked = group_name(name)
    with store.begin() as tx:
        number = tx.groups.make(checked, weekday=weekday, size=typed.size(size), now=now)
        if number is None:
            raise InvalidInput(f"there is a group named {checked!r}; see: digest group list")
        return found_group(tx, checked)


def change(store: Store, name: str, /, **changes: Unpack[Changes]) -> Group:
    """Change a group's name, or the day or the size of its list."""
    if "name" in changes:
        changes["name"] = group_name(changes["name"])
    if "size" in changes:
        changes["size"] = typed.size(changes["size"])
    with store.begin() as tx:
        group = found_group(tx, name)
        new = changes.get("name", group.name)
        other = tx.groups.find(new)
        if other is not None and other.number != group.number:
            raise InvalidInput(f"there is a group named {new!r}; see: digest group list")
        if changes:
            tx.groups.change(group.number, **changes)
        return found_group(tx, new)


def remove(store: Store, name: str) -> int:
    """Forget a group with its lists; how many members it had, who stay subscribers with all that is theirs."""
    with store.begin() as tx:
        group = found_group(tx, name)
        members = len(tx.groups.members(group.number))
        tx.groups.remove(group.number)
    return members


def summaries(store: Store, *, named: str = "", member: str = "") -> list[Summary]:
    """Every group by name; only those with some text in the name, or that a subscriber is in."""
    with store.read() as tx:
        groups, (members, interests), days = tx.groups.all(), tx.groups.counts(), tx.groups.lists.days()
        theirs = {group.number for group, _ in tx.groups.of(found(tx, member).id)} if member else None
    return [
        Summary(
            group=each,
            members=members.get(each.number, 0),
            interests=interests.get(each.number, 0),
            last_list=next(iter(days.get(each.number, ())), None),
        )
        for each in groups
        if named.casefold() in each.name.casefold() and (theirs is None or each.number in theirs)
    ]


def detail(store: Store, name: str) -> Detail:
    """One group; InvalidInput where there is none of that name."""
    with store.read() as tx:
        group = found_group(tx, name)
        return Detail(
            group=group,
            members=tuple(tx.groups.members(group.number)),
            shared=tuple(tx.groups.shared([group.number])),
            lists=tuple(tx.groups.lists.days().get(group.number, ())),
        )


def found_group(tx: Transaction, name: str) -> Group:
    """The group of that name, or InvalidInput."""
    known = tx.groups.find(_folded(name))
    if known is None:
        raise InvalidInput(f"no group has the name {_folded(name)!r}; see: digest group list")
    return known


def group_name(text: str) -> str:
    """The name of a group, folded and composed (NFC); InvalidInput says what is wrong with it."""
    name = _folded(text)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(f"the name of a group has 1 to {LONGEST_NAME} characters, not {len(name)}")
    if not name.isprintable():
        raise InvalidInput(f"the name of a group is plain text, and {name!r} has characters that do not print")
    return name


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


# ------------------------------------------------------------ members


def add(store: Store, name: str, email: str, *, now: datetime) -> bool:
    """Take a subscriber in; False where they are in it already."""
    with store.begin() as tx:
        return tx.groups.add(found_group(tx, name).number, [found(tx, email).id], now=now) > 0


def read(store: Store, name: str, content: bytes) -> Arrivals:
    """Who a table of addresses would add: CSV with a column `address`, or one address a line. Nothing is changed."""
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"larger than {MOST_BYTES:,} bytes; split the table")
    new: dict[int, None] = {}
    known, bad = 0, list[BadLine]()
    with store.read() as tx:
        numbers = {each.address.casefold(): each.id for each in tx.subscribers.all()}
        members = {each.subscriber for each in tx.groups.members(found_group(tx, name).number)}
    for line, cell in _addresses(text_of(content)):
        try:
            number = _number_of(cell, numbers)
        except InvalidInput as error:
            bad.append(BadLine(number=line, problem=str(error)))
            continue
        known += number in members or number in new
        if number not in members:
            new[number] = None
    return Arrivals(new=tuple(new), known=known, bad=tuple(bad))


def add_all(store: Store, name: str, subscribers: Sequence[int], *, now: datetime) -> int:
    """Take many in at once, or none; how many were not in it."""
    with store.begin() as tx:
        return tx.groups.add(found_group(tx, name).number, subscribers, now=now)


def leave(store: Store, name: str, email: str) -> None:
    """Let a member go, with what they share there; what they were sent stays theirs."""
    with store.begin() as tx:
        group, who = found_group(tx, name), found(tx, email)
        if not tx.groups.drop(group.number, who.id):
            raise InvalidInput(f"{who.address} is not in the group {group.name!r}; see: digest group show")


def choose(
    store: Store, email: str, *, takes_list: bool | None = None, shows_sent: bool | None = None, name: str = ""
) -> int:
    """What a member wants of one group, or of all of theirs; in how many that was set. InvalidInput where in none."""
    wanted = {"takes_list": takes_list, "shows_sent": shows_sent}
    values = {key: value for key, value in wanted.items() if value is not None}
    with store.begin() as tx:
        who = found(tx, email)
        group = found_group(tx, name).number if name else None
        changed = tx.groups.set_member(who.id, group=group, **values) if values else 0
        if values and not changed:
            raise InvalidInput(f"{who.address} is in no such group; see: digest group list --member {who.address}")
    return changed


def of_reader(store: Store, who: Subscriber) -> list[tuple[Group, Member]]:
    """The groups of a reader, by name, and what they chose in each."""
    with store.read() as tx:
        return tx.groups.of(who.id)


def choose_by_link(
    store: Store, who: Subscriber, group: int, *, takes_list: bool, shows_sent: bool, now: datetime
) -> None:
    """What the holder of a settings link wants of a group of theirs; InvalidInput where they are not in it."""
    with store.begin() as tx:
        if not tx.groups.set_member(who.id, group=group, takes_list=takes_list, shows_sent=shows_sent):
            raise InvalidInput(N_("you are not in that group any more"))
        tx.subscribers.heard(who.id, now=now)
    log.info("group=%d chosen by subscriber=%d: list=%s sent=%s", group, who.id, takes_list, shows_sent)


def _addresses(text: str) -> Iterator[tuple[int, str]]:
    """Line and address of each line that says something; of the column `address`, where the first line names one."""
    rows = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""))
    place = 0
    try:
        for cells in rows:
            names = [cell.strip().casefold() for cell in cells]
            if rows.line_num == 1 and "address" in names:
                place = names.index("address")
            elif any(names):
                yield rows.line_num, plain(cells[place]).strip() if place < len(cells) else ""
    except csv.Error as error:
        raise InvalidInput(f"line {rows.line_num}: not CSV ({error})") from error


def _number_of(text: str, numbers: dict[str, int]) -> int:
    address = typed.address(text)
    if address.casefold() not in numbers:
        raise InvalidInput(f"no subscriber has the address {address}; see: digest subscriber import")
    return numbers[address.casefold()]


# ------------------------------------------------------------ what they share


def share(store: Store, name: str, email: str, interest: str, *, now: datetime, quota: int = SHARE_QUOTA) -> None:
    """Have a whole group read with a member's interest; sharing it again sets the quota."""
    checked, most = typed.interest_name(interest), typed.quota(quota)
    assert most is not None  # noqa: S101 - a number comes out where one went in
    with store.begin() as tx:
        group, who = found_group(tx, name), found(tx, email)
        if who.id not in {each.subscriber for each in tx.groups.members(group.number)}:
            raise InvalidInput(f"{who.address} is not in the group {group.name!r}; first: digest group add")
        tx.groups.share(group.number, _interest(tx, who, checked), quota=most, now=now)


def unshare(store: Store, name: str, email: str, interest: str) -> None:
    """Have the group read with it no more; the interest stays its owner's."""
    checked = typed.interest_name(interest)
    with store.begin() as tx:
        group, who = found_group(tx, name), found(tx, email)
        if not tx.groups.unshare(group.number, _interest(tx, who, checked)):
            raise InvalidInput(f"{group.name!r} does not read with it; see: digest group show")


def _interest(tx: Transaction, who: Subscriber, name: str) -> int:
    number = tx.subscribers.find_interest(who.id, name)
    if number is None:
        raise InvalidInput(f"{who.address} has no interest named {name!r}; see: digest profile interests {who.address}")
    return number
