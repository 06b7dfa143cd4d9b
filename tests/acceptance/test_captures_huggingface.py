"""Daily Papers as they are: raw answers of three years, every entry of twenty months, and a week served again."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from digest.errors import SourceError
from digest.papers import Cursor, Page
from digest.signals import Value
from digest.sources.client import Pace, PoliteClient
from digest.sources.huggingface import HuggingFace
from digest.sources.huggingface_items import entry_of
from digest.sources.settings import HuggingFaceSettings
from tests.acceptance.conftest import Figures, Replay

CHINESE = "2404589803__hf-daily-paper-newsletter-chinese"
RADAR = "ikevinxie__ai-weekly-radar/huggingface_papers.json"
NOW = datetime(2026, 7, 14, 6, 0, tzinfo=UTC)


@contextmanager
def source(transport: httpx.BaseTransport | None = None, **values: Any) -> Iterator[HuggingFace]:
    client = PoliteClient("huggingface", user_agent="test", pace=Pace(0.0), cooldown=timedelta(0), transport=transport)
    try:
        yield HuggingFace(HuggingFaceSettings(**values), client)
    finally:
        client.close()


def page_of(file: Path) -> Page:
    """What the source makes of a captured answer."""
    body = file.read_bytes()
    answer = httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(body)))
    with source(answer) as captured:
        return captured.page("day", Cursor(since=NOW.date()), now=NOW)


def told(page: Page, arxiv: str) -> dict[str, Value]:
    return {each.name: each.value for each in page.signals if each.subject == f"arxiv:{arxiv}"}


# ------------------------------------------------------------ read by eye


def test_a_list_of_may_2024_when_there_were_only_upvotes_and_comments(shared: Path) -> None:
    page = page_of(shared / "data" / "captures" / "hf" / CHINESE / "2024-05-27.json")

    numbers = "15738 15574 15071 15032 15682 15319 14979 15223 14908 14906 15613 15216 15125".split()
    assert [item.paper.id for item in page.announcements] == [f"arxiv:2405.{number}" for number in numbers]
    upvotes = [each.value for each in page.signals if each.name == "upvotes"]
    comments = [each.value for each in page.signals if each.name == "comments"]
    assert upvotes == [32, 28, 19, 11, 10, 9, 9, 7, 7, 7, 5, 4, 3]
    assert comments == [3, 1, 0, 0, 3, 0, 2, 0, 0, 1, 0, 0, 0]
    assert len(page.signals) == 26

    first, last = page.announcements[0].paper, page.announcements[-1].paper
    assert first.title == "ConvLLaVA: Hierarchical Backbones as Visual Encoder for Large Multimodal Models"
    assert first.authors == (
        "Chunjiang Ge",
        "Sijie Cheng",
        "Ziming Wang",
        "Jiale Yuan",
        "Yuan Gao",
        "Jun Song",
        "Shiji Song",
        "Gao Huang",
        "Bo Zheng",
    )
    assert last.title == (
        "HDR-GS: Efficient High Dynamic Range Novel View Synthesis at 1000x Speed via Gaussian Splatting"
    )
    assert last.abstract.startswith("High dynamic range (HDR) novel view synthesis (NVS) aims to create photorealistic")
    assert last.abstract.endswith("while enjoying 1000x inference speed and only requiring 6.3% training time.")
    assert (first.partial, first.versions, first.categories) == (True, (), ())


def test_a_list_of_september_2025_with_summaries_code_and_the_submitters_organisation(shared: Path) -> None:
    page = page_of(shared / "data" / "captures" / "hf" / CHINESE / "2025-09-30.json")
    first = page.announcements[0].paper
    assert (first.id, first.title) == (
        "arxiv:2509.24006",
        "SLA: Beyond Sparsity in Diffusion Transformers via Fine-Tunable Sparse-Linear Attention",
    )
    assert (len(first.authors), first.authors[0], first.authors[10]) == (13, "Jintao Zhang", "Joseph E. Gonzalez")
    # Tsinghua University is the submitter's organisation, not the paper's.
    assert told(page, "2509.24006") == {
        "upvotes": 78,
        "comments": 2,
        "summary": "SLA, a trainable attention method combining sparse and linear attention, accelerates Diffusion "
        "Transformer models for video generation with minimal quality loss.",
        "keywords": (
            "Diffusion Transformer",
            "attention latency",
            "sequence length",
            "quadratic complexity",
            "sparse acceleration",
            "low-rank acceleration",
            "SLA",
            "critical weights",
            "marginal weights",
            "negligible weights",
            "GPU kernel",
            "fine-tuning",
            "attention computation",
            "generation quality",
            "end-to-end speedup",
        ),
    }
    jigsaw = told(page, "2509.25190")
    assert (jigsaw["upvotes"], jigsaw["comments"], jigsaw["stars"]) == (33, 1, 17)
    assert jigsaw["code"] == "https://github.com/penghao-wu/visual_jigsaw"
    assert jigsaw["project"] == "https://penghao-wu.github.io/visual_jigsaw/"


def test_a_list_of_april_2026_with_the_organisation_at_both_levels(shared: Path) -> None:
    page = page_of(shared / "data" / "captures" / "hf" / CHINESE / "2026-04-01.json")
    first = page.announcements[0].paper
    assert first.title == "FIPO: Eliciting Deep Reasoning with Future-KL Influenced Policy Optimization"
    assert first.authors == (
        "Chiyu Ma",
        "Shuo Yang",
        "Kexin Huang",
        "Jinda Lu",
        "Haoming Meng",
        "Shangshang Wang",
        "Bolin Ding",
        "Soroush Vosoughi",
        "Guoyin Wang",
        "Jingren Zhou",
    )
    assert told(page, "2603.19835") == {
        "upvotes": 250,
        "comments": 3,
        "stars": 42,
        "code": "https://github.com/qwenpilot/FIPO",
        "project": "https://qwen-pilot.notion.site/fipo",
        "organisation": "Qwen",
        "summary": "FIPO enhances reinforcement learning for language models by using discounted future-KL divergence "
        "to improve credit assignment and extend reasoning chains, achieving better mathematical problem-solving "
        "performance.",
        "keywords": (
            "reinforcement learning",
            "policy optimization",
            "discounted future-KL divergence",
            "policy update",
            "dense advantage formulation",
            "chain-of-thought reasoning",
            "AIME 2024",
            "Pass@1 accuracy",
        ),
    }
    longcat = page.announcements[1].paper
    assert longcat.authors[:2] == ("Meituan LongCat Team", "Bin Xiao")
    assert told(page, "2603.27538")["organisation"] == "LongCat"


def test_a_list_of_july_2026_whose_newest_paper_nobody_has_voted_for_yet(shared: Path) -> None:
    page = page_of(shared / "data" / "captures" / "hf" / RADAR)
    assert told(page, "2607.07673") == {
        "upvotes": 0,
        "comments": 1,
        "stars": 1,
        "code": "https://github.com/Yale-BIDS-Chen-Lab/MedPMC",
        "organisation": "Yale-BIDS-Chen-Lab",
    }
    last = page.announcements[-1].paper
    assert last.title == "UniClawBench: A Universal Benchmark for Proactive Agents on Real-World Tasks"
    claw = told(page, "2607.08768")
    assert (claw["upvotes"], claw["comments"], claw["stars"]) == (31, 2, 25)
    assert claw["project"] == "https://uniclawbench.github.io/"
    assert claw["organisation"] == "The University of Hong Kong"


# ------------------------------------------------------------ all of them

LISTS = {
    f"{CHINESE}/2024-05-27.json": 13,
    f"{CHINESE}/2025-09-30.json": 50,
    f"{CHINESE}/2025-12-25.json": 13,
    f"{CHINESE}/2026-04-01.json": 23,
    f"{CHINESE}/2026-04-02.json": 22,
    f"{CHINESE}/2026-04-03.json": 23,
    f"{CHINESE}/2026-04-30.json": 9,
    RADAR: 25,
}
# Whoever kept these two had turned the entries into Python's own notation first.
NO_LISTS = {
    f"{CHINESE}/2024-12-16.json": "none of 16 entries names a paper; the first: entry 1: names no paper (str)",
    f"{CHINESE}/2025-01-10.json": "2026-07-14: answered an object with status, date, count, data instead of a list",
}


@pytest.mark.parametrize(("file", "entries"), LISTS.items(), ids=str)
def test_every_captured_list_is_read_whole(shared: Path, file: str, entries: int) -> None:
    page = page_of(shared / "data" / "captures" / "hf" / file)
    assert (len(page.announcements), page.skipped) == (entries, ())
    assert all(item.paper.title and item.paper.abstract and item.paper.authors for item in page.announcements)


@pytest.mark.parametrize(("file", "problem"), NO_LISTS.items(), ids=str)
def test_a_capture_that_is_no_list_is_refused_by_name(shared: Path, file: str, problem: str) -> None:
    with pytest.raises(SourceError) as refusal:
        page_of(shared / "data" / "captures" / "hf" / file)
    assert refusal.value.problem == problem


def test_no_capture_was_forgotten(shared: Path) -> None:
    folder = shared / "data" / "captures" / "hf"
    assert {str(file.relative_to(folder)) for file in folder.rglob("*.json")} == set(LISTS) | set(NO_LISTS)


# ------------------------------------------------------------ twenty months


def entries_by_day(shared: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(shared / "data" / "hf" / "daily_papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            value = json.loads(line)
            found[value.pop("day")].append(value)
    return found


def test_every_real_entry_is_read_and_none_is_skipped(shared: Path, figure: Figures) -> None:
    values = [value for entries in entries_by_day(shared).values() for value in entries]
    read = [entry_of(value, now=NOW) for value in values]

    assert len(read) == 6927
    assert sum(len(entry.paper.authors) for entry in read) == 71_447  # as many as are listed
    assert all(entry.paper.abstract for entry in read)
    found = Counter(signal.name for entry in read for signal in entry.signals)
    assert found == {
        "upvotes": 6927,
        "comments": 6927,
        "stars": 1808,
        "code": 2510,
        "project": 1906,
        "organisation": 1648,
        "summary": 4152,
        "keywords": 4755,  # eleven lists of keywords are empty
    }
    code = [str(signal.value) for entry in read for signal in entry.signals if signal.name == "code"]
    assert [url for url in code if url.count("/") != 4] == ["https://github.com/DFIR-Metric"]  # an owner alone
    assert not any(url.endswith((".git", ".", "/")) or "?" in url or "\n" in url for url in code)
    figure("Hugging Face entries read", f"{len(read):,} of {len(values):,}, none skipped")


# ------------------------------------------------------------ a week served again


@pytest.fixture
def january(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> Replay:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    replay.control(today="2026-01-16", late=0, fault="zero", times=0)
    return replay


def harvest(served: HuggingFace, stream: str, *, now: datetime) -> list[Page]:
    pages = [served.page(stream, None, now=now)]
    while not pages[-1].is_last:
        pages.append(served.page(stream, pages[-1].cursor, now=now))
    return pages


FRIDAY = datetime(2026, 1, 16, 22, 0, tzinfo=UTC)


def test_a_week_is_harvested_day_by_day_and_complete(january: Replay, shared: Path) -> None:
    with source(url=january.url, first_days=4) as served:
        pages = harvest(served, "day", now=FRIDAY)

    kept = entries_by_day(shared)
    for page, day in zip(pages, range(12, 17), strict=True):
        expected = [f"arxiv:{value['paper']['id']}" for value in kept[f"2026-01-{day}"]]
        assert [item.paper.id for item in page.announcements] == expected
        assert {item.day for item in page.announcements} == {date(2026, 1, day)}
    assert [len(page.announcements) for page in pages] == [21, 24, 14, 16, 23]
    assert pages[-1].cursor == Cursor(since=FRIDAY.date(), completed_at=FRIDAY)


@pytest.mark.parametrize(
    ("view", "day", "first", "requests"),
    [("week", date(2026, 1, 12), "2026-01-12", 1), ("month", date(2026, 1, 1), "2026-01-01", 2)],
)
def test_a_week_and_a_month_hold_every_paper_of_their_days(
    january: Replay, shared: Path, view: str, day: date, first: str, requests: int
) -> None:
    with source(url=january.url) as served:
        pages = harvest(served, view, now=FRIDAY)

    kept = entries_by_day(shared)
    expected = {f"arxiv:{each['paper']['id']}" for d in kept if first <= d <= "2026-01-16" for each in kept[d]}
    announced = [item for page in pages for item in page.announcements]
    assert {item.paper.id for item in announced} == expected
    assert {(item.stream, item.day) for item in announced} == {(view, day)}
    assert len(pages) == requests


@pytest.mark.parametrize("fault", ["500", "html", "empty", "cut", "short", "drop", "cutgzip"])
def test_a_fault_of_the_site_costs_one_reading(january: Replay, fault: str) -> None:
    january.control(fault=fault, times=1, path="/api/daily_papers")
    with source(url=january.url, first_days=1) as served:
        with pytest.raises(SourceError):
            served.page("day", None, now=FRIDAY)
        assert sum(len(page.announcements) for page in harvest(served, "day", now=FRIDAY)) == 39
