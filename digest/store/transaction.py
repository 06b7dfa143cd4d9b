"""One transaction's view of the store, by subject; a subject's statements are loaded when somebody asks for it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from digest.store.aging import Aging
    from digest.store.alarms import Alarms
    from digest.store.announcements import Announcements
    from digest.store.audits import Audits
    from digest.store.batches import Batches
    from digest.store.bounces import Bounces
    from digest.store.counts import Counts
    from digest.store.days import Days
    from digest.store.deliveries import Deliveries
    from digest.store.editions import Editions
    from digest.store.feeds import Feeds
    from digest.store.groups import Groups
    from digest.store.harvests import Harvests
    from digest.store.history import History
    from digest.store.holdings import Holdings
    from digest.store.joining import Joinings
    from digest.store.letters import Letters
    from digest.store.messages import Messages
    from digest.store.newcomers import Newcomers
    from digest.store.papers import Papers
    from digest.store.people import People
    from digest.store.queue import Queue
    from digest.store.restorations import Restorations
    from digest.store.saved import Saved
    from digest.store.search import Search
    from digest.store.secrets import Secrets
    from digest.store.shadow import Shadow
    from digest.store.signals import Signals
    from digest.store.subscribers import Subscribers
    from digest.store.suppressions import Suppressions
    from digest.store.texts import Texts
    from digest.store.wanted import Wants
    from digest.store.weekly import Weekly
    from digest.store.works import Works

_ELSEWHERE = {"wants": "wanted", "joinings": "joining"}  # subjects whose module has another name
_kinds: dict[str, Any] = {}  # by subject, those that were asked for


class Transaction:
    """One transaction's view of the store, by subject."""

    papers: "Papers"
    works: "Works"
    newcomers: "Newcomers"
    wants: "Wants"
    texts: "Texts"
    announcements: "Announcements"
    batches: "Batches"
    days: "Days"
    counts: "Counts"
    search: "Search"
    signals: "Signals"
    people: "People"
    harvests: "Harvests"
    history: "History"
    subscribers: "Subscribers"
    saved: "Saved"
    editions: "Editions"
    feeds: "Feeds"
    groups: "Groups"
    shadow: "Shadow"
    deliveries: "Deliveries"
    holdings: "Holdings"
    joinings: "Joinings"
    letters: "Letters"
    messages: "Messages"
    suppressions: "Suppressions"
    secrets: "Secrets"
    alarms: "Alarms"
    aging: "Aging"
    restorations: "Restorations"
    weekly: "Weekly"
    audits: "Audits"
    bounces: "Bounces"
    queue: "Queue"

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """A subject, made once; a command that asks for two does not wait for the other forty."""
            kind = _kinds.get(name) or _loaded(name)
            found = self.__dict__[name] = kind(self._connection)
            return found


def _loaded(name: str) -> Any:
    kind = Transaction.__annotations__.get(name)
    if kind is None:
        raise AttributeError(f"a transaction has no {name}")
    _kinds[name] = getattr(import_module(f"digest.store.{_ELSEWHERE.get(name, name)}"), kind)
    return _kinds[name]
