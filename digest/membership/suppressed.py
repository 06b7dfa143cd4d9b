"""Addresses that get nothing for ever, kept by their hash: listed, added, removed, imported and exported.

The hash is the same in every installation (`mail.address_hash`), so that lists can be moved without showing anybody's
address. Hashes of addresses can still be guessed one by one: an exported list is personal data.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.errors import InvalidInput
from digest.exchange.cells import plain, safe
from digest.mail import Suppression, SuppressionReason, address_hash
from digest.membership.typed import address
from digest.store import Store, Transaction
from digest.subscribers import SubscriberState
from digest.transport.returns.lines import clean

COLUMNS = ("address_hash", "reason", "evidence", "since")
_KNOWN_COLUMNS = frozenset({"address", *COLUMNS})
_HASH = re.compile(r"[0-9a-f]{64}")
_STOPPED = (SubscriberState.SUPPRESSED, SubscriberState.LEFT)
_LONGEST_EVIDENCE = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that could not be imported."""

    number: int  # from 1
    problem: str  # what is wrong, and what to write instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import; every good line is kept, whatever stands in the others."""

    added: int
    known: int  # suppressed already, before or by an earlier line
    bad: tuple[BadLine, ...]


def listed(store: Store) -> list[Suppression]:
    """All suppressions, the oldest first."""
    with store.read() as tx:
        return tx.suppressions.all()


def add(
    store: Store,
    email: str,
    *,
    now: datetime,
    reason: SuppressionReason = SuppressionReason.OPERATOR,
    evidence: str = "",
) -> bool:
    """Suppress an address, or the hash of one, with its subscriber; False if it was suppressed already."""
    key = _key(email)
    made = Suppression(address_hash=key, reason=reason, evidence=clean(evidence, most=_LONGEST_EVIDENCE), since=now)
    with store.begin() as tx:
        is_new = tx.suppressions.add(made)
        _stop(tx, {key})
    return is_new


def remove(store: Store, email: str) -> bool:
    """Let an address have mail again, given by itself or by its hash.

    Its subscriber, if there is one, is paused from then on and can be resumed; whether there is one is returned.
    """
    key = _key(email)
    with store.begin() as tx:
        is_gone = tx.suppressions.remove(key)
        back = [each for each in tx.subscribers.all(SubscriberState.SUPPRESSED) if address_hash(each.address) == key]
        if not is_gone and not back:
            raise InvalidInput(f"{email.strip()} is not suppressed; see: digest suppression list")
        for each in back:
            tx.subscribers.change(each.id, state=SubscriberState.PAUSED)
    return bool(back)


def refuse_suppressed(tx: Transaction, email: str) -> None:
    """InvalidInput if nothing may be sent to a normalised address; to be asked before anybody is made active."""
    if found := tx.suppressions.get(address_hash(email)):
        raise InvalidInput(
            f"{email} is suppressed since {found.since:%Y-%m-%d} ({found.reason}: {found.evidence or 'no evidence'});"
            f" if that is settled, first: digest suppression remove {email}"
        )


def import_(store: Store, text: str, *, now: datetime) -> Imported:
    """Suppress what a text lists: an address or a 64-digit hash on each line, or CSV whose first line names columns.

    Columns are `address` or `address_hash`, and `reason`, `evidence`, `since`; what is not given is `operator`,
    nothing, and `now`. Empty lines and those that begin with # say nothing. Importing twice is importing once.
    """
    good: dict[str, Suppression] = {}
    bad: list[BadLine] = []
    lines = 0
    for number, cells in _rows(text):
        try:
            read = _suppression(cells, now)
        except InvalidInput as error:
            bad.append(BadLine(number=number, problem=str(error)))
            continue
        good.setdefault(read.address_hash, read)
        lines += 1
    with store.begin() as tx:
        added = tx.suppressions.add_all(list(good.values()))
        _stop(tx, good.keys())
    return Imported(added=added, known=lines - added, bad=tuple(bad))


def exported(suppressions: Iterable[Suppression]) -> str:
    """The same as CSV (RFC 4180) that `import_` reads, with no cell that a spreadsheet takes for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for each in suppressions:
        row = (each.address_hash, each.reason.value, each.evidence, each.since.isoformat())
        writer.writerow(map(safe, row))
    return out.getvalue()


# ---------------------------------------------------------------- what was typed


def _key(text: str) -> str:
    """The hash of an address, or the hash that was given."""
    given = text.strip()
    return given.lower() if _HASH.fullmatch(given.lower()) else address_hash(address(given))


def _rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The number of each line that says something, and its cells by column; plain lines have `address` alone."""
    columns: tuple[str, ...] = ("address",)
    is_first = True
    for number, line in enumerate(io.StringIO(text.removeprefix("\ufeff"), newline=None), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        cells = _cells(line)
        names = tuple(cell.lower() for cell in cells)
        if is_first and {"address", "address_hash"} & set(names):
            columns = names
            _check(columns)
        else:
            yield number, dict(zip(columns, cells, strict=False))
        is_first = False


def _cells(line: str) -> list[str]:
    """The cells of one line of CSV; the quote before what reads as a formula is taken away."""
    try:
        cells = next(csv.reader([line]), [])
    except csv.Error:
        cells = [line]
    return [plain(cell.strip()) for cell in cells]


def _check(columns: tuple[str, ...]) -> None:
    if unknown := [name for name in columns if name not in _KNOWN_COLUMNS]:
        known = ", ".join(sorted(_KNOWN_COLUMNS))
        raise InvalidInput(f"unknown column {clean(unknown[0])!r}; nothing was imported; known are {known}")


def _suppression(cells: Mapping[str, str], now: datetime) -> Suppression:
    given = cells.get("address_hash") or cells.get("address") or ""
    if not given:
        raise InvalidInput("no address; give an address or its hash")
    return Suppression(
        address_hash=_key(given),
        reason=_reason(cells.get("reason", "")),
        evidence=clean(cells.get("evidence", ""), most=_LONGEST_EVIDENCE),
        since=_since(cells.get("since", ""), now),
    )


def _reason(text: str) -> SuppressionReason:
    try:
        return SuppressionReason(text.lower()) if text else SuppressionReason.OPERATOR
    except ValueError as error:
        raise InvalidInput(f"no such reason: {clean(text)!r}; give {', '.join(SuppressionReason)}") from error


def _since(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if text else now
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"not a time: {clean(text)!r}; give one such as 2026-02-03T07:30:00Z") from error


def _stop(tx: Transaction, keys: Iterable[str]) -> None:
    """Send nothing more to the subscribers whose addresses have these hashes; who has left has left."""
    stopped = frozenset(keys)
    for each in tx.subscribers.all():
        if each.state not in _STOPPED and address_hash(each.address) in stopped:
            tx.subscribers.change(each.id, state=SubscriberState.SUPPRESSED)
    tx.deliveries.cancel_unwanted()
