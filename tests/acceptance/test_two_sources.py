"""RSS and OAI-PMH side by side over three announcement days, while each lacks some of the papers."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from types import ModuleType

import pytest

from tests.acceptance.conftest import SHARED, Figures, Installation, Replay
from tests.acceptance.test_real_listings import (
    AGENTS,
    ANA,
    CATEGORIES,
    LEGS,
    ROB,
    held,
    in_the_data,
    papers_of,
    subscribe,
)
from tests.smtp_server import Mailbox, smtp_server

DAYS = ("2026-02-03", "2026-02-04", "2026-02-05")
LATE = 15  # percent of the papers, half of them late in OAI-PMH and half never in RSS


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    taken = Mailbox()
    with smtp_server(taken) as port:
        monkeypatch.setenv("DIGEST_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("DIGEST_SMTP_PORT", str(port))
        yield taken


def rows(digest: Installation, query: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(digest.database) as database:
        found = database.execute(query).fetchall()
    database.close()
    return found


def announced(digest: Installation, source: str) -> set[str]:
    """The papers a source has named as new in the listings of the three days, first or after the other."""
    query = f"""SELECT DISTINCT i.value FROM announcement a JOIN identifier i ON i.paper_id = a.paper_id
                WHERE i.scheme = 'arxiv' AND a.source = '{source}' AND a.kind IN ('new', 'cross-list', 'confirmed')"""
    return {value for (value,) in rows(digest, query)}


def test_what_one_source_lacks_the_other_brings_and_nobody_gets_it_twice(
    digest: Installation, replay: Replay, replay_module: ModuleType, mailbox: Mailbox, figure: Figures
) -> None:
    replay.control(late=LATE)
    subscribe(digest)
    for day in DAYS:
        replay.control(today=day)
        digest.now = f"{day}T07:30:00Z"
        digest("run")
        digest("run")

    library = replay_module.Library(SHARED / "data", date.fromisoformat(DAYS[-1]))
    library.late = LATE
    listed = {i for day in DAYS for i in library.by_day[day] if CATEGORIES & set(library.papers[i]["categories"])}
    never_in_rss = {i for i in listed if library.lag(i) == "rss"}
    not_yet_in_oai = {i for i in listed if library.lag(i) == "oai" and library.papers[i]["listed"] == DAYS[-1]}

    harvested = {
        p["id"] for p in library.harvested("2026-01-27", DAYS[-1]) if CATEGORIES & set(p["categories"])
    }  # by OAI-PMH alone
    assert not_yet_in_oai.isdisjoint(harvested)
    assert held(digest) == harvested | listed | {*AGENTS, *LEGS}
    assert never_in_rss <= announced(digest, "arxiv") - announced(digest, "arxiv-rss")
    assert not_yet_in_oai <= announced(digest, "arxiv-rss") - announced(digest, "arxiv")
    fresh = """SELECT a.stream, a.paper_id FROM announcement a WHERE a.kind IN ('new', 'cross-list')
               GROUP BY a.stream, a.paper_id HAVING count(*) > 1"""
    assert rows(digest, fresh) == []
    for reader in (ANA, ROB):
        sent = [paper for address, content in mailbox.taken if address == reader for paper in papers_of(content)]
        assert len(sent) == len(set(sent))
    assert len(mailbox.taken) == 2 * len(DAYS)
    figure("listed on three days / held, 15 % late", f"{len(listed):,} / {len(listed & held(digest)):,}")
    figure("of them never in RSS / not yet in OAI-PMH", f"{len(never_in_rss):,} / {len(not_yet_in_oai):,}")


def test_a_second_harvest_of_the_day_reads_no_feed_again(digest: Installation, replay: Replay) -> None:
    digest("ingest")
    asked = len(replay.requests)
    digest("ingest")
    feeds = [entry for entry in replay.requests[asked:] if str(entry["path"]).startswith("/rss/")]
    assert [entry["status"] for entry in feeds] == [304, 304]


@pytest.mark.parametrize(("path", "code"), [("/rss", 0), ("/oai", 1)])  # what the reference brings is whole
def test_while_one_source_is_down_the_other_brings_the_listing(
    digest: Installation, replay: Replay, replay_module: ModuleType, path: str, code: int
) -> None:
    replay.control(fault="500", times=2, path=path)
    digest("ingest", expect=code)
    library = replay_module.Library(SHARED / "data", date.fromisoformat(DAYS[0]))
    listed = {i for i in library.by_day[DAYS[0]] if CATEGORIES & set(library.papers[i]["categories"])}
    assert listed <= held(digest)
    assert "answered HTTP 500" in digest.err


def test_yesterdays_feed_under_todays_date_is_told_and_costs_nothing(
    digest: Installation, replay: Replay, replay_module: ModuleType, figure: Figures
) -> None:
    digest("ingest")
    replay.control(today=DAYS[1])
    digest.now = f"{DAYS[1]}T07:30:00Z"
    replay.control(fault="stale", times=2, path="/rss")

    digest("ingest")

    lines = [line for line in digest.err.splitlines() if line.startswith("digest: ")]
    said = [line.removeprefix("digest: ").removeprefix("warning: ") for line in lines]
    assert [line.partition(":")[0] for line in said] == ["arxiv-rss cs.CL", "arxiv-rss cs.RO"]
    assert "the listing of 2026-02-04 is still that of 2026-02-03 under another date" in said[0]
    assert held(digest) == in_the_data(replay_module, "2026-01-27", DAYS[1])
    digest("ingest")
    figure("a stale feed under a fresh date", said[0])
