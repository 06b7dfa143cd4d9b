"""What is one work, where the operator knows better than the rules."""

from datetime import datetime

from digest.errors import InvalidInput
from digest.identity import PaperId, Rule
from digest.store import Store, Transaction
from digest.store.papers import KeptPaper


def merge(store: Store, paper: PaperId, into: PaperId, *, now: datetime) -> tuple[PaperId, PaperId]:
    """Have a kept paper read as another, and return what is read as what; InvalidInput where that cannot be."""
    with store.begin() as tx:
        kept = _both(tx, paper, into)
        if not tx.works.merge(kept[paper].row, kept[into].row, Rule.OPERATOR, now=now):
            raise InvalidInput(f"{paper} and {into} are one work already")
    return paper, into


def split(store: Store, paper: PaperId, *, now: datetime) -> PaperId:
    """Have a merged paper stand for itself again; InvalidInput where it does."""
    with store.begin() as tx:
        row = _both(tx, paper)[paper].row
        root = tx.works.roots([row])[row]
        if not tx.works.split(row, now=now):
            raise InvalidInput(f"{paper} is not merged into another paper")
        tx.papers.forget_publication(root, row)
    return paper


def _both(tx: Transaction, *keys: PaperId) -> dict[PaperId, KeptPaper]:
    kept = tx.papers.get(keys)
    if missing := [key for key in keys if key not in kept]:
        raise InvalidInput(f"paper {missing[0].removeprefix('arxiv:')} is not kept here")
    return kept
