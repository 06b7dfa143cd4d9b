"""The ledger: after a harvest, the batch of each stream and day is judged by ids, cursors and the calendar."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain

from digest import identity
from digest.batches import A_WEEK, CLOSED, Announces, Batch, BatchState, Facts, believes_silence, judged
from digest.ingest.harvest import Harvest
from digest.papers import Cursor
from digest.sources import Source
from digest.store import Store, Transaction
from digest.store.announcements import Named

log = logging.getLogger(__name__)
GRACE = timedelta(minutes=20)  # after the last source shows a listing, its batch should be whole
_LONGEST = timedelta(days=400)  # no batch is opened for a day further back
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The sources that list the same announcements, and what came of asking them."""

    name: str
    reference: Source
    others: tuple[Source, ...]
    harvests: tuple[Harvest, ...]

    @property
    def names(self) -> list[str]:
        return [self.reference.name, *(source.name for source in self.others)]

    def closes_at(self, day: date) -> datetime:
        return max(source.shown_at(day) for source in (self.reference, *self.others)) + GRACE

    def of(self, source: Source, stream: str) -> Harvest | None:
        """What came of asking a source for a stream; also where it was not asked for any."""
        found = [h for h in self.harvests if h.source == source.name and h.stream in (stream, "")]
        return found[-1] if found else None

    def is_silent(self, stream: str) -> bool:
        harvest = self.of(self.reference, stream)
        return harvest is not None and harvest.silent

    def problem(self, stream: str) -> str:
        """Why a source could not be read, the reference's reason first."""
        harvests = [self.of(source, stream) for source in (self.reference, *self.others)]
        return next((harvest.problem.problem for harvest in harvests if harvest and harvest.problem), "")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one stream of a ledger, on the days that may have changed."""

    stream: str
    days: tuple[date, ...]  # in order
    kept: Mapping[date, Batch]
    named: Mapping[date, Named]  # earlier days may be in it
    missing: Mapping[date, tuple[str, ...]]
    cursors: Mapping[str, Cursor | None]  # by source
    usual: float | None

    def was_read(self, source: Source, day: date) -> bool:
        """Whether a source was read to its end when it showed the listing of a day."""
        cursor = self.cursors[source.name]
        return cursor is not None and cursor.completed_at is not None and cursor.completed_at >= source.shown_at(day)


def close_batches(
    store: Store, sources: Sequence[Source], harvests: Sequence[Harvest], *, now: datetime
) -> list[Batch]:
    """Judge every batch that is open or new, keep them, and return those that are open past their hour."""
    overdue: list[Batch] = []
    for ledger in _ledgers(sources, harvests):
        with store.begin() as tx:
            judged_now = list(_judged(tx, ledger, now))
            tx.batches.keep(judged_now)
        overdue += [batch for batch in judged_now if batch.is_overdue(now)]
        for batch in judged_now:
            _log(batch)
    return overdue


def newest_shown(source: Source, now: datetime) -> date:
    """The newest day, listing or not, that a source shows whole by now."""
    day = now.date() + 2 * _DAY
    while source.shown_at(day) > now:
        day -= _DAY
    return day


def _ledgers(sources: Sequence[Source], harvests: Sequence[Harvest]) -> Iterable[_Ledger]:
    for reference in (source for source in sources if source.is_reference):
        others = tuple(s for s in sources if s.ledger == reference.ledger and not s.is_reference)
        names = {reference.name, *(source.name for source in others)}
        yield _Ledger(reference.ledger, reference, others, tuple(h for h in harvests if h.source in names))


# ------------------------------------------------------------ judging


def _judged(tx: Transaction, ledger: _Ledger, now: datetime) -> Iterable[Batch]:
    """The batches of every stream that have changed, or are still open."""
    found = _known(tx, ledger, now)
    streams_with_papers = Counter(chain.from_iterable(known.named for known in found))
    for known in found:
        for day in known.days:
            company = streams_with_papers[day] > (day in known.named)
            facts = _facts(ledger, known, day, company)
            batch = _judge(ledger, known, day, facts, now)
            if believes_silence(facts) and not batch.is_open:
                _note_silence_read(tx, ledger.reference, known.stream, now)
            kept = known.kept.get(day)
            batch = _emptied(batch, kept) or batch
            if _is_news(batch, kept):
                yield batch


def _emptied(batch: Batch, kept: Batch | None) -> Batch | None:
    """A batch that was whole, and all of whose papers turned out to belong to an earlier day: nothing was announced."""
    if kept is None or kept.is_open or not kept.arrived or batch.arrived or batch.missing or not batch.is_open:
        return None
    why = "what was named for it belongs to an earlier day"
    return replace(batch, state=BatchState.QUIET, why=why, closed_at=kept.closed_at)


def _is_news(batch: Batch, kept: Batch | None) -> bool:
    """Whether a batch is to be kept: a closed one changes only by what was named later, held or not."""
    if kept is None or kept.is_open:
        return True
    changed = (batch.arrived, batch.missing) != (kept.arrived, kept.missing)
    return changed and (not batch.is_open or bool(batch.missing))


def _judge(ledger: _Ledger, known: _Known, day: date, facts: Facts, now: datetime) -> Batch:
    state, why = judged(facts, now=now)
    return Batch(
        source=ledger.name,
        stream=known.stream,
        day=day,
        state=state,
        expected=facts.named + facts.missing,
        arrived=facts.named,
        late=known.named[day].late if day in known.named else 0,
        missing=known.missing.get(day, ()),
        why=why,
        closes_at=facts.closes_at,
        closed_at=now if state in CLOSED else None,
    )


def _facts(ledger: _Ledger, known: _Known, day: date, company: bool) -> Facts:
    announces = ledger.reference.announces(day)
    read = known.was_read(ledger.reference, day)
    # A stale listing answers with other days: one that was due and is not in the answer has not been read.
    lacks = read and announces is Announces.YES and day not in known.named
    return Facts(
        announces=announces,
        closes_at=ledger.closes_at(day),
        named=known.named[day].papers if day in known.named else 0,
        missing=len(known.missing.get(day, ())),
        read=read and not lacks,
        listed=all(known.was_read(source, day) for source in ledger.others),
        silent=lacks or ledger.is_silent(known.stream),
        passed=read and any(later > day for later in known.named),
        usual=known.usual,
        company=company,
        problem=ledger.problem(known.stream),
    )


def _note_silence_read(tx: Transaction, reference: Source, stream: str, now: datetime) -> None:
    """A silence that is believed is a harvest that has reached its end."""
    cursor = tx.harvests.cursor(reference.name, stream)
    if cursor is not None:
        tx.harvests.move(reference.name, stream, replace(cursor, completed_at=now))


def _log(batch: Batch) -> None:
    log.info(
        "batch source=%s stream=%s day=%s state=%s expected=%d arrived=%d late=%d%s",
        batch.source,
        batch.stream,
        batch.day,
        batch.state,
        batch.expected,
        batch.arrived,
        batch.late,
        f" why={batch.why}" if batch.why else "",
    )


# ------------------------------------------------------------ loading


def _known(tx: Transaction, ledger: _Ledger, now: datetime) -> list[_Known]:
    """What is known of every stream."""
    last = newest_shown(ledger.reference, now)
    unread = {stream: _unread(ledger, stream) for stream in ledger.reference.streams}
    first = {stream: _first_day(tx, ledger, stream, last, unread[stream]) for stream in unread}
    oldest = min(first.values(), default=last)
    return [_known_of(tx, ledger, stream, unread[stream], (oldest, first[stream], last)) for stream in unread]


def _known_of(
    tx: Transaction, ledger: _Ledger, stream: str, unread: Mapping[date, set[str]], span: tuple[date, date, date]
) -> _Known:
    oldest, first, last = span
    soon = last + 2 * _DAY  # what is dated later than that is a slip of a source, and no day to wait for
    kept = tx.batches.of(ledger.name, stream, since=first)
    told = tx.announcements.named(ledger.names, stream, since=oldest)
    named = {day: papers for day, papers in told.items() if day <= soon}
    missing = _missing(tx, kept, {day: names for day, names in unread.items() if first <= day <= soon})
    passing = {first + n * _DAY for n in range((last - first).days + 1)}
    return _Known(
        stream=stream,
        days=tuple(sorted(day for day in passing | named.keys() | missing.keys() if day >= first)),
        kept=kept,
        named=named,
        missing=missing,
        cursors={name: tx.harvests.cursor(name, stream) for name in ledger.names},
        usual=tx.batches.usual(ledger.name, stream),
    )


def _first_day(tx: Transaction, ledger: _Ledger, stream: str, last: date, unread: Iterable[date]) -> date:
    """The oldest day that may have changed: that of an open batch, or a week before the last one judged."""
    span = tx.batches.span(ledger.name, stream)
    if span is None:
        first = min([tx.announcements.first_day(ledger.names, stream) or last, *unread])
    else:
        open_days = [batch.day for batch in tx.batches.open(ledger.name) if batch.stream == stream]
        first = max(span[0], min([span[1] - A_WEEK, *open_days]))
    return max(min(first, last), last - _LONGEST)


def _unread(ledger: _Ledger, stream: str) -> dict[date, set[str]]:
    """The names of papers that this harvest could not read, by day."""
    found: dict[date, set[str]] = {}
    for skipped in (each for harvest in ledger.harvests if harvest.stream == stream for each in harvest.skipped):
        if skipped.paper is not None and skipped.day is not None:
            found.setdefault(skipped.day, set()).add(skipped.paper)
    return found


def _missing(
    tx: Transaction, kept: Mapping[date, Batch], unread: Mapping[date, set[str]]
) -> dict[date, tuple[str, ...]]:
    """The names of papers that could not be read now or before, by day, without those that are held by now."""
    days = unread.keys() | {day for day, batch in kept.items() if batch.missing}
    named = {day: unread.get(day, set()).union(kept[day].missing if day in kept else ()) for day in days}
    held = tx.papers.rows(identity.PaperId(name) for names in named.values() for name in names)
    return {day: tuple(sorted(names - held.keys())) for day, names in named.items()}
