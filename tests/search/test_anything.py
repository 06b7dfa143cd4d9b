"""Whatever is typed or kept, search answers."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import browse
from digest.browse.queries import LONGEST_QUERY
from digest.store import Store
from tests.fakes import paper
from tests.search.shelf import EVERY, NOW, titles
from tests.store.builders import keep


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.text(max_size=60) | st.text(alphabet="ab\"*():^-+'\\&|!<>{}[]NEAR AND OR NOT like:", max_size=40),
    author=st.text(max_size=12),
    category=st.text(max_size=12),
    by_meaning=st.booleans(),
    page=st.integers(1, 10_000),
)
def test_no_query_is_an_error(
    library: Store, typed: str, author: str, category: str, by_meaning: bool, page: int
) -> None:
    answer = browse.search(library, typed, author=author, category=category, by_meaning=by_meaning, page=page, now=NOW)
    assert len(answer.records) <= answer.count or page > 1
    assert answer.count <= len(EVERY)


@pytest.mark.parametrize(
    "typed",
    [
        "x" * 5000,
        "a b " * 5000,
        '"' * 999,
        '"a" ' * 900,
        "ants " * 999 + "\x00",
        "分子動力学",
        "\ud800 ants",
        "é" * 3000,
    ],
)
def test_nor_is_one_of_any_length_or_script(library: Store, typed: str) -> None:
    for by_meaning in (False, True):
        browse.search(library, typed, by_meaning=by_meaning, now=NOW)


@pytest.mark.parametrize("title", ["x" * 5000, "分子動力学による研究", "y_z 'quoted' \\ back", "\ue000 a\u200db"])
def test_any_title_comes_into_the_index_and_is_found(library: Store, title: str) -> None:
    odd = paper(title, authors=(title, "…", ""), categories=(title[:20],))
    keep(library, odd)
    browse.index(library)
    assert odd.title in titles(browse.search(library, title, now=NOW)) or len(title) > LONGEST_QUERY
