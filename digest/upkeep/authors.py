"""Which authors have a page: whoever asks the operator is hidden, and shown again."""

from datetime import datetime

from digest.errors import InvalidInput
from digest.store import Store


def hide_author(store: Store, number: int, *, now: datetime) -> None:
    """Show no page, feed or count of a person any more; their papers keep the name. InvalidInput where it is so."""
    _set(store, number, now, "is hidden already")


def unhide_author(store: Store, number: int) -> None:
    """Show the page of a person again; InvalidInput where it is shown."""
    _set(store, number, None, "is not hidden")


def _set(store: Store, number: int, since: datetime | None, otherwise: str) -> None:
    with store.begin() as tx:
        changed = tx.people.hide(number, since)
    if not changed:
        raise InvalidInput(f"person {number} {otherwise}")
