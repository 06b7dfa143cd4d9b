"""The sample keeps its promises: enough papers on every day, and every oddity where the README says it is."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from digest.sample import SamplePaper, papers

DAYS = [date(2026, 3, day) for day in (5, 6, 9, 10, 11)]
CATEGORIES = {"cs.CL", "cs.RO", "q-bio.NC"}
BIDI = "\u202e\u2066"


def paper(paper_id: str) -> SamplePaper:
    return next(each for each in papers() if each.id == paper_id)


def test_there_are_sixty_papers_and_more_on_five_days_in_three_categories() -> None:
    assert len(papers()) >= 60
    assert len({each.id for each in papers()}) == len(papers())
    assert sorted({each.listed for each in papers()}) == DAYS
    assert {each.categories[0] for each in papers()} == CATEGORIES


def test_every_category_has_at_least_five_papers_on_every_day() -> None:
    counts = Counter((each.categories[0], each.listed) for each in papers())
    assert len(counts) == len(CATEGORIES) * len(DAYS)
    assert min(counts.values()) >= 5


def test_every_abstract_but_the_missing_one_is_of_a_readable_length() -> None:
    lengths = {each.id: len(each.abstract.split()) for each in papers() if each.abstract}
    assert len(lengths) == len(papers()) - 1
    assert {paper_id: n for paper_id, n in lengths.items() if not 70 <= n <= 150} == {}


def test_no_two_abstracts_are_the_same() -> None:
    assert len({each.abstract for each in papers()}) == len(papers())


def has_letters(text: str, first: str, last: str) -> bool:
    return any(first <= letter <= last for letter in text)


EDGE_CASES: dict[str, tuple[str, Callable[[SamplePaper], bool]]] = {
    "dashes and quotes": ("2603.90001", lambda p: all(mark in p.title for mark in ("--", '"', "``", "''"))),
    "abstract full of LaTeX": ("2603.90003", lambda p: p.abstract.count("$") > 20),
    "TeX accents in names": (
        "2603.90004",
        lambda p: all(name in p.authors for name in (r"Fran\c{c}ois", r"J\"urgen", r"\'Elo\"ise", r"{\L}ukasz")),
    ),
    "a final and": ("2603.90004", lambda p: " and " in p.authors),
    "no abstract": ("2603.90005", lambda p: p.abstract == ""),
    "3,012 authors": ("2603.90006", lambda p: len(set(p.authors.partition(": ")[2].split(", "))) == 3012),
    "collaboration first": ("2603.90006", lambda p: p.authors.startswith("The Open Cortex Atlas Collaboration: ")),
    "R squared": ("2603.90007", lambda p: "R$^2$" in p.title),
    "k-center": ("2603.90008", lambda p: "$k$-Center" in p.title),
    "emphasis": ("2603.90009", lambda p: r"\emph{" in p.title),
    "replacement": ("2603.90010", lambda p: {"title", "abstract"} <= p.versions[1].overrides.keys()),
    "emoji": ("2603.90016", lambda p: "\U0001f44d" in p.title),
    "O(n log n)": ("2603.90017", lambda p: r"O(n \log n)" in p.title),
    "one of two with one title": ("2603.90019", lambda p: p.title == paper("2603.90063").title),
    "encoded word": ("2603.90022", lambda p: p.title.startswith("=?utf-8?b?") and "?= " in p.title),
    "withdrawal": ("2603.90023", lambda p: p.versions[1].source_type == "I"),
    "paragraphs": ("2603.90024", lambda p: p.abstract.count("\n") == 2),
    "long title": ("2603.90025", lambda p: len(p.title) > 200),
    "script": ("2603.90027", lambda p: "<script>alert(1)</script>" in p.title),
    "no date": ("2603.90028", lambda p: p.versions[0].submitted is None),
    "Chinese names": ("2603.90030", lambda p: has_letters(p.authors, "\u4e00", "\u9fff")),
    "very short title": ("2603.90035", lambda p: len(p.title) <= 4),
    "shortest title": ("2603.90081", lambda p: len(p.title) <= 3),
    "bidirectional controls": ("2603.90039", lambda p: all(control in p.title for control in BIDI)),
    "Arabic names": ("2603.90039", lambda p: has_letters(p.authors, "\u0621", "\u064a")),
    "Hebrew names": ("2603.90039", lambda p: has_letters(p.authors, "\u05d0", "\u05ea")),
    "link before a full stop": ("2603.90042", lambda p: p.abstract.endswith("https://example.org/code/comma-feature.")),
    "raw markup": ("2603.90049", lambda p: all(sign in p.abstract for sign in (" < ", ">95", " & ", "<code>"))),
    "MSC and ACM": ("2603.90051", lambda p: bool(p.msc_class and p.acm_class and p.doi and p.journal_ref)),
    "entities as text": ("2603.90062", lambda p: all(entity in p.abstract for entity in ("&amp;", "&lt;", "&#39;"))),
    "no authors": ("2603.90069", lambda p: p.authors == ""),
    "cs.RO and q-bio.NC": ("2603.90043", lambda p: p.categories == ("cs.RO", "q-bio.NC")),
    "q-bio.NC and cs.RO": ("2603.90082", lambda p: p.categories == ("q-bio.NC", "cs.RO")),
    "cs.RO and cs.CL": ("2603.90066", lambda p: p.categories[:2] == ("cs.RO", "cs.CL")),
    "cs.CL and cs.RO": ("2603.90071", lambda p: p.categories == ("cs.CL", "cs.RO")),
    "cs.CL and q-bio.NC": ("2603.90068", lambda p: p.categories == ("cs.CL", "q-bio.NC")),
    "old paper never seen": (
        "2409.90007",
        lambda p: len(p.versions) == 3 and p.versions[1].announced < p.listed == date(2026, 3, 10),
    ),
    "old-style id": (
        "q-bio/0603901",
        lambda p: len(p.versions) == 4 and p.versions[2].announced < p.listed == date(2026, 3, 6),
    ),
}


@pytest.mark.parametrize("case", EDGE_CASES)
def test_the_sample_has_this_oddity(case: str) -> None:
    paper_id, holds = EDGE_CASES[case]
    assert holds(paper(paper_id))
