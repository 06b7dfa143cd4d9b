"""A feed that is empty although the reference lists papers of its day has not been read: it is asked again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from digest.batches import Announces
from digest.errors import SourceError
from digest.ingest.harvest import Harvest
from digest.ingest.ledger import newest_shown
from digest.sources import Source
from digest.store import Store, Transaction

PATIENCE = timedelta(hours=6)  # after which the reference alone is believed: stragglers may be all that it lists


def doubted(store: Store, sources: Sequence[Source], harvests: Iterable[Harvest], now: datetime) -> list[Harvest]:
    """The harvests; a silence that the reference of the same ledger contradicts has that for its problem."""
    by_name = {source.name: source for source in sources}
    references = {source.ledger: source for source in sources if source.is_reference}
    found: list[Harvest] = []
    with store.begin() as tx:
        for harvest in harvests:
            source = by_name[harvest.source]
            reference = references.get(source.ledger, source)
            if harvest.silent and not source.is_reference:
                harvest = replace(harvest, problem=_doubt(tx, source, reference, harvest.stream, now))
            found.append(harvest)
    return found


def _doubt(tx: Transaction, source: Source, reference: Source, stream: str, now: datetime) -> SourceError | None:
    """Why a silence is not believed; the source is taken for unread then."""
    day = newest_shown(source, now)
    cursor = tx.harvests.cursor(source.name, stream)
    listed = tx.announcements.named([reference.name], stream, since=day).get(day)
    expected = source.announces(day) is Announces.YES and now < source.shown_at(day) + PATIENCE
    if listed is None or cursor is None or cursor.since >= day or not expected:
        return None
    tx.harvests.move(source.name, stream, replace(cursor, completed_at=None))
    problem = f"the feed is empty although {listed.papers:,} papers of {day} are listed elsewhere; run again later"
    error = SourceError(source.name, problem)
    error.stream = stream
    return error
