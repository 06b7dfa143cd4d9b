"""A title and its first author, however they are printed, have one fingerprint; other works have another."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import identity as benchmark
from digest.identity import fingerprint, scheme_of

unhurried = settings(deadline=None)  # how fast a machine is must not decide
AUTHORS = ("Ada Ames", "Bo Berg")
TITLE = "Graph networks predict the colour of molecules"


def by_title(title: str) -> str | None:
    return fingerprint(title, AUTHORS)


def by_author(*authors: str) -> str | None:
    return fingerprint(TITLE, authors)


# ------------------------------------------------------------ titles


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TITLE, "  Graph  Networks Predict\nthe Colour of Molecules. "),
        (TITLE, TITLE.upper()),
        (TITLE, "<i>Graph</i> networks predict the <b>colour</b> of molecules"),
        ("State-of-the-art graphs for molecules", "State\u2010of\u2013the\u2014art graphs for molecules"),
        ("Pre-training of graphs is all", "Pretraining of graphs is all"),
        ("Don't stop: “graphs” of Bellman's", 'Don\u2019t stop: "graphs" of Bellman\u2019s'),
        ("Don't stop: “graphs” of Bellman's", "Don&#39;t stop: &quot;graphs&quot; of Bellman&rsquo;s"),
        ("Graphs & molecules in two colours", "Graphs &amp; Molecules in Two Colours"),
        ("Graphs & molecules in two colours", "Graphs and molecules in two colours"),
        ("Graphs \\& molecules in two colours", "Graphs and molecules in two colours"),
        ("A na\\\"ive Poincar\\'e map of Erd\\H{o}s graphs", "A naïve Poincaré map of Erdős graphs"),
        ("A naïve Poincaré map of Erdős graphs", "A naive Poincare map of Erdos graphs"),
        ("A naïve Poincaré map of Erdős graphs", "A nai\u0308ve Poincare\u0301 map of Erdo\u030bs graphs"),
        ("S\\o ren's \\AA ngstr\\\"om for \\ss{} and \\ae", "Søren’s Ångström for ß and æ"),
        ("C$^2$DLM: causal guided language models", "C²DLM: causal guided language models"),
        ("C$^2$DLM: causal guided language models", "C<sup>2</sup>DLM: causal guided language models"),
        ("C$^{2}$DLM: causal guided language models", "C^2DLM: Causal guided language models"),
        ("A\\textsuperscript{2}FM: an adaptive agent model", "A^2FM: an adaptive agent model"),
        (
            "$\\text{E}^2\\text{Rank}$: an effective and efficient reranker",
            "E²Rank: an effective and efficient reranker",
        ),
        ("$\\mathcal{O}(n\\log n)$ sparse attention for video", "O(n log n) sparse attention for video"),
        ("The $\\alpha$-divergence of $\\varepsilon$-greedy agents", "The α-divergence of ϵ-greedy agents"),
        ("The $\\alpha$-divergence of $\\varepsilon$-greedy agents", "The alpha-divergence of epsilon-greedy agents"),
        ("A $2\\times 2$ law for $\\ell_1$ and $\\infty$", "A 2×2 law for ℓ₁ and ∞"),
        ("{\\bf Bold} claims on \\emph{two} graphs", "Bold claims on two graphs"),
        ("{B}ayesian graphs~of two molecules", "Bayesian graphs of two molecules"),
        ("基于深度学习的图像分类方法", "基于深度学习的图像分类方法。"),
        ("Zero\u200bwidth soft\u00adhyphens in two titles", "Zerowidth softhyphens in two titles"),
        ("ﬁne ﬂows of ｗｉｄｅ letters", "fine flows of wide letters"),
    ],
)
def test_a_title_is_the_same_however_it_is_printed(one: str, other: str) -> None:
    assert by_title(one) == by_title(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Graphs and their molecules, part I", "Graphs and their molecules, part II"),
        ("Graphs and their molecules in 2025", "Graphs and their molecules in 2026"),
        ("Graphs and their $\\alpha$ molecules", "Graphs and their $\\beta$ molecules"),
        ("Graphs and their molecules", "Graphs and their molecules: a survey"),
        ("Learning graphs from their molecules", "Learning molecules from their graphs"),
        ("Graphs where p < q and r > s", "Graphs where p < t and r > s"),
    ],
)
def test_titles_that_say_something_else_are_others(one: str, other: str) -> None:
    assert by_title(one) != by_title(other)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Graph networks today",
        "12 34 56 78",
        "Volume 12, issue 3",
        "图像分类",
        "Editorial",
        "Editorial: graphs in the laboratory of today",
        "Guest editorial: graphs in the laboratory",
        "Editors' choice of this month's papers",
        "Preface to the special issue on graphs",
        "Foreword to the second edition",
        "Introduction to the special issue on graphs",
        "Erratum: graph networks predict the colour",
        "Corrigendum to “Graph networks predict the colour”",
        "Correction to: graph networks predict the colour",
        "Author Correction: graph networks predict the colour",
        "Publisher’s correction: graph networks predict the colour",
        "Addendum: graph networks predict the colour",
        "Retraction: graph networks predict the colour",
        "Retraction Note to: graph networks predict the colour",
        "RETRACTED: graph networks predict the colour",
        "WITHDRAWN: graph networks predict the colour",
        "Expression of Concern: graph networks predict the colour",
        "Reply to “Graph networks predict the colour”",
        "Authors’ reply to a comment on graphs",
        "Response to the comment on graph networks",
        "Comment on “Graph networks predict the colour”",
        "Letter to the editor: on the colour",
        "<b>Erratum</b>: graph networks predict the colour",
    ],
)
def test_a_title_that_many_works_have_is_no_fingerprint(title: str) -> None:
    assert by_title(title) is None


@pytest.mark.parametrize(
    "title",
    [
        "Correction of motion in graphs of molecules",
        "Introduction to the theory of graphs",
        "Response to treatment in graphs of patients",
        "Withdrawal symptoms in graphs of patients",
        "Replying with emotion in graph networks",
        "Retraction-free optimization on graph manifolds",
    ],
)
def test_a_title_that_only_begins_like_those_is_one(title: str) -> None:
    assert by_title(title) is not None


# ------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("Ada Ames", ["A. Ames", "Ames, Ada", "Ames, A.", "Ames A", "AMES, Ada", "Ada AMES", "AMES A", "ADA AMES"]),
        ("John A. Smith", ["Smith JA", "Smith J.A.", "Smith J. A.", "Smith, J. A.", "J.A. Smith", "Smith J-A"]),
        ("John Smith Jr.", ["John Smith, Jr.", "Smith Jr., John", "Smith, John, Jr.", "Smith J Jr", "J. Smith III"]),
        ("Ludwig van den Berg", ["van den Berg, L.", "Berg, L. van den", "van den Berg L", "L. van den Berg"]),
        ("Gabriel García Márquez", ["García Márquez, G.", "Garcia Marquez G", "G. García-Márquez", "GARCÍA MÁRQUEZ G"]),
        ("Flann O'Brien", ["O’Brien, F.", "O'BRIEN F", "F. O&#39;Brien", "OBrien, Flann"]),
        ("Søren Łukaszewicz", ["Lukaszewicz, S.", "S\\o ren \\L ukaszewicz", "Łukaszewicz S"]),
        ("Paul Erdős", ["P. Erd\\H{o}s", "Erdos, P.", "Erdo\u030bs P"]),
        ("Wei Li", ["WEI LI", "Li, Wei", "LI, Wei", "Li W", "W. Li", "Wei Li (李伟)"]),
        ("Sankar B", ["Sankar B.", "SANKAR B"]),
        ("张伟", ["张 伟", "张, 伟", "张伟 "]),
        ("김철수", ["김 철수"]),
        ("山田太郎", ["山田 太郎"]),
        ("Ada Ames", ["Ames, A.; Berg, B.", "A. Ames and B. Berg", "A. Ames et al.", "Ames A, Berg B"]),
        ("Ada Ames", ["Ada Ames [1]", "Ada Ames (MIT)"]),
        ("The ATLAS Collaboration", ["ATLAS Collaboration", "ATLAS"]),
        ("Kimi Team", ["Team Kimi", "Kimi"]),
        ("Pierre Andrews", ["Andrews, P.", "Andrews P"]),
    ],
)  # fmt: skip
def test_a_name_is_the_same_however_it_is_printed(name: str, ways: list[str]) -> None:
    assert by_author(name) is not None
    assert [by_author(way) for way in ways] == [by_author(name)] * len(ways)


@pytest.mark.parametrize(
    "authors", [("Ada Ames",), ("Ada Ames", "et al."), ("", ":", "Ames, A.", "Berg, B."), ("Ada Ames",) * 4000]
)
def test_only_the_first_author_counts(authors: tuple[str, ...]) -> None:
    assert by_author(*authors) == by_author(*AUTHORS)


@pytest.mark.parametrize("authors", [(), ("",), (":", "…"), ("et al.",)])
def test_without_an_author_there_is_no_fingerprint(authors: tuple[str, ...]) -> None:
    assert by_author(*authors) is None


def test_other_surnames_are_others() -> None:
    names = ["Ada Ames", "Ada Berg", "Ames Berg-Ito", "李伟", "张伟", "Kimi Team", "Ada van den Ort"]
    assert len({by_author(name) for name in names}) == len(names)


# ------------------------------------------------------------ anything


@unhurried
@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_has_a_fingerprint_or_none(title: str, authors: list[str]) -> None:
    found = fingerprint(title, authors)
    assert found is None or (scheme_of(found) == "title" and len(found) == len("title:") + 24)


WORDS = st.lists(st.from_regex("[a-z]{2,9}", fullmatch=True), min_size=4, max_size=9)


@unhurried
@given(
    WORDS,
    st.sampled_from([" ", "-", " \u2013 ", ": ", "\n", " {"]),
    st.sampled_from([str.upper, str.title, str.capitalize]),
)
def test_any_title_survives_any_dress(words: list[str], between: str, dressed: object) -> None:
    plain, dress = "On " + " ".join(words), "On " + between.join(words)
    assert callable(dressed)
    assert by_title(plain) == by_title(f" {dressed(dress)}. ") is not None


# ------------------------------------------------------------ the benchmark


def test_the_benchmark_counts_what_is_joined_and_what_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    papers = {
        "2601.00001": (TITLE, ["Ada Ames", "Bo Berg"]),
        "2601.00002": (TITLE, ["Eva Ames"]),  # another work of the same name
        "2601.00003": (TITLE, ["Cy Clay"]),
        "2601.00004": ("Short", ["Cy Clay"]),
    }
    lines = [{"id": key, "title": title, "authors": authors} for key, (title, authors) in papers.items()]
    trending = {"day": "2026-01-05", "paper": {"id": "2601.00003", "title": TITLE, "authors": [{"name": "Clay, C."}]}}
    for name, told in (("arxiv/listing-2026-01", lines), ("hf/daily_papers", [trending])):
        file = tmp_path / f"{name}.jsonl.gz"
        file.parent.mkdir()
        with gzip.open(file, "wt") as written:
            written.writelines(f"{json.dumps(line)}\n" for line in told)

    benchmark.main(["--data", str(tmp_path)])

    product = next(line for line in capsys.readouterr().out.splitlines() if "the product's" in line)
    one_work, different, unjudged, false_merges, no_key, trending_found, _printed, wrong = product.split()[-8:]
    assert (one_work, different, unjudged, false_merges, no_key) == ("0", "1", "1", "25.0000%", "1")
    assert (trending_found, wrong) == ("100.00%", "0")


def test_without_data_the_benchmark_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.main(["--data", str(tmp_path)])
    assert "nothing is measured" in capsys.readouterr().out
