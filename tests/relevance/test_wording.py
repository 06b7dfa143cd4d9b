"""The words of a day's papers are told as each paper first writes them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.papers import Paper
from digest.relevance.latent import in_rows
from digest.relevance.text import Ids, count_paper, occurrences, stem_id, word_id
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
    found.read(np.array([0]))
    first, second, _ = found.by_cell.tolist()
    assert first == second == found.by_cell.max() == 0
    assert found.spelled(np.array([0]), np.array([first])) == ["networks"]


def test_what_only_the_company_of_a_paper_writes_is_no_word_of_it() -> None:
    found = wording()
    found.read(np.array([0]))
    assert found.by_cell[2] == UNWRITTEN


def test_a_paper_that_was_not_read_has_no_words_yet() -> None:
    assert wording().by_cell.tolist() == [UNWRITTEN] * 3


def test_a_word_that_two_papers_write_is_in_memory_once_whenever_they_are_read() -> None:
    rows = in_rows(np.ones(2, np.float32), np.zeros(2, np.int32), np.array([0, 1, 2]), 1)
    found = Wording([ITEM, paper("Other networks")], rows, np.array([NETWORKS], dtype=np.uint64))
    found.read(np.array([0]))
    found.read(np.array([1]))
    one, other = found.spelled(np.array([0, 1]), found.by_cell)
    assert one == "networks"
    assert one is other


# ------------------------------------------------------------ many papers at once

texts = st.lists(st.sampled_from("graph graphs spin spins of Spinning 图神经网络 x1 ...".split()), max_size=9).map(
    " ".join
)
papers = st.lists(st.builds(lambda title, abstract: paper(title, abstract=abstract), texts, texts), max_size=6)


def of_all(items: list[Paper], dice: np.random.Generator) -> tuple[Wording, list[Ids]]:
    """A wording of papers whose rows have some of their terms and some that they do not write; the terms of each."""
    known = np.unique(np.concatenate([count_paper(each.title, each.abstract).ids for each in (ITEM, *items)]))
    columns = [np.flatnonzero(dice.random(len(known)) < 0.7) for _ in items]
    ends, flat = np.cumsum([0, *map(len, columns)]), np.concatenate([np.zeros(0, np.intp), *columns])
    rows = in_rows(np.ones(ends[-1], np.float32), flat, ends, len(known))
    return Wording(items, rows, known), [known[some] for some in columns]


def plainly(item: Paper, terms: Ids) -> tuple[list[str], list[int]]:
    """The words of a paper, and the number of that of each term, one occurrence after the other."""
    number: dict[int, int] = {}
    found, of_term = list[str](), dict[int, int]()
    for text in (item.title, item.abstract):
        own, stems, shown = (each if isinstance(each, list) else each.tolist() for each in occurrences(text))
        for term, stem, word in [*zip(own, stems, shown, strict=True), *zip(stems, stems, shown, strict=True)]:
            if term in terms.tolist():
                if stem not in number:
                    number[stem] = len(found)
                    found.append(str(word))
                of_term[term] = number[stem]
    return found, [of_term.get(term, UNWRITTEN) for term in terms.tolist()]


@given(items=papers, seed=st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_papers_that_are_read_together_are_worded_as_one_occurrence_after_the_other_has_it(
    items: list[Paper], seed: int
) -> None:
    found, terms = of_all(items, np.random.default_rng(seed))
    found.read(np.arange(len(items)))
    expected = [plainly(item, own) for item, own in zip(items, terms, strict=True)]
    assert found.by_cell.tolist() == [number for _, numbers in expected for number in numbers]
    for row, (words, _) in enumerate(expected):
        assert found.spelled(np.full(len(words), row), np.arange(len(words))) == words
