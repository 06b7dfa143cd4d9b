"""The benchmark of a large archive: what it makes up reads like papers, is found like papers, and grows like papers."""

import gzip
import json
import random
import sqlite3
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from benchmarks import archive, day, search
from benchmarks.archive import Cost, Found
from benchmarks.invented import A_DAY, Archive, Invented
from digest import browse
from digest.browse import indexing
from digest.papers import Paper
from digest.relevance.text import TermCounts, words
from digest.store import Store, aging
from tests.fields import GRAPHS, ROBOTS, field

UNTIL = day.NOW.date()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Listings of two fields."""
    with gzip.open(tmp_path / "listing-2026-05.jsonl.gz", "wt") as lines:
        for number, each in enumerate([*field(GRAPHS, 12), *field(ROBOTS, 12)]):
            told = {
                "id": f"2605.{number:05}",
                "title": f"{each.title} {number}",
                "abstract": f"{each.abstract} It was seen {number} times. We name it $\\alpha$-Wörter.",
                "authors": ["Ana María Marín", "Luca B. Zancato"],
                "categories": [("cs.LG", "cs.RO")[number % 2], "stat.ML"],
            }
            lines.write(json.dumps(told) + "\n")
    return tmp_path


def made(data: Path, size: int, seed: int = 1) -> list[Invented]:
    return list(Archive(day.listings(data), seed=seed).papers(size, until=UNTIL))


def test_an_archive_is_the_same_for_the_same_seed_and_nobodys_papers(data: Path) -> None:
    papers = [each.paper for each in made(data, 60)]

    assert papers == [each.paper for each in made(data, 60)]
    assert papers != [each.paper for each in made(data, 60, seed=2)]
    real = list(day.listings(data))
    assert not {paper.id for paper in papers} & {paper.id for paper in real}
    assert len({paper.id for paper in papers}) == 60
    assert {paper.title for paper in papers} <= {paper.title for paper in real}
    assert not {paper.abstract for paper in papers} & {paper.abstract for paper in real}


def test_the_newest_was_listed_yesterday_and_a_day_brings_a_thousand(data: Path) -> None:
    days = [each.day for each in made(data, 2 * A_DAY + 1)]

    assert days == sorted(days)
    assert [days.count(UNTIL - timedelta(days=ago)) for ago in (3, 2, 1)] == [A_DAY, A_DAY, 1]


def test_new_words_come_more_and_more_seldom(data: Path) -> None:
    known, news = set[str](), list[int]()
    papers = iter(made(data, 4_000))
    while part := list(islice(papers, 1_000)):
        said = {word for each in part for word in words(each.paper.abstract)}
        news.append(len(said - known))
        known |= said

    assert news == sorted(news, reverse=True)
    assert news[-1] > 10


def test_search_is_told_what_the_product_would_tell_it(data: Path, store: Store) -> None:
    some = made(data, 40)
    archive._keep(store, some)

    with store.read() as tx:
        rows = tx.papers.rows(each.paper.id for each in some)
        kept = tx.papers.by_row(rows.values())
    for each in some:
        row = rows[each.paper.id]
        ours, theirs = archive.entry(each, row), indexing._entry(kept[row], each.day, has_code=False)
        assert replace(ours, terms=sorted(ours.terms)) == replace(theirs, terms=sorted(theirs.terms))
    assert browse.index(store) == 0  # nothing is left to be brought in


def test_what_is_older_than_a_year_has_no_counted_terms(data: Path) -> None:
    new = made(data, 1)[0]
    assert len(TermCounts.from_bytes(archive._terms(new)).ids) > 10
    assert archive._terms(replace(new, day=UNTIL - timedelta(days=401))) == aging.DROPPED


def test_a_day_is_read_found_and_composed_on_it(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"PAPERS": 4, "READERS": 3, "LIKED": 30, "QUESTIONS": 11}.items():
        monkeypatch.setattr(archive, name, value)
    (folder := data / "made").mkdir()
    archive.written(data, folder, 60)
    papers: list[Paper] = list(day.listings(data))[-4:]

    for stage in (archive.reading, archive.indexing, archive.growing):
        assert stage(folder, papers) == {}
    archive._subscribe(folder / "archive.sqlite")
    assert archive.composing(folder, papers) == {}
    told = archive.searching(folder, papers)
    assert archive.tidying(folder, papers) == archive.examining(folder, papers) == archive.backing_up(folder, papers)

    assert "3 composed" in capsys.readouterr().out
    assert set(told) == {f"search: {kind}" for kind in {each.kind for each in _asked(papers)}}
    sizes = archive._sizes(folder / "archive.sqlite")
    assert sizes["paper"] == max(sizes.values()) > 10_000
    with sqlite3.connect(folder / "archive.sqlite") as database:
        assert database.execute("SELECT count(*) FROM paper").fetchone() == (64,)
        assert database.execute("SELECT count(*) FROM edition").fetchone() == (3,)
    database.close()


def _asked(papers: list[Paper]) -> list[search.Question]:
    return search.questions(papers, 11, random.Random(1))


SMALL = Found(
    papers=100,
    bytes={"paper": 200_000, "version": 100},
    costs=(Cost(what="write 100 papers", cpu=1.0, is_daily=False), Cost(what="compose", cpu=2.0, memory=64.0)),
)
LARGE = Found(
    papers=1_000,
    bytes={"paper": 2_000_000, "version": 900},
    costs=(Cost(what="write 1,000 papers", cpu=10.0, is_daily=False), Cost(what="compose", cpu=3.2, memory=65.0)),
)


def test_what_is_dearer_on_a_large_archive_is_named() -> None:
    assert archive.grown(SMALL, LARGE) == []
    dear = replace(LARGE, costs=(*LARGE.costs[:1], Cost(what="compose", cpu=3.4)))
    assert archive.grown(SMALL, dear) == ["compose: 3.40 s, 2.00 s with 100 papers"]
    rare = replace(LARGE, costs=(*LARGE.costs[:1], Cost(what="compose", cpu=30.0, is_daily=False)))
    assert archive.grown(SMALL, rare) == []


def test_the_table_has_the_disk_and_the_day() -> None:
    lines = archive.table(SMALL, LARGE).splitlines()
    assert "| paper | 2,000 | 2,000 |" in lines
    assert "| all | 2,001 (0.00 GB) | 2,001 (0.00 GB) |" in lines
    assert not any("version" in line for line in lines)  # less than a byte a paper
    assert "| compose | 2.0 s | 3.2 s | 1.6 | 65 |" in lines
    assert "| write 1,000 papers |  | 10.0 s |  |  |" in lines
