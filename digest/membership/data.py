"""A reader's right to know and to be forgotten: all that is held of them as JSON, and nothing of it any more."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from digest.mail import Suppression, SuppressionReason, address_hash
from digest.store import Store, kept_items, shadow_lines
from digest.store.erasing import empty_log, scrub
from digest.store.holdings import Rows
from digest.subscribers import Subscriber

log = logging.getLogger(__name__)
_PATIENCE = 5.0  # seconds that whoever reads the database has to come to an end
_LATER = "digest db tidy --compact"
_NOTES = {
    "tables": "everything that is held of you, by table; times are UTC unless they say otherwise",
    "papers": "the papers that these rows name by number",
    "groups": "the groups that you are in, which these rows name by number",
    "edition.items": "p paper, d day announced, s score, c probability, i interest, w why it had a seat,"
    " r reasons (kind, label, share, words)",
    "feed_token.token_hash": "SHA-256 of your feed's address, which is not kept itself",
}


def exported(store: Store, who: Subscriber, *, now: datetime) -> bytes:
    """All that is held of a reader, as JSON in UTF-8; nothing is changed."""
    with store.read() as tx:
        tables = _legible(tx.holdings.of(who.id))
        papers = tx.papers.by_row(_papers(tables))
        groups = tx.groups.of(who.id)
    told = {
        "exported_at": now.isoformat(),
        "notes": _NOTES,
        "tables": tables,
        "groups": {str(group.number): group.name for group, _ in groups},
        "papers": {str(row): {"id": kept.paper.id, "title": kept.paper.title} for row, kept in sorted(papers.items())},
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def erase(store: Store, who: Subscriber) -> None:
    """Forget a reader for ever. Only the hash of a suppressed address stays, so that nothing is sent to it again."""
    with store.begin() as tx:
        tx.holdings.erase(who.id, who.address)
    if store.file is not None:
        empty_log(
            store.file, patience=0.0
        )  # a page waits for this; `digest db tidy --compact` for whoever reads meanwhile
    log.info("erased subscriber=%d", who.id)


def erase_and_suppress(store: Store, who: Subscriber, *, now: datetime) -> None:
    """The same, and the hash of the address stays in any case: no list that is imported later brings them back.

    Of an embedded database, the file is searched for what may be left of the address, and written anew if it must be.
    """
    with store.begin() as tx:
        tx.suppressions.add(hash_of_erased(who, now=now))
        tx.holdings.erase(who.id, who.address)
    log.info("erased subscriber=%d", who.id)
    if store.file is not None and not scrub(store.file, who.address, patience=_PATIENCE):
        log.warning("the database is in use, so its file may hold traces of who was erased; later: %s", _LATER)


def hash_of_erased(who: Subscriber, *, now: datetime) -> Suppression:
    """All that is left of somebody who was erased."""
    key = address_hash(who.address)
    return Suppression(address_hash=key, reason=SuppressionReason.ERASED, evidence="erased by command", since=now)


def _legible(tables: Rows) -> Rows:
    """With what editions brought and left out in words for whoever reads it, and not in columns."""
    for row in tables.get("edition", ()):
        row["items"] = kept_items.legible(row["items"])
    for row in tables.get("shadow", ()):
        row["lines"] = shadow_lines.legible(row["lines"])
    return tables


def _papers(tables: Rows) -> set[int]:
    return set(_numbers(tables))


def _numbers(tables: Rows) -> Iterator[int]:
    for rows in tables.values():
        for row in rows:
            if "paper_id" in row:
                yield row["paper_id"]
            yield from _of_edition(row)


def _of_edition(row: dict[str, Any]) -> Iterator[int]:
    yield from kept_items.papers_of(row.get("items") or [])
    yield from (number for number, *_ in row.get("notices") or ())
    yield from (number for number, *_ in row.get("trending") or ())
    yield from (line["paper"] for line in row.get("lines") or ())
    yield from row.get("also_new") or ()
