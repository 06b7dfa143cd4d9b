"""Names and terms match as a person would read them: whole words, in any case, with or without accents."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.authors import Byline
from digest.papers import Paper
from digest.relevance.rules import (
    ALWAYS,
    RuleBook,
    folded,
    followed_authors,
    from_organisations,
    in_categories,
    matching_terms,
    organisations_of,
)
from digest.subscribers import Interest
from tests.fakes import paper
from tests.relevance.builders import WORDS, names, papers

words = st.sampled_from([*WORDS, "GRAPH Neural", "neural-network", "raph", "net", "", "--", "Ames"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Éva Ólafs", "eva olafs"),
        ("E\u0301va", "Éva"),
        ("STRASSE", "Straße"),
        ("İstanbul", "ISTANBUL"),
        ("self-supervised", "Self Supervised"),
        ("self\u2011supervised", "self\u2010supervised"),
        ("J.-P. Serre", "J P Serre"),
        ("  many \n blanks\t", "many blanks"),
        ("ﬁeld", "field"),
        ("𝐆raph ℌilbert", "graph hilbert"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("图神经", "图神经"),
    ],
)
def test_spellings_that_a_person_reads_as_the_same_are_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("graph", "graphs"), ("Łukasz", "Lukasz"), ("ab", "a b"), ("x1", "x2")])
def test_other_words_are_others(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(st.text())
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert once == f" {' '.join(once.split())} "


@pytest.mark.parametrize(
    ("term", "matches"),
    [
        ("graph", True),
        ("GRAPH NETWORKS", True),
        ("graph-networks", True),
        ("networks deep", False),  # one ends the title, the other begins the abstract
        ("raph", False),
        ("graph networks for", False),
        ("learning", True),
        ("", False),
        ("--", False),
        (".*", False),
    ],
)
def test_a_term_matches_as_whole_words_in_title_or_abstract(term: str, matches: bool) -> None:
    item = paper("On graph networks", abstract="Deep learning.")
    assert bool(matching_terms(item, [term])) is matches


def test_matching_terms_keep_the_reader_s_spelling_and_order() -> None:
    item = paper("Graph networks", abstract="Deep learning")
    assert matching_terms(item, ["LEARNING", "spin", "graph"]) == ["LEARNING", "graph"]


def test_a_followed_author_is_the_whole_name() -> None:
    item = paper(authors=("Éva Ólafs", "J.-P. Serre", "Łukasz Kaiser"))
    assert followed_authors(item, ["eva olafs", "Olafs", "J. P. Serre", "Kaiser Łukasz", ""]) == [
        "eva olafs", "J. P. Serre",
    ]  # fmt: skip


def test_a_name_without_letters_follows_nobody() -> None:
    assert followed_authors(paper(authors=("???", "Ada Ames")), ["--"]) == []


# ------------------------------------------------------------ organisations and categories


def from_places(*places: str) -> Paper:
    return paper("Graphs", bylines=tuple(Byline(name="Ada Ames", affiliations=(place,)) for place in places))


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ("MIT", True),
        ("mit csail", True),
        ("ETH Zurich", True),
        ("CSAIL, ETH", False),  # one ends a place, the other begins the next
        ("Zur", False),
        ("", False),
        ("-", False),
    ],
)
def test_an_organisation_matches_as_whole_words_of_one_place(wanted: str, matches: bool) -> None:
    item = from_places("MIT CSAIL", "ETH Zürich, Switzerland")
    assert bool(from_organisations(organisations_of(item), [wanted])) is matches
    assert bool(RuleBook([item]).wanted(Interest(organisations=(wanted,)))) is matches


def test_a_paper_comes_from_each_place_once() -> None:
    assert organisations_of(from_places("MIT", "ETH", "MIT")) == ("MIT", "ETH")
    assert organisations_of(paper()) == ()


@pytest.mark.parametrize(
    ("wanted", "let_in"),
    [
        (("cs",), {"cs.LG", "cs.CL cs.AI", "stat.ML cs.LG"}),
        (("cs.LG",), {"cs.LG", "stat.ML cs.LG"}),
        (("math", "cs.CL"), {"math", "math.CO", "cs.CL cs.AI"}),
        (("CS",), set()),
        ((), {"cs.LG", "cs.CL cs.AI", "csx", "stat.ML cs.LG", "math", "math.CO", ""}),
    ],
)
def test_a_category_lets_in_its_own_and_not_what_begins_like_it(wanted: tuple[str, ...], let_in: set[str]) -> None:
    spellings = ["cs.LG", "cs.CL cs.AI", "csx", "stat.ML cs.LG", "math", "math.CO", ""]
    listing = [paper(text, categories=tuple(text.split())) for text in spellings]
    assert {item.title for item in listing if in_categories(item, wanted)} == let_in
    mask = RuleBook(listing).within(wanted)
    assert {item.title for item, is_in in zip(listing, mask, strict=True) if is_in} == let_in


# ------------------------------------------------------------ all of a day at once


@given(
    listing=papers(),
    follow=st.lists(names | words, max_size=3),
    include=st.lists(words, max_size=3),
    exclude=st.lists(words, max_size=3),
)
@settings(deadline=None)
def test_the_rule_book_says_of_a_day_what_is_said_of_each_paper(
    listing: list[Paper], follow: list[str], include: list[str], exclude: list[str]
) -> None:
    book = RuleBook(listing)
    asked = Interest(follow=tuple(follow), include=tuple(include), exclude=tuple(exclude))
    for _ in range(2):  # what was looked up before is answered the same
        matched = [len(followed_authors(item, follow)) + len(matching_terms(item, include)) for item in listing]
        assert book.wanted(asked) == {row: ALWAYS * count for row, count in enumerate(matched) if count}
        assert book.unwanted(asked) == {row for row, item in enumerate(listing) if matching_terms(item, exclude)}


def test_each_rule_adds_its_own_share() -> None:
    item = from_places("MIT")
    asked = Interest(follow=("Ada Ames",), include=("graphs", "we did"), organisations=("mit",))
    assert RuleBook([paper("Spins", abstract="", authors=()), item]).wanted(asked) == {1: 4 * ALWAYS}


def test_the_book_of_an_empty_day_is_empty() -> None:
    book = RuleBook([])
    asked = Interest(follow=("Ada Ames",), include=("graphs",), exclude=("graphs",), organisations=("mit",))
    assert (book.wanted(asked), book.unwanted(asked), book.within(("cs",)).tolist()) == ({}, set(), [])
