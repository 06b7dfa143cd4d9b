"""Only some papers: of a category, of some days, by somebody, with code."""

from datetime import timedelta

import pytest

from digest import browse
from digest.papers import Paper
from digest.signals import CODE, Signal
from digest.store import Store
from tests.fakes import MONDAY, at
from tests.search.shelf import GRAPHS, MINIMA, NOW, WAVES, Search, titles


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [WAVES, GRAPHS, MINIMA]),
        ({"category": "cs.LG"}, [MINIMA]),
        ({"category": "stat.ML"}, [MINIMA]),
        ({"category": "physics"}, [WAVES, GRAPHS]),
        ({"category": "physics.chem-ph"}, [GRAPHS]),
        ({"category": "quant-ph"}, []),
        ({"author": "Zancato"}, [MINIMA]),
        ({"author": "Luca Zancato"}, [MINIMA]),
        ({"author": "Kaiming He"}, [MINIMA]),
        ({"author": "He"}, [MINIMA]),
        ({"author": "Luca He"}, []),
        ({"author": "SØRENSEN"}, [GRAPHS]),
        ({"author": "Berg"}, [WAVES, GRAPHS]),
        ({"author": "…"}, []),
        ({"since": MONDAY - timedelta(days=1)}, [WAVES, GRAPHS]),
        ({"until": MONDAY - timedelta(days=1)}, [GRAPHS, MINIMA]),
        ({"since": MONDAY, "until": MONDAY - timedelta(days=1)}, []),
        ({"since": MONDAY, "author": "Berg"}, [WAVES]),
        ({"has_code": True}, []),
    ],
)
def test_without_words_the_newest_come_first_as_far_as_the_filters_let_them(
    search: Search, asked: dict[str, object], found: list[Paper]
) -> None:
    answer = search("", **asked)
    assert (titles(answer), answer.count) == ([item.title for item in found], len(found))


@pytest.mark.parametrize("asked", [{"category": "physics"}, {"since": MONDAY}, {"author": "Bo Berg"}])
def test_filters_hold_for_words_and_for_meaning(search: Search, asked: dict[str, object]) -> None:
    assert titles(search("landscape", **asked)) == [WAVES.title]
    assert MINIMA.title not in titles(search("flat landscape", by_meaning=True, **asked))


def test_a_paper_with_code_is_found_once_somebody_has_told_of_it(search: Search, library: Store) -> None:
    code = Signal(subject=GRAPHS.id, name=CODE, value="https://git.example/x", source="huggingface", observed_at=NOW)
    with library.begin() as tx:
        tx.signals.keep([code])
    browse.index(library)
    assert titles(search("networks", has_code=True)) == [GRAPHS.title]


def test_what_is_announced_later_than_tomorrow_is_not_found_yet(library: Store) -> None:
    earlier = browse.search(library, "", now=at(MONDAY - timedelta(days=3)))
    assert titles(earlier) == [MINIMA.title]
