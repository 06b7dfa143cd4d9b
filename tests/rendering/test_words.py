"""The product's own voice: counts, dates, bylines and reasons."""

from datetime import date

import pytest
from hypothesis import given

from digest.editions import Reason, ReasonKind, Recommendation, Slot
from digest.rendering.reasons import matching_words
from digest.rendering.words import ENGLISH as words
from digest.rendering.words import counted, short_title
from tests.fakes import paper
from tests.rendering.builders import chosen, hostile_items, reason, unhurried

AUTHOR, INCLUDE, LIKED, INTEREST = ReasonKind.AUTHOR, ReasonKind.INCLUDE, ReasonKind.LIKED, ReasonKind.INTEREST
NAMES = ("Ada Ames", "Bo Berg", "Cy Cole", "Di Dahl")


@pytest.mark.parametrize(
    ("count", "written"), [(0, "no"), (1, "one"), (7, "seven"), (12, "twelve"), (13, "13"), (4902, "4,902")]
)
def test_small_counts_are_written_as_words(count: int, written: str) -> None:
    assert words.number(count) == written


@pytest.mark.parametrize(("count", "written"), [(0, "0 papers"), (1, "1 paper"), (4902, "4,902 papers")])
def test_a_counted_noun_has_its_plural(count: int, written: str) -> None:
    assert counted(count, "paper") == written


def test_a_day_names_its_year_unless_it_is_this_one() -> None:
    assert words.day(date(2026, 1, 22)) == "Thursday 22 January 2026"
    assert words.day(date(2026, 1, 22), today=date(2026, 3, 2)) == "Thursday 22 January"
    assert words.day(date(2025, 12, 31), today=date(2026, 1, 1)) == "Wednesday 31 December 2025"


@pytest.mark.parametrize(
    ("items", "listed"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_ends_with_and(items: list[str], listed: str) -> None:
    assert words.listed(items) == listed


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Transient learning dynamics: a study", "Transient learning dynamics"),
        ("R2PO: reinforcement learning again", "R2PO: reinforcement learning again"),
        ("A title " + "that goes on " * 9, "A title that goes on that goes on that goes on that goes on…"),
    ],
)
def test_a_short_title_is_the_part_that_says_most(title: str, short: str) -> None:
    assert short_title(title) == short


# ------------------------------------------------------------ who


@pytest.mark.parametrize(
    ("authors", "byline"),
    [
        ((), "Authors not named in the listing"),
        (NAMES[:1], "Ada Ames"),
        (NAMES[:3], "Ada Ames, Bo Berg, Cy Cole"),
        (NAMES, "Ada Ames, Bo Berg, Cy Cole et al. (4)"),
        (NAMES * 753, "Ada Ames, Bo Berg, Cy Cole et al. (3,012)"),
    ],
)
def test_a_byline_names_three_and_counts_the_rest(authors: tuple[str, ...], byline: str) -> None:
    assert words.byline(authors) == byline


def test_no_name_fills_a_byline() -> None:
    assert len(words.byline(["x" * 5000])) == 100


# ------------------------------------------------------------ why


def why(*reasons: Reason) -> tuple[str, ...]:
    return words.why(chosen("A paper", *reasons))


def test_each_reason_says_where_it_comes_from() -> None:
    assert why(reason("Ada Ames", AUTHOR)) == ("author you follow: Ada Ames",)
    assert why(reason("ETH Zurich", ReasonKind.ORGANISATION)) == ("organisation you follow: ETH Zurich",)
    assert why(reason("graph", INCLUDE)) == ("has the term you asked for: graph",)
    assert why(reason("flat minima", INTEREST, terms=["flat"])) == ("fits your words “flat minima”", "matches: flat")
    assert why(reason("Flat minima: a study", LIKED, terms=["flat"])) == (
        "because you liked “Flat minima”",
        "matches: flat",
    )
    assert why(reason("cs.LG", ReasonKind.NEWEST)) == ("newest in cs.LG",)


def test_the_authors_and_terms_a_reader_named_come_first() -> None:
    assert why(
        reason("flat minima", INTEREST, contribution=9.0, terms=["flat"]),
        reason("graph", INCLUDE),
        reason("Ada Ames", AUTHOR),
    ) == ("has the term you asked for: graph", "author you follow: Ada Ames", "fits your words “flat minima”")


def test_there_are_never_more_than_three_reasons() -> None:
    assert len(why(*(reason(name, AUTHOR) for name in NAMES))) == 3


def test_what_speaks_against_a_paper_is_no_reason_to_read_it() -> None:
    assert why(reason("Dull: a study", ReasonKind.DISLIKED, contribution=-1.0, terms=["dull"])) == ()
    assert why(reason("all papers", ReasonKind.BACKGROUND, contribution=0.5)) == ()
    assert why(reason("cold", INTEREST, contribution=-0.1, terms=["cold"])) == ()


def test_a_word_inside_a_longer_one_that_is_shown_is_left_out() -> None:
    both = [reason(terms=["flat", "flat minima", "sharp", "minima"]), reason(terms=["sharpness"])]
    assert matching_words(both) == ["sharpness", "flat minima", "sharp"]


def test_words_that_several_reasons_share_count_together() -> None:
    # "first" gave 1, "second" twice a half and a third
    assert matching_words([reason(terms=["first", "second"]), reason(terms=["third", "second", "last"])]) == [
        "first",
        "second",
        "third",
    ]


def test_mathematics_in_a_liked_title_is_readable() -> None:
    assert why(reason("An $R^2$ of one", LIKED, terms=["r"]))[0] == "because you liked “An R² of one”"


def test_liked_papers_that_are_only_counted_are_named_by_nothing() -> None:
    assert why(reason("7 more", LIKED, contribution=9.0)) == ()
    assert why(reason("7 more", LIKED, contribution=9.0), reason("Flat minima", LIKED, terms=["flat"]))[0] == (
        "because you liked “Flat minima”"
    )


def test_a_word_that_speaks_against_a_paper_is_not_shown_as_a_match() -> None:
    against = Reason(kind=LIKED, label="Flat minima", contribution=0.5, terms=(("flat", 0.7), ("cold", -0.2)))
    assert matching_words([against]) == ["flat"]


# ------------------------------------------------------------ what a place is for


@pytest.mark.parametrize(
    ("slot", "mark"),
    [
        (Slot.CHOSEN, ""),
        (Slot.NEWEST, ""),
        (Slot.MUST_READ, "must-read"),
        (Slot.EXPLORATION, "unlike what you usually get"),
        (Slot.CARRIED, "from an edition that could not be sent"),
        (Slot.RECLAIMED, "you asked for it back"),
    ],
)
def test_what_is_not_simply_chosen_says_so(slot: Slot, mark: str) -> None:
    assert words.mark(chosen(slot=slot), ["cs.LG"]) == mark


@pytest.mark.parametrize(
    ("read", "mark"),
    [
        (["cs.LG", "math.AP"], "everything in cs.LG"),
        (["cs"], "everything in cs"),
        (["cs.LG", "stat.ML"], "everything in its category"),  # which of the two was asked for is not told
        ([], "everything in its category"),
    ],
)
def test_everything_names_the_category_that_was_asked_for(read: list[str], mark: str) -> None:
    assert words.mark(chosen(paper(categories=("cs.LG", "stat.ML")), slot=Slot.EVERYTHING), read) == mark


def test_what_is_there_for_being_unlike_is_not_said_to_be_like_anything() -> None:
    item = chosen("A paper", reason("Flat minima", LIKED, terms=["flat"]), slot=Slot.EXPLORATION)
    assert words.why(item) == ("matches: flat",)


@unhurried
@given(hostile_items())
def test_every_reason_is_short_and_on_one_line(item: Recommendation) -> None:
    for text in (*words.why(item), words.mark(item, item.paper.categories[:1])):
        assert len(text) <= 140
        assert len(text.splitlines()) <= 1
