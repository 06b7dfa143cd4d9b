"""Measuring papers: what is compared with what, what is kept of it, and what is said of one paper and one week."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import browse, merits
from digest.compose.background import background
from digest.errors import InvalidInput
from digest.merits import measuring
from digest.merits.listed import Listed
from digest.merits.rows import unit_rows
from digest.papers import AnnouncementKind, Paper
from digest.relevance.merit import merits as merits_of
from digest.relevance.novelty import LEAST_GROUP
from digest.relevance.settings import RelevanceSettings
from digest.relevance.space import Space
from digest.relevance.text import count_paper
from digest.signals import CODE, NOVELTY, OURS, SCORE, UPVOTES, Signal, Value
from digest.store import Store
from digest.store.papers import KeptPaper
from tests.fakes import MONDAY, at, paper
from tests.store.builders import announce, announced, keep

WAVES = "Waves on shallow water break over a sloping beach."
MOTHS = "Moths navigate by polarised moonlight above dense forest."
_numbers = count(1)
CODES = "Error correcting codes meet quantum memories and noisy channels."


def listing(store: Store, day: date, *papers: Paper, kind: AnnouncementKind = AnnouncementKind.NEW) -> None:
    announce(store, *(announced(each, day=day, kind=kind) for each in papers), now=at(day))


def written(abstract: str, title: str = "", **values: Any) -> Paper:
    """A paper of those words, by somebody else each time, so that no two are taken for one work."""
    number = next(_numbers)
    values = {"abstract": abstract, "authors": (f"Author {number}",)} | values
    return paper(title or f"Number {number}", **values)


def space(store: Store) -> Space:
    return background(store, RelevanceSettings(), None)


def measure(store: Store, *, days: int = 1, day: date = MONDAY) -> merits.Measured:
    return merits.measure(store, space(store), now=at(day), days=days)


def appraise(store: Store, item: Paper, *, day: date = MONDAY) -> merits.Appraisal:
    record = browse.paper(store, item.id)
    return merits.appraise(store, space(store), item.id, record.signals, now=at(day))


def ours(store: Store, name: str, *papers: Paper) -> list[Value | None]:
    """What is kept as measured here of each paper."""
    with store.read() as tx:
        said = tx.signals.newest(each.id for each in papers)
    kept = [{s.name: s.value for s in said.get(each.id, ()) if s.source == OURS} for each in papers]
    return [each.get(name) for each in kept]


def tell(store: Store, item: Paper, name: str, value: Value, *, source: str = "someone") -> None:
    told = Signal(subject=item.id, name=name, value=value, source=source, observed_at=at(MONDAY))
    with store.begin() as tx:
        tx.signals.keep([told])


# ------------------------------------------------------------ novelty


def test_a_paper_in_the_words_of_an_earlier_one_is_less_new_than_one_in_its_own(store: Store) -> None:
    again, fresh = written(WAVES), written(MOTHS)
    listing(store, MONDAY - timedelta(days=10), written(WAVES), written(CODES))
    listing(store, MONDAY, again, fresh)

    came = measure(store)

    known, new = ours(store, NOVELTY, again, fresh)
    assert (came.papers, came.novelties) == (2, 2)
    assert isinstance(known, int | float)  # SQLite gives whole numbers back as such
    assert isinstance(new, int | float)
    assert 0 <= known < 50 < 90 < new <= 100


def test_papers_that_were_brought_for_past_days_are_known_before_too(store: Store) -> None:
    again = written(WAVES)
    listing(store, MONDAY - timedelta(days=10), written(WAVES), kind=AnnouncementKind.FOUND)
    listing(store, MONDAY, again)
    measure(store)
    (found,) = ours(store, NOVELTY, again)
    assert isinstance(found, int | float)
    assert found < 50


@pytest.mark.parametrize("days_before", [0, 366])
def test_papers_of_the_same_day_or_of_more_than_a_year_before_are_not_earlier(store: Store, days_before: int) -> None:
    again = written(WAVES)
    listing(store, MONDAY - timedelta(days=days_before), written(WAVES))
    listing(store, MONDAY, again)
    assert measure(store).novelties == 0
    assert ours(store, NOVELTY, again) == [None]


def test_a_paper_without_a_known_word_has_no_novelty_and_keeps_nobody_from_having_one(store: Store) -> None:
    foreign, fresh = written("", title="飞蛾导航"), written(MOTHS)
    listing(store, MONDAY - timedelta(days=1), written(WAVES))
    before = space(store)
    listing(store, MONDAY, foreign, fresh)
    assert merits.measure(store, before, now=at(MONDAY), days=1).novelties == 1
    assert [value is None for value in ours(store, NOVELTY, foreign, fresh)] == [True, False]


def test_measuring_again_measures_nothing_twice_and_says_nothing_new(store: Store) -> None:
    item = written(MOTHS)
    listing(store, MONDAY - timedelta(days=1), written(WAVES))
    listing(store, MONDAY, item)
    assert measure(store) == merits.Measured(papers=1, novelties=1, scores=1)
    before = ours(store, NOVELTY, item)
    listing(store, MONDAY - timedelta(days=1), written(MOTHS))  # it comes late, and would make the paper old

    assert measure(store) == merits.Measured(papers=1)
    assert ours(store, NOVELTY, item) == before


def test_the_papers_of_as_many_days_are_measured_as_were_asked_for(store: Store) -> None:
    days = [MONDAY - timedelta(days=n) for n in (9, 2, 1, 0)]
    papers = [written(f"{MOTHS} Part {n}.") for n in range(4)]
    for day, item in zip(days, papers, strict=True):
        listing(store, day, item)
    assert measure(store, days=2).papers == 2
    assert [value is None for value in ours(store, SCORE, *papers)] == [True, True, False, False]


def test_without_any_listing_nothing_is_measured(store: Store) -> None:
    keep(store, written(WAVES))
    assert measure(store, days=366) == merits.Measured()


def test_the_archive_in_parts_gives_what_it_gives_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{one} {other}" for one in (WAVES, MOTHS, CODES) for other in (WAVES, MOTHS, CODES)]
    for number, text in enumerate(texts):
        listing(store, MONDAY - timedelta(days=number), written(text))
    new = [written(f"{text} Once more.") for text in texts]
    listing(store, MONDAY + timedelta(days=1), *new)
    rows = unit_rows(space(store), [count_paper(each.title, each.abstract) for each in new])
    monkeypatch.setattr(measuring, "BLOCK", 2)

    measure(store)

    with store.read() as tx:
        earlier = [each.kept.paper for each in tx.announcements.fresh_since(0) if each.day <= MONDAY]
    old = unit_rows(space(store), [count_paper(each.title, each.abstract) for each in earlier])
    highest = (rows @ old.T).toarray().max(axis=1)
    assert ours(store, NOVELTY, *new) == pytest.approx([100 * (1 - cosine) for cosine in highest], abs=0.0051)


# ------------------------------------------------------------ scores


def test_a_score_is_kept_as_a_whole_number_and_code_raises_it(store: Store) -> None:
    plain, with_code = written(WAVES), written(MOTHS)
    listing(store, MONDAY, plain, with_code)
    tell(store, with_code, CODE, "https://github.com/a/b")
    measure(store)
    assert ours(store, SCORE, plain, with_code) == [50.0, 67.0]


def test_a_score_that_is_another_now_takes_the_place_of_the_old_one(store: Store) -> None:
    item = written(WAVES)
    listing(store, MONDAY, item)
    measure(store)
    tell(store, item, CODE, "https://github.com/a/b")
    assert merits.measure(store, space(store), now=at(MONDAY, hour=9), days=1).scores == 1
    assert ours(store, SCORE, item) == [67.0]


def test_what_a_source_calls_novelty_and_score_is_never_taken_for_ours(store: Store) -> None:
    item = written(MOTHS)
    listing(store, MONDAY, item)
    tell(store, item, NOVELTY, 99.0)
    tell(store, item, SCORE, 7.5)
    measure(store)

    found = appraise(store, item)

    assert ours(store, NOVELTY, item) == [None]
    assert found.novelty is None
    assert found.merit.score == 50
    assert {(s.source, s.name, s.value) for s in found.merit.given} == {
        ("someone", NOVELTY, 99.0),
        ("someone", SCORE, 7.5),
    }


@settings(deadline=None)
@given(st.lists(st.one_of(st.floats(), st.text(max_size=9), st.just(("a", "b"))), min_size=1, max_size=6))
def test_whatever_sources_tell_a_score_has_its_bounds(values: Sequence[Value]) -> None:
    said = [
        Signal(subject="x", name=UPVOTES, value=v, source=f"s{n}", observed_at=at(MONDAY)) for n, v in enumerate(values)
    ]
    papers = [Listed(kept=KeptPaper(n, paper(), b""), day=MONDAY, said=tuple(said[:n])) for n in range(len(said) + 1)]
    assert all(0 <= merit.score <= 100 for merit in merits_of([each.known for each in papers]))


# ------------------------------------------------------------ one paper


def test_what_is_shown_adds_up_to_the_score(store: Store) -> None:
    item = written(MOTHS)
    listing(store, MONDAY - timedelta(days=1), written(WAVES))
    listing(store, MONDAY, item, written(CODES))
    tell(store, item, CODE, "https://github.com/a/b")
    measure(store, days=7)

    found = appraise(store, item)

    assert [part.name.value for part in found.merit.parts] == ["code", "novelty", "prior"]
    assert math.fsum(part.points for part in found.merit.parts) == found.merit.score
    assert ours(store, SCORE, item) == [round(found.merit.score)]
    assert (found.first, found.last, found.among) == (MONDAY - timedelta(days=6), MONDAY, 3)


def test_a_paper_is_weighed_among_those_of_the_week_from_its_listing_on(store: Store) -> None:
    days = [MONDAY + timedelta(days=n) for n in (-1, 0, 6, 7)]
    papers = [written(f"{MOTHS} Part {n}.") for n in range(4)]
    for day, item in zip(days, papers, strict=True):
        listing(store, day, item)

    found = appraise(store, papers[1], day=days[3])

    assert (found.first, found.last, found.among) == (days[1], days[2], 2)


def test_the_place_is_among_the_papers_of_its_category_where_they_are_enough(store: Store) -> None:
    listing(store, MONDAY - timedelta(days=1), written(WAVES))
    many = [written(f"{WAVES} Beach number{'x' * n}.") for n in range(LEAST_GROUP)]
    (alone,) = others = [written(MOTHS, categories=("math.AP",))]
    listing(store, MONDAY, *many, *others)
    measure(store)

    one, other = appraise(store, many[0]).novelty, appraise(store, alone).novelty

    assert one is not None
    assert other is not None
    assert (one.category, one.among) == ("cs.LG", LEAST_GROUP)
    assert (other.category, other.among) == ("", LEAST_GROUP + 1)
    assert other.percentile == pytest.approx(100 * (LEAST_GROUP + 0.5) / (LEAST_GROUP + 1))


def test_the_nearest_papers_come_first_and_the_paper_itself_is_none_of_them(store: Store) -> None:
    item, near, far = written(f"{WAVES} {MOTHS}"), written(f"{WAVES} {MOTHS} Comets pass."), written(WAVES)
    listing(store, MONDAY, far, item, near, written(CODES))

    found = appraise(store, item).similar

    assert [each.paper.id for each in found][:2] == [near.id, far.id]
    assert item.id not in [each.paper.id for each in found]
    assert 1 > found[0].likeness > found[1].likeness > 0


def test_a_summary_is_two_of_the_abstracts_own_sentences(store: Store) -> None:
    item = written(f"{WAVES} {CODES} We show that moths cross beaches. Nobody knew. It was late.")
    listing(store, MONDAY, item)
    told = appraise(store, item).summary
    assert len(told) < len(item.abstract)
    assert all(f"{sentence}." in item.abstract for sentence in told.rstrip(".").split(". "))


@pytest.mark.parametrize(
    "abstract", ["", "   ", "飞蛾借助偏振月光导航。我们证明了这一点。还有别的。", "$" * 99, "\x1b[31m \u202e"]
)
def test_a_paper_of_any_words_that_no_listing_named_is_appraised(store: Store, abstract: str) -> None:
    item = written(abstract)
    keep(store, item)
    found = appraise(store, item)
    assert (found.merit.score, found.among, found.novelty) == (50, 1, None)


def test_a_paper_that_is_not_kept_cannot_be_appraised(store: Store) -> None:
    with pytest.raises(InvalidInput, match=r"paper 2603\.77777 is not kept"):
        merits.appraise(store, space(store), paper(number=77777).id, (), now=at(MONDAY))


# ------------------------------------------------------------ terms on the rise


def weeks(store: Store, *, this_week: Sequence[str], before: Sequence[str], **values: Any) -> None:
    """Papers of these words on Monday, and evenly over the eight weeks before."""
    for number in range(8):
        texts = before[number::8]
        listing(store, MONDAY - timedelta(days=7 + 7 * number), *(written(text, **values) for text in texts))
    listing(store, MONDAY, *(written(text, **values) for text in this_week))


def test_a_term_of_which_many_more_papers_speak_is_rising(store: Store) -> None:
    weeks(store, this_week=[WAVES] * 10 + [f"{MOTHS} mamba"] * 10, before=[WAVES, CODES] * 56)

    found = merits.rising_terms(store)

    assert (found.first, found.last) == (MONDAY - timedelta(days=6), MONDAY)
    assert (found.papers, found.before) == (20, 112)
    assert {name: "forest mamba" in [t.term for t in terms] for name, terms in found.by_category.items()} == {
        "cs.LG": True
    }
    assert all((term.this_week, term.before) == (10, 0) for term in found.by_category["cs.LG"])


def test_only_the_categories_that_were_asked_for_are_told_of(store: Store) -> None:
    both = ("cs.LG", "math.AP")
    weeks(store, this_week=[f"{MOTHS} mamba"] * 10, before=[WAVES] * 56, categories=both)
    assert set(merits.rising_terms(store).by_category) == set(both)
    assert set(merits.rising_terms(store, categories=["math.AP"]).by_category) == {"math.AP"}
    assert set(merits.rising_terms(store, categories=["cs"]).by_category) == {"cs"}
    assert merits.rising_terms(store, categories=["q-bio"]).papers == 0


def test_another_week_has_other_terms(store: Store) -> None:
    weeks(store, this_week=[f"{MOTHS} mamba"] * 10, before=[WAVES] * 56)
    earlier = merits.rising_terms(store, last=MONDAY - timedelta(days=7))
    assert (earlier.papers, dict(earlier.by_category)) == (7, {})


def test_an_old_paper_that_only_now_became_known_is_no_paper_of_the_week(store: Store) -> None:
    old = written(MOTHS)
    listing(store, MONDAY + timedelta(days=60), written(WAVES, versions=()), old, kind=AnnouncementKind.REPLACEMENT)
    assert merits.rising_terms(store, last=MONDAY + timedelta(days=60)).papers == 1


def test_before_any_listing_there_is_no_week(store: Store) -> None:
    with pytest.raises(InvalidInput, match="digest ingest"):
        merits.rising_terms(store)
