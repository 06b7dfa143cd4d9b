"""Papers in, records out: with their first announcement and the last of each signal, in few questions."""

from collections.abc import Sequence

from digest.identity import PaperId
from digest.records import Record
from digest.store import Transaction


def records(tx: Transaction, keys: Sequence[PaperId]) -> list[Record]:
    """The kept ones of some papers, in their order, each once."""
    kept = tx.papers.get(keys)
    rows = {each.row for each in kept.values()}
    announced = tx.announcements.first_fresh(rows)
    signals = tx.signals.newest({each.paper.id for each in kept.values()})
    found = {
        each.paper.id: Record(
            paper=each.paper, announced=announced.get(each.row), signals=tuple(signals.get(each.paper.id, ()))
        )
        for each in (kept[key] for key in keys if key in kept)
    }
    return list(found.values())
