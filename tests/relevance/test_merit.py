"""A paper's score is the sum of its named parts, whatever is known of it."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import signals
from digest.papers import Paper
from digest.relevance.merit import WEIGHTS, Known, Merit, PartName, known_of, merits
from digest.signals import Signal, Value
from tests.fakes import MONDAY, at, paper

PAPER = paper("A paper", categories=("cs.LG", "stat.ML"))  # submitted on the day before MONDAY


def said(name: str, value: Value, *, source: str = "semantic-scholar", days: int = 0) -> Signal:
    return Signal(
        subject=PAPER.id, name=name, value=value, source=source, observed_at=at(MONDAY + timedelta(days=days))
    )


def known(*told: Signal, item: Paper = PAPER, novelty: float | None = None) -> Known:
    return known_of(item, told, day=MONDAY, novelty=novelty)


def only(item: Known) -> Merit:
    """The merit of a paper that is alone in the world."""
    (found,) = merits([item])
    return found


def values(merit: Merit) -> dict[PartName, float]:
    return {part.name: part.value for part in merit.parts}


# ------------------------------------------------------------ the score


def test_of_a_paper_of_which_nothing_is_known_the_score_is_in_the_middle() -> None:
    merit = only(Known(day=MONDAY))
    assert merit.score == 50
    assert [(part.name, part.weight) for part in merit.parts] == [(PartName.PRIOR, 1.0)]


def test_code_alone_takes_a_third_of_the_way_up() -> None:
    assert only(known(said(signals.CODE, ("https://github.com/a/b",)))).score == pytest.approx((100 + 2 * 50) / 3)


def test_every_part_counts_by_its_weight() -> None:
    peers = [Known(day=MONDAY, upvotes=n, citations=n, months=1, novelty=n) for n in range(1, 101)]
    best = replace(peers[-1], has_code=True, venue="Nature 1")
    merit = merits([*peers[:-1], best])[-1]
    assert merit.score == pytest.approx((6 * 99.5 + 2 * 100 + 2 * 50) / 10)
    assert [part.name for part in merit.parts] == list(PartName)


def test_the_example_of_the_documents_is_right() -> None:
    """The most cited of twenty papers, with code, and nothing else known."""
    peers = [Known(day=MONDAY, category="cs.LG", citations=n, months=6) for n in range(20)]
    merit = merits([*peers[:-1], replace(peers[-1], has_code=True)])[-1]
    assert merit.score == pytest.approx(82.08, abs=0.005)
    assert [round(part.points, 2) for part in merit.parts] == [48.75, 16.67, 16.67]


def test_the_more_is_known_the_further_a_score_may_go() -> None:
    code = Known(day=MONDAY, has_code=True)
    assert 50 < only(code).score < only(replace(code, venue="Nature 1")).score


def test_a_paper_without_code_or_venue_loses_nothing() -> None:
    assert values(only(known())).keys() == {PartName.PRIOR}


def test_a_sources_own_figure_stands_beside_and_changes_nothing() -> None:
    own, other = said("score", 99.0, source="file"), said("novelty", -3, source="file")
    merit = only(known(own, other))
    assert merit.given == (own, other)
    assert (merit.score, merit.parts) == (only(known()).score, only(known()).parts)


@pytest.mark.parametrize("value", ["99", ("99",), math.nan, math.inf])
def test_a_sources_own_figure_that_is_no_number_is_not_shown(value: Value) -> None:
    assert only(known(said("score", value))).given == ()


# ------------------------------------------------------------ the places of its parts


def test_upvotes_are_compared_with_those_of_the_day() -> None:
    quiet = [Known(day=MONDAY, upvotes=n) for n in range(20)]
    loud = [Known(day=MONDAY + timedelta(days=1), upvotes=1000 + n) for n in range(20)]
    found = [values(merit)[PartName.UPVOTES] for merit in merits([*quiet, *loud])]
    assert found[:20] == pytest.approx(found[20:])


def test_upvotes_of_a_day_with_few_are_compared_with_those_of_the_week() -> None:
    week = [Known(day=MONDAY + timedelta(days=n % 5), upvotes=n) for n in range(40)]
    later = [Known(day=MONDAY + timedelta(days=7), upvotes=1000) for _ in range(40)]
    assert values(merits([*week, *later])[39])[PartName.UPVOTES] == pytest.approx(100 * 39.5 / 40)


def test_citations_are_compared_by_the_month_with_papers_of_like_field_and_age() -> None:
    young = [Known(day=MONDAY, category="cs.LG", citations=n, months=2) for n in range(20)]
    old = [Known(day=MONDAY, category="cs.LG", citations=1000 + n, months=60) for n in range(20)]
    other = [Known(day=MONDAY, category="math.CO", citations=n / 100, months=2) for n in range(20)]
    found = [values(merit)[PartName.CITATIONS] for merit in merits([*young, *old, *other])]
    assert found[:20] == pytest.approx(found[20:40])
    assert found[:20] == pytest.approx(found[40:])


def test_where_a_field_has_few_the_age_is_what_is_compared() -> None:
    fields = [Known(day=MONDAY, category=f"field.{n}", citations=n, months=2) for n in range(20)]
    old = [Known(day=MONDAY, category="cs.LG", citations=1000, months=6) for _ in range(40)]
    assert values(merits([*fields, *old])[19])[PartName.CITATIONS] == pytest.approx(97.5)


def test_novelty_has_its_place_within_the_primary_category() -> None:
    low = [Known(day=MONDAY, category="cs.LG", novelty=n) for n in range(20)]
    high = [Known(day=MONDAY, category="math.CO", novelty=50 + n) for n in range(20)]
    found = [values(merit)[PartName.NOVELTY] for merit in merits([*low, *high])]
    assert found[:20] == pytest.approx(found[20:])


# ------------------------------------------------------------ what is known


def test_the_counts_of_a_paper_are_read_from_its_signals() -> None:
    found = known(said(signals.UPVOTES, 41.0), said(signals.CITATIONS, 12.0, days=60), novelty=88.0)
    assert (found.upvotes, found.citations, found.novelty, found.category) == (41, 12, 88, "cs.LG")
    assert found.velocity == pytest.approx(12 / (61 / (365.25 / 12)))


def test_a_first_month_is_a_whole_one() -> None:
    assert known(said(signals.CITATIONS, 4)).velocity == 4


def test_a_paper_whose_first_day_is_not_known_is_as_old_as_its_announcement() -> None:
    found = known(said(signals.CITATIONS, 4, days=61), item=replace(PAPER, versions=()))
    assert found.months == pytest.approx(61 / (365.25 / 12))


def test_a_count_from_before_the_paper_is_of_its_first_month() -> None:
    assert known(said(signals.CITATIONS, 4, days=-400)).months == 1


def test_of_several_sources_the_highest_count_is_believed_with_its_own_age() -> None:
    few, many = said(signals.CITATIONS, 3, days=365), said(signals.CITATIONS, 9, source="openalex", days=60)
    assert known(few, many) == known(many)


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, "12", ("12",), True, 10**400])
def test_what_is_no_count_is_not_known(value: Value) -> None:
    found = known(said(signals.UPVOTES, value), said(signals.CITATIONS, value))
    assert (found.upvotes, found.citations, found.velocity, found.age) == (None, None, None, None)


@pytest.mark.parametrize(
    ("item", "venue"),
    [
        (replace(PAPER, journal_ref="JMLR 27 (2026) 1", doi="10.1000/xyz"), "JMLR 27 (2026) 1"),
        (replace(PAPER, doi="10.1038/s41586-026-00001-2"), "10.1038/s41586-026-00001-2"),
        (replace(PAPER, doi="10.48550/arXiv.2603.00001"), ""),
        (PAPER, ""),
    ],
)
def test_a_preprints_doi_is_no_venue(item: Paper, venue: str) -> None:
    assert known(item=item).venue == venue


# ------------------------------------------------------------ what a reader is told


def test_each_part_says_in_words_what_is_known() -> None:
    told = (
        said(signals.UPVOTES, 1241.0),
        said(signals.CITATIONS, 12, days=60),
        said(signals.CODE, "https://example.org/code"),
    )
    merit = only(known(*told, item=replace(PAPER, journal_ref="JMLR 27 (2026) 1"), novelty=88.24))
    assert [part.words for part in merit.parts] == [
        "citations: 12, 6 a month, percentile 50 among papers of its field and age",
        "upvotes: 1,241, percentile 50 in its days",
        "its code is linked",
        "published: JMLR 27 (2026) 1",
        "novelty: 88.2, percentile 50 in its field",
        "where every paper begins",
    ]


def test_nobody_is_said_to_stand_at_either_end() -> None:
    found = merits([Known(day=MONDAY, upvotes=n) for n in range(300)])
    assert found[0].parts[0].words == "upvotes: 0, percentile 1 in its days"
    assert found[-1].parts[0].words == "upvotes: 299, percentile 99 in its days"


figures = st.none() | st.floats(0, allow_infinity=False)
papers = st.lists(
    st.builds(
        Known,
        day=st.dates(date(2026, 1, 1), date(2026, 2, 1)),
        category=st.sampled_from(["cs.LG", "math.CO", ""]),
        upvotes=figures,
        citations=figures,
        months=st.none() | st.floats(1, 1000),
        has_code=st.booleans(),
        venue=st.text(max_size=200),
        novelty=st.none() | st.floats(0, 100) | st.just(math.nan),
    ),
    max_size=50,
)


@given(population=papers)
@settings(deadline=None)
def test_the_parts_add_up_to_the_score_exactly(population: list[Known]) -> None:
    for merit in merits(population):
        assert math.fsum(part.value * part.weight for part in merit.parts) == merit.score
        assert math.fsum(part.weight for part in merit.parts) == pytest.approx(1, abs=1e-12)
        assert all(0 <= part.value <= 100 and 0 < part.weight <= 1 for part in merit.parts)
        assert 0 <= merit.score <= 100
        assert all(len(part.words) < 130 for part in merit.parts)


@given(population=papers, data=st.data())
@settings(deadline=None)
def test_scores_do_not_depend_on_the_order_of_papers(population: list[Known], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(population))))
    shuffled = merits([population[place] for place in order])
    assert shuffled == tuple(merits(population)[place] for place in order)


@given(population=papers.filter(bool), fewer=st.floats(0, 1e300), more=st.floats(0, 1e300))
@settings(deadline=None)
def test_more_upvotes_never_lower_a_score(population: list[Known], fewer: float, more: float) -> None:
    first, *others = population
    low, high = (merits([replace(first, upvotes=count), *others])[0] for count in (fewer, fewer + more))
    assert low.score <= high.score


values_told = st.floats() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=9)).map(tuple)


@given(told=st.dictionaries(st.sampled_from(["upvotes", "citations", "code", "score", "novelty"]), values_told))
@settings(deadline=None)
def test_no_signal_breaks_a_score(told: Mapping[str, Value]) -> None:
    merit = only(known(*(said(name, value) for name, value in told.items())))
    assert 0 <= merit.score <= 100
    assert set(values(merit)) <= set(WEIGHTS)
