"""What is open is found by its index, however much was sent in the years before."""

from collections.abc import Callable
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
import sqlalchemy as sa

from digest.store import Store, Transaction
from tests.fakes import paper
from tests.store.builders import NOW, edition, keep, reader

ASKED: dict[str, Callable[[Transaction], object]] = {
    "due": lambda tx: tx.deliveries.due(NOW),
    "open": lambda tx: tx.deliveries.open(NOW, [1, 2]),
    "sweep": lambda tx: tx.deliveries.sweep(NOW, is_gone=lambda holder: False),
    "expired": lambda tx: tx.deliveries.expired(NOW),
    "cancel_unwanted": lambda tx: tx.deliveries.cancel_unwanted(),
    "hold_uncertain": lambda tx: tx.deliveries.hold_uncertain(),
    "doubtful": lambda tx: tx.deliveries.doubtful(),
    "drop_closed": lambda tx: tx.messages.drop_closed(),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("asked", ASKED)
def test_no_question_about_what_is_open_reads_all_deliveries(store: Store, asked: str) -> None:
    told: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        told.append((statement, values))

    with store.begin() as tx:
        sa.event.listen(tx._connection, "before_cursor_execute", note)
        ASKED[asked](tx)
        sa.event.remove(tx._connection, "before_cursor_execute", note)
        plans = [
            step.detail
            for statement, values in told
            for step in tx._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]

    assert plans
    assert not [step for step in plans if step == "SCAN delivery"]


def test_every_delivery_is_in_one_part(store: Store) -> None:
    keep(store, item := paper())
    for number in range(7):
        kept = edition(store, reader(store, feed_uri=f"tag:x,2026:{number}"), item)
        with store.begin() as tx:
            tx.deliveries.intend(kept, message_id=f"<{number}@example.org>", now=NOW + timedelta(minutes=number))

    with store.read() as tx:
        parts = [tx.deliveries.due(NOW + timedelta(minutes=5), part=part, of=3) for part in range(3)]
        whole = tx.deliveries.due(NOW + timedelta(minutes=5))

    assert len(whole) == 6
    assert sorted(chain.from_iterable(parts)) == sorted(whole)
    assert all(number % 3 == part for part, numbers in enumerate(parts) for number in numbers)
