"""Upkeep: what came of a run → what the operator must hear, once a day, and a ping on every good day."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from digest.errors import DigestError, RelayUnavailable, SourceError, SourceResting
from digest.headers import printable
from digest.logs import without_addresses
from digest.mail import DeliveryState
from digest.notices import Alarm
from digest.store import Store

log = logging.getLogger(__name__)
PATIENCE = timedelta(hours=6)  # with a listing that is due, and with a mail that is open
GOOD_DAY = "good-day"
_CHARACTERS = 300  # of an error's words


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What came of the parts of a run that are known; the defaults say that nothing went wrong."""

    problems: tuple[SourceError, ...] = ()
    relay: RelayUnavailable | None = None
    outcomes: Mapping[DeliveryState, int] = field(default_factory=dict)
    unwritten: int = 0  # mails that a template or a text holds up
    failure: Exception | None = None  # what ended the run before its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The newest listing of a stream up to this day."""

    source: str
    stream: str
    ready_at: datetime  # may still lie ahead
    read_at: datetime | None  # when a harvest last reached its end

    @property
    def is_read(self) -> bool:
        return self.read_at is not None and self.read_at >= self.ready_at

    def is_overdue(self, now: datetime) -> bool:
        return not self.is_read and now - self.ready_at > PATIENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand, whatever the last run did."""

    listings: tuple[Listing, ...]
    late_mails: int  # open for longer than PATIENCE


class Voice(Protocol):
    """One way to tell the operator."""

    name: str

    def say(self, alarm: Alarm, *, now: datetime) -> None:
        """Raises DigestError if it was not surely taken."""


def standing(store: Store, ready: Mapping[tuple[str, str], datetime], *, now: datetime) -> Standing:
    """How things stand; `ready` says for each source and stream when its newest listing is there."""
    with store.read() as tx:
        cursors = {key: tx.harvests.cursor(*key) for key in ready}
        late = tx.deliveries.open_since(now - PATIENCE)
    listings = tuple(
        Listing(source=source, stream=stream, ready_at=ready_at, read_at=cursor.completed_at if cursor else None)
        for (source, stream), ready_at in ready.items()
        for cursor in [cursors[source, stream]]
    )
    return Standing(listings=listings, late_mails=late)


def alarms(happened: Happened, stands: Standing, *, now: datetime) -> tuple[Alarm, ...]:
    """What the operator must hear."""
    return (
        *_of_failure(happened.failure),
        *_of_sources(happened.problems),
        *_of_listings(stands.listings, now),
        *_of_relay(happened.relay),
        *_of_mails(happened, stands.late_mails),
    )


def is_good(happened: Happened, stands: Standing) -> bool:
    """Whether the day is accounted for: its listing, if it has one, is read, and no mail waits that should be gone."""
    in_order = happened.failure is None and happened.relay is None
    return in_order and stands.late_mails == 0 and all(listing.is_read for listing in stands.listings)


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
    """One alarm a source; a rest that was asked for is none, until a listing is overdue."""
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


def _of_listings(listings: Iterable[Listing], now: datetime) -> Iterator[Alarm]:
    overdue: dict[str, list[Listing]] = {}
    for listing in listings:
        if listing.is_overdue(now):
            overdue.setdefault(listing.source, []).append(listing)
    for source, found in overdue.items():
        streams, since = ", ".join(listing.stream for listing in found), found[0].ready_at
        yield Alarm(
            kind=f"listing-overdue:{source}",
            text=f"{source}: a listing due since {since:%Y-%m-%d %H:%M} UTC has not been read to its end: {streams}",
            facts={"source": source, "streams": streams},
        )


def _of_relay(relay: RelayUnavailable | None) -> Iterator[Alarm]:
    if relay is not None:
        yield Alarm(kind="relay-down", text=f"{_words(relay)}; every mail stays open and is tried again")


def _of_mails(happened: Happened, late: int) -> Iterator[Alarm]:
    refused = happened.outcomes.get(DeliveryState.FAILED, 0)
    uncertain = happened.outcomes.get(DeliveryState.UNCERTAIN, 0)
    hours = PATIENCE // timedelta(hours=1)
    found = (
        ("mails-refused", refused, "refused for ever; the log names the deliveries and the relay's answers"),
        ("mails-uncertain", uncertain, "sent without an answer; the same bytes are sent again"),
        ("mails-late", late, f"open for more than {hours} hours; see the log for why"),
        ("mails-unwritten", happened.unwritten, "not written, a template or a text is at fault; the log says which"),
    )
    for kind, number, what in found:
        if number:
            yield Alarm(kind=kind, text=f"{number} mail{'s'[: number != 1]} {what}", facts={"mails": number})


def _words(error: DigestError) -> str:
    """What an error says, on one line, without addresses and of bearable length."""
    said = without_addresses(printable(str(error)))
    return said if len(said) <= _CHARACTERS else f"{said[:_CHARACTERS]}…"
