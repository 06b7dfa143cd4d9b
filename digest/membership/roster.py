"""Everybody who reads as one table, out and in: CSV (RFC 4180) in UTF-8 without any cell that could be a formula.

It holds what somebody gets and the words of their interest `main`; votes and other interests are in the export of one
reader. An import takes all lines or, unless told otherwise, none; who is a subscriber already stays as they are.
"""

import csv
import io
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from digest.errors import InvalidInput
from digest.exchange.cells import plain, safe
from digest.exchange.entries import MOST_BYTES, shown, text_of
from digest.mail import address_hash
from digest.membership import typed
from digest.membership.people import checked_language, for_kind
from digest.membership.settings import DEFAULT_SIZE
from digest.membership.suppressed import BadLine
from digest.store import Store
from digest.store.newcomers import Newcomer
from digest.subscribers import (
    DAY_NAMES,
    EVERY_DAY,
    EditionKind,
    Interest,
    ProfileField,
    Schedule,
    Subscriber,
    SubscriberState,
)

log = logging.getLogger(__name__)
COLUMNS = (
    "address", "state", "timezone", "send_at", "days", "size", "kind", "plain", "language", "categories", "interests",
)  # fmt: skip
_TAKEN = frozenset({SubscriberState.ACTIVE, SubscriberState.PAUSED, SubscriberState.LEFT})
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line, checked."""

    address: str  # normalised
    state: SubscriberState
    schedule: Schedule
    size: int
    kind: EditionKind
    plain: bool
    language: str
    categories: tuple[str, ...]
    interests: tuple[str, ...]  # words of `main`


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a table would change, or has changed."""

    new: tuple[Row, ...] = ()
    known: int = 0  # lines of addresses that are subscribers already, or stand in an earlier line
    left_out: int = 0  # lines of those who never confirmed, or are suppressed
    bad: tuple[BadLine, ...] = field(default=())


def exported(store: Store) -> str:
    """Everybody, in the order of joining."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    with store.read() as tx:
        everybody = tx.subscribers.all()
        profiles = tx.subscribers.profiles(each.id for each in everybody)
    for each in everybody:
        writer.writerow(map(safe, _cells(each, profiles[each.id].interest("main") or Interest())))
    return out.getvalue()


def read(store: Store, content: bytes) -> Enrolment:
    """What a table would change; InvalidInput for one without a usable first line. Nothing is changed."""
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"larger than {MOST_BYTES:,} bytes; split the table")
    new: dict[str, Row] = {}
    bad: list[BadLine] = []
    known = left_out = 0
    with store.read() as tx:
        theirs = {each.address.casefold() for each in tx.subscribers.all()}
        suppressed = {each.address_hash for each in tx.suppressions.all()}
        for number, cells in _lines(text_of(content)):
            try:
                row = _row(cells)
                key = row.address.casefold()
                if key in theirs or key in new:
                    known += 1
                elif row.state not in _TAKEN:
                    left_out += 1
                elif address_hash(row.address) in suppressed:
                    raise InvalidInput(f"{row.address} is suppressed; see: digest suppression list")
                else:
                    new[key] = row
            except InvalidInput as error:
                bad.append(BadLine(number=number, problem=str(error)))
    return Enrolment(new=tuple(new.values()), known=known, left_out=left_out, bad=tuple(bad))


def enrol(store: Store, rows: Sequence[Row], *, host: str, now: datetime) -> int:
    """Add all of them, or none; how many were no subscribers yet. `host` names their feeds for ever."""
    people = [_newcomer(row, host, now) for row in rows]
    with store.begin() as tx:
        added = tx.newcomers.add(people, now=now)
    log.info("enrolled subscribers=%d", added)
    return added


def _newcomer(row: Row, host: str, now: datetime) -> Newcomer:
    return Newcomer(
        address=row.address,
        state=row.state,
        schedule=row.schedule,
        size=row.size,
        kind=row.kind,
        plain=row.plain,
        language=row.language,
        next_due_at=row.schedule.next_instant(row.schedule.local_date(now)),
        feed_uri=f"tag:{host},{now:%Y-%m-%d}:feed/{secrets.token_urlsafe(16)}",
        words={ProfileField.CATEGORY: row.categories, ProfileField.INTEREST: row.interests},
    )


# ---------------------------------------------------------------- lines out


def _cells(each: Subscriber, main: Interest) -> tuple[str, ...]:
    schedule = each.schedule
    days = "daily" if schedule.days == EVERY_DAY else ",".join(DAY_NAMES[day] for day in sorted(schedule.days))
    return (
        each.address,
        each.state.value,
        schedule.timezone.key,
        f"{schedule.send_at:%H:%M}",
        days,
        str(each.size),
        each.kind.value,
        "true" if each.plain else "false",
        each.language,
        " ".join(main.categories),
        "\n".join(main.texts),
    )


# ---------------------------------------------------------------- lines in


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The number of each line that says something, and its cells by column."""
    rows = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""))
    try:
        columns = _columns(next(rows, []))
        while True:
            number = rows.line_num + 1
            cells = next(rows, None)
            if cells is None:
                return
            if any(map(str.strip, cells)):
                yield number, _by_column(columns, cells)
    except csv.Error as error:
        raise InvalidInput(
            f"line {rows.line_num}: not CSV ({error}); look for a quotation mark without its other"
        ) from error


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    names = tuple(cell.strip().casefold() for cell in header)
    if unknown := [name for name in names if name not in COLUMNS]:
        raise InvalidInput(f"line 1: unknown column {shown(unknown[0])!r}; known are {', '.join(COLUMNS)}")
    if "address" not in names or len(set(names)) < len(names):
        raise InvalidInput("line 1: expected a column address, and each column once; see: digest subscriber export -")
    return names


def _by_column(columns: Sequence[str], cells: Sequence[str]) -> Mapping[str, str]:
    """A line with more cells than columns says so itself, where it is checked."""
    named = dict(zip(columns, (plain(cell).strip() for cell in cells), strict=False))
    return named if len(cells) <= len(columns) else {**named, "": "more"}


def _row(cells: Mapping[str, str]) -> Row:
    if "" in cells:
        raise InvalidInput("more cells than columns; put cells with commas between quotation marks")
    kind = _one_of(EditionKind, cells, "kind", EditionKind.DAILY)
    schedule = Schedule(
        timezone=_checked("timezone", typed.timezone, cells.get("timezone") or "UTC"),
        send_at=_checked("send_at", typed.hour, cells.get("send_at") or "07:00"),
        days=_checked("days", typed.days, cells.get("days") or "daily"),
    )
    return Row(
        address=_checked("address", typed.address, cells["address"]),
        state=_one_of(SubscriberState, cells, "state", SubscriberState.ACTIVE),
        schedule=for_kind(kind, schedule),
        size=_checked("size", _size, cells.get("size") or str(DEFAULT_SIZE)),
        kind=kind,
        plain=_checked("plain", _boolean, cells.get("plain") or "false"),
        language=_checked("language", checked_language, cells.get("language") or "en"),
        categories=tuple(_checked("categories", typed.category, each) for each in cells.get("categories", "").split()),
        interests=tuple(_checked("interests", _sentence, each) for each in _sentences(cells.get("interests", ""))),
    )


def _checked(column: str, check: Callable[[str], _Value], text: str) -> _Value:
    """The value of a cell; InvalidInput names its column."""
    try:
        return check(text)
    except InvalidInput as error:
        raise InvalidInput(f"{column}: {error}") from error


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise InvalidInput(f"not a number: {shown(text)!r}")
    return typed.size(int(text))


def _boolean(text: str) -> bool:
    if text.casefold() not in {"true", "false"}:
        raise InvalidInput(f"expected true or false, found {shown(text)!r}")
    return text.casefold() == "true"


def _sentences(text: str) -> list[str]:
    return list(filter(str.strip, text.splitlines()))


def _sentence(text: str) -> str:
    return typed.words(ProfileField.INTEREST, [text])[0]


_Kind = TypeVar("_Kind", EditionKind, SubscriberState)


def _one_of(kinds: type[_Kind], cells: Mapping[str, str], column: str, usual: _Kind) -> _Kind:
    try:
        return kinds(cells[column].casefold()) if cells.get(column) else usual
    except ValueError as error:
        raise InvalidInput(f"{column}: {shown(cells[column])!r} is none of {', '.join(kinds)}") from error
