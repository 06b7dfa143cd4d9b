"""An alarm is said once a kind and day, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from digest.store import Store

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
TODAY = NOW.date()


def note(store: Store, kind: str = "relay-down", *, days: int = 0) -> bool:
    with store.begin() as tx:
        return tx.alarms.note(kind, TODAY + timedelta(days=days), "no relay", NOW)


def test_the_first_to_note_an_alarm_says_it_and_nobody_else_that_day(store: Store) -> None:
    assert [note(store), note(store), note(store)] == [True, False, False]


def test_another_kind_and_another_day_are_other_alarms(store: Store) -> None:
    note(store)

    assert note(store, "mails-late")
    assert note(store, days=1)


def test_a_withdrawn_alarm_can_be_noted_again(store: Store) -> None:
    note(store)
    note(store, "mails-late")
    with store.begin() as tx:
        tx.alarms.withdraw("relay-down", TODAY)

    assert note(store)
    assert not note(store, "mails-late")


def test_a_text_with_a_nul_is_kept(store: Store) -> None:
    with store.begin() as tx:
        assert tx.alarms.note("relay-down", TODAY, "550 \0", NOW)


def test_of_many_at_once_one_says_it(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        noted = list(pool.map(lambda _: note(store), range(16)))

    assert noted.count(True) == 1
