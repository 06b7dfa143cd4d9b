"""An edition is one for its reader, kind and date, and reads for ever as it was kept."""

import math
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.editions import EditionKind, Reason, ReasonKind, Recommendation
from digest.store import Store
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, edition, keep, reader, recommended, slate

TUESDAY = MONDAY + timedelta(days=1)

scores = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]))  # no source and no reader can give half a surrogate pair
reasons = st.builds(
    Reason,
    kind=st.sampled_from(ReasonKind),
    label=texts,
    contribution=scores,
    terms=st.lists(st.tuples(texts, scores), max_size=4).map(tuple),
)


def test_an_edition_comes_back_as_it_was_kept(store: Store) -> None:
    someone, first, second = reader(store), paper("A 👍 \\ \" '"), paper()
    keep(store, first, second)
    with store.begin() as tx:
        kept = {key: found.paper for key, found in tx.papers.get([first.id, second.id]).items()}
        items = (recommended(kept[second.id], 0.1 + 0.2), recommended(kept[first.id], -1e-17))
        chosen = slate(someone, *items, considered=(("cs.LG", 2), ("others", 1)), papers_read=3)
        number = tx.editions.keep(chosen, now=NOW)
        assert number is not None
    with store.read() as tx:
        found = tx.editions.get([number])[number]
    assert found.recommendations == items
    assert (found.considered, found.papers_read, found.created_at) == (chosen.considered, 3, NOW)
    assert (found.id, found.subscriber_id, found.kind, found.slot_date) == (number, someone.id, chosen.kind, MONDAY)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(score=scores, given_reasons=st.lists(reasons, max_size=4))
def test_scores_and_reasons_come_back_to_the_last_bit(store: Store, score: float, given_reasons: list[Reason]) -> None:
    someone, item = reader(store), paper()
    keep(store, item)
    shown = Recommendation(paper=item, score=score, reasons=tuple(given_reasons), announced=TUESDAY)
    with store.begin() as tx:
        tx.editions.keep(slate(someone, shown), now=NOW)
        (found,) = tx.editions.of(someone.id, limit=1)
    (back,) = found.recommendations
    assert back.reasons == shown.reasons
    assert back.announced == TUESDAY
    assert back.score == score
    assert math.copysign(1, back.score) == math.copysign(1, score)


def test_a_reader_has_one_edition_of_a_kind_and_date(store: Store) -> None:
    someone, first, second = reader(store), paper(), paper()
    keep(store, first, second)
    number = edition(store, someone, first)
    with store.begin() as tx:
        assert tx.editions.keep(slate(someone, recommended(second)), now=NOW) is None
    with store.read() as tx:
        (kept,) = tx.editions.of(someone.id, limit=10)
        assert kept.id == number
        assert [item.paper.id for item in kept.recommendations] == [first.id]
        assert tx.subscribers.seen(someone.id) == {first.id}


def test_other_readers_and_other_dates_have_editions_of_their_own(store: Store) -> None:
    someone, other, item = reader(store), reader(store), paper()
    keep(store, item)
    numbers = [
        edition(store, someone, item),
        edition(store, other, item),
        edition(store, someone, item, slot_date=TUESDAY),
    ]
    with store.read() as tx:
        assert tx.editions.get(numbers).keys() == set(numbers)
        assert [e.slot_date for e in tx.editions.of(someone.id, limit=10)] == [TUESDAY, MONDAY]
        assert [e.slot_date for e in tx.editions.of(someone.id, limit=1)] == [TUESDAY]


def test_the_edition_of_a_date_is_found(store: Store) -> None:
    someone = reader(store)
    number = edition(store, someone)
    with store.read() as tx:
        found = tx.editions.on(someone.id, EditionKind.DAILY, MONDAY)
        assert found is not None
        assert found.id == number
        assert tx.editions.on(someone.id, EditionKind.DAILY, TUESDAY) is None
        assert tx.editions.on(someone.id + 1, EditionKind.DAILY, MONDAY) is None


def test_an_edition_without_papers_is_kept_too(store: Store) -> None:
    someone = reader(store)
    number = edition(store, someone)
    with store.read() as tx:
        assert tx.editions.get([number])[number].recommendations == ()
        assert tx.subscribers.seen(someone.id) == set()


def test_a_paper_shown_again_stays_seen(store: Store) -> None:
    someone, item = reader(store), paper()
    keep(store, item)
    edition(store, someone, item)
    edition(store, someone, item, slot_date=TUESDAY)
    with store.read() as tx:
        assert tx.subscribers.seen(someone.id) == {item.id}


def test_unknown_editions_are_left_out(store: Store) -> None:
    with store.read() as tx:
        assert tx.editions.get([1, 2]) == {}
        assert tx.editions.get([]) == {}
