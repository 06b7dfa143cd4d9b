"""What a reader takes with them: all that is held of them as JSON, or their papers for a program of references."""

from datetime import datetime
from enum import StrEnum

from digest.exchange import bibtex, ris
from digest.membership.data import exported
from digest.papers import Paper
from digest.store import Store
from digest.subscribers import Subscriber

_ALL = 1_000_000  # saved papers: more than anybody has


class Takeaway(StrEnum):
    """In what form."""

    JSON = "json"
    BIBTEX = "bibtex"
    RIS = "ris"


def taken(store: Store, who: Subscriber, form: Takeaway, *, now: datetime) -> bytes:
    """All that is held, or the papers liked and saved, as UTF-8; nothing is changed."""
    if form is Takeaway.JSON:
        return exported(store, who, now=now)
    write, between = (bibtex, "\n") if form is Takeaway.BIBTEX else (ris, "")
    return between.join(map(write, favourites(store, who))).encode("utf-8", "replace")


def favourites(store: Store, who: Subscriber) -> list[Paper]:
    """The papers that a reader liked, oldest vote first, and then those saved alone, each once."""
    with store.read() as tx:
        liked = tx.subscribers.profiles([who.id])[who.id].liked
        kept = tx.papers.get(liked)
        saved = tx.saved.of(who.id, limit=_ALL)
    papers = [kept[key].paper for key in liked] + [each.paper for each in reversed(saved)]
    return list({paper.id: paper for paper in papers}.values())
