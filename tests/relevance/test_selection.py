"""The best unseen papers enter an edition, and no more than asked for."""

from collections.abc import Set

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.identity import PaperId
from digest.papers import Paper, Version
from digest.relevance.ranking import Ranked
from digest.relevance.selection import select
from tests.fakes import paper
from tests.relevance.builders import candidate

WITHDRAWN = (Version(number=1, submitted_at=None), Version(number=2, submitted_at=None, withdrawn=True))
BACK_AGAIN = (*WITHDRAWN, Version(number=3, submitted_at=None))


def ranked(*scores: float) -> list[Ranked]:
    """Papers called by their place, with these scores."""
    return [Ranked(candidate(paper(str(n), number=n)), n, score) for n, score in enumerate(scores)]


def chosen(
    items: list[Ranked], *, size: int = 10, seen: Set[PaperId] = frozenset(), threshold: float | None = None
) -> str:
    return "".join(item.candidate.paper.title for item in select(items, size=size, seen=seen, threshold=threshold))


def test_the_best_come_first_and_no_more_than_asked_for() -> None:
    assert chosen(ranked(0.9, 0.5, 0.1), size=2) == "01"


def test_what_was_seen_makes_room_for_the_next() -> None:
    items = ranked(0.9, 0.5, 0.1)
    assert chosen(items, size=2, seen={items[0].candidate.paper.id}) == "12"


@pytest.mark.parametrize(("threshold", "expected"), [(0.5, "01"), (0.51, "0"), (-1.0, "012"), (None, "012"), (2.0, "")])
def test_what_does_not_reach_the_threshold_stays_out(threshold: float | None, expected: str) -> None:
    assert chosen(ranked(0.9, 0.5, -0.1), threshold=threshold) == expected


@pytest.mark.parametrize(("versions", "expected"), [(WITHDRAWN, ""), (BACK_AGAIN, "x"), ((), "x")])
def test_what_stands_withdrawn_stays_out(versions: tuple[Version, ...], expected: str) -> None:
    item: Paper = paper("x", versions=versions)
    assert chosen([Ranked(candidate(item), 0, 1.0)]) == expected


def test_nothing_is_chosen_from_nothing() -> None:
    assert chosen([]) == ""


@given(scores=st.lists(st.floats(-1, 1)), size=st.integers(1, 20), unseen=st.sets(st.integers(0, 20)))
def test_a_choice_keeps_the_order_and_every_rule(scores: list[float], size: int, unseen: set[int]) -> None:
    items = ranked(*sorted(scores, reverse=True))
    seen = {item.candidate.paper.id for n, item in enumerate(items) if n not in unseen}
    found = select(items, size=size, seen=seen, threshold=0.0)
    good = [item for item in items if item.candidate.paper.id not in seen and item.score >= 0]
    assert list(found) == good[:size]
