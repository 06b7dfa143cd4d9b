"""The replay with readers whose taste changes, on a small folder of somebody's own."""

import gzip
import json
import random
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks import drift
from benchmarks.drift import FROZEN, HALF_LIVES, Archive, Life, Voter, come_upon, reader, report, respond
from digest.identity import PaperId
from digest.papers import Paper
from digest.relevance.text import count_paper

THEMES = [[f"{theme}{word}" for word in "abcdefgh"] for theme in ("graph", "robot", "spin", "soup", "proof", "speech")]
FIRST = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)


@pytest.fixture
def listings(tmp_path: Path) -> Path:
    """Six days of sixty papers, each on one of six themes."""
    chance = random.Random(1)
    with gzip.open(tmp_path / "listing-2026-03.jsonl.gz", "wt") as lines:
        for n in range(360):
            title = " ".join(chance.sample(THEMES[n % 6], 5))
            listed = FIRST + timedelta(days=n // 60)
            lines.write(
                json.dumps({"id": f"2603.{n:05d}", "title": title, "abstract": "", "listed": f"{listed}"}) + "\n"
            )
    return tmp_path


def printed(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    drift.main(
        ["--data", str(folder), "--days", "4", "--voters", "3", "--background", "120", "--topics", "6", *options]
    )
    return capsys.readouterr().out.splitlines()


def test_every_day_and_every_span_is_printed_and_drawn(listings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(listings, capsys, "--output", str(listings / "drift.svg"))

    assert lines[0] == "4 listings, 2026-03-04 to 2026-03-07, 3 readers, 360 papers"
    days = [line.split() for line in lines[2:6]]
    assert [day[0] for day in days] == ["1", "2", "3", "4"]
    assert len(set(days[0][1:])) == 1  # on the first day nobody has learned anything
    assert len(lines) == 1 + 5 + 1 + 3 * (1 + len(HALF_LIVES)) + 1
    drawn = ET.parse(listings / "drift.svg").getroot()
    assert "whose taste changes" in (drawn.findtext("{http://www.w3.org/2000/svg}title") or "")


def test_the_same_listings_give_the_same_figures(listings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(listings, capsys)[:-1] == printed(listings, capsys)[:-1]


def archive() -> Archive:
    papers = tuple(Paper(id=PaperId(f"arxiv:2603.{n:05d}"), title=f"paper {n}") for n in range(40))
    counts = tuple(count_paper(paper.title, "") for paper in papers)
    return Archive(papers, counts, (FIRST,) * 40, np.zeros(40, np.int64))


def voter(number: int = 0) -> Voter:
    return Voter(number, before=0, after=1, picked=(1, 2), found=(3,))


def test_a_vote_is_as_old_in_its_half_life_as_the_ranking_makes_it() -> None:
    life = Life(voter(), half_life=73.0, liked={1: NOW - timedelta(days=2)})

    (interest,) = reader(archive(), life, NOW).profile.interests

    assert [vote.given_at for vote in interest.liked] == [NOW - timedelta(days=10)]


def test_a_reader_says_the_same_of_a_paper_in_every_life() -> None:
    one, other = Life(voter(), half_life=365.0), Life(voter(), half_life=14.0)
    for life, order in ((one, range(40)), (other, range(39, -1, -1))):
        respond(life, list(order), [n % 2 == 0 for n in order], NOW)

    assert one.liked == other.liked
    assert one.disliked == other.disliked
    assert {n % 2 for n in one.disliked} == {1}
    assert sum(n % 2 == 0 for n in one.liked) > 10


def test_only_who_votes_likes_what_was_found_elsewhere() -> None:
    frozen, learning = Life(voter(), half_life=None), Life(voter(), half_life=30.0)

    come_upon([frozen, learning], NOW)

    assert (frozen.liked, learning.liked) == ({}, {3: NOW})


def test_the_report_tells_before_from_after() -> None:
    right, wrong = np.array([[1.0, 1.0, 0.0, 0.0]] * 3), np.array([[1.0, 1.0, 1.0, 1.0]] * 3)

    lines = list(report({FROZEN: right, "learning": wrong}))

    assert [line.split("[")[0].split()[-1] for line in lines] == ["1.000", "1.000", "0.000", "1.000", "0.000", "1.000"]
    assert "-1.000 [-1.000, -1.000]" in lines[2]
