"""What the operator hears: what is wrong once a day, and that the day was good."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from digest import membership, upkeep
from digest.batches import Batch, BatchState
from digest.compose import compose
from digest.deliver import deliver
from digest.errors import (
    NoticeError,
    Refusal,
    RelayUnavailable,
    SourceError,
    SourceResting,
    TransportError,
    UncertainDelivery,
)
from digest.ingest import ingest
from digest.notices import Alarm
from digest.notices.mail import MailVoice
from digest.relevance.settings import RelevanceSettings
from digest.rendering.mail import MailRenderer
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.sources import calendar
from digest.store import DatabaseSettings, Store
from tests.fakes import MONDAY, FakeSource, Outbox, at, paper

TUESDAY, SATURDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=5)
_message = count(1)


@dataclass
class Webhook:
    """A voice that keeps what it says; it can be deaf."""

    name: str = "webhook"
    heard: list[str] = field(default_factory=list)
    deaf: bool = False

    def say(self, alarm: Alarm, *, now: datetime) -> None:
        if self.deaf:
            raise NoticeError("https://hooks.example.org: answered HTTP 500")
        self.heard.append(alarm.kind)


@dataclass
class World:
    """A whole run, with the operator's ears at its end."""

    store: Store
    templates: Path
    source: FakeSource = field(default_factory=FakeSource)
    outbox: Outbox = field(default_factory=Outbox)
    webhook: Webhook = field(default_factory=Webhook)
    pings: list[date] = field(default_factory=list)
    ping_failures: list[NoticeError] = field(default_factory=list)

    def run(self, now: datetime, *voices: upkeep.Voice) -> None:
        """Ingest, compose, deliver and watch; the webhook listens unless other voices are given."""
        happened = self.ingested(now)
        compose(self.store, RelevanceSettings(), now=now, message_id=message_id)
        delivered = deliver(self.store, self._renderer(), self.outbox, now=now)
        happened = replace(
            happened, relay=delivered.problem, outcomes=delivered.outcomes, unwritten=delivered.unwritten
        )
        self.watch(now, happened, *(voices or (self.webhook,)))

    def ingested(self, now: datetime) -> upkeep.Happened:
        return upkeep.Happened(problems=ingest(self.store, self.source, now=now).problems)

    def watch(self, now: datetime, happened: upkeep.Happened, *voices: upkeep.Voice) -> None:
        newest = calendar.newest_listing(now.date(), frozenset())
        stands = upkeep.standing(
            self.store, {(self.source.ledger, stream): newest for stream in self.source.streams}, now=now
        )
        upkeep.watch(self.store, voices, lambda: self._ping(now), happened, stands, now=now)

    def _ping(self, now: datetime) -> None:
        if self.ping_failures:
            raise self.ping_failures.pop()
        self.pings.append(now.date())

    def _renderer(self) -> MailRenderer:
        return MailRenderer(SiteSettings(sender="digest@example.org"), environment(self.templates))


def broken() -> SourceError:
    return SourceError("arxiv", "the XML is damaged or cut short")


def message_id() -> str:
    return f"<{next(_message)}@example.org>"


def mail_voice(outbox: Outbox) -> MailVoice:
    return MailVoice(
        outbox, site="Paperround", sender="digest@example.org", to="ops@example.org", message_id=message_id
    )


@pytest.fixture
def world(tmp_path: Path, upgraded_file: Path) -> Iterator[World]:
    file = tmp_path / "digest.db"
    file.write_bytes(upgraded_file.read_bytes())
    store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
    (tmp_path / "templates").mkdir()
    yield World(store, tmp_path / "templates")
    store.close()


def test_a_broken_source_alarms_once_a_day_and_again_the_next_day(world: World) -> None:
    world.source.failures = [broken(), broken(), broken()]

    world.run(at(MONDAY))
    world.run(at(MONDAY, hour=8))
    heard_on_monday = list(world.webhook.heard)
    world.run(at(TUESDAY))

    assert heard_on_monday == ["source-failed:arxiv", "batch-open:arxiv"]
    assert world.webhook.heard == 2 * heard_on_monday
    assert world.pings == []


def test_many_broken_streams_of_one_source_are_one_alarm_that_names_them() -> None:
    problems = [SourceError("arxiv", "answered HTTP 500"), SourceError("arxiv", "answered HTTP 502")]
    problems[0].stream, problems[1].stream = "cs.LG", "math.AP"

    (alarm,) = upkeep.alarms(upkeep.Happened(problems=tuple(problems)), nothing_waits(), now=at(MONDAY))

    assert alarm.text.startswith("arxiv cs.LG: answered HTTP 500")
    assert alarm.facts == {"source": "arxiv", "streams": "cs.LG, math.AP"}


def test_a_rest_is_no_alarm_until_the_batch_is_open_past_its_hour(world: World) -> None:
    early, late = at(MONDAY, hour=3, minute=10), at(MONDAY, hour=3, minute=20)
    world.source.failures = [SourceResting("arxiv", "answered 429", until=late + timedelta(hours=2))]

    world.run(early)
    heard_early = list(world.webhook.heard)
    world.run(late)
    world.run(late + timedelta(minutes=1))

    assert heard_early == []
    assert world.webhook.heard == ["batch-open:arxiv"]
    assert world.pings == []


def test_open_batches_of_one_source_are_one_alarm_that_names_the_first_of_them() -> None:
    overdue = [
        Batch(source="arxiv", stream=f"cs.{letter}", day=MONDAY, state=BatchState.STALLED, closes_at=at(MONDAY))
        for letter in "ABCDEFGHIJ"
    ] + [Batch(source="other", stream="day", day=TUESDAY, state=BatchState.FAILED, closes_at=at(TUESDAY))]

    stands = upkeep.Standing(overdue=tuple(overdue), unread=0, late_mails=0)
    arxiv, other = upkeep.alarms(upkeep.Happened(), stands, now=at(TUESDAY))

    assert arxiv.kind == "batch-open:arxiv"
    assert arxiv.text.startswith("arxiv: open past its hour: cs.A stalled (2026-03-02), cs.B stalled (2026-03-02), ")
    assert arxiv.text.endswith("cs.H stalled (2026-03-02) and 2 more; see: digest batch list --open")
    assert arxiv.facts["streams"] == ", ".join(f"cs.{letter}" for letter in "ABCDEFGHIJ")
    assert other.text == "other: open past its hour: day failed (2026-03-03); see: digest batch list --open"


def test_a_batch_that_stays_open_is_said_every_day_for_a_week(world: World) -> None:
    world.source.failures = [broken()] * 99

    for days in range(9):
        world.watch(at(MONDAY + timedelta(days=days)), world.ingested(at(MONDAY)), world.webhook)

    assert world.webhook.heard.count("batch-open:arxiv") == 7
    assert world.pings == []


def test_a_day_with_a_batch_open_past_its_hour_is_not_good_whatever_its_listing() -> None:
    late = Batch(source="arxiv", stream="cs.LG", day=MONDAY, state=BatchState.PARTIAL, closes_at=at(MONDAY))

    assert not upkeep.is_good(upkeep.Happened(), upkeep.Standing(overdue=(late,), unread=0, late_mails=0))
    assert not upkeep.is_good(upkeep.Happened(), upkeep.Standing(overdue=(), unread=1, late_mails=0))
    assert upkeep.is_good(upkeep.Happened(), nothing_waits())


def test_a_stream_is_unread_until_the_batch_of_its_newest_listing_is_closed(world: World) -> None:
    def unread(day: date) -> int:
        return upkeep.standing(world.store, {("arxiv", "cs.LG"): day, ("other", "x"): day}, now=at(day)).unread

    world.source.announce(MONDAY, paper())
    assert unread(MONDAY) == 2
    ingest(world.store, world.source, now=at(MONDAY))
    assert unread(MONDAY) == 1  # the other ledger has no batch at all
    ingest(world.store, world.source, now=at(TUESDAY))
    assert unread(TUESDAY) == 2  # it is there, and stalled


def test_a_relay_that_is_down_is_said_by_the_webhook(world: World) -> None:
    announced_to_one_reader(world)
    world.outbox.failures = [RelayUnavailable("no relay"), RelayUnavailable("no relay")]

    world.run(at(MONDAY), mail_voice(world.outbox), world.webhook)

    assert world.webhook.heard == ["relay-down"]
    assert len(world.outbox) == 0
    assert world.pings == []


def test_a_good_day_pings_once(world: World) -> None:
    announced_to_one_reader(world)

    world.run(at(MONDAY))
    world.run(at(MONDAY, hour=8))

    assert world.pings == [MONDAY]
    assert world.webhook.heard == []


def test_a_day_is_not_good_before_its_listing_is_read(world: World) -> None:
    announced_to_one_reader(world)
    world.run(at(MONDAY))

    world.watch(at(TUESDAY, hour=1), upkeep.Happened(), world.webhook)

    assert world.pings == [MONDAY]
    assert world.webhook.heard == []


def test_a_day_without_a_listing_is_good_too(world: World) -> None:
    for days in range(5):
        world.source.announce(MONDAY + timedelta(days=days), paper())
    world.run(at(SATURDAY - timedelta(days=1)))

    world.run(at(SATURDAY, hour=1))

    assert world.pings == [SATURDAY - timedelta(days=1), SATURDAY]


def test_a_day_with_a_mail_open_for_more_than_six_hours_alarms_and_does_not_ping(world: World) -> None:
    announced_to_one_reader(world)
    greylisted = TransportError("450 greylisted", permanent=False)
    world.outbox.failures = [greylisted] * 99
    world.run(at(MONDAY))
    world.pings.clear()
    world.source.announce(TUESDAY, paper())

    world.run(at(MONDAY, hour=20))

    assert world.webhook.heard == ["mails-late"]
    assert world.pings == []


def test_what_nobody_took_is_said_again_by_the_next_run(world: World) -> None:
    world.source.failures = [broken(), broken()]
    world.webhook.deaf = True
    world.run(at(MONDAY))
    world.webhook.deaf = False

    world.run(at(MONDAY, hour=8))

    assert world.webhook.heard == ["source-failed:arxiv", "batch-open:arxiv"]


def test_a_saying_that_is_interrupted_is_said_by_the_next_run(world: World) -> None:
    class Interrupted(Webhook):
        def say(self, alarm: Alarm, *, now: datetime) -> None:
            raise KeyboardInterrupt

    happened = upkeep.Happened(problems=(broken(),))
    with pytest.raises(KeyboardInterrupt):
        world.watch(at(MONDAY), happened, Interrupted())

    world.watch(at(MONDAY, hour=8), happened, world.webhook)

    assert world.webhook.heard == ["source-failed:arxiv"]


def test_a_voice_with_a_fault_of_its_own_does_not_end_the_run_or_silence_the_others(world: World) -> None:
    class Faulty(Webhook):
        def say(self, alarm: Alarm, *, now: datetime) -> None:
            raise ZeroDivisionError

    world.watch(at(MONDAY), upkeep.Happened(problems=(broken(),)), Faulty(), world.webhook)

    assert world.webhook.heard == ["source-failed:arxiv"]


def test_a_ping_that_is_not_taken_is_sent_again(world: World) -> None:
    announced_to_one_reader(world)
    world.ping_failures = [NoticeError("https://ping.example.org: answered HTTP 500")]

    world.run(at(MONDAY))
    world.run(at(MONDAY, hour=8))

    assert world.pings == [MONDAY]


def test_with_nobody_to_tell_the_log_has_it_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    for hour in (7, 8):
        world.watch(at(MONDAY, hour=hour), upkeep.Happened(problems=(broken(),)))

    said = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in said] == [
        "alarm kind=source-failed:arxiv: arxiv: the XML is damaged or cut short; "
        "what was kept stays, the next run asks again"
    ]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (TransportError("550 gone", permanent=True, about=Refusal.RECIPIENT, status="5.1.1"), "mails-refused"),
        (TransportError("554 spam", permanent=True), "mails-held"),
        (UncertainDelivery("no answer"), "mails-uncertain"),
    ],
)
def test_a_mail_that_was_refused_or_is_uncertain_is_told(world: World, failure: TransportError, kind: str) -> None:
    announced_to_one_reader(world)
    world.outbox.failures = [failure]

    world.run(at(MONDAY))

    assert world.webhook.heard == [kind]


def test_a_template_that_fails_is_told(world: World) -> None:
    announced_to_one_reader(world)
    (world.templates / "mail.txt.j2").write_text("{{ 1 / 0 }}")

    world.run(at(MONDAY))

    assert world.webhook.heard == ["mails-unwritten"]


def test_a_run_that_ended_early_is_told_without_words_that_were_not_foreseen() -> None:
    happened = upkeep.Happened(failure=RuntimeError("ana@example.org is too long"))

    (alarm,) = upkeep.alarms(happened, nothing_waits(), now=at(MONDAY))

    assert alarm.text == "a run ended early: RuntimeError; nothing is lost, the next one goes on"
    assert not upkeep.is_good(happened, nothing_waits())


def test_an_alarm_is_one_bearable_line_without_addresses() -> None:
    relay = RelayUnavailable(f"the relay answered\n535 ana@example.org {'x' * 999}")

    (alarm,) = upkeep.alarms(upkeep.Happened(relay=relay), nothing_waits(), now=at(MONDAY))

    assert alarm.text.startswith("the relay answered 535 (address) xxx")
    assert len(alarm.text) < 400


def nothing_waits() -> upkeep.Standing:
    return upkeep.Standing(overdue=(), unread=0, late_mails=0)


def announced_to_one_reader(world: World) -> None:
    world.source.announce(MONDAY, paper())
    membership.add(world.store, "ana@example.org", host="example.org", now=at(MONDAY))
