"""A day's scores are the sum that the module promises, for all readers and blocks at once."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.relevance.model import Model
from digest.relevance.readers import UNKEPT
from digest.relevance.scoring import Adjust, Day, Top, Vectors
from digest.relevance.space import Space
from digest.relevance.tastes import Taste
from digest.relevance.text import TermCounts, count_words
from tests.relevance.builders import (
    FIRST,
    Formula,
    about,
    archive,
    archive_space,
    counted,
    embedded_space,
    listing,
    space_of,
)

CLOSE = 1e-5
BLOCKS = (1, 255, 256, 257, 600)  # papers: less than one block, just one, and several
Matrix = npt.NDArray[np.float64]

# Papers of the background, of which some stand in its sample, new papers, and words of readers.
KNOWN = [counted(item) for item in archive()[:12]]
NEW = [counted(about(topic, number=8_000 + topic)) for topic in range(6)]
WRITTEN = [count_words(text) for text in ("abba abce erdi", "common words never heard", "", "commonb")]
EXAMPLES = [*KNOWN, *NEW, *WRITTEN]
NUMBERS = [*range(12), *range(8_000, 8_006), *[UNKEPT] * 4]


@lru_cache
def spaces() -> dict[str, Space]:
    return {"small": space_of(archive()[:40]), "archive": archive_space(), "embedded": embedded_space()}


@lru_cache
def day(size: int, kind: str = "archive") -> Day:
    documents = [counted(item) for item in listing(size)]
    return Day(spaces()[kind], documents, range(FIRST, FIRST + size))


@lru_cache
def examples(kind: str = "archive") -> Vectors:
    return Vectors(spaces()[kind], EXAMPLES, [number if number >= 0 else "abba" for number in NUMBERS])


def no_rules(tastes: Sequence[Taste], size: int) -> Adjust:
    return Adjust(np.ones((1, size), dtype=bool), [0] * len(tastes), [[] for _ in tastes])


def top(tastes: Sequence[Taste], size: int, *, k: int, kind: str = "archive") -> Top:
    return day(size, kind).top(examples(kind), tastes, no_rules(tastes, size), NUMBERS, k=k)


@lru_cache
def formula(size: int, kind: str = "archive") -> Formula:
    return Formula(spaces()[kind], [counted(item) for item in listing(size)], range(FIRST, FIRST + size))


def expected(taste: Taste, size: int, kind: str = "archive") -> Matrix:
    return formula(size, kind).scores(taste, examples(kind))


@st.composite
def tastes(draw: st.DrawFn) -> Taste:
    places = st.lists(st.sampled_from(range(len(EXAMPLES))), unique=True, max_size=8)
    wanted, unwanted = draw(places), draw(places)
    shares = draw(st.lists(st.floats(0.01, 1), min_size=len(wanted), max_size=len(wanted)))
    return Taste(tuple(wanted), tuple(share / sum(shares) for share in shares), tuple(unwanted))


ONE = Taste((12,), (1.0,))
BOTH = Taste((12, 1), (0.75, 0.25), (14, 2))


def is_the_best(found: Top, line: int, scores: Matrix, k: int) -> None:
    """What was found are the k best of the finite scores, best first."""
    best = np.sort(scores[np.isfinite(scores)])[::-1][:k]
    rows = found.rows[line][: len(best)]
    assert (found.rows[line][len(best) :] == -1).all()
    assert (found.scores[line][len(best) :] == -np.inf).all()
    assert len(set(rows.tolist())) == len(best)
    assert found.scores[line][: len(best)] == pytest.approx(best, abs=CLOSE)
    assert scores[rows] == pytest.approx(found.scores[line][: len(best)], abs=CLOSE)
    assert (np.diff(found.scores[line][: len(best)]) <= 0).all()


@given(
    asked=st.lists(tastes(), min_size=1, max_size=4),
    size=st.sampled_from(BLOCKS),
    k=st.sampled_from((1, 7, 256, 700)),
    kind=st.sampled_from(("small", "archive", "embedded")),
)
@example(asked=[Taste(), ONE, BOTH], size=257, k=700, kind="archive")
@settings(deadline=None)
def test_the_best_papers_have_the_scores_of_the_formula(asked: list[Taste], size: int, k: int, kind: str) -> None:
    found = top(asked, size, k=k, kind=kind)
    for line, taste in enumerate(asked):
        is_the_best(found, line, expected(taste, size, kind), k)


@given(taste=tastes(), size=st.sampled_from(BLOCKS), data=st.data())
@settings(deadline=None)
def test_rules_add_to_scores_and_keep_papers_out(taste: Taste, size: int, data: st.DataObject) -> None:
    rows = st.lists(st.sampled_from(range(size)), max_size=20)
    allowed = np.ones((2, size), dtype=bool)
    allowed[1, data.draw(rows)] = False
    bonus = [(row, data.draw(st.sampled_from((2.5, 0.01, -np.inf)))) for row in data.draw(rows)]
    adjust = Adjust(allowed, [1, 0], [bonus, []])
    found = day(size).top(examples(), [taste, taste], adjust, NUMBERS, k=9)
    plain, ruled = expected(taste, size), expected(taste, size)
    for row, share in bonus:
        ruled[row] += share
    is_the_best(found, 0, np.where(allowed[1], ruled, -np.inf), 9)
    is_the_best(found, 1, plain, 9)


def test_a_day_of_which_nothing_is_allowed_has_no_best() -> None:
    adjust = Adjust(np.zeros((1, 257), dtype=bool), [0], [[(0, 2.5)]])
    found = day(257).top(examples(), [ONE], adjust, NUMBERS, k=3)
    assert found.rows.tolist() == [[-1, -1, -1]]


# ------------------------------------------------------------ the edges


@pytest.mark.parametrize("size", BLOCKS)
def test_more_than_there_are_is_all_there_are(size: int) -> None:
    found = top([ONE], size, k=10_000)
    assert sorted(found.rows[0].tolist()) == list(range(size))


def test_papers_that_tie_keep_their_order() -> None:
    space, twin = archive_space(), counted(about(3, number=9_000))
    same = Day(space, [twin] * 600, range(9_000, 9_600))
    for k in (5, 300, 600):
        found = same.top(examples(), [ONE], no_rules([ONE], 600), NUMBERS, k=k)
        assert found.rows[0].tolist() == sorted(set(found.rows[0].tolist()))
        assert found.scores[0] == pytest.approx(np.full(k, found.scores[0, 0]), abs=CLOSE)
    whole = same.top(examples(), [ONE], no_rules([ONE], 600), NUMBERS, k=600)
    assert whole.rows[0].tolist() == list(range(600))


def test_whoever_says_nothing_has_the_background_alone() -> None:
    found = top([Taste()], 257, k=257)
    full = formula(257).full
    assert found.scores[0] == pytest.approx(np.sort(-(full @ archive_space().mean))[::-1], abs=CLOSE)


def test_nobody_asks_and_nothing_is_new() -> None:
    assert top([], 5, k=3).rows.shape == (0, 3)
    empty = Day(archive_space(), [], [])
    found = empty.top(examples(), [ONE], no_rules([ONE], 0), NUMBERS, k=3)
    assert found.rows.shape == (1, 0)


def test_before_the_first_paper_every_score_is_zero() -> None:
    space = Space(Model())
    first = Day(space, [count_words("graph"), count_words("spin")], [1, 2])
    taste = Taste((0,), (1.0,), (0,))
    found = first.top(Vectors(space, [count_words("graph")]), [taste], no_rules([taste], 2), [UNKEPT], k=2)
    assert found.rows.tolist() == [[0, 1]]
    assert found.scores.tolist() == [[0, 0]]
    assert (found.mean.tolist(), found.spread.tolist()) == ([0], [1])


def test_a_paper_of_no_known_word_has_the_score_zero() -> None:
    space = archive_space()
    strange = Day(space, [count_words("never heard of this"), count_words("")], [9_000, 9_001])
    found = strange.top(examples(), [BOTH], no_rules([BOTH], 2), NUMBERS, k=2)
    assert found.scores.tolist() == [[0, 0]]


def test_the_most_alike_of_the_unwanted_counts_and_no_other() -> None:
    near, far = 12, 14  # of topic 0, as every tenth paper of the day, and of topic 2
    alone, both = (expected(Taste(unwanted=places), 30)[::10] for places in ((near,), (near, far)))
    found = top([Taste(unwanted=(near,)), Taste(unwanted=(near, far))], 30, k=30)
    scores = np.zeros((2, 30))
    np.put_along_axis(scores, found.rows.astype(np.int64), found.scores.astype(np.float64), axis=1)
    assert scores[:, ::10] == pytest.approx(np.array([alone, both]), abs=CLOSE)
    assert alone == pytest.approx(both, abs=1e-12)


# ------------------------------------------------------------ what a score is measured by


@given(asked=st.lists(tastes(), min_size=1, max_size=3), kind=st.sampled_from(("small", "archive")))
@settings(deadline=None)
def test_mean_and_spread_are_those_of_the_sample_without_the_taste_s_own_papers(asked: list[Taste], kind: str) -> None:
    space, found = spaces()[kind], top(asked, 1, k=1, kind=kind)
    numbers = space.model.numbers[space.sample]
    judged = Formula(space, [counted(archive()[number]) for number in numbers], numbers.tolist())
    for line, taste in enumerate(asked):
        own = [NUMBERS[place] for place in (*taste.wanted, *taste.unwanted)]
        others = judged.scores(taste, examples(kind))[~np.isin(numbers, own)]
        assert found.mean[line] == pytest.approx(others.mean(), abs=CLOSE)
        squares = ((others - others.mean()) ** 2).sum() + 3 * 0.02**2  # three papers of the usual spread
        assert found.spread[line] == pytest.approx(np.sqrt(squares / (len(others) + 3)), abs=CLOSE)


def test_somebody_who_likes_the_whole_background_is_still_measured() -> None:
    space = spaces()["small"]
    liked = Vectors(space, [counted(item) for item in archive()[:40]])
    taste = Taste(tuple(range(40)), (1 / 40,) * 40)
    found = day(5, "small").top(liked, [taste], no_rules([taste], 5), list(range(40)), k=5)
    assert found.mean.tolist() == [0]
    assert found.spread == pytest.approx(np.array([0.02]), rel=0.15)  # the usual one


# ------------------------------------------------------------ likeness


def test_likeness_is_the_cosine_of_the_papers_own_texts() -> None:
    found = day(30)
    rows = np.array([0, 10, 1, 29])
    own = formula(30).own.toarray()
    lengths = np.linalg.norm(own, axis=1)
    cosines = own[rows] @ own[10] / (lengths[rows] * lengths[10])
    assert found.likeness(10, rows) == pytest.approx(cosines, abs=1e-6)
    assert found.likeness(10, rows)[1] == pytest.approx(1, abs=1e-6)


def test_a_paper_without_known_words_is_like_nothing_and_not_even_itself() -> None:
    documents: list[TermCounts] = [count_words("never heard"), counted(archive()[0])]
    found = Day(archive_space(), documents, [9_000, 9_001]).likeness(0, np.array([0, 1]))
    assert found.tolist() == [0, 0]
