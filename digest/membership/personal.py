"""What the holder of an edition's link may do: read that edition, and say what they think of its papers.

A token comes in, as somebody asked for it; out comes the edition with what its reader has said of each paper so far.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest import tokens
from digest.editions import Edition, Recommendation
from digest.errors import DigestError
from digest.store import Store, Transaction
from digest.store.saved import Mark
from digest.subscribers import MAIN, Verdict

log = logging.getLogger(__name__)


class Gone(DigestError):
    """The link is ours, and what it leads to is no longer kept."""


class Deed(StrEnum):
    """What a link below a paper does."""

    MORE = "more"  # like it
    LESS = "less"  # dislike it
    SAVE = "save"  # keep it, and like it


_VERDICTS = {Deed.MORE: Verdict.LIKE, Deed.LESS: Verdict.DISLIKE, Deed.SAVE: Verdict.LIKE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An edition, as the holder of its link sees it."""

    edition: Edition
    marks: tuple[Mark, ...]  # of each of its recommendations
    settings: str  # the reader's tokens, "" for who has the link from a feed
    unsubscribe: str
    language: str  # the reader's (BCP 47)


def opened(store: Store, token: str) -> Opened | None:
    """What an edition's link leads to; None for a token that we did not sign, Gone for an edition that is deleted.

    Nothing is changed, not even a key made.
    """
    with store.read() as tx:
        secret = tx.secrets.get(tokens.KEY)
        if secret is None:
            return None
        own = tokens.check(secret, tokens.EDITION, token)
        number = own or tokens.check(secret, tokens.FEED_EDITION, token)
        if number is None:
            return None
        edition = tx.editions.get([number]).get(number)
        if edition is None:
            raise Gone(f"edition={number} is no longer kept")
        return Opened(
            edition=edition,
            marks=_marks(tx, edition),
            settings=tokens.sign(secret, tokens.SETTINGS, edition.subscriber_id) if own else "",
            unsubscribe=tokens.sign(secret, tokens.UNSUBSCRIBE, edition.subscriber_id) if own else "",
            language=tx.subscribers.get(edition.subscriber_id).language,
        )


def act(store: Store, edition: Edition, place: int, deed: Deed, *, now: datetime) -> None:
    """Do as a link below the paper at that place (from 1) says; doing it twice is doing it once."""
    item, verdict, reader = edition.recommendations[place - 1], _VERDICTS[deed], edition.subscriber_id
    with store.begin() as tx:
        row = _row(tx, item)
        if deed is Deed.SAVE:
            tx.saved.keep(reader, row, now=now)
        if tx.saved.marks(reader, [row])[row].verdict is not verdict:
            tx.subscribers.vote(reader, row, verdict, now=now, interest=_interest(tx, reader, item))
        tx.subscribers.change(reader, heard_at=now)
    log.info("heard %s of edition=%d paper=%d", deed, edition.id, place)


def undo(store: Store, edition: Edition, place: int, deed: Deed, *, now: datetime) -> None:
    """Take that back; what was said otherwise since then stays, and so does a like from before the paper was saved."""
    item, reader = edition.recommendations[place - 1], edition.subscriber_id
    with store.begin() as tx:
        row = _row(tx, item)
        mark = tx.saved.marks(reader, [row])[row]
        is_by_saving = mark.saved_at is not None and mark.given_at == mark.saved_at
        if deed is Deed.SAVE:
            tx.saved.remove(reader, row)
        if mark.verdict is _VERDICTS[deed] and (deed is not Deed.SAVE or is_by_saving):
            tx.saved.unvote(reader, row)
        tx.subscribers.change(reader, heard_at=now)
    log.info("heard that %s of edition=%d paper=%d is taken back", deed, edition.id, place)


def _marks(tx: Transaction, edition: Edition) -> tuple[Mark, ...]:
    rows = tx.papers.rows(item.paper.id for item in edition.recommendations)
    marks = tx.saved.marks(edition.subscriber_id, rows.values())
    return tuple(marks[rows[item.paper.id]] for item in edition.recommendations)


def _row(tx: Transaction, item: Recommendation) -> int:
    return tx.papers.rows([item.paper.id])[item.paper.id]


def _interest(tx: Transaction, reader: int, item: Recommendation) -> str:
    """The interest that a paper was chosen for, or `main` where it has another name by now or is dropped."""
    return item.interest if item.interest and tx.subscribers.find_interest(reader, item.interest) else MAIN
