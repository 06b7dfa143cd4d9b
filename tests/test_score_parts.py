"""A measured score is kept with its parts, which make it again."""

import pytest

from digest import merits
from digest.identity import PaperId
from digest.relevance.merit import WEIGHTS, PartName
from digest.signals import CODE, OURS, SCORE, SCORE_PARTS, Signal
from digest.store import Store
from tests.fakes import MONDAY, at, paper
from tests.store.builders import announce, announced
from tests.test_merits import space

ITEM = paper("Ants", number=1, journal_ref="J. Ants 7")


def measured(store: Store, key: PaperId) -> dict[str, object]:
    with store.read() as tx:
        return {each.name: each.value for each in tx.signals.newest([key])[key] if each.source == OURS}


@pytest.fixture
def known(store: Store) -> Store:
    """A paper with code and a journal, and one of which nothing is known."""
    announce(store, announced(ITEM), announced(paper("Bees", number=2)))
    with store.begin() as tx:
        tx.signals.keep(
            [Signal(subject=ITEM.id, name=CODE, value="https://a.example", source="text", observed_at=at(MONDAY))]
        )
    return store


def test_the_parts_of_a_score_are_kept_with_their_weights(known: Store) -> None:
    merits.measure(known, space(known), now=at(MONDAY), days=7)
    found = measured(known, ITEM.id)

    assert found[SCORE_PARTS] == ("code 100 1", "venue 100 1", "prior 50 2")
    assert found[SCORE] == 75.0
    assert WEIGHTS[PartName.PRIOR] == 2


def test_parts_that_stay_as_they_are_are_kept_once(known: Store) -> None:
    for hour in (7, 9, 11):
        merits.measure(known, space(known), now=at(MONDAY, hour=hour), days=7)

    with known.read() as tx:
        assert len(tx.signals.history(ITEM.id, SCORE_PARTS)) == 1
