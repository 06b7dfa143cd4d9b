"""A background that grows from day to day is the one that would be made of the same papers at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.relevance.latent import Rows
from digest.relevance.model import Model, tallies
from digest.relevance.space import Space
from digest.relevance.text import TermCounts, count_paper, count_words
from digest.relevance.vocabulary import Vocabulary
from tests.relevance.builders import WORDS, about, archive, counted, model_of, number_of, texts, titles

CLOSE = 1e-6
ByTerm = dict[int, float]


@dataclass(frozen=True, slots=True)
class History:
    """Papers by number, the numbers up to which they came day by day, and how many are kept."""

    documents: Mapping[int, TermCounts]
    days: Sequence[int]
    window: int

    def day_by_day(self) -> Model:
        model = Model()
        for end in self.days:
            known = {number: counts for number, counts in self.documents.items() if number <= end}
            model = model.grown(known, window=self.window)
        return model

    def at_once(self) -> Model:
        return Model().grown(self.documents, window=self.window)

    def kept(self) -> list[int]:
        return sorted(self.documents)[-self.window :]


@st.composite
def histories(draw: st.DrawFn) -> History:
    numbers = draw(st.lists(st.integers(0, 60), unique=True, max_size=14))
    documents = {number: count_paper(draw(titles), draw(texts)) for number in numbers}
    ends = draw(st.sets(st.integers(0, 60), max_size=6))
    return History(documents, [*sorted(ends), 60], draw(st.integers(1, 16)))


def frequencies(model: Model) -> dict[int, int]:
    """Papers with each term, by id, of the terms that any paper has."""
    found = zip(model.vocabulary.ids.tolist(), model.frequencies.tolist(), strict=True)
    return {number: papers for number, papers in found if papers}


def by_term(model: Model, values: npt.NDArray[np.float32]) -> ByTerm:
    return dict(zip(model.vocabulary.ids.tolist(), values.tolist(), strict=True))


def rows(model: Model, matrix: Rows) -> list[ByTerm]:
    ids, data = model.vocabulary.ids[matrix.indices].tolist(), matrix.data.tolist()
    ends = zip(matrix.indptr, matrix.indptr[1:], strict=False)
    return [dict(zip(ids[start:end], data[start:end], strict=True)) for start, end in ends]


def same(one: ByTerm, other: ByTerm) -> bool:
    """Whether two vectors are, each in its own columns, the same; what has no column is zero."""
    return all(abs(one.get(term, 0.0) - other.get(term, 0.0)) < CLOSE for term in one.keys() | other.keys())


def agree(grown: Model, whole: Model, documents: Sequence[TermCounts]) -> None:
    """Two models are the same to everybody who asks them."""
    assert grown.numbers.tolist() == whole.numbers.tolist()
    assert frequencies(grown) == frequencies(whole)
    one, other = Space(grown), Space(whole)
    assert same(by_term(grown, one.mean), by_term(whole, other.mean))
    for ours, theirs in ((one.rows(documents), other.rows(documents)), (one.background, other.background)):
        assert ours.shape[0] == theirs.shape[0]
        assert all(map(same, rows(grown, ours), rows(whole, theirs)))
    assert one.latent_weight == pytest.approx(other.latent_weight, abs=CLOSE)


@given(history=histories(), title=titles, text=texts)
@settings(deadline=None)
def test_grown_day_by_day_is_made_at_once(history: History, title: str, text: str) -> None:
    asked = [*history.documents.values(), count_paper(title, text)]
    agree(history.day_by_day(), history.at_once(), asked)


@given(history=histories())
@settings(deadline=None)
def test_frequencies_are_exact(history: History) -> None:
    kept = [history.documents[number] for number in history.kept()]
    expected = Counter(number for document in kept for number in document.ids.tolist())
    model = history.day_by_day()
    assert frequencies(model) == expected
    assert model.numbers.tolist() == history.kept()
    assert len(model) == len(model.counted) == len(kept)


@given(history=histories())
@settings(deadline=None)
def test_the_counts_of_every_paper_are_kept(history: History) -> None:
    model = history.day_by_day()
    for row, number in enumerate(history.kept()):
        cells = slice(model.counted.indptr[row], model.counted.indptr[row + 1])
        ids, times = model.vocabulary.ids[model.counted.columns[cells]].tolist(), model.counted.times[cells].tolist()
        document = history.documents[number]
        assert dict(zip(ids, times, strict=True)) == dict(zip(document.ids.tolist(), document.times, strict=True))


@given(history=histories())
@settings(deadline=None)
def test_no_column_moves_while_the_model_grows(history: History) -> None:
    first = Model().grown({n: c for n, c in history.documents.items() if n <= history.days[0]}, window=history.window)
    last = first.grown(history.documents, window=history.window)
    assert last.vocabulary.ids[: len(first.vocabulary)].tolist() == first.vocabulary.ids.tolist()


def test_an_archive_of_usual_size_grows_to_the_same_neighbours() -> None:
    documents = {number_of(item): counted(item) for item in archive()}
    whole = model_of(archive(), window=550)
    grown = History(documents, range(49, 700, 50), 550).day_by_day()
    asked, numbers = [counted(item) for item in archive()[-5:]], [number_of(item) for item in archive()[-5:]]
    agree(grown, whole, asked)
    one, other = Space(grown), Space(whole)
    ours, theirs = one.company(one.rows(asked), numbers), other.company(other.rows(asked), numbers)
    assert ours is not None
    assert theirs is not None
    assert all(map(same, rows(grown, ours), rows(whole, theirs)))


@given(history=histories(), title=titles, text=texts)
@settings(deadline=None)
def test_a_pruned_model_is_the_same_without_the_terms_that_nobody_has(history: History, title: str, text: str) -> None:
    model = history.day_by_day()
    pruned = model.pruned()
    agree(pruned, history.at_once(), [*history.documents.values(), count_paper(title, text)])
    assert pruned.vocabulary.ids.tolist() == model.vocabulary.ids[model.frequencies > 0].tolist()
    again = {61: count_paper(title, text)}
    agree(pruned.grown(again, window=history.window), model.grown(again, window=history.window), [again[61]])


def test_a_model_that_grows_by_days_holds_no_more_terms_than_its_papers_and_a_few_days_have() -> None:
    """A background is pruned whenever its latent basis is fitted again, so that its vocabulary has an end."""
    documents = [counted(about(0, number=number)) for number in range(40)]
    model = Model()
    for number, document in enumerate(documents):
        model = model.grown({number: document}, window=4).pruned()
    assert len(model.vocabulary) == len(set(np.concatenate([each.ids for each in documents[-4:]]).tolist()))


def test_the_oldest_leave_a_full_window_with_their_terms() -> None:
    model = Model().grown({1: count_words("spin"), 2: count_words("graph")}, window=2)
    model = model.grown({3: count_words("graph lattice")}, window=2)
    assert model.numbers.tolist() == [2, 3]
    assert frequencies(model).keys() == set(count_words("graph lattice").ids.tolist())
    assert Space(model).rows([count_words("spin")]).sum() == 0  # its column is there, and weighs nothing


def test_more_papers_than_the_window_holds_leave_the_newest() -> None:
    documents = {number: count_words(WORDS[number]) for number in range(5)}
    assert Model().grown(documents, window=2).numbers.tolist() == [3, 4]
    assert Model().grown({0: documents[0]}, window=2).grown(documents, window=2).numbers.tolist() == [3, 4]


def test_what_is_not_newer_than_the_newest_is_known_already() -> None:
    model = Model().grown({5: count_words("graph")}, window=3)
    assert model.grown({4: count_words("spin"), 5: count_words("lattice")}, window=3) is model
    assert model.grown({}, window=3) is model


def test_growing_leaves_the_old_model_as_it_is() -> None:
    model = Model().grown({1: count_words("graph")}, window=1)
    model.grown({2: count_words("graph spin")}, window=1)
    assert model.numbers.tolist() == [1]
    assert frequencies(model) == dict.fromkeys(count_words("graph").ids.tolist(), 1)


def test_papers_without_words_are_counted_as_papers() -> None:
    model = Model().grown({1: count_words(""), 2: count_words("graph"), 3: count_words("")}, window=9)
    assert len(model) == 3
    assert model.counted.indptr.tolist() == [0, 0, 2, 2]


def test_tallies_leave_out_what_the_vocabulary_does_not_know() -> None:
    known = count_words("graph")
    found = tallies([count_words("spin graph"), count_words("spin"), known], Vocabulary(known.ids))
    assert found.indptr.tolist() == [0, 2, 2, 4]
    assert found.columns.tolist() == [0, 1, 0, 1]
    assert len(tallies([], Vocabulary())) == 0
