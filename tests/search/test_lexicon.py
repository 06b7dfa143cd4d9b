"""What the index knows of words and stems, as it is looked up by the thousand."""

import numpy as np
import pytest

from digest import browse
from digest.browse.indexing import signed
from digest.relevance.text import stem_id
from digest.store import Store, search_lexicon
from digest.store.search_tables import ALL_PAPERS
from tests.fakes import paper
from tests.search.shelf import MINIMA
from tests.store.builders import keep


def counted(store: Store, *words: str) -> list[int]:
    """How many papers there are, and how many have each word by its stem."""
    with store.read() as tx:
        numbers = [ALL_PAPERS, *(signed(stem_id(word)) for word in words)]
        return list(map(int, tx.search.frequencies(np.array(numbers, np.int64))))


def believed(store: Store) -> dict[str, int]:
    with store.read() as tx:
        spelt = tx.search.words().spelt.values()
    return {
        word: papers for each in spelt for word, papers in zip(each.words.tolist(), each.papers.tolist(), strict=True)
    }


def test_every_stem_is_counted_and_what_nobody_wrote_is_in_no_paper(library: Store) -> None:
    assert counted(library, "landscapes", "molecule", "zebra") == [3, 2, 1, 0]


def test_words_of_three_papers_are_believed_with_as_many_letters_as_they_have(library: Store) -> None:
    assert believed(library) == {}
    keep(library, *(paper(f"Schrödinger {number}", abstract="Naïve cats.") for number in range(3)))
    browse.index(library)
    assert believed(library).items() >= {"schrodinger": 4, "naive": 3, "cats": 3}.items()
    with library.read() as tx:
        assert all(each.letters.shape == (len(each.words), size) for size, each in tx.search.words().spelt.items())


def test_what_came_since_they_were_read_is_counted_all_the_same(
    library: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_lexicon, "_GROWN", 1000)
    assert counted(library, "minima", "zebra") == [3, 1, 0]
    keep(library, paper("Zebras find flat minima", abstract=""))
    browse.index(library)
    assert counted(library, "minima", "zebra") == [3, 1, 1]
    monkeypatch.undo()
    assert counted(library, "minima", "zebra") == [4, 2, 1]


def test_an_index_without_papers_knows_nothing(store: Store) -> None:
    assert counted(store, MINIMA.title) == [0, 0]
    assert believed(store) == {}
