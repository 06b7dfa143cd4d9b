"""Papers near to a paper or to words, and what they share."""

from digest import browse
from digest.identity import PaperId
from digest.store import Store
from tests.fakes import paper
from tests.search.shelf import GRAPHS, MINIMA, NOW, Search, titles
from tests.store.builders import keep


def test_the_nearest_papers_are_named_with_the_words_they_share(library: Store) -> None:
    near = paper("Loss landscapes and flat minima of deep networks", abstract="Descent finds flat minima.")
    keep(library, near)
    browse.index(library)
    found = browse.like(library, MINIMA.id, limit=2, now=NOW)
    assert found[0].record.paper.id == near.id
    assert {"flat", "minima", "loss"} <= set(found[0].shared)
    assert 1 >= found[0].cosine > found[1].cosine > 0
    assert MINIMA.id not in [each.record.paper.id for each in found]


def test_like_and_an_id_finds_the_neighbours_of_that_paper(search: Search) -> None:
    answer = search("like:2603.90001")
    assert answer.by_meaning
    assert answer.near is not None
    assert answer.near.id == MINIMA.id
    assert GRAPHS.title in titles(answer)
    assert MINIMA.title not in titles(answer)
    assert search("like:2603.99999").count == 0


def test_an_unknown_paper_is_like_nothing(library: Store) -> None:
    assert browse.like(library, PaperId("arxiv:2603.99999"), limit=5, now=NOW) == []
