"""An edition is one for its reader, kind and date, and reads for ever as it was kept."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.batches import BatchState
from digest.editions import Coverage, Notice, Reason, ReasonKind, Recommendation
from digest.errors import StoreError
from digest.identity import PaperId
from digest.papers import AnnouncementKind
from digest.store import Store
from digest.store.shadow import Lines
from digest.store.tables import edition as edition_table
from digest.subscribers import EditionKind
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
        items = (
            replace(recommended(kept[second.id], 0.1 + 0.2), code="https://github.com/ames/flat"),
            recommended(kept[first.id], -1e-17),
        )
        chosen = slate(someone, *items, considered=(("cs.LG", 2), ("others", 1)), papers_read=3)
        number = tx.editions.keep(chosen, now=NOW)
        assert number is not None
    with store.read() as tx:
        found = tx.editions.get([number])[number]
    assert found.recommendations == items
    assert (found.considered, found.papers_read, found.created_at) == (chosen.considered, 3, NOW)
    assert (found.id, found.subscriber_id, found.kind, found.slot_date) == (number, someone.id, chosen.kind, MONDAY)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


def test_what_came_late_what_the_ledger_said_and_what_happened_come_back(store: Store) -> None:
    someone, chosen, liked = reader(store), paper(), paper("Liked")
    keep(store, chosen, liked)
    lines = (
        Coverage(stream="cs.LG", seen=234, expected=236, chosen=12, state=BatchState.PARTIAL, since=MONDAY),
        Coverage(stream="math.AP", seen=3, expected=3, chosen=0, state=BatchState.COMPLETE),
    )
    with store.begin() as tx:
        kept = {key: found.paper for key, found in tx.papers.get([chosen.id, liked.id]).items()}
        notices = tuple(
            Notice(paper=kept[liked.id], kind=kind, day=TUESDAY)
            for kind in (AnnouncementKind.REPLACEMENT, AnnouncementKind.WITHDRAWN, AnnouncementKind.PUBLISHED)
        )
        late = replace(recommended(kept[chosen.id]), late=True)
        tx.editions.keep(slate(someone, late, coverage=lines, notices=notices), now=NOW)
    with store.read() as tx:
        (found,) = tx.editions.of(someone.id, limit=1)
        seen = tx.subscribers.seen(someone.id)
    assert (found.recommendations, found.coverage, found.notices) == ((late,), lines, notices)
    assert seen == {chosen.id}  # a paper one was told about may still come in an edition


def test_an_edition_of_an_older_release_says_nothing_of_the_ledger(store: Store) -> None:
    someone = reader(store)
    number = edition(store, someone)
    with store._engine.begin() as connection:
        connection.execute(sa.update(edition_table).values(ledger=sa.null(), notices=sa.null()))
    with store.read() as tx:
        found = tx.editions.get([number])[number]
    assert (found.coverage, found.notices) == ((), ())


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


def test_of_many_slates_each_is_kept_but_for_a_second_of_a_day_and_for_whom_was_erased(store: Store) -> None:
    someone, gone, other, item = reader(store), reader(store), reader(store), paper()
    keep(store, item)
    had = edition(store, other, item)
    with store.begin() as tx:
        tx.holdings.erase(gone.id, gone.address)
    slates = [slate(each, recommended(item)) for each in (someone, someone, gone, other)]
    slates.append(slate(other, recommended(item), slot_date=TUESDAY))

    with store.begin(checked=False) as tx:
        numbers = tx.editions.keep_all(slates, now=NOW)

    first, *between, last = numbers
    assert between == [None, None, None]
    with store.read() as tx:
        assert [each.id for each in tx.editions.of(someone.id, limit=9)] == [first]
        assert [each.id for each in tx.editions.of(other.id, limit=9)] == [last, had]
        assert tx.editions.of(gone.id, limit=9) == []
        assert tx.subscribers.seen(gone.id) == set()
        assert tx.subscribers.seen(someone.id) == {item.id}


def test_no_edition_ever_has_the_number_of_another(store: Store) -> None:
    someone, other, item = reader(store), reader(store), paper()
    keep(store, item)
    given = [edition(store, someone, item), edition(store, someone, item, slot_date=TUESDAY)]
    with store.begin() as tx:
        tx.holdings.erase(someone.id, someone.address)
    given.append(edition(store, other, item))
    with store.begin() as tx:
        given += [number for number in tx.editions.keep_all([slate(other, slot_date=TUESDAY)], now=NOW) if number]
    assert given == sorted(set(given))
    assert len(given) == 4


def test_rows_of_papers_that_are_known_are_not_asked_for_again(store: Store) -> None:
    someone, item = reader(store), paper()
    keep(store, item)
    rows: dict[PaperId, int] = {}
    asked: list[str] = []
    sa.event.listen(store._engine, "before_cursor_execute", lambda _, __, statement, *rest: asked.append(statement))
    for day in (MONDAY, TUESDAY):
        with store.begin() as tx:
            tx.editions.keep_all([slate(someone, recommended(item), slot_date=day)], now=NOW, rows=rows)
    assert rows.keys() == {item.id}
    assert sum("canonical_key" in statement for statement in asked) == 1


def test_the_keys_are_checked_again_after_a_transaction_without(store: Store) -> None:
    someone = reader(store)
    with store.begin(checked=False) as tx:
        tx.editions.keep_all([slate(someone)], now=NOW)
    with pytest.raises(StoreError, match=r"(?i)foreign key"), store.begin() as tx:
        tx.shadow.keep_all({99: Lines([1], ["main"], [0.5], [None], ["low"])})


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


def test_what_stood_in_mails_that_were_never_sent_is_told_of_the_readers_who_are_asked_for(store: Store) -> None:
    keep(store, ants := paper("Ants"), bees := paper("Bees"))
    readers = [reader(store) for _ in range(4)]
    kind = AnnouncementKind.REPLACEMENT
    told = [(Notice(paper=ants, kind=kind, day=MONDAY), Notice(paper=bees, kind=kind, day=TUESDAY)), ()]
    numbers = [edition(store, who, notices=told[who is readers[1]]) for who in readers[:3]]
    with store.begin() as tx:
        for number in numbers:
            tx.deliveries.intend(number, message_id=f"<{number}@example.org>", now=NOW, expires_at=NOW)
        tx.deliveries.expired(NOW)
    edition(store, readers[3], notices=told[0])  # whose mail is still to be sent

    first, nothing_happened, _, not_over = (who.id for who in readers)
    with store.read() as tx:
        found = tx.editions.unsaid([first, nothing_happened, not_over], since=MONDAY)
        assert tx.editions.unsaid([first], since=TUESDAY) == {}
    assert list(found) == [first]
    assert [(each.paper.title, each.kind, each.day) for each in found[first]] == [
        ("Ants", kind, MONDAY),
        ("Bees", kind, TUESDAY),
    ]


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
