"""Names and terms match as a person would read them: whole words, in any case, with or without accents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.relevance.rules import folded, followed_authors, matching_terms
from tests.fakes import paper


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
