"""Editions that an older version kept are read and written as they were: no marks, one section, nothing below."""

import json
import sqlite3
from pathlib import Path

from digest.editions import Edition, Slot
from digest.rendering.mail import MailLinks, MailRenderer
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.store import DatabaseSettings, Store
from digest.store.kept_items import legible
from digest.subscribers import Schedule, Subscriber, SubscriberState
from tests.fakes import paper
from tests.store.builders import NOW, edition, keep, reader

_NEW_KEYS = ("w", "c", "i")  # slot, probability, interest


def as_an_older_version_kept_it(file: Path) -> None:
    """Take out of every edition what only newer versions keep."""
    with sqlite3.connect(file) as database:
        for number, items in database.execute("SELECT id, items FROM edition").fetchall():
            older = [
                {key: value for key, value in item.items() if key not in _NEW_KEYS}
                for item in legible(json.loads(items))
            ]
            database.execute("UPDATE edition SET items = ?, also_new = NULL WHERE id = ?", (json.dumps(older), number))
    database.close()


def read_back(file: Path) -> Edition:
    store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
    store.upgrade(now=NOW)
    one, other = paper("Flat minima"), paper("Sharp maxima")
    keep(store, one, other)
    number = edition(store, reader(store), one, also_new=(other,))
    store.close()
    as_an_older_version_kept_it(file)
    with store.read() as tx:
        found = tx.editions.get([number])[number]
    store.close()
    return found


def test_an_edition_without_slots_and_interests_is_read_and_mailed(tmp_path: Path) -> None:
    found = read_back(tmp_path / "older.db")
    (item,) = found.recommendations
    assert (item.slot, item.interest, item.probability, found.also_new) == (Slot.CHOSEN, "", None, ())

    who = Subscriber(
        id=1,
        address="ana@example.org",
        state=SubscriberState.ACTIVE,
        schedule=Schedule(),
        size=15,
        next_due_at=NOW,
        read_through=None,
        feed_uri="tag:example.org,2026:feed/1",
        created_at=NOW,
    )
    links = MailLinks(
        unsubscribe="https://example.org/u", settings="https://example.org/s", edition="https://example.org/e"
    )
    bodies = MailRenderer(SiteSettings(), environment()).bodies(found, reader=who, links=links)
    assert "For you: 1 paper" in bodies.plain
    assert "fits your words “graphs”" in " ".join(bodies.plain.split())
    assert "Also new" not in bodies.html + bodies.plain
