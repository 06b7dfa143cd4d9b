"""A paper's page: a name of a paper in, all that is told of it out."""

from dataclasses import replace

from digest.browse.loading import records
from digest.identity import PaperId
from digest.papers import Paper
from digest.records import PaperDetails, Record, Writer
from digest.store import Store, Transaction
from digest.store.papers import KeptPaper


def canonical(store: Store, name: PaperId) -> PaperId | None:
    """The key under which a paper is read, by any name it goes by; None for one that is not kept."""
    with store.read() as tx:
        return tx.works.read_as(name)


def paper_details(store: Store, key: PaperId) -> PaperDetails | None:
    """A kept paper with who wrote it and how it read before; None where it is not kept under this key."""
    with store.read() as tx:
        kept = tx.papers.get([key]).get(key)
        if kept is None:
            return None
        return PaperDetails(
            record=_record(tx, kept),
            writers=_writers(kept.paper, tx.people.of_paper(kept.row)),
            former=tx.texts.of(kept.row),
        )


def _record(tx: Transaction, kept: KeptPaper) -> Record:
    """The paper with what was told of it under each name that is read as it."""
    merges = tx.works.merges(kept.row)
    others = [merge.paper for merge in merges if merge.into == kept.paper.id and merge.split_at is None]
    (record,) = records(tx, [kept.paper.id])
    told = tx.signals.newest(others) if others else {}
    return replace(record, signals=(*record.signals, *(signal for said in told.values() for signal in said)))


def _writers(paper: Paper, people: dict[int, int]) -> tuple[Writer, ...]:
    return tuple(Writer(name=name, number=people.get(place, 0)) for place, name in enumerate(paper.authors))
