"""Row 4 of the fault table: kill -9 in sending, at every phase of a mail, with the real relay protocol in between.

The promise is at-least-once with the same bytes, because nothing better is possible (RFC 1047): a kill between the
relay's 250 and our commit leaves a mail in doubt, and there is one such mail for each connection in use.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest

from digest.ingest import ingest
from digest.papers import AnnouncementKind
from digest.subscribers import Schedule
from digest.transport.settings import SmtpSettings
from tests.acceptance.conftest import Figures
from tests.acceptance.delivery import Kill, Nursery, Office, minutes
from tests.acceptance.delivery_relay import Account, Phase, Relay, copies_by_run, noting_relay
from tests.fakes import MONDAY, at, paper

KILLS = 210
READERS = [f"reader{number}" for number in range(40)]
CONNECTIONS = SmtpSettings().connections
ABSTRACT = "We show what nobody has shown before, and measure it against everything that was there. " * 12
LOST_REPLIES = 0.03  # of the mails
CHANGING = paper("Ants", number=99000)


@pytest.fixture
def relay() -> Iterator[Relay]:
    with noting_relay() as opened:
        yield opened


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Forty readers of everything, who get their edition at three in the morning, and a letter before the first."""
    made = Office(tmp_path / "office", welcome=True)
    made.subscribe(*READERS, now=at(MONDAY, hour=1), schedule=Schedule(send_at=time(3, 0)))
    return made


def weekdays() -> Iterator[date]:
    day = MONDAY
    while True:
        if day.weekday() < 5:
            yield day
        day += timedelta(days=1)


def composed(office: Office, day: date) -> datetime:
    """Editions are kept for all; the moment after it."""
    papers = [paper(f"Paper {number} of {day}", abstract=ABSTRACT) for number in range(12)]
    office.source.announce(day, *papers)
    office.compose(at(day, hour=3, minute=0))
    return at(day, hour=3, minute=5)


def test_two_hundred_kills_in_sending_lose_nothing_and_change_no_byte(
    office: Office, relay: Relay, figure: Figures
) -> None:
    """Row 4: kill -9 in sending, many times; row 5 among it: some replies are lost besides."""
    chance = random.Random(4)
    struck: dict[int, Phase] = {}
    days = weekdays()
    with Nursery(office.folder, smtp_port=relay.port) as nursery:
        while len(struck) < KILLS:
            now = composed(office, day := next(days))
            while _open(office):
                assert now < at(day, hour=23), "the day ends before all is sent"
                relay.run += 1
                kill = Kill(nursery.kill, chance.choice(list(Phase)), chance.randint(1, 4), chance.uniform(0, 0.02))
                relay.at, relay.loses_reply = kill, partial(_loses_reply, kill, chance)
                code = nursery.run("deliver", now=now)
                relay.wait_for_silence()
                if code == -9:
                    assert kill.struck
                    struck[relay.run] = kill.phase
                now += minutes(10)

    account = Account.of(office.message_ids(), relay.taken)
    copies = copies_by_run(relay)
    assert set(office.states()) == {"sent"}
    assert account.lost == account.strangers == 0
    assert account.copies <= len(struck) + len(relay.unanswered)
    assert max(copies[run] for run in struck) <= CONNECTIONS
    assert set(struck.values()) == set(Phase)
    assert all(copies[run] for run, phase in struck.items() if phase is Phase.DOT)
    _tell(figure, struck, copies, account, relay)


def _loses_reply(kill: Kill, chance: random.Random) -> bool:
    return not kill.struck and chance.random() < LOST_REPLIES


def _open(office: Office) -> bool:
    return bool({"pending", "sending", "uncertain", "held"} & office.states().keys())


def _tell(figure: Figures, struck: dict[int, Phase], copies: Counter[int], account: Account, relay: Relay) -> None:
    phases = Counter(struck.values())
    figure(f"kill -9 in sending × {len(struck)}", ", ".join(f"{name} {phases[name]}" for name in Phase))
    figure(
        "mails lost, changed, same Message-ID again",
        f"{account.lost}, {account.strangers}, {account.copies} of {account.editions} editions and"
        f" {account.letters} letters (allowed: {len(struck)} kills + {len(relay.unanswered)} lost replies)",
    )
    by_kill = Counter(copies[run] for run in struck)
    average = sum(copies[run] for run in struck) / len(struck)
    spread = ", ".join(f"{number} copies by {by_kill[number]} kills" for number in sorted(by_kill))
    figure(f"copies a kill costs, {CONNECTIONS} connections", f"{average:.2f} on average; {spread}")
    costs = Counter(dict.fromkeys(Phase, 0))
    for run, phase in struck.items():
        costs[phase] += copies[run]
    figure("copies a kill costs, by its moment", ", ".join(f"{p} {costs[p] / phases[p]:.2f}" for p in Phase))


def test_without_a_fault_every_mail_is_sent_exactly_once(office: Office, relay: Relay, figure: Figures) -> None:
    """Row 4, its last target: 0 copies in a run without faults."""
    days = weekdays()
    with Nursery(office.folder, smtp_port=relay.port) as nursery:
        for _ in range(5):
            now = composed(office, next(days))
            assert [nursery.run("deliver", now=now + minutes(10 * more)) for more in range(3)] == [0, 0, 0]

    account = Account.of(office.message_ids(), relay.taken)
    assert (account.editions, account.letters) == (5 * len(READERS), len(READERS))
    assert (account.lost, account.strangers, account.copies) == (0, 0, 0)
    figure("without a fault", f"{account.editions} editions and {account.letters} letters, one copy each")


def test_with_hold_a_kill_costs_no_copy_and_the_operator_is_asked(
    office: Office, relay: Relay, figure: Figures
) -> None:
    """Row 4 with `[delivery] uncertain = "hold"`: what is in doubt waits for the operator."""
    now = composed(office, MONDAY)
    with Nursery(office.folder, smtp_port=relay.port, delivery_uncertain="hold") as nursery:
        for number in range(8):
            relay.at = Kill(nursery.kill, Phase.DOT, 1 + number % 3)
            assert nursery.run("deliver", now=now + minutes(number)) == -9
            relay.wait_for_silence()
        relay.at = lambda phase: None
        nursery.run("deliver", now=now + minutes(20))

    states, account = office.states(), Account.of(office.message_ids(), relay.taken)
    assert set(states) == {"sent", "held"}
    assert 8 <= states["held"] <= 8 * CONNECTIONS
    assert (account.strangers, account.copies) == (0, 0)
    figure("8 kills with uncertain = hold", f"0 copies, {states['held']} held, {account.lost} of them were not taken")


# ---------------------------------------------------------------- what a mail is written from changes meanwhile


@pytest.fixture
def in_doubt(office: Office, relay: Relay) -> Iterator[Nursery]:
    """The second mail, which is an edition, was taken; the process was killed before it could note that."""
    office.source.announce(MONDAY, CHANGING, paper("Another"))
    office.compose(at(MONDAY, hour=3, minute=0))
    with Nursery(office.folder, smtp_port=relay.port, smtp_connections=1) as nursery:
        relay.at = Kill(nursery.kill, Phase.DOT, 2)
        assert nursery.run("deliver", now=at(MONDAY, hour=3, minute=5)) == -9
        relay.wait_for_silence()
        relay.at = lambda phase: None
        yield nursery


def _announce_a_new_version(office: Office) -> None:
    """What `digest ingest` does with a paper that reads otherwise now."""
    now = at(MONDAY, hour=4)
    newer = paper("Ants, revised", number=99000, abstract="All of it was wrong.")
    office.source.announce(MONDAY, newer, kind=AnnouncementKind.REPLACEMENT)
    ingest(office.store, office.source, now=now)


def test_a_mail_in_doubt_is_never_sent_again_with_other_bytes(office: Office, relay: Relay, in_doubt: Nursery) -> None:
    """Row 4, where the paper has a new version before the next run: the same bytes, or the operator is asked."""
    _announce_a_new_version(office)
    for hour in (5, 6, 7):
        in_doubt.run("deliver", now=at(MONDAY, hour=hour))

    account = Account.of(office.message_ids(), relay.taken)
    assert (account.strangers, account.lost) == (0, 0)
    assert office.states().keys() <= {"sent", "held"}


def test_a_mail_in_doubt_that_is_released_has_no_other_bytes_either(
    office: Office, relay: Relay, in_doubt: Nursery
) -> None:
    """Row 4: `digest delivery release` lets the same bytes go, or none."""
    _announce_a_new_version(office)
    in_doubt.run("deliver", now=at(MONDAY, hour=5))
    in_doubt.run("delivery", "release", "--all", now=at(MONDAY, hour=6))
    in_doubt.run("deliver", now=at(MONDAY, hour=7))

    assert Account.of(office.message_ids(), relay.taken).strangers == 0


def test_a_mail_in_doubt_that_is_held_does_not_expire(office: Office, relay: Relay, in_doubt: Nursery) -> None:
    """Row 4: its reader may have it, so its papers must not be carried to the next edition."""
    _announce_a_new_version(office)
    in_doubt.run("deliver", now=at(MONDAY, hour=5))
    in_doubt.run("deliver", now=at(MONDAY + timedelta(days=1), hour=5))

    assert "expired" not in office.states()
