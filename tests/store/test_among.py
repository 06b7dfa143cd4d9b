"""Rows by many of their keys, on both engines."""

import pytest
import sqlalchemy as sa

from digest.store import Store
from digest.store import tables as t
from digest.store.among import among
from tests.fakes import paper
from tests.store.builders import keep


@pytest.mark.parametrize("many", [1, 40_000])
def test_rows_are_found_by_numbers_and_by_texts_however_many_are_asked_for(store: Store, many: int) -> None:
    items = [paper(f"Ants “{number}”") for number in range(3)]
    keep(store, *items)
    with store._engine.connect() as connection:
        p = t.paper.c
        numbers = connection.execute(sa.select(p.id).order_by(p.id)).scalars().all()
        by_number = among(connection, p.id, [numbers[1], *range(10**6, 10**6 + many)])
        by_text = among(connection, p.canonical_key, [items[1].id, *(f"arxiv:0000.{n}" for n in range(many))])
        for condition in (by_number, by_text):
            assert connection.execute(sa.select(p.title).where(condition)).scalars().all() == ["Ants “1”"]


def test_nothing_is_among_none(store: Store) -> None:
    keep(store, paper())
    with store._engine.connect() as connection:
        assert connection.execute(sa.select(t.paper.c.id).where(among(connection, t.paper.c.id, []))).all() == []
        assert connection.execute(sa.select(t.paper.c.id).where(among(connection, t.paper.c.title, []))).all() == []
