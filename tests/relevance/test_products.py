"""Products of many readers' examples with their papers are those of the matrices, each as if it were made alone."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.relevance.halves import Halves
from digest.relevance.latent import Rows
from digest.relevance.parting import Compact, Exact, Parted, Places
from digest.relevance.products import Groups, Products, Room, places_within
from digest.relevance.wording import UNWRITTEN
from tests.relevance.builders import thrown

CLOSE = 1e-12


@dataclass(frozen=True)
class Scene:
    """Interests with their examples and papers, in the columns of one table of which the first are common."""

    examples: Rows
    papers: Rows
    common: int
    groups: Groups
    dice: np.random.Generator

    @property
    def parted(self) -> Parted:
        return Parted(Compact.of(self.examples[:, : self.common]), self.examples[:, self.common :])

    def products(self, groups: Groups, room: Room) -> Products:
        return Products(Halves.of(self.papers, self.common), self.papers.data, self.parted, groups, room)

    def room(self) -> Room:
        return Room(Halves.of(self.papers, self.common))

    def alone(self, number: int) -> Groups:
        """One of the interests by itself."""
        examples = self.groups.examples[slice(*self.groups.first_example[number : number + 2])]
        rows = self.groups.rows[slice(*self.groups.first_paper[number : number + 2])]
        return Groups(examples, np.array([0, len(examples)]), rows, np.array([0, len(rows)]))


def places(wanted: list[list[int]]) -> tuple[Places, Places]:
    flat = [each for group in wanted for each in group]
    return np.array(flat, dtype=np.intp), np.cumsum([0, *map(len, wanted)])


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Some of the interests may have no example or no paper, and rows may be empty."""
    dice = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    examples, papers, columns = draw(st.integers(1, 6)), draw(st.integers(1, 5)), draw(st.integers(1, 12))
    density = draw(st.sampled_from([0.0, 0.3, 1.0]))

    interests = draw(st.integers(1, 5))
    wanted = [draw(st.lists(st.integers(0, examples - 1), max_size=7)) for _ in range(interests)]
    shown = [draw(st.lists(st.integers(0, papers - 1), max_size=5, unique=True)) for _ in range(interests)]
    groups = Groups(*places(wanted), *places(shown))
    liked, offered = (thrown(dice, rows, columns, density) for rows in (examples, papers))
    return Scene(liked, offered, draw(st.integers(0, columns)), groups, dice)


def plain(scene: Scene, papers: Rows, number: int) -> Exact:
    """The products of one interest as its matrices have them, shape (n_papers, n_examples)."""
    alone = scene.alone(number)
    ours, theirs = scene.examples[alone.examples].toarray(), papers[alone.rows].toarray()
    found: Exact = theirs.astype(np.float64) @ ours.astype(np.float64).T
    return found


@given(scene=scenes())
@settings(deadline=None)
def test_products_are_those_of_the_matrices_and_zero_beyond_the_last_example(scene: Scene) -> None:
    found = scene.products(scene.groups, scene.room()).of_all()
    for number, (first, end) in enumerate(scene.groups.papers()):
        expected = plain(scene, scene.papers, number)
        count = expected.shape[1]
        assert np.abs(found[first:end, :count] - expected).max(initial=0) < CLOSE
        assert not found[first:end, count:].any()


@given(scene=scenes())
@settings(deadline=None)
def test_what_words_give_adds_up_to_the_weighted_products_of_what_is_written(scene: Scene) -> None:
    products = scene.products(scene.groups, scene.room())
    all_products = products.of_all()
    weights: Exact = scene.dice.integers(0, 2, size=all_products.shape).astype(np.float64) * np.sign(all_products)
    words = scene.dice.integers(UNWRITTEN, 4, size=scene.papers.nnz).astype(np.int32)
    written = scene.papers.copy()
    written.data = np.where(words == UNWRITTEN, 0, scene.papers.data).astype(np.float32)

    found = products.by_word(weights, words).sum(axis=1)

    for number, (first, end) in enumerate(scene.groups.papers()):
        expected = plain(scene, written, number)
        sums = (weights[first:end, : expected.shape[1]] * expected).sum(axis=1)
        assert np.abs(found[first:end] - sums).max(initial=0) < CLOSE


@given(scene=scenes())
@settings(deadline=None)
def test_an_interest_finds_to_the_last_bit_what_it_would_find_alone_in_a_room_of_its_own(scene: Scene) -> None:
    room = scene.room()
    words = scene.dice.integers(UNWRITTEN, 4, size=scene.papers.nnz).astype(np.int32)
    products = scene.products(scene.groups, room)
    found = products.of_all()
    told = products.by_word(np.sign(found), words)
    for number, (first, end) in enumerate(scene.groups.papers()):
        alone = scene.products(scene.alone(number), scene.room())
        its = alone.of_all()
        mine = alone.by_word(np.sign(its), words)
        assert np.array_equal(found[first:end, : its.shape[1]], its)
        assert np.array_equal(told[first:end, : mine.shape[1]], mine)
        assert not told[first:end, mine.shape[1] :].any()


@given(scene=scenes())
@settings(deadline=None)
def test_the_room_is_left_as_it_was_found(scene: Scene) -> None:
    room = scene.room()
    products = scene.products(scene.groups, room)
    products.by_word(products.of_all(), np.zeros(scene.papers.nnz, np.int32))
    assert not room.marks.any()
    assert not room.values(0).any()


def test_things_are_counted_within_their_groups() -> None:
    assert places_within(np.array([2, 0, 3])).tolist() == [0, 1, 0, 1, 2]
