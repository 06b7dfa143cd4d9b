"""A term rises where many more of this week's papers hold it than chance would have."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.relevance.trends import (
    LEAST_PAPERS,
    LEAST_RISE,
    LEAST_Z,
    Frequencies,
    log_odds_z,
    rising,
)


def week(papers: int = 1000, **by_term: int) -> Frequencies:
    """A week in which so many papers hold each term; an underscore is a blank."""
    return Frequencies(papers=papers, by_term={term.replace("_", " "): n for term, n in by_term.items()})


def before(papers: int = 8000, **by_term: int) -> Frequencies:
    return week(papers, **by_term)


def terms(this_week: Frequencies, earlier: Frequencies) -> list[str]:
    return [item.term for item in rising(this_week, earlier)]


def test_what_many_more_papers_hold_rises_and_its_papers_are_told() -> None:
    (found,) = rising(week(mamba=30, model=400), before(mamba=10, model=3200))
    assert (found.term, found.this_week, found.before) == ("mamba", 30, 10)
    assert found.z == pytest.approx(6.45, abs=0.01)


def test_the_strongest_comes_first_and_equals_by_name() -> None:
    assert terms(week(b=30, a=30, strong=60), before()) == ["strong", "a", "b"]


def test_what_stays_or_falls_is_not_listed() -> None:
    assert terms(week(same=100, fallen=10), before(same=800, fallen=800)) == []


def test_too_few_papers_make_no_trend() -> None:
    now, earlier = week(100, few=LEAST_PAPERS - 1, enough=LEAST_PAPERS), before(20_000, few=10, enough=10)
    assert log_odds_z("few", now, earlier) > LEAST_Z
    assert terms(now, earlier) == ["enough"]


def test_a_common_word_that_is_a_little_commoner_is_no_news() -> None:
    common, earlier = week(propose=650), before(propose=2900)
    assert common.share("propose") < LEAST_RISE * earlier.share("propose")
    assert log_odds_z("propose", common, earlier) > LEAST_Z
    assert terms(common, earlier) == []


def test_a_word_of_a_listed_bigram_with_the_same_papers_is_left_out() -> None:
    now = week(flow_matching=30, matching=30, flow=60)
    assert terms(now, before()) == ["flow", "flow matching"]


@pytest.mark.parametrize(("alone", "listed"), [(27, True), (3, False)])
def test_a_word_stays_where_it_has_papers_of_its_own(alone: int, listed: bool) -> None:
    now = week(flow_matching=30, matching=30 + alone)
    assert ("matching" in terms(now, before())) is listed


def test_a_word_stays_where_its_bigram_is_not_listed() -> None:
    now, earlier = week(old_new=10, new=10), before(old_new=60, new=0)
    assert terms(now, earlier) == ["new"]


@pytest.mark.parametrize("term", ["https", "https github", "77", "2026 77"])
def test_numbers_and_parts_of_addresses_are_no_topics(term: str) -> None:
    assert terms(Frequencies(papers=1000, by_term={term: 90, "gpt 5": 50}), before()) == ["gpt 5"]


@pytest.mark.parametrize(("now", "earlier"), [(week(0), before()), (week(mamba=90), before(0)), (week(0), before(0))])
def test_without_papers_nothing_rises(now: Frequencies, earlier: Frequencies) -> None:
    assert rising(now, earlier) == ()
    assert log_odds_z("mamba", now, earlier) == 0


@pytest.mark.parametrize(("papers", "count"), [(-1, 0), (3, 4), (3, -1)])
def test_counts_that_no_papers_can_have_are_refused(papers: int, count: int) -> None:
    with pytest.raises(ValueError, match="in less than no paper"):
        Frequencies(papers=papers, by_term={"term": count})


def test_more_papers_make_the_same_rise_surer() -> None:
    assert log_odds_z("x", week(100, x=10), before(800, x=40)) < log_odds_z("x", week(x=100), before(x=400))


@pytest.mark.parametrize("earlier", [before(4000), before(30_000), before(300_000)])
def test_a_term_that_is_wholly_new_rises_however_long_the_time_before(earlier: Frequencies) -> None:
    assert terms(week(new=10), earlier) == ["new"]


def test_the_formula_is_that_of_the_paper() -> None:
    """Worked by hand: a share of (30 + 10 + .5) / 9,001, which weighs √(1,000 × 8,000) papers."""
    prior = math.sqrt(8_000_000) * 40.5 / 9001
    rest = math.sqrt(8_000_000) - prior
    delta = math.log((30 + prior) / (970 + rest)) - math.log((10 + prior) / (7990 + rest))
    variance = 1 / (30 + prior) + 1 / (970 + rest) + 1 / (10 + prior) + 1 / (7990 + rest)
    assert log_odds_z("mamba", week(mamba=30), before(mamba=10)) == pytest.approx(delta / math.sqrt(variance))


counts = st.integers(0, 10**15)


@st.composite
def frequencies(draw: st.DrawFn) -> Frequencies:
    papers = draw(counts)
    return Frequencies(papers=papers, by_term=draw(st.dictionaries(st.text(max_size=9), st.integers(0, papers))))


@given(now=frequencies(), earlier=frequencies())
@settings(deadline=None)
def test_of_any_counts_only_what_rose_is_listed_best_first(now: Frequencies, earlier: Frequencies) -> None:
    found = rising(now, earlier)
    assert all(math.isfinite(item.z) and item.z >= LEAST_Z and item.this_week >= LEAST_PAPERS for item in found)
    assert [item.z for item in found] == sorted((item.z for item in found), reverse=True)
    assert all(now.share(item.term) > earlier.share(item.term) for item in found)


@given(papers=st.integers(2, 10**5), times=st.integers(1, 30), data=st.data())
@settings(deadline=None)
def test_what_rises_does_so_more_with_each_paper_more(papers: int, times: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, papers // 2 - 1))
    earlier = before(times * papers, x=data.draw(st.integers(0, times * count // 2)))
    assert log_odds_z("x", week(papers, x=count), earlier) < log_odds_z("x", week(papers, x=count + 1), earlier)
