"""The words of a day's papers are told as each paper first writes them."""

import numpy as np

from digest.relevance.latent import in_rows
from digest.relevance.text import stem_id, word_id
from digest.relevance.wording import UNWRITTEN, Wording
from tests.fakes import paper

NETWORKS, STEM, ROBOTS = word_id("networks"), stem_id("networks"), word_id("robots")
ITEM = paper("Networks and a network", abstract="Nothing else")


def wording() -> Wording:
    """That of one paper whose row has a word, the word's stem, and a word that only its company writes."""
    rows = in_rows(np.ones(3, np.float32), np.arange(3), np.array([0, 3]), 3)
    return Wording([ITEM], rows, np.array([NETWORKS, STEM, ROBOTS], dtype=np.uint64))


def test_a_word_and_its_stem_are_one_word_as_it_is_written_first() -> None:
    found = wording()
    assert found.words(0) == ["networks"]
    first, second, _ = found.of_cells(np.arange(3)).tolist()
    assert first == second == 0


def test_what_only_the_company_of_a_paper_writes_is_no_word_of_it() -> None:
    found = wording()
    found.words(0)
    assert found.of_cells(np.array([2])).tolist() == [UNWRITTEN]
