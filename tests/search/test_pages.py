"""Pages of results hold every paper once."""

import pytest

from digest import browse
from digest.store import Store
from tests.fakes import paper
from tests.search.shelf import NOW, titles
from tests.store.builders import keep


@pytest.mark.parametrize("typed", ["ants", "", "ants walk", "like:2603.90001"])
def test_pages_hold_every_paper_once(many: Store, typed: str) -> None:
    first = browse.search(many, typed, now=NOW)
    pages = [browse.search(many, typed, page=page, now=NOW) for page in range(1, first.pages + 2)]
    found = [record.paper.id for page in pages for record in page.records]
    assert len(found) == len(set(found)) == first.count
    assert [len(page.records) for page in pages[:-2]] == [browse.SEARCH_PAGE] * (first.pages - 1)
    assert pages[-1].records == ()


def test_an_exact_title_is_on_the_first_page_alone(many: Store) -> None:
    pages = [browse.search(many, "ants walk", page=page, now=NOW) for page in range(1, 8)]
    keep(many, paper("Ants walk", abstract=""))
    browse.index(many)
    titled = [browse.search(many, "ants walk", page=page, now=NOW) for page in range(1, 8)]
    assert titles(titled[0])[0] == "Ants walk"
    found = [title for page in titled for title in titles(page)]
    assert (len(found), len(set(found)), titled[0].count) == (121, 121, pages[0].count + 1)
