"""What was told, and what was written, before: it goes when it is old; the last word of each source stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digest.papers import Version
from digest.signals import CITATIONS, UPVOTES, Signal, Value
from digest.store import DatabaseSettings, Store, aging, schema
from digest.upkeep import RetentionSettings
from tests.fakes import paper
from tests.store.builders import NOW, keep
from tests.test_retention import DAYS, LATER, MUCH_LATER, tidied


def tell(store: Store, value: Value, days: int, **values: str) -> None:
    """What a source says so many days after NOW."""
    plain = {"subject": "arxiv:2603.00001", "name": UPVOTES, "source": "huggingface"} | values
    with store.begin() as tx:
        tx.signals.keep([Signal(**plain, value=value, observed_at=NOW + timedelta(days=days))])


def told(store: Store, name: str = UPVOTES) -> list[Value]:
    with store.read() as tx:
        return [each.value for each in tx.signals.history("arxiv:2603.00001", name)]


SIGNALS = RetentionSettings(signals_days=DAYS)


def test_of_what_a_source_told_long_ago_the_last_stays(store: Store) -> None:
    for days, votes in enumerate((3.0, 5.0, 3.0)):
        tell(store, votes, days)
    tell(store, 7.0, 0, name=CITATIONS)
    tell(store, 9.0, 0, source="other")

    assert tidied(store, LATER + timedelta(days=9), settings=SIGNALS) == {"signals": 2}

    assert told(store) == [9.0, 3.0]
    assert told(store, CITATIONS) == [7.0]
    assert tidied(store, LATER + timedelta(days=9), settings=SIGNALS) == {}


def test_what_was_told_otherwise_lately_has_its_history(store: Store) -> None:
    for days in (0, 1, DAYS):
        tell(store, float(days), days)

    assert tidied(store, settings=SIGNALS, dry=True) == {"signals": 1}
    assert tidied(store, settings=SIGNALS) == {"signals": 1}

    assert told(store) == [1.0, float(DAYS)]


def test_what_is_told_late_of_an_earlier_day_is_not_the_last_word(store: Store) -> None:
    tell(store, 5.0, 2)
    tell(store, 3.0, 1)  # from a file that was written before

    assert tidied(store, LATER + timedelta(days=9), settings=SIGNALS) == {"signals": 1}

    assert told(store) == [5.0]


def test_a_great_many_signals_go_in_short_transactions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aging, "AT_ONCE", 2)
    for days in range(6):
        tell(store, float(days), days)
    left = iter([False] * 8)  # one look at each kind before, and one portion

    assert tidied(store, LATER + timedelta(days=9), settings=SIGNALS, stopping=lambda: next(left, True)) == {
        "signals": 2
    }
    assert told(store) == [2.0, 3.0, 4.0, 5.0]
    assert tidied(store, LATER + timedelta(days=9), settings=SIGNALS) == {"signals": 3}
    assert told(store) == [5.0]


def test_former_texts_stay_unless_the_operator_wants_them_to_go(store: Store) -> None:
    first = paper(versions=(Version(number=1, submitted_at=NOW),))
    keep(store, first)
    second = replace(
        first, abstract="Ants, seen anew.", versions=(*first.versions, Version(number=2, submitted_at=NOW))
    )
    keep(store, second)
    with store.read() as tx:
        (row,) = tx.papers.rows([first.id]).values()
        before = tx.texts.of(row)

    assert tidied(store, MUCH_LATER, settings=RetentionSettings()) == {}
    ours = RetentionSettings(former_texts_days=DAYS)
    assert tidied(store, NOW + timedelta(days=DAYS), settings=ours) == {}
    assert tidied(store, settings=ours, dry=True) == tidied(store, settings=ours) == {"former_texts": 1}

    assert before == {1: (first.title, first.abstract)}
    with store.read() as tx:
        assert tx.texts.of(row) == {}
        assert tx.papers.get([first.id])[first.id].paper.abstract == "Ants, seen anew."


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", ["signal", "former_text"])
def test_what_is_old_is_found_by_an_index_and_deleted_by_its_key(store: Store, table: str) -> None:
    plans = list[str]()

    def explained(connection: sa.Connection, cursor: object, statement: str, values: object, *_: object) -> None:
        if statement.startswith(f"DELETE FROM {table} "):
            plans.append(str(connection.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()))

    sa.event.listen(store._engine, "before_cursor_execute", explained)
    tidied(store, settings=RetentionSettings(signals_days=DAYS, former_texts_days=DAYS))

    (plan,) = plans
    assert f"ix_{table}_" in plan
    assert f"SCAN {table}'" not in plan


def test_what_was_told_before_the_upgrade_is_told_otherwise_after_it_too(empty_url: str) -> None:
    opened = Store(DatabaseSettings(url=empty_url))
    way = schema.Schema(opened._engine)
    way.migrate("0013")
    with opened._engine.begin() as connection:
        for day, votes in enumerate((3, 5, 3), start=1):
            connection.execute(
                sa.text(
                    "INSERT INTO signal (subject, name, source, observed_at, value) VALUES"
                    f" ('arxiv:2603.00001', 'upvotes', 'huggingface', '2026-03-0{day} 07:30:00.000000', '{votes}')"
                )
            )

    way.migrate("head")

    assert tidied(opened, LATER + timedelta(days=9), settings=SIGNALS) == {"signals": 2}
    assert told(opened) == [3]
    opened.close()
