"""Cosines of a day's papers are the same whoever asks first, and however few of them are kept."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from digest.relevance import likeness
from digest.relevance.likeness import Likeness

PAPERS = 30


def rows(seed: int = 0) -> sparse.csr_array:
    """The last paper has no word."""
    dice = np.random.default_rng(seed)
    found = dice.random((PAPERS, 20)) * (dice.random((PAPERS, 20)) < 0.3)
    found[-1] = 0
    return sparse.csr_array(found.astype(np.float32))


def cosines() -> npt.NDArray[np.float64]:
    dense = rows().toarray().astype(np.float64)
    lengths = np.linalg.norm(dense, axis=1, keepdims=True)
    unit = np.divide(dense, lengths, out=np.zeros_like(dense), where=lengths > 0)
    return np.asarray(unit @ unit.T)


def test_one_paper_and_many_get_the_same_cosines() -> None:
    alike, others = Likeness(rows()), np.array([[3, 4, 29], [0, 0, 7]])
    found = alike.of_each(np.array([5, 29]), others)
    assert found == pytest.approx(np.stack([cosines()[5][others[0]], cosines()[29][others[1]]]), abs=1e-6)
    assert found.tolist() == [alike(row, which).tolist() for row, which in zip((5, 29), others, strict=True)]


def test_a_paper_is_wholly_like_itself_though_no_other_has_its_words() -> None:
    alone = sparse.csr_array(np.array([[3, 4, 0], [0, 0, 2], [0, 0, 0]], dtype=np.float32))
    found = Likeness(alone).of_each(np.arange(3), np.tile(np.arange(3), (3, 1)))
    assert found == pytest.approx(np.diag([1, 1, 0]), abs=1e-6)


@pytest.mark.parametrize("asked", [PAPERS // 2, PAPERS - 3, PAPERS - 1, PAPERS])
def test_however_many_were_asked_for_before_the_others_are_the_same(asked: int) -> None:
    everything = np.arange(PAPERS)
    alike = Likeness(rows())
    alike.of_each(everything[:asked], np.tile(everything, (asked, 1)))
    assert alike.of_each(everything, np.tile(everything, (PAPERS, 1))) == pytest.approx(cosines(), abs=1e-6)


@pytest.mark.parametrize("kept", [1, 3, PAPERS])
def test_what_there_is_no_room_for_is_made_again(monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr(likeness, "_HELD", kept * PAPERS)
    monkeypatch.setattr(likeness, "_TOGETHER", 2)
    alike, dice, everything = Likeness(rows()), np.random.default_rng(1), np.arange(PAPERS)
    whole = Likeness(rows())
    for _ in range(40):
        asked = dice.integers(0, PAPERS, size=dice.integers(1, 8))
        found = alike.of_each(asked, np.tile(everything, (len(asked), 1)))
        assert found.tolist() == [whole(row, everything).tolist() for row in asked.tolist()]
        assert alike(int(asked[0]), everything).tolist() == found[0].tolist()
