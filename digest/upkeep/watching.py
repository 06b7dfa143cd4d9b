"""Upkeep: what came of a run → what the operator must hear, once a day, and a ping on every good day."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol

from digest.batches import Batch
from digest.errors import DigestError, SourceError, SourceResting
from digest.headers import printable
from digest.logs import without_addresses
from digest.mail import DeliveryState
from digest.notices import Alarm
from digest.store import Store

log = logging.getLogger(__name__)
PATIENCE = timedelta(hours=6)  # with a mail that is open
GOOD_DAY = "good-day"
_CHARACTERS = 300  # of an error's words
_NAMED_BATCHES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What came of the parts of a run that are known; the defaults say that nothing went wrong."""

    problems: tuple[SourceError, ...] = ()
    relay: DigestError | None = None  # why delivery ended early
    outcomes: Mapping[DeliveryState, int] = field(default_factory=dict)
    unwritten: int = 0  # mails held because a template or a text fails
    refused_us: int = 0  # reports that other mail systems refused us, and not a reader
    failure: Exception | None = None  # what ended the run before its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand, whatever the last run did."""

    overdue: tuple[Batch, ...]  # open past their hour, oldest first
    unread: int  # streams whose newest listing is not closed, be it that its hour has not come
    late_mails: int  # open for longer than PATIENCE


class Voice(Protocol):
    """One way to tell the operator."""

    name: str

    def say(self, alarm: Alarm, *, now: datetime) -> None:
        """Raises DigestError if it was not surely taken."""


def standing(store: Store, newest: Mapping[tuple[str, str], date], *, now: datetime) -> Standing:
    """How things stand; `newest` says for each ledger and stream the day of its newest listing, up to this day."""
    with store.read() as tx:
        batches = {key: tx.batches.of(*key, since=day) for key, day in newest.items()}
        overdue = tuple(batch for batch in tx.batches.open() if batch.is_overdue(now))
        late = tx.deliveries.open_since(now - PATIENCE)
    unread = sum(day not in batches[key] or batches[key][day].is_open for key, day in newest.items())
    return Standing(overdue=overdue, unread=unread, late_mails=late)


def alarms(happened: Happened, stands: Standing, *, now: datetime) -> tuple[Alarm, ...]:
    """What the operator must hear."""
    return (
        *_of_failure(happened.failure),
        *_of_sources(happened.problems),
        *_of_batches(stands.overdue),
        *_of_relay(happened.relay),
        *_of_mails(happened, stands.late_mails),
    )


def is_good(happened: Happened, stands: Standing) -> bool:
    """Whether the day is accounted for: its listing, if it has one, is read, and no mail waits that should be gone."""
    in_order = happened.failure is None and happened.relay is None
    return in_order and stands.late_mails == 0 and stands.unread == 0 and not stands.overdue


def watch(
    store: Store,
    voices: Sequence[Voice],
    ping: Callable[[], None] | None,
    happened: Happened,
    stands: Standing,
    *,
    now: datetime,
) -> None:
    """Say each alarm that was not said today, and ping once on a good day; what nobody took is said by the next run."""
    for alarm in alarms(happened, stands, now=now):
        _once(store, alarm.kind, alarm.text, partial(_said, voices, alarm, now), now)
    if ping is not None and is_good(happened, stands):
        _once(store, GOOD_DAY, "", partial(_pinged, ping), now)


def _once(store: Store, kind: str, text: str, effect: Callable[[], bool], now: datetime) -> None:
    """The intent is kept first, so that of several processes one acts; it is withdrawn if the effect failed."""
    with store.begin() as tx:
        if not tx.alarms.note(kind, now.date(), text, now):
            return
    done = False
    try:
        done = effect()
    finally:
        if not done:
            with store.begin() as tx:
                tx.alarms.withdraw(kind, now.date())


def _said(voices: Iterable[Voice], alarm: Alarm, now: datetime) -> bool:
    """Whether somebody was told, or there is nobody to tell but the log, which always has it."""
    log.error("alarm kind=%s: %s", alarm.kind, alarm.text)
    outcomes = [_took(voice, alarm, now) for voice in voices]
    return any(outcomes) or not outcomes


def _took(voice: Voice, alarm: Alarm, now: datetime) -> bool:
    try:
        voice.say(alarm, now=now)
    except DigestError as error:
        log.warning("alarm not said kind=%s voice=%s: %s", alarm.kind, voice.name, error)
        return False
    except Exception:  # whatever it is must not end the run that was watched
        log.exception("alarm not said kind=%s voice=%s", alarm.kind, voice.name)
        return False
    return True


def _pinged(ping: Callable[[], None]) -> bool:
    try:
        ping()
    except DigestError as error:
        log.warning("ping not taken: %s", error)
        return False
    log.info("ping: the day is good")
    return True


# ---------------------------------------------------------------- what is worth an alarm


def _of_failure(failure: Exception | None) -> Iterator[Alarm]:
    if failure is not None:
        # The words of an error that was not foreseen may hold anything.
        said = _words(failure) if isinstance(failure, DigestError) else type(failure).__name__
        yield Alarm(kind="run-failed", text=f"a run ended early: {said}; nothing is lost, the next one goes on")


def _of_sources(problems: Iterable[SourceError]) -> Iterator[Alarm]:
    """One alarm a source; a rest that was asked for is none, until a batch is overdue."""
    broken: dict[str, list[SourceError]] = {}
    for problem in problems:
        if not isinstance(problem, SourceResting):
            broken.setdefault(problem.source, []).append(problem)
    for source, found in broken.items():
        streams = ", ".join(dict.fromkeys(problem.stream for problem in found if problem.stream))
        yield Alarm(
            kind=f"source-failed:{source}",
            text=f"{_words(found[0])}; what was kept stays, the next run asks again",
            facts={"source": source, "streams": streams} if streams else {"source": source},
        )


def _of_batches(overdue: Iterable[Batch]) -> Iterator[Alarm]:
    by_source: dict[str, list[Batch]] = {}
    for batch in overdue:
        by_source.setdefault(batch.source, []).append(batch)
    for source, found in by_source.items():
        named = ", ".join(f"{batch.stream} {batch.state} ({batch.day})" for batch in found[:_NAMED_BATCHES])
        more = f" and {len(found) - _NAMED_BATCHES} more" if len(found) > _NAMED_BATCHES else ""
        yield Alarm(
            kind=f"batch-open:{source}",
            text=f"{source}: open past its hour: {printable(named)}{more}; see: digest batch list --open",
            facts={"source": source, "streams": ", ".join(dict.fromkeys(batch.stream for batch in found))},
        )


def _of_relay(relay: DigestError | None) -> Iterator[Alarm]:
    if relay is not None:
        yield Alarm(kind="relay-down", text=f"{_words(relay)}; every mail stays open and is tried again")


def _of_mails(happened: Happened, late: int) -> Iterator[Alarm]:
    refused = happened.outcomes.get(DeliveryState.FAILED, 0)
    uncertain = happened.outcomes.get(DeliveryState.UNCERTAIN, 0)
    held = happened.outcomes.get(DeliveryState.HELD, 0) - happened.unwritten
    expired = happened.outcomes.get(DeliveryState.EXPIRED, 0)
    hours = PATIENCE // timedelta(hours=1)
    found = (
        ("mails-refused", refused, "refused for ever; the log names the deliveries and the relay's answers"),
        ("mails-uncertain", uncertain, "sent without an answer; the same bytes are sent again"),
        ("mails-late", late, f"open for more than {hours} hours; see the log for why"),
        (
            "mails-unwritten",
            happened.unwritten,
            "not written and held, a template or a text is at fault; the log says which; then: digest delivery release",
        ),
        ("mails-held", held, "held: refused as a message, or perhaps taken; see: digest delivery list --state held"),
        ("mails-expired", expired, "not sent before their day was over; the next edition carries their papers"),
        (
            "mails-policy",
            happened.refused_us,
            "came back because we were refused, not a reader; the log says which",
        ),
    )
    for kind, number, what in found:
        if number:
            yield Alarm(kind=kind, text=f"{number} mail{'s'[: number != 1]} {what}", facts={"mails": number})


def _words(error: DigestError) -> str:
    """What an error says, on one line, without addresses and of bearable length."""
    said = without_addresses(printable(str(error)))
    return said if len(said) <= _CHARACTERS else f"{said[:_CHARACTERS]}…"
