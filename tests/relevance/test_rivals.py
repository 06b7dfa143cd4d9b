"""What others rank with: each sees what its users would see, and learns from nothing else."""

from collections.abc import Sequence

import numpy as np
import pytest

from digest.relevance.model import Model
from digest.relevance.rivals import NEGATIVES, RIVALS, Material, Rival, spread
from digest.relevance.space import Space
from digest.relevance.text import TermCounts, count_paper, count_words

GRAPHS = [f"graph networks for molecules {n}" for n in range(6)]
ROBOTS = [f"legged robots on terrain {n}" for n in range(6)]


def counted(titles: Sequence[str]) -> list[TermCounts]:
    return [count_paper(title, "") for title in titles]


def material(
    listing: Sequence[str], *, liked: Sequence[str] = (), disliked: Sequence[str] = (), wrote: Sequence[str] = ()
) -> Material:
    background = counted([*GRAPHS, *ROBOTS])
    space = Space(Model().grown(dict(enumerate(background)), window=99))
    words = [count_words(text) for text in wrote]
    return Material(
        papers=counted(listing),
        rows=space.rows(counted(listing)),
        wanted=space.rows([*counted(liked), *words]),
        unwanted=space.rows(counted(disliked)),
        background=space.background[:0] if disliked else space.background,
        words=words,
    )


LISTING = ["robots walk on rough terrain", "molecules as graph networks", "a survey of soups"]


@pytest.mark.parametrize("rival", [Rival.CENTROID, Rival.SVM])
def test_learners_put_what_is_like_the_liked_papers_first(rival: Rival) -> None:
    scores = RIVALS[rival](material(LISTING, liked=GRAPHS[:2]))

    assert int(np.argmax(scores)) == 1


def test_the_machine_learns_from_dislikes_where_there_is_nothing_else() -> None:
    scores = RIVALS[Rival.SVM](material(LISTING, liked=GRAPHS[:2], disliked=ROBOTS[:2]))

    assert scores[1] > scores[2] > scores[0]


def test_keywords_count_the_readers_words_by_their_stems() -> None:
    scores = RIVALS[Rival.KEYWORDS](material(LISTING, wrote=["robot terrains", "graphs"]))

    assert scores.tolist() == [2, 1, 0]


def test_the_newest_come_in_the_order_in_which_they_were_given() -> None:
    assert RIVALS[Rival.NEWEST](material(LISTING)).tolist() == [0, -1, -2]


@pytest.mark.parametrize("rival", [Rival.KEYWORDS, Rival.CENTROID, Rival.SVM])
def test_of_whom_nothing_is_known_all_papers_are_the_same(rival: Rival) -> None:
    assert set(RIVALS[rival](material(LISTING)).tolist()) == {0.0}


@pytest.mark.parametrize("rival", Rival)
def test_an_empty_listing_has_no_scores(rival: Rival) -> None:
    assert RIVALS[rival](material([], liked=GRAPHS[:1], wrote=["robots"])).shape == (0,)


@pytest.mark.parametrize(("papers", "picked"), [(0, 0), (3, 3), (NEGATIVES, NEGATIVES), (9 * NEGATIVES, NEGATIVES)])
def test_negatives_are_spread_over_the_background_and_each_is_taken_once(papers: int, picked: int) -> None:
    found = spread(np.arange(papers))

    assert len(set(found.tolist())) == len(found) == picked
    assert set(found[[0, -1]].tolist()) == {0, papers - 1} if papers else not len(found)
