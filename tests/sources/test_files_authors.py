"""JSON lines tell of authors: of each paper's with an id and where they work, and of a person by a line of its own."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from digest.authors import Byline
from digest.enrich.people import find_people
from digest.ingest import ingest
from digest.papers import Page
from digest.signals import H_INDEX
from digest.sources.file_records import author_key
from digest.sources.files import Files
from digest.sources.settings import FileSettings
from digest.store import Store
from tests.fakes import MONDAY, at

NOW = at(MONDAY)
ORCID = "orcid:0000-0002-1825-0097"


def written(folder: Path, *lines: object, name: str = "papers.jsonl") -> str:
    file = folder / name
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return str(file)


def read(path: str) -> Page:
    return Files(FileSettings(paths=(path,))).page(path, None, now=NOW + timedelta(days=4000))


def test_an_author_has_an_id_and_places(tmp_path: Path) -> None:
    authors = [{"name": "Marin, Ana", "id": "marin", "affiliations": ["ETH", " "]}, {"name": "Bo Li", "id": ORCID}]
    path = written(tmp_path, {"title": "Tides", "authors": [*authors, {"name": "Cy", "affiliations": "MIT"}]})
    (found,) = read(path).announcements

    assert found.paper.authors == ("Ana Marin", "Bo Li", "Cy")
    assert found.paper.bylines == (
        Byline(name="Ana Marin", affiliations=("ETH",), keys=(author_key(path, "marin"),)),
        Byline(name="Bo Li", keys=(author_key("anywhere", ORCID),)),
        Byline(name="Cy", affiliations=("MIT",)),
    )


def test_a_line_of_an_author_is_no_paper_and_brings_their_signals(tmp_path: Path) -> None:
    path = written(tmp_path, {"author": "marin", "signals": {"h-index": 38, "odd": {}}}, {"author": ORCID})
    found = read(path)

    assert found.announcements == ()
    assert [(s.subject, s.name, s.value, s.source) for s in found.signals] == [
        (author_key(path, "marin"), H_INDEX, 38, "file")
    ]
    assert [each.reason.partition(": ")[0] for each in found.skipped] == ["papers.jsonl line 1"]


def test_the_same_id_in_another_file_is_another_person() -> None:
    assert author_key("/a.jsonl", "1") != author_key("/b.jsonl", "1")
    assert author_key("/a.jsonl", "1").partition(":")[0] != author_key("/b.jsonl", "1").partition(":")[0]
    assert author_key("/a.jsonl", ORCID) == author_key("/b.jsonl", ORCID) == ORCID


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"author": " "}, "author: expected an id, found nothing"),
        ({"author": 7}, "author: expected text, found 7"),
        ({"title": "T", "authors": [{"name": "et al."}]}, "authors: expected the name of each, found nothing"),
        ({"title": "T", "authors": [{"name": "A", "id": 7}]}, "id: expected text, found 7"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(tmp_path: Path, line: object, problem: str) -> None:
    path = written(tmp_path, {"title": "Tides"}, line)

    assert [each.reason for each in read(path).skipped] == [f"papers.jsonl line 2: {problem}"]


def test_what_a_file_says_of_a_person_is_found_with_the_person(tmp_path: Path, store: Store) -> None:
    lines = [
        {"id": f"p{n}", "title": f"Tides {n} of the sea", "authors": [{"name": name, "id": "m"}]}
        for n, name in enumerate(["A. Marin", "Ana Marin"])
    ]
    path = written(tmp_path, *lines, {"author": "m", "signals": {"h-index": 38}})
    ingest(store, Files(FileSettings(paths=(path,))), now=NOW)
    find_people(store, lambda source, papers: None)

    with store.read() as tx:
        ((_, _, person, papers),) = tx.people.by_name("marin|a")
        assert len(papers) == 2
        assert [signal.value for signal in tx.signals.newest(person.keys)[person.keys[0]]] == [38]
