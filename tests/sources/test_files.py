"""Files as a source: read in pages, read again when they change, and refused with a remedy."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest.batches import Announces
from digest.errors import SourceError
from digest.papers import AnnouncementKind, Cursor, Page, Paper, Version
from digest.signals import Signal
from digest.sources import Source, files
from digest.sources.files import Files
from digest.sources.settings import FileSettings
from tests.sources.conftest import NOW

TODAY = date(2026, 3, 10)
WRITTEN = datetime(2026, 3, 9, 12, tzinfo=UTC)
NEW, FOUND = AnnouncementKind.NEW, AnnouncementKind.FOUND
Turn = Callable[..., Page]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "papers.jsonl"


@pytest.fixture
def turn() -> Turn:
    """Ask for the next page of a file after a cursor."""

    def ask(path: Path, after: Cursor | None = None) -> Page:
        return Files(FileSettings(paths=(str(path),))).page(str(path), after, now=NOW)

    return ask


def write(path: Path, content: str, *, at: datetime = WRITTEN) -> Path:
    path.write_text(content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def lines(*records: Mapping[str, object]) -> str:
    return "".join(json.dumps({"title": "Ebb", **record}) + "\n" for record in records)


def problem(turn: Turn, path: Path) -> str:
    with pytest.raises(SourceError) as refusal:
        turn(path)
    return refusal.value.problem


# ------------------------------------------------------------ the papers


def test_files_are_a_source_that_asks_nobody() -> None:
    source: Source = Files(FileSettings(paths=("a.jsonl", "b.bib")))
    assert (source.name, source.gate, source.ledger, source.is_reference) == ("files", "files", "files", True)
    assert list(source.streams) == ["a.jsonl", "b.bib"]
    assert source.announces(TODAY) is Announces.PERHAPS
    assert source.shown_at(TODAY) == datetime(2026, 3, 11, tzinfo=UTC)


def test_a_record_becomes_a_paper_and_its_signals(turn: Turn, path: Path) -> None:
    record = {
        "id": "tides-7", "authors": ["Ana Marin"], "date": "2026-03-05", "url": "https://example.org/7", "version": 2,
        "signals": {"citations": 12},
    }  # fmt: skip
    page = turn(write(path, lines(record)))
    (told,) = page.announcements
    assert told.paper == Paper(
        id=told.paper.id,
        title="Ebb",
        authors=("Ana Marin",),
        categories=("papers",),
        versions=(Version(number=2, submitted_at=datetime(2026, 3, 5, tzinfo=UTC)),),
        url="https://example.org/7",
    )
    assert told.paper.id.startswith("entry:")
    assert (told.source, told.stream, told.kind, told.day) == ("files", str(path), NEW, date(2026, 3, 5))
    assert page.signals == (
        Signal(subject=told.paper.id, name="citations", value=12, source="file", observed_at=WRITTEN),
    )
    assert page.is_last


def test_a_library_of_bibtex_is_read_by_its_ending(turn: Turn, tmp_path: Path) -> None:
    library = write(tmp_path / "Library.BIB", "@article{a, title={Ebb}, doi={10.1000/a}, keywords={sea}}\n@misc{b,\n}")
    page = turn(library)
    (told,) = page.announcements
    assert (told.paper.id, told.paper.doi, told.paper.categories) == ("doi:10.1000/a", "10.1000/a", ("Library",))
    assert [(signal.subject, signal.value) for signal in page.signals] == [("doi:10.1000/a", ("sea",))]
    assert [skipped.reason for skipped in page.skipped] == [
        "Library.BIB line 2: b: title: expected text, found nothing"
    ]


def test_what_a_file_tells_of_a_paper_on_arxiv_is_partial(turn: Turn, path: Path) -> None:
    record = {"id": "2601.10962", "date": "2026-03-05", "url": "https://example.org/7", "doi": "10.1000/a"}
    plain = turn(write(path, lines(record))).announcements[0].paper
    versioned = turn(write(path, lines({**record, "version": 2}))).announcements[0].paper
    assert (plain.id, plain.also, plain.partial, plain.versions) == ("arxiv:2601.10962", ("doi:10.1000/a",), True, ())
    assert plain.abstract_url == "https://arxiv.org/abs/2601.10962"
    assert versioned.newest_version == 2


def test_the_same_name_in_two_files_is_not_the_same_work(turn: Turn, tmp_path: Path) -> None:
    one, other = (turn(write(tmp_path / name, lines({"id": "a"}))) for name in ("a.jsonl", "b.jsonl"))
    assert one.announcements[0].paper.id != other.announcements[0].paper.id


def test_of_two_records_of_one_work_the_later_one_counts(turn: Turn, path: Path) -> None:
    records = ({"id": "a", "signals": {"citations": count}, "comment": str(count)} for count in (1, 2))
    page = turn(write(path, lines(*records)))
    assert [told.paper.comment for told in page.announcements] == ["2"]
    assert [signal.value for signal in page.signals] == [2]


@pytest.mark.parametrize(
    ("dated", "kind", "day"),
    [
        (None, NEW, TODAY),
        ("2026-03-01", NEW, date(2026, 3, 1)),
        ("2026-02-01", FOUND, TODAY),
        ("2026-02", NEW, TODAY),
        ("2026", NEW, TODAY),
        ("2025", FOUND, TODAY),
        ("2026-12-24", NEW, TODAY),
    ],
)
def test_news_is_what_may_be_of_the_last_thirty_days(
    turn: Turn, path: Path, dated: str | None, kind: AnnouncementKind, day: date
) -> None:
    (told,) = turn(write(path, lines({"date": dated}))).announcements
    assert (told.kind, told.day) == (kind, day)


def test_a_file_written_in_the_future_was_observed_now(turn: Turn, path: Path) -> None:
    page = turn(write(path, lines({"signals": {"a": 1}}), at=NOW + timedelta(days=9)))
    assert page.signals[0].observed_at == NOW


# ------------------------------------------------------------ records that cannot be read


def test_a_record_that_cannot_be_read_costs_itself_alone(turn: Turn, path: Path) -> None:
    page = turn(write(path, lines({}, {"title": 3}, {"id": "b", "signals": {"code": "x"}})))
    assert len(page.announcements) == 2
    assert [(skipped.reason, skipped.paper) for skipped in page.skipped] == [
        ("papers.jsonl line 2: title: expected text, found 3", None),
        (
            'papers.jsonl line 3: signals.code: expected an http or https address, found "x"',
            page.announcements[1].paper.id,
        ),
    ]


def test_a_file_of_which_nothing_can_be_read_is_an_error(turn: Turn, path: Path) -> None:
    assert problem(turn, write(path, "<html>\n</html>\n")).startswith(
        "none of 2 records can be read; the first: papers.jsonl line 1: not JSON"
    )


def test_an_empty_file_is_quiet(turn: Turn, path: Path) -> None:
    page = turn(write(path, ""))
    assert (page.announcements, page.skipped, page.is_last) == ((), (), True)


# ------------------------------------------------------------ files that cannot be read


def test_what_is_no_file_is_refused_with_a_remedy(turn: Turn, tmp_path: Path) -> None:
    (tmp_path / "folder.bib").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    assert "does not exist; put it there, or take it out" in problem(turn, tmp_path / "missing.jsonl")
    assert "is no file" in problem(turn, tmp_path / "folder.bib")
    assert "is no file" in problem(turn, tmp_path / "pipe.jsonl")
    assert "cannot be read: Not a directory" in problem(turn, write(tmp_path / "a.jsonl", "") / "b.jsonl")
    assert "cannot be read: File name too long" in problem(turn, tmp_path / f"{'a' * 300}.jsonl")
    assert "is no path" in problem(turn, tmp_path / "a\0.jsonl")


def test_a_file_of_another_kind_is_no_setting() -> None:
    with pytest.raises(ValueError, match=r"'papers.csv' ends in neither .jsonl nor .bib"):
        FileSettings(paths=("papers.csv",))


def test_a_file_that_is_too_large_is_not_begun(turn: Turn, path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(files.LARGEST + 1)
    assert "is larger than 268,435,456 bytes; split it" in problem(turn, path)


# ------------------------------------------------------------ pages and changes


def test_a_file_is_unchanged_until_its_content_changes(turn: Turn, path: Path) -> None:
    first = turn(write(path, lines({"id": "a"})))
    assert first.cursor.completed_at == NOW
    touched = turn(write(path, lines({"id": "a"}), at=NOW), first.cursor)
    assert (touched.unchanged, touched.announcements, touched.is_last) == (True, (), True)
    changed = turn(write(path, lines({"id": "b"}), at=NOW), touched.cursor)
    assert (changed.unchanged, len(changed.announcements)) == (False, 1)


def all_pages(turn: Turn, path: Path, cursor: Cursor | None = None) -> list[Page]:
    pages = [turn(path, cursor)]
    while not pages[-1].is_last:
        pages.append(turn(path, pages[-1].cursor))
    return pages


@pytest.mark.parametrize("name", ["papers.jsonl", "papers.bib"])
def test_a_long_file_is_read_in_pages_and_each_record_once(turn: Turn, tmp_path: Path, name: str) -> None:
    numbers = range(2500)
    of_json = "".join(lines({"title": f"T{n}"}) for n in numbers)
    of_bibtex = "@string{t = {T}}\n" + "".join(f"@misc{{k{n},\n  title = t # {n}\n}}\n\n" for n in numbers)
    pages = all_pages(turn, write(tmp_path / name, of_bibtex if name.endswith("bib") else of_json))
    assert [len(page.announcements) for page in pages] == [1000, 1000, 500]
    assert [told.paper.title for page in pages for told in page.announcements] == [f"T{n}" for n in numbers]
    assert [page.cursor.completed_at for page in pages] == [None, None, NOW]
    assert turn(tmp_path / name, pages[-1].cursor).unchanged


def test_a_page_also_ends_where_much_has_been_read(turn: Turn, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BYTES", 100)
    pages = all_pages(turn, write(path, lines(*({"id": f"{n}", "abstract": "tide " * 15} for n in range(3)))))
    assert [len(page.announcements) for page in pages] == [1, 1, 1]


def test_the_line_is_counted_on_from_page_to_page(turn: Turn, path: Path) -> None:
    first, last = all_pages(turn, write(path, "\n" + lines(*[{}] * 1000) + "broken\n"))
    assert first.skipped == ()
    assert last.skipped[0].reason.startswith("papers.jsonl line 1002: not JSON")


def test_a_file_that_changes_between_two_pages_is_begun_anew(turn: Turn, path: Path) -> None:
    content = lines(*({"id": f"{n}"} for n in range(1500)))
    first = turn(write(path, content))
    again = turn(write(path, lines({"id": "before"}) + content, at=NOW), first.cursor)
    assert len(again.announcements) == 1000
    assert again.cursor.token != first.cursor.token
    assert len(turn(path, again.cursor).announcements) == 501


def test_a_file_that_was_only_touched_between_two_pages_is_read_on(turn: Turn, path: Path) -> None:
    content = lines(*({"id": f"{n}"} for n in range(1500)))
    first = turn(write(path, content))
    assert len(turn(write(path, content, at=NOW), first.cursor).announcements) == 500


@pytest.mark.parametrize("token", ["", "x", "-1 1", "99999999999999 1"])
def test_a_cursor_that_says_nothing_begins_anew(turn: Turn, path: Path, token: str) -> None:
    whole = turn(write(path, lines({}))).cursor
    broken = Cursor(since=TODAY, token=token, validator=whole.validator)
    assert len(turn(path, broken).announcements) == 1
    assert len(turn(path, Cursor(since=TODAY, completed_at=NOW, validator="junk")).announcements) == 1
