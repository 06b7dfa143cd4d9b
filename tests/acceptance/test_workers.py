"""Two workers and one web process on a real PostgreSQL: killed, asked twice, robbed of their queue."""

import itertools
import json
import os
import random
import socket
import sqlite3
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from digest.editions import Slot
from digest.sample import SampleArxiv
from digest.store import DatabaseSettings, Store
from digest.store.kept_items import legible, papers_of
from tests.acceptance.conftest import Figures, Installation, Replay
from tests.acceptance.crew import BATCH, Crew, crew_on
from tests.conftest import Databases
from tests.fakes import paper
from tests.store.builders import announce, announced

# 1,000 batches are a hundred thousand readers; that takes twenty minutes, most of it for the files of the mails.
BATCHES = int(os.environ.get("PAPERROUND_TEST_BATCHES", "30"))
READERS = BATCHES * BATCH
AFTER_THE_LAST = 3_000  # readers at most who are still to be served when the last worker is killed
KILLS = 20
CUTS = 40  # connections

SENT = "SELECT count(*) FROM delivery WHERE state = 'sent'"
EDITIONS = "SELECT count(*) FROM edition"
_QUEUE = "procrastinate_jobs"
LEFT = f"SELECT count(*) FROM {_QUEUE} WHERE status IN ('todo', 'doing') AND queue_name IN ('compose', 'deliver')"
STUCK = (
    f"SELECT count(*) FROM {_QUEUE} AS job WHERE status = 'doing'"
    " AND (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id AND type = 'started') < '{killed}'"
)


@pytest.fixture
def crew(databases: Databases, tmp_path: Path) -> Iterator[Crew]:
    """READERS who are due, and thirty papers of today."""
    with databases.fresh("upgraded") as url, crew_on(tmp_path, url) as made:
        now = datetime.now(UTC) - timedelta(minutes=1)
        store = Store(DatabaseSettings(url=url))
        announce(store, *(announced(paper(f"Paper {n}"), day=now.date()) for n in range(30)), now=now)
        store.close()
        made.do(
            "INSERT INTO subscriber (address, address_key, state, timezone, send_at, days, size, next_due_at, feed_uri,"
            " created_at) SELECT 'r' || n || '@example.org', 'r' || n || '@example.org', 'active', 'UTC', '00:00',"
            f" '[0, 1, 2, 3, 4, 5, 6]', 5, '{now.isoformat()}', 'tag:example.org,2026:' || n, '{now.isoformat()}'"
            f" FROM generate_series(1, {READERS}) AS n"
        )
        yield made


def is_done(crew: Crew) -> bool:
    return crew.count(SENT) == READERS


def has_come_to(crew: Crew, counting: str, least: float) -> bool:
    return crew.count(counting) >= least


def has_fallen_below(crew: Crew, counting: str, most: int) -> bool:
    return crew.count(counting) < most


def check_all(crew: Crew) -> None:
    """One edition, one delivery and one mail for every reader."""
    assert crew.ask("SELECT count(*), count(DISTINCT subscriber_id) FROM edition") == [(READERS, READERS)]
    assert crew.ask("SELECT count(*), count(DISTINCT edition_id) FROM delivery") == [(READERS, READERS)]
    assert crew.ask("SELECT DISTINCT state FROM delivery") == [("sent",)]
    mails = Counter(mail.name.rpartition("-")[0] for mail in (crew.folder / "outbox").glob("*.eml"))
    assert len(mails) == READERS
    assert set(mails.values()) == {1}


def healthy(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        return bool(answer.status == 200)
    return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def work_off(crew: Crew) -> float:
    """Wait until no job is left, of which there are fewer each time that patience would end; seconds."""
    waited, left = 0.0, crew.count(LEFT)
    while left:
        waited += crew.wait_until(partial(has_fallen_below, crew, LEFT, left))
        left = crew.count(LEFT)
    return waited


def put_twins(crew: Crew) -> None:
    """Every job that there might be, once more, as if the queue had no locks."""
    for task, parts, more in (("compose", BATCHES + 1, f", 'size', {BATCH}"), ("deliver", 8, "")):
        crew.do(
            f"INSERT INTO {_QUEUE} (queue_name, task_name, args, queueing_lock)"
            f" SELECT '{task}', 'paperround:{task}', json_build_object('part', n{more})::jsonb, gen_random_uuid()::text"
            f" FROM generate_series(0, {parts - 1}) AS n"
        )


def test_kills_and_twins_leave_one_edition_and_one_mail_each(crew: Crew, figure: Figures) -> None:
    chance, port, began, before = random.Random(7), free_port(), time.monotonic(), os.times()
    crew.start("web", "serve", "--no-scheduler", "--port", str(port))
    names = ("one", "two")
    for name in names:
        crew.start(name, "worker")
    in_work = 0
    crew.wait_until(lambda: crew.count(EDITIONS) > 0)
    for number in range(KILLS):
        through = (READERS - AFTER_THE_LAST) * number // KILLS  # so that kills come all through a long run
        crew.wait_until(partial(has_come_to, crew, SENT, through))
        time.sleep(chance.uniform(0.1, 1.5))
        victim = chance.choice(names)
        crew.kill(victim)
        in_work += not is_done(crew)
        if number % 5 == 0:
            put_twins(crew)
        crew.start(victim, "worker")
    killed = datetime.now(UTC)
    waited = crew.wait_until(lambda: is_done(crew))
    stuck = crew.wait_until(lambda: crew.count(STUCK.format(killed=killed)) == 0)
    left = work_off(crew)

    assert healthy(port)
    assert set(crew.stop().values()) <= {0}
    check_all(crew)
    spent = sum(os.times()[2:4]) - sum(before[2:4])  # of the processes that have ended
    figure(f"{BATCHES} batches of {BATCH}, two workers, kill -9 × {KILLS}", f"{in_work} of them in the work")
    figure("editions, mails; after the last kill", f"{READERS}, {READERS}; {waited:.0f} s to the last mail")
    figure("then", f"{stuck:.0f} s until no job was held by who was killed, {left:.0f} s until no twin was left")
    figure("all in all", f"{time.monotonic() - began:.0f} s, {spent:.0f} s of CPU without the server's")


def test_a_queue_that_is_emptied_again_and_again_loses_nothing(crew: Crew, figure: Figures) -> None:
    for name in ("one", "two"):
        crew.start(name, "worker")
    emptied = 0
    for share in (0.1, 0.4, 0.7):
        crew.wait_until(partial(has_come_to, crew, EDITIONS, share * READERS))
        emptied += crew.count(f"SELECT count(*) FROM {_QUEUE}")
        crew.do(f"TRUNCATE {_QUEUE} CASCADE")
    waited = crew.wait_until(lambda: is_done(crew))

    assert set(crew.stop().values()) <= {0}
    check_all(crew)
    figure("TRUNCATE of the queue × 3 in mid-run", f"{emptied} jobs gone, {READERS} mails sent {waited:.0f} s later")


def test_connections_that_are_cut_lose_nothing_and_double_nothing(crew: Crew, figure: Figures) -> None:
    names = ("one", "two")
    for name in names:
        crew.start(name, "worker")
    crew.wait_until(lambda: crew.count(EDITIONS) > 0)
    cut = restarts = 0
    while not is_done(crew) and cut < CUTS:
        time.sleep(2)
        cut += crew.count(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        restarts += crew.revive("worker")
    crew.wait_until(lambda: crew.revive("worker") >= 0 and is_done(crew))

    check_all(crew)
    copies = crew.count("SELECT sum(attempts) - count(*) FROM delivery")
    figure(
        "connections cut, workers started again", f"{cut}, {restarts}; {copies} mails sent again with their Message-ID"
    )


def test_workers_end_in_time_when_asked_in_the_work(crew: Crew, figure: Figures) -> None:
    crew.start("one", "worker")
    crew.wait_until(lambda: crew.count(SENT) > 0)

    began = time.monotonic()
    assert crew.stop() == {"one": 0}

    assert time.monotonic() - began < 30
    assert crew.count("SELECT count(*) FROM delivery WHERE state NOT IN ('sent', 'pending')") == 0
    figure("SIGTERM in the work", f"ended after {time.monotonic() - began:.1f} s, nothing in doubt")


# ---------------------------------------------------------------- the gate


def test_two_machines_keep_one_pace_towards_arxiv(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figures
) -> None:
    interval, rounds = 0.5, 3
    asked: list[float] = []
    day = date(2026, 3, 9)
    with databases.fresh("upgraded") as url, SampleArxiv(day, page_size=4) as arxiv:
        answer = arxiv.answer

        def noted(query: str) -> bytes:
            asked.append(time.monotonic())
            return answer(query)

        monkeypatch.setattr(arxiv, "answer", noted)
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_OAI_URL", arxiv.oai_url)
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_RSS_URL", arxiv.rss_url)
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_CATEGORIES", "cs.CL,cs.RO")
        with crew_on(tmp_path, url, interval=interval) as crew:
            for number in range(rounds):
                crew.now = f"{day + timedelta(days=number)}T07:30:00Z"
                for name in ("one", "two"):  # one asks, the other is refused, or asks what is left when it comes
                    crew.start(f"{name} {number}", "ingest")
                for process in crew.running.values():
                    process.wait(60)
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked)]

    assert len(asked) >= 6
    assert min(gaps) >= interval * 0.99
    figure("requests of two machines, least distance", f"{len(asked)}, {min(gaps):.2f} s where {interval} s are kept")


# ---------------------------------------------------------------- the same week


WEEK = [date(2026, 2, 2) + timedelta(days=n) for n in range(5)]
HOURS = ("04:30", "07:30")  # before the readers' hour the listing is read
INTERESTS = {"cs.CL": "language models that reason", "cs.RO": "legged locomotion with reinforcement learning"}
CHOSEN = (
    "SELECT s.address, e.slot_date, e.items FROM edition e JOIN subscriber s ON s.id = e.subscriber_id"
    " ORDER BY s.address, e.slot_date"
)
NAMES = "SELECT id, canonical_key FROM paper"


def test_a_week_gives_the_same_editions_on_either_engine(
    digest: Installation,
    replay: Replay,
    databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figures,
) -> None:
    monkeypatch.setenv("DIGEST_RELEVANCE_THRESHOLD", "0")  # so that every edition is full, and there is more to compare
    digest.now = f"{WEEK[0]}T04:30:00Z"
    readers = _people(digest)
    for day, hour in itertools.product(WEEK, HOURS):
        replay.control(today=day)
        digest.now = f"{day}T{hour}:00Z"
        digest("run")
        if (day, hour) == (WEEK[0], HOURS[-1]):
            _vote(digest, liked := _first_papers(digest))
    with sqlite3.connect(digest.database) as database:
        inline = _chosen(database.execute(CHOSEN).fetchall(), dict(database.execute(NAMES).fetchall()))
    database.close()

    (folder := tmp_path / "server").mkdir()
    monkeypatch.setenv("DIGEST_RELEVANCE_MODEL_FOLDER", str(folder / "model"))  # kept from day to day, as the other is
    with databases.fresh("upgraded") as url, crew_on(folder, url, interval=0.05) as crew:
        text = (digest.folder / "config.toml").read_text()
        (folder / "config.toml").write_text(text.replace('url = "sqlite:///paperround.db"', f'url = "{url}"'))
        other = Installation(folder, digest.capsys, now=f"{WEEK[0]}T04:30:00Z")
        _people(other)
        for (number, day), hour in itertools.product(enumerate(WEEK, start=1), HOURS):
            replay.control(today=day)
            crew.now = other.now = f"{day}T{hour}:00Z"
            for name in ("one", "two"):
                crew.start(name, "worker")
            editions = (number if hour == HOURS[-1] else number - 1) * len(readers)
            crew.wait_until(partial(_is_served, crew, day, editions))
            assert set(crew.stop().values()) == {0}
            if (number, hour) == (1, HOURS[-1]):
                _vote(other, liked)
        shared = _chosen(crew.ask(CHOSEN), dict(crew.ask(NAMES)))

    assert len(inline) == len(WEEK) * len(readers)
    assert {key: [name for name, _ in items] for key, items in shared.items()} == {
        key: [name for name, _ in items] for key, items in inline.items()
    }
    furthest = max(
        abs(score - there) for key in inline for (_, score), (_, there) in zip(inline[key], shared[key], strict=True)
    )
    assert furthest <= 1e-6
    papers = sum(map(len, inline.values()))
    figure("a week on SQLite inline and on PostgreSQL by two workers", f"{len(inline)} editions, {papers} papers, same")
    figure("scores are at most apart", f"{furthest:.1e}")


def _is_served(crew: Crew, day: date, editions: int) -> bool:
    """Whether the day's listing is read, and there are so many editions, each of them sent."""
    read = f"SELECT count(*) FROM cursor WHERE source = 'arxiv' AND completed_at >= '{day}'"
    mailed = "SELECT count(*) FROM delivery WHERE state = 'sent' AND edition_id IS NOT NULL"
    return crew.count(read) == len(INTERESTS) and crew.count(EDITIONS) == crew.count(mailed) == editions


def _people(digest: Installation) -> list[str]:
    readers = [f"{kind}{number}@example.org" for number in range(2) for kind in ("cl", "ro")]
    for reader in readers:
        category = f"cs.{reader[:2].upper()}"
        words = ["--interest", INTERESTS[category]] if reader[2] == "0" else []
        digest("subscriber", "add", reader, "--category", category, *words)
    return readers


def _first_papers(digest: Installation) -> dict[str, str]:
    """The paper that each reader got first."""
    with sqlite3.connect(digest.database) as database:
        rows = database.execute(CHOSEN).fetchall()
        names = dict(database.execute(NAMES).fetchall())
    database.close()
    first = {str(who): papers_of(json.loads(items))[:1] for who, _, items in rows}
    return {who: names[papers[0]].removeprefix("arxiv:") for who, papers in first.items() if papers}


def _vote(digest: Installation, liked: dict[str, str]) -> None:
    for who, name in liked.items():
        digest("profile", "like", who, name)


def _chosen(rows: list[tuple[Any, ...]], names: dict[int, str]) -> dict[tuple[str, str], list[tuple[str, float]]]:
    """By reader and date, the papers of an edition and their scores, in order, without what lots are drawn for."""
    read = ((who, str(day), json.loads(items) if isinstance(items, str) else items) for who, day, items in rows)
    return {
        (who, day): [(names[item["p"]], item["s"]) for item in items if item["w"] != Slot.EXPLORATION]
        for who, day, items in ((who, day, legible(kept)) for who, day, kept in read)
    }
