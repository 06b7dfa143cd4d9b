"""What the stories about the store begin with."""

from datetime import datetime
from itertools import count
from typing import Any

from digest.editions import Reason, ReasonKind, Recommendation, Slate
from digest.papers import Announcement, AnnouncementKind, Paper
from digest.relevance.text import count_paper
from digest.store import Store, Transaction
from digest.subscribers import EditionKind, Schedule, Subscriber
from tests.fakes import MONDAY, at

NOW = at(MONDAY)
TERMS = b"0123456789"
_numbers = count(1)


def keep(store: Store, *papers: Paper, now: datetime = NOW) -> None:
    """Keep papers as a harvest does: terms are counted for those that are new or changed."""
    with store.begin() as tx:
        new = tx.papers.unlike(papers)
        tx.papers.keep(
            papers, {p.id: count_paper(p.title, p.abstract).to_bytes() for p in papers if p.id in new}, now=now
        )


def announced(paper: Paper, **values: Any) -> Announcement:
    """A new paper in cs.LG on Monday."""
    plain: dict[str, Any] = {"source": "arxiv", "stream": "cs.LG", "kind": AnnouncementKind.NEW, "day": MONDAY}
    return Announcement(paper=paper, **(plain | values))


def announce(store: Store, *items: Announcement, now: datetime = NOW) -> int:
    """Keep the papers and note their announcements; how many announcements were new."""
    keep(store, *(item.paper for item in items), now=now)
    with store.begin() as tx:
        return tx.announcements.note(items, now=now)


def subscribe(tx: Transaction, address: str = "", **values: Any) -> Subscriber:
    """A reader who is due now."""
    number = next(_numbers)
    plain: dict[str, Any] = {
        "schedule": Schedule(),
        "size": 15,
        "next_due_at": NOW,
        "feed_uri": f"tag:example.org,2026:feed/{number}",
        "now": NOW,
    }
    added = tx.subscribers.add(address or f"reader{number}@example.org", **(plain | values))
    assert added is not None
    return added


def reader(store: Store, address: str = "", **values: object) -> Subscriber:
    with store.begin() as tx:
        return subscribe(tx, address, **values)


def recommended(paper: Paper, score: float = 0.5) -> Recommendation:
    reason = Reason(kind=ReasonKind.INTEREST, label="graphs", contribution=score, terms=(("graphs", score),))
    return Recommendation(paper=paper, score=score, reasons=(reason,), announced=MONDAY)


def slate(subscriber: Subscriber, *recommendations: Recommendation, **values: Any) -> Slate:
    plain: dict[str, Any] = {
        "subscriber_id": subscriber.id,
        "kind": EditionKind.DAILY,
        "slot_date": MONDAY,
        "recommendations": recommendations,
        "considered": (("cs.LG", len(recommendations)),),
        "papers_read": len(recommendations),
        "read_through": 0,
        "next_due_at": NOW,
    }
    return Slate(**(plain | values))


def edition(store: Store, subscriber: Subscriber, *papers: Paper, **values: object) -> int:
    """Keep an edition of papers that are kept already; its number."""
    with store.begin() as tx:
        number = tx.editions.keep(slate(subscriber, *map(recommended, papers), **values), now=NOW)
    assert number is not None
    return number
