"""An entry of Daily Papers: read wherever its fields stand, and never the last word on a paper's text."""

from typing import Any

import pytest

from digest import signals
from digest.papers import Paper, Version, merged
from digest.signals import Value
from digest.sources.huggingface_items import entry_of
from tests.sources.conftest import NOW
from tests.sources.daily_papers import entry


def paper_of(value: object) -> Paper:
    return entry_of(value, now=NOW).paper


def told(value: object) -> dict[str, Value]:
    return {signal.name: signal.value for signal in entry_of(value, now=NOW).signals}


# ------------------------------------------------------------ the paper


def test_the_title_of_the_entry_is_taken_because_the_papers_has_lost_its_tex() -> None:
    value = entry(
        title="LLMtimesMapReduce:\n  Long Sequences", around={"title": "LLM$\\times$MapReduce: Long Sequences"}
    )
    assert paper_of(value).title == "LLM$\\times$MapReduce: Long Sequences"


@pytest.mark.parametrize("nothing", [None, "", " \n", "\u202e\u200b", 7, ["x"], {"x": "y"}])
def test_a_text_that_is_missing_at_one_level_is_read_at_the_other(nothing: object) -> None:
    around = {"title": nothing, "summary": "We study\nwaves.", "authors": [{"name": "Bo Li"}]}
    paper = paper_of(entry(title="On waves", summary=nothing, authors=nothing, around=around))
    assert (paper.title, paper.abstract, paper.authors) == ("On waves", "We study waves.", ("Bo Li",))


def test_an_entry_without_a_paper_in_it_is_read_by_itself() -> None:
    flat = {"paper": None, "id": "2601.00001v2", "title": "On waves", "upvotes": 3}
    assert (paper_of(flat).id, told(flat)) == ("arxiv:2601.00001", {"upvotes": 3})


def test_nulls_everywhere_leave_a_paper_with_a_title() -> None:
    value: dict[str, Any] = entry()
    bare = {"paper": dict.fromkeys(value["paper"]) | {"id": "2601.00001"}, "title": "On waves", "numComments": None}
    assert paper_of(bare) == Paper(id=paper_of(bare).id, title="On waves", partial=True)
    assert told(bare) == {}


def test_an_abstract_keeps_its_paragraphs_and_loses_its_line_breaks() -> None:
    assert paper_of(entry(summary="We study\ntides.\n  And waves.")).abstract == "We study tides.\n\nAnd waves."


def test_every_author_is_named_as_printed_also_a_hidden_one() -> None:
    authors = [
        {"name": "Seulbin  Hwang", "user": {"fullname": "seulbin hwang"}, "hidden": False},
        {"name": "Xu Tang", "hidden": True},
        {"name": None, "user": {"fullname": "李 明"}},
        {"name": " ", "user": None},
        {"user": "x"},
        None,
        "Bo Li",
    ]
    assert paper_of(entry(authors=authors)).authors == ("Seulbin Hwang", "Xu Tang", "李 明")


def test_emoji_and_every_script_get_through_and_controls_do_not() -> None:
    authors = [{"name": "李\u202e明"}, {"name": "محمد\u200f علي"}, {"name": "Jose\u0301 \x07Garcia"}]
    paper = paper_of(entry(authors=authors, around={"title": "👩\u200d🔬 測試\u2066 of\x00 tides\ud83d"}))
    assert paper.title == "👩\u200d🔬 測試 of tides"
    assert paper.authors == ("李明", "محمد علي", "José Garcia")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (entry("10.1101/2024.01.02"), "not an arXiv id"),
        (entry(" "), "names no paper (dict)"),
        (entry(2601.00001), "names no paper (dict)"),
        (entry(title="", around={"title": None}), "no title"),
        ("{'paper': {'id': '2412.10360'}}", "names no paper (str)"),
        ([entry()], "names no paper (list)"),
    ],
)
def test_an_entry_that_cannot_be_used_says_why(value: object, problem: str) -> None:
    with pytest.raises(ValueError, match="^" + problem.replace("(", r"\(").replace(")", r"\)") + "$"):
        entry_of(value, now=NOW)


# ------------------------------------------------------------ the signals


def test_what_is_said_of_a_paper_are_signals() -> None:
    value = entry(
        upvotes=250,
        githubRepo="https://github.com/qwenpilot/FIPO",
        githubStars=42,
        projectPage="https://qwen-pilot.notion.site/fipo",
        organization={"name": "Qwen", "fullname": "Qwen  Team "},
        ai_summary="FIPO enhances\nlearning.",
        ai_keywords=["policy  optimization", "", None, "GRPO", "GRPO", 7],
    )
    assert told(value) == {
        signals.UPVOTES: 250,
        signals.COMMENTS: 2,
        signals.STARS: 42,
        signals.CODE: "https://github.com/qwenpilot/FIPO",
        signals.PROJECT: "https://qwen-pilot.notion.site/fipo",
        signals.ORGANISATION: "Qwen Team",
        signals.SUMMARY: "FIPO enhances learning.",
        signals.KEYWORDS: ("policy optimization", "GRPO"),
    }


def test_fields_are_read_at_either_level() -> None:
    around = {"upvotes": 5, "githubStars": 1, "organization": {"name": "Qwen"}, "ai_summary": "Short."}
    value = entry(upvotes=None, numComments="3", around={**around, "numComments": None})
    assert told(value) == {
        "upvotes": 5,
        "comments": 3,
        "stars": 1,
        "organisation": "Qwen",
        "summary": "Short.",
    }


@pytest.mark.parametrize(("said", "count"), [(0, 0), ("12", 12), (" 7 ", 7), (3.0, 3), (10**9, 10**9), ("0", 0)])
def test_a_count_is_a_number_or_its_text(said: object, count: int) -> None:
    assert told(entry(upvotes=said))["upvotes"] == count


@pytest.mark.parametrize(
    "said", [None, -1, "-1", 2.5, "2.5", "", "many", "٣", True, float("nan"), float("inf"), 10**400, "9" * 50, [3], {}]
)
def test_what_is_no_count_is_left_out(said: object) -> None:
    assert "upvotes" not in told(entry(upvotes=said))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"name": "hkuhk", "fullname": "The University of Hong Kong"}, "The University of Hong Kong"),
        ({"name": "hkuhk", "fullname": None}, "hkuhk"),
        ("hkuhk", "hkuhk"),
        ({"name": " "}, None),
        (None, None),
        ([], None),
        (7, None),
    ],
)
def test_an_organisation_goes_by_its_full_name(said: object, name: str | None) -> None:
    assert told(entry(organization=said)).get("organisation") == name


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("https://github.com/RED-Search/Qilin/", "https://github.com/RED-Search/Qilin"),
        ("https://github.com/Alibaba-NLP/DeepResearch///", "https://github.com/Alibaba-NLP/DeepResearch"),
        ("https://github.com/\nFightingFighting/NeuroAda.git", "https://github.com/FightingFighting/NeuroAda"),
        ("https://github.com/HITsz-TMG/Uni-MoE/tree/master/UniMoE-Audio", "https://github.com/HITsz-TMG/Uni-MoE"),
        ("https://github.com/RUC-NLPIR/ARPO/blob/main/", "https://github.com/RUC-NLPIR/ARPO"),
        ("https://github.com/MYVAE/SmartSearch?tab=readme-ov-file", "https://github.com/MYVAE/SmartSearch"),
        ("http://www.GitHub.com/a/b.js", "https://github.com/a/b.js"),
        (" https://github.com/a/b.git. ", "https://github.com/a/b"),
        ("https://github.com/a/b),", "https://github.com/a/b"),
        ("https://github.com/DFIR-Metric", "https://github.com/DFIR-Metric"),
        ("https://github.com/a/.git", "https://github.com/a/.git"),
        ("https://gitlab.com/a/b.", "https://gitlab.com/a/b"),
    ],
)
def test_code_is_found_by_its_canonical_address(said: str, address: str) -> None:
    assert told(entry(githubRepo=said))["code"] == address


@pytest.mark.parametrize(
    "said",
    [
        "javascript:alert(1)",
        "ftp://github.com/a/b",
        "github.com/a/b",
        "//github.com/a/b",
        "https://",
        "https:///a/b",
        "https://[::1/a",
        "https://github.com:99999/a/b",
        "https://github.com@evil.example/a/b",
        "https://github.com/a b/c",
        "https://github.com/a/\u202egnp.b",
        "https://github.com/a/\x00b",
        "https://x.example/" + "a" * 2000,
        None,
        7,
        {"url": "https://github.com/a/b"},
    ],
)
def test_what_is_no_web_address_is_left_out(said: object) -> None:
    assert told(entry(githubRepo=said, projectPage=said)) == {"upvotes": 7, "comments": 2}


def test_a_project_page_loses_what_surrounds_it() -> None:
    assert told(entry(projectPage=" https://x.example/adc-robot. "))["project"] == "https://x.example/adc-robot"


# ------------------------------------------------------------ beside what arXiv says


def _listed(*, partial: bool, abstract: str = "We study $x$.") -> Paper:
    """The same paper in arXiv's own words."""
    versions = (Version(number=1, submitted_at=None),)
    own = paper_of(entry()).id
    return Paper(id=own, title="On $x$", abstract=abstract, categories=("cs.LG",), versions=versions, partial=partial)


@pytest.mark.parametrize("partial", [True, False])
def test_arxivs_text_takes_the_place_of_the_damaged_copy(partial: bool) -> None:
    paper = merged(paper_of(entry(summary="We study x.")), _listed(partial=partial))
    assert (paper.title, paper.abstract, paper.newest_version) == ("On $x$", "We study $x$.", 1)


@pytest.mark.parametrize("partial", [True, False])
def test_the_damaged_copy_never_takes_the_place_of_arxivs_text(partial: bool) -> None:
    arxiv = _listed(partial=partial)
    paper = merged(arxiv, paper_of(entry(summary="We study x.")))
    assert (paper.title, paper.abstract, paper.versions) == (arxiv.title, arxiv.abstract, arxiv.versions)


def test_a_paper_known_from_here_alone_has_at_least_the_damaged_abstract() -> None:
    assert paper_of(entry(summary="We study x.")).abstract == "We study x."
