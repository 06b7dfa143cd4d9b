"""Libraries of real papers, written by several programs, whole and broken, small and large: nothing is lost unsaid."""

import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.exchange import bibtex, ris
from digest.exchange.values import parted
from digest.identity import paper_id
from digest.membership import importing, references
from digest.papers import Paper, Version
from digest.store import DatabaseSettings, Store
from digest.subscribers import Subscriber
from tests.acceptance.conftest import Figures, Installation, Replay
from tests.embedded import embedded
from tests.store.builders import NOW, keep, reader

ENTRIES = 240  # of a library that somebody brings
MANY = 10_000
ADDRESS = "ana@example.org"
Write = Callable[[Sequence[Paper]], str]


def listed(shared: Path, *months: str, category: str = "") -> Iterator[Paper]:
    """The papers of some months of listings."""
    for month in months:
        with gzip.open(shared / "data" / "arxiv" / f"listing-{month}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                told = json.loads(line)
                if not category or category in told["categories"]:
                    yield _paper(told)


def _paper(told: dict[str, Any]) -> Paper:
    submitted = datetime.fromisoformat(told["listed"]).replace(tzinfo=UTC)
    return Paper(
        id=paper_id(told["id"]),
        title=told["title"],
        abstract=told["abstract"],
        authors=tuple(told["authors"]),
        categories=tuple(told["categories"]),
        versions=(Version(number=1, submitted_at=submitted),),
    )


# ------------------------------------------------------------ the programs


def bibtex_of_ours(papers: Sequence[Paper]) -> str:
    return "\n".join(map(bibtex, papers))


def ris_of_ours(papers: Sequence[Paper]) -> str:
    return "".join(map(ris, papers))


def bibtex_of_bibtexparser(papers: Sequence[Paper]) -> str:
    parser, model = pytest.importorskip("bibtexparser"), pytest.importorskip("bibtexparser.model")
    entries = [
        model.Entry(
            "misc",
            f"paper{number}",
            [
                model.Field("title", paper.title),
                model.Field("author", " and ".join(paper.authors)),
                model.Field("eprint", paper.arxiv_id),
                model.Field("archiveprefix", "arXiv"),
                model.Field("abstract", paper.abstract),
            ],
        )
        for number, paper in enumerate(papers)
    ]
    text: str = parser.write_string(parser.Library(entries))
    return text


def ris_of_rispy(papers: Sequence[Paper]) -> str:
    rispy = pytest.importorskip("rispy")
    entries = [
        {
            "type_of_reference": "UNPB",
            "title": paper.title,
            "authors": [", ".join(filter(None, parted(name)[:2])) for name in paper.authors],
            "abstract": paper.abstract,
            "urls": [paper.abstract_url],
        }
        for paper in papers
    ]
    text: str = rispy.dumps(entries)
    return text


WRITERS: dict[str, tuple[Write, str]] = {
    "our BibTeX": (bibtex_of_ours, "bib"),
    "bibtexparser's BibTeX": (bibtex_of_bibtexparser, "bib"),
    "our RIS": (ris_of_ours, "ris"),
    "rispy's RIS": (ris_of_rispy, "ris"),
}


def imported(digest: Installation, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(digest("profile", "import", ADDRESS, *arguments, "--json"))
    return found


# ------------------------------------------------------------ what somebody brings


@pytest.mark.parametrize("program", WRITERS)
def test_a_library_of_real_papers_is_liked_whole_and_once(
    program: str, digest: Installation, shared: Path, figure: Figures
) -> None:
    write, ending = WRITERS[program]
    papers = list(listed(shared, "2026-01", category="cs.RO"))[-ENTRIES:]
    file = digest.folder / f"library.{ending}"
    file.write_text(write(papers), encoding="utf-8")
    digest("subscriber", "add", ADDRESS)
    digest("ingest")

    tried = imported(digest, str(file), "--dry-run")
    first = imported(digest, str(file))
    again = imported(digest, str(file))

    assert tried["entries"] == first["entries"] == ENTRIES
    assert (first["liked_now"], first["unresolved"], first["unread"]) == (ENTRIES, 0, 0)
    assert first["asked_of_arxiv"] == tried["to_ask_of_arxiv"] > 0
    assert (again["liked_now"], again["liked_already"], again["newly_wanted"]) == (0, ENTRIES, 0)
    figure(f"{program}, {ENTRIES} entries", f"kept here {tried['liked_now']}, from arXiv {first['asked_of_arxiv']}")


@pytest.mark.parametrize("program", ["bibtexparser's BibTeX", "rispy's RIS"])
def test_titles_alone_are_found_and_the_rest_is_reported_and_liked_when_it_comes(
    program: str, digest: Installation, replay: Replay, shared: Path, figure: Figures
) -> None:
    write, ending = WRITERS[program]
    digest("subscriber", "add", ADDRESS)
    digest("ingest")
    papers = list(listed(shared, "2026-01", "2026-02", category="cs.RO"))
    file = digest.folder / f"library.{ending}"
    file.write_text(write([_without_id(paper) for paper in papers]), encoding="utf-8")

    first = imported(digest, str(file))
    wanted = _wanted(digest)
    here = _kept(digest, papers)
    digest.now = "2026-02-05T07:30:00Z"
    replay.control(today="2026-02-05")
    digest("ingest")
    came = _kept(digest, papers) - here

    assert first["entries"] == len(papers) >= ENTRIES
    assert first["liked_now"] == len(here) > 0
    assert first["unresolved"] == len(wanted) == len(papers) - len(here) - first["repeated"]
    assert all(each["reason"] for each in wanted)
    assert len(came) > 0
    assert len(_wanted(digest)) == len(wanted) - len(came)
    told = f"found {len(here)}, wanted {len(wanted)}, of which {len(came)} came two days later"
    figure(f"{program}, titles alone, {len(papers)} entries", told)


def _wanted(digest: Installation) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(digest("profile", "wanted", ADDRESS, "--json"))
    return found


def _kept(digest: Installation, papers: Sequence[Paper]) -> set[str]:
    store = Store(DatabaseSettings(url=f"sqlite:///{digest.database}"))
    with store.read() as tx:
        found = set(tx.papers.rows(paper.id for paper in papers))
    store.close()
    return set(map(str, found))


def _without_id(paper: Paper) -> Paper:
    return Paper(id=paper_id(""), title=paper.title, abstract="", authors=paper.authors, url="https://example.org/")


# ------------------------------------------------------------ broken and large


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Store]:
    opened = embedded(tmp_path / "digest.db")
    yield opened
    opened.close()


@pytest.mark.parametrize("program", WRITERS)
def test_of_a_broken_library_all_but_the_broken_entries_are_liked_and_those_are_named(
    program: str, archive: Store, shared: Path, figure: Figures
) -> None:
    write, ending = WRITERS[program]
    papers = list(listed(shared, "2026-01", category="cs.RO"))[:ENTRIES]
    keep(archive, *papers)
    text = write(papers)
    begins, damage = ("\n@", "misc{{{{") if ending == "bib" else ("TY  -", "x")
    at = text.index(begins, len(text) // 2) + len(begins)
    broken = text[:at] + damage + text[at:-60]

    brought = references.read(f"a.{ending}", broken.encode())
    plan = importing.planned(archive, reader(archive, ADDRESS), brought)

    assert len(plan.likes) + len(plan.unread) >= ENTRIES
    assert len(plan.likes) >= ENTRIES - 2
    assert plan.unresolved == ()
    figure(f"{program}, broken", f"liked {len(plan.likes)} of {ENTRIES}, named {len(plan.unread)}")


@pytest.mark.parametrize("program", ["our BibTeX", "our RIS"])
def test_ten_thousand_entries_are_imported_in_seconds(
    program: str, archive: Store, shared: Path, figure: Figures
) -> None:
    write, ending = WRITERS[program]
    papers = list({each.id: each for each in listed(shared, "2026-01", "2025-12", "2025-11")}.values())[:MANY]
    assert len(papers) == MANY
    keep(archive, *papers[: MANY // 2])
    content = write(papers).encode()
    who = reader(archive, ADDRESS)

    began = time.process_time()
    likes, wants = _import(archive, who, content, ending)
    first = time.process_time() - began
    assert (likes, wants) == (MANY // 2, MANY // 2)
    assert _import(archive, who, content, ending) == (0, 0)
    keep(archive, *papers[MANY // 2 :])
    began = time.process_time()
    assert importing.take_arrived(archive, now=NOW) == MANY // 2
    came = time.process_time() - began

    size = len(content) / 2**20
    figure(
        f"{program}, {MANY:,} entries", f"{size:.1f} MiB: {first:.1f} s of CPU; {MANY // 2:,} that came {came:.1f} s"
    )


def _import(archive: Store, who: Subscriber, content: bytes, ending: str) -> tuple[int, int]:
    plan = importing.planned(archive, who, references.read(f"a.{ending}", content))
    kept = importing.keep(archive, who, plan, origin="a", now=NOW)
    return kept.liked, kept.wanted
