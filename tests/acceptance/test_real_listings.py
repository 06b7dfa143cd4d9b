"""Three announcement days of February 2026, a weekend in January, and every way a listing can be broken."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from types import ModuleType

import pytest

from tests.acceptance.conftest import SHARED, Figures, Installation, Replay
from tests.smtp_server import Mailbox, smtp_server

ANA, ROB = "ana@example.org", "rob@example.org"
AGENTS = ("2601.20144", "2601.20412", "2601.20789", "2601.22149", "2601.22511")
LEGS = ("2601.17428", "2601.17440", "2601.20668", "2601.18629", "2601.21251")
CATEGORIES = {"cs.CL", "cs.RO"}


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    taken = Mailbox()
    with smtp_server(taken) as port:
        monkeypatch.setenv("DIGEST_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("DIGEST_SMTP_PORT", str(port))
        yield taken


def subscribe(digest: Installation) -> None:
    digest("subscriber", "add", ANA, "--category", "cs.CL", "--interest", "language-model agents")
    digest("subscriber", "add", ROB, "--category", "cs.RO", "--interest", "legged locomotion and manipulation")
    digest("profile", "like", ANA, *AGENTS)
    digest("profile", "like", ROB, *LEGS)


def held(digest: Installation) -> set[str]:
    with sqlite3.connect(digest.database) as database:
        rows = database.execute("SELECT value FROM identifier WHERE scheme = 'arxiv'").fetchall()
    database.close()
    return {value for (value,) in rows}


def in_the_data(replay_module: ModuleType, first: str, last: str) -> set[str]:
    """What a harvest of both categories between two days must bring, by the data's own account."""
    library = replay_module.Library(SHARED / "data", date.fromisoformat(last))
    return {paper["id"] for paper in library.harvested(first, last) if CATEGORIES & set(paper["categories"])}


def papers_of(content: bytes) -> list[str]:
    body = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    assert body is not None
    lines = (line.strip() for line in str(body.get_content()).splitlines())
    return [line.removeprefix("https://arxiv.org/abs/") for line in lines if line.startswith("https://arxiv.org/abs/")]


def test_three_announcement_days_bring_each_reader_one_mail_a_day(
    digest: Installation,
    replay: Replay,
    replay_module: ModuleType,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figures,
) -> None:
    monkeypatch.setenv("DIGEST_RELEVANCE_THRESHOLD", "0")  # every day has something for everybody
    subscribe(digest)
    for number, day in enumerate(("2026-02-03", "2026-02-04", "2026-02-05"), start=1):
        replay.control(today=day)
        digest.now = f"{day}T07:30:00Z"
        digest("run")
        assert sorted(address for address, _ in mailbox.taken) == sorted([ANA, ROB] * number)
        digest("run")
        assert len(mailbox.taken) == 2 * number

    expected = in_the_data(replay_module, "2026-01-27", "2026-02-05")
    assert held(digest) == expected | set(AGENTS) | set(LEGS)
    for reader in (ANA, ROB):
        sent = [paper for address, content in mailbox.taken if address == reader for paper in papers_of(content)]
        assert len(sent) == len(set(sent))
        assert not set(sent) & {*AGENTS, *LEGS}
        figure(f"papers in three mails to {reader}", len(sent))
    both = [set(papers_of(content)) for _, content in mailbox.taken[:2]]
    assert both[0] != both[1]
    figure("ids held after 3, 4, 5 February / in the data", f"{len(held(digest)):,} / {len(expected):,}")
    figure("mails sent, second runs included", len(mailbox.taken))


def test_a_weekend_without_a_listing_sends_nothing_and_the_log_says_why(
    digest: Installation, replay: Replay, mailbox: Mailbox, figure: Figures
) -> None:
    digest.now = "2026-01-16T07:30:00Z"
    replay.control(today="2026-01-16")
    digest("subscriber", "add", ANA, "--category", "cs.CL")
    digest("run")
    for day in ("2026-01-17", "2026-01-18"):
        replay.control(today=day)
        digest.now = f"{day}T07:30:00Z"
        assert "deliver: 0 sent" in digest("run")
        assert "1 waiting for a listing" in digest.out

    assert len(mailbox.taken) == 1
    figure("mails on Friday 16, Saturday 17, Sunday 18 January", "1, 0, 0")


FAULTS = {
    "429": (75, "wants rest (127.0.0.1); try again after"),
    "503": (75, "wants rest (127.0.0.1); try again after"),
    "500": (1, "answered HTTP 500"),
    "html": (1, "an HTML page instead of"),
    "cut": (1, "the XML is damaged or cut short"),
    "cutgzip": (1, "the compressed answer is cut short"),
    "empty": (1, "the answer is empty"),
    "zero": (1, "the listing is empty although one was due"),
    "short": (1, "the answer broke off"),
    "drop": (1, "the answer broke off"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_answer_is_told_and_nothing_is_lost(
    digest: Installation, replay: Replay, replay_module: ModuleType, fault: str, figure: Figures
) -> None:
    code, sentence = FAULTS[fault]
    digest("ingest")
    before = held(digest)
    replay.control(today="2026-02-04")
    digest.now = "2026-02-04T07:30:00Z"
    replay.control(fault=fault, times=4, path="/")  # both categories of RSS and of OAI-PMH

    digest("ingest", expect=code)
    said = next(line for line in digest.err.splitlines() if line.startswith("digest: "))

    assert sentence in said
    assert held(digest) == before
    replay.control(fault=fault, times=0)
    digest.now = "2026-02-04T09:00:00Z"
    digest("ingest")
    assert held(digest) == in_the_data(replay_module, "2026-01-27", "2026-02-04")
    figure(f"fault {fault}: exit {code}", said.removeprefix("digest: "))


def test_while_the_source_wants_rest_no_request_is_made(digest: Installation, replay: Replay, figure: Figures) -> None:
    replay.control(fault="429", times=1, path="/oai")
    digest("ingest", expect=75)
    asked = len(replay.requests)

    digest.now = "2026-02-03T07:39:59Z"
    digest("ingest", expect=75)

    assert len(replay.requests) == asked
    assert "it is not asked before 2026-02-03 07:40:00 UTC" in digest.err
    digest.now = "2026-02-03T07:40:00Z"
    digest("ingest")
    figure("429 with Retry-After 2: rest", "10 minutes, no request in it")


def test_a_bad_resumption_token_restarts_the_harvest_and_loses_nothing(
    digest: Installation,
    replay: Replay,
    replay_module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_FIRST_DAYS", "30")  # more than one page of a thousand
    replay.control(fault="badtoken", times=1, path="/oai")

    digest("ingest")

    assert "its token is not valid any more" in caplog.text
    spent = [entry for entry in replay.requests if entry["fault"] == "badtoken"]
    assert spent
    first = (date(2026, 2, 3) - timedelta(days=30)).isoformat()
    assert held(digest) == in_the_data(replay_module, first, "2026-02-03")


def test_a_harvest_killed_between_two_pages_goes_on_where_it_stopped(
    digest: Installation, replay: Replay, replay_module: ModuleType, monkeypatch: pytest.MonkeyPatch, figure: Figures
) -> None:
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_FIRST_DAYS", "30")
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS", "3")
    asked = len(replay.requests)
    command = ["--config", str(digest.folder / "config.toml"), "--now", digest.now, "ingest"]
    process = subprocess.Popen([sys.executable, "-m", "digest", *command], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(held(digest)) < 1000 and time.monotonic() < deadline:  # the feeds bring a few hundred before
        time.sleep(0.05)
    process.kill()
    process.wait()
    halfway = len(held(digest))

    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS", "0.05")
    digest("ingest")

    pages = [path for entry in replay.requests[asked:] if (path := str(entry["path"])).startswith("/oai")]
    assert 1000 <= halfway < 2000
    assert "resumptionToken" in pages[1]
    first = (date(2026, 2, 3) - timedelta(days=30)).isoformat()
    assert held(digest) == in_the_data(replay_module, first, "2026-02-03")
    figure(
        "kill -9 between two pages", f"{halfway:,} ids kept, then on to {len(held(digest)):,} in {len(pages)} requests"
    )
