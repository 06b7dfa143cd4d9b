"""What is typed is found, however it is typed, and the same on both engines."""

import pytest

from digest import browse
from digest.papers import Paper
from digest.store import Store
from tests.fakes import paper
from tests.search.shelf import GRAPHS, MINIMA, WAVES, Search, titles
from tests.store.builders import keep


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("minima", [MINIMA]),
        ("MINIMUM", []),  # another stem, which Porter2 does not know to be the same
        ("neural network", [GRAPHS, MINIMA]),  # the title counts more
        ("landscapes", [MINIMA, WAVES]),
        ("schrödinger", [GRAPHS]),
        ("Schrodinger equations", [GRAPHS]),
        ("state of the art", [GRAPHS]),
        ("state-of-the-art", [GRAPHS]),
        ("zancato", [MINIMA]),
        ("Luca Zancato", [MINIMA]),
        ("sorensen", [GRAPHS]),
        ("Sørensen", [GRAPHS]),
        ("van den Berg", [GRAPHS]),
        ("berg waves", [WAVES]),
        ('"neural networks"', [GRAPHS, MINIMA]),
        ('"networks neural"', []),
        ("“loss landscape”", [MINIMA]),
        ('"energy is lost', [WAVES]),
        ('"Luca Zancato"', [MINIMA]),
        ('"landscape study"', []),  # no phrase goes on from title to abstract
    ],
)
def test_words_are_found_as_papers_are_read(search: Search, typed: str, found: list[Paper]) -> None:
    answer = search(typed)
    if not answer.by_meaning:
        assert titles(answer) == [item.title for item in found]
    else:
        assert found == []


def test_an_exact_title_stands_first_however_often_others_say_it(search: Search, library: Store) -> None:
    keep(
        library,
        *(paper("Waves, waves and waves on shallow water", abstract="Waves on shallow water. " * 9) for _ in "ab"),
    )
    browse.index(library)
    answer = search("WAVES ON SHALLOW WATER")
    assert titles(answer)[0] == WAVES.title
    assert answer.count == len(answer.records) == 3


def test_words_that_no_paper_has_together_are_answered_by_meaning(search: Search) -> None:
    answer = search("gradient descent on molecules")
    assert answer.by_meaning
    assert {MINIMA.title, GRAPHS.title} <= set(titles(answer))


def test_nothing_is_said_of_words_that_nobody_knows(search: Search) -> None:
    assert search("qqqqq xxyzzy") == browse.Found(records=(), count=0, page=1, by_meaning=True)


def test_a_query_without_a_word_finds_nothing(search: Search) -> None:
    assert search("2024 !!! —").count == 0


@pytest.mark.parametrize(
    "typed",
    [
        "2603.90002",
        "arXiv:2603.90002v3",
        "https://arxiv.org/abs/2603.90002",
        "https://huggingface.co/papers/2603.90002?ref=x",
        "10.48550/arXiv.2603.90002",
    ],
)
def test_a_paper_is_found_by_its_id_and_addresses(search: Search, typed: str) -> None:
    answer = search(typed, category="cs.LG")
    assert (answer.direct, titles(answer), answer.count) == (GRAPHS.id, [GRAPHS.title], 1)


def test_a_paper_is_found_by_its_doi(search: Search) -> None:
    assert search("https://doi.org/10.1000/WAVES.7").direct == WAVES.id


def test_an_id_that_is_not_kept_is_searched_for_like_any_text(search: Search) -> None:
    assert (search("2603.99999").direct, search("2603.99999").count) == (None, 0)
