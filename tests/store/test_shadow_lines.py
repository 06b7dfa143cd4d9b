"""An edition's shadow log is one row, and says what rows of their own have said."""

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.store import Store, schema
from digest.store import tables as t
from digest.store.shadow import LeftOut
from digest.store.shadow_lines import Line, Lines, packed, unpacked
from digest.subscribers import MAIN
from tests.fakes import paper
from tests.store.builders import NOW, edition, keep, reader

lines = st.lists(
    st.builds(
        LeftOut,
        paper=st.sampled_from([paper().id for _ in range(5)]),
        interest=st.sampled_from([MAIN, "Ameisen 🐜", ""]),
        score=st.floats(allow_nan=False, allow_infinity=False),
        probability=st.none() | st.floats(0, 1),
        why=st.sampled_from(["low", "the edition was full"]),
    )
)


@given(entries=lines)
@settings(deadline=None)
def test_what_is_packed_is_unpacked(entries: list[LeftOut]) -> None:
    rows = {key: number for number, key in enumerate(sorted({entry.paper for entry in entries}), start=1)}
    assert list(unpacked(packed(Lines.of(entries, rows)))) == [Line(rows[entry.paper], *entry[1:]) for entry in entries]


def test_what_was_kept_with_digits_is_read_as_it_was() -> None:
    """As releases before schema 0014 wrote it."""
    kept = {
        "p": [7, 9],
        "s": [0.1, -1e-17],
        "c": [None, 0.25],
        "i": [0, 0],
        "w": [0, 1],
        "interests": ["main"],
        "whys": ["low", "full"],
    }
    assert list(unpacked(kept)) == [Line(7, "main", 0.1, None, "low"), Line(9, "main", -1e-17, 0.25, "full")]


def test_nothing_is_unpacked_of_nothing() -> None:
    assert list(unpacked(None)) == []


def test_going_back_makes_a_row_of_each_line_and_keeps_what_was_asked_for(store: Store) -> None:
    someone, ants, bees = reader(store), paper("Ants"), paper("Bees")
    keep(store, ants, bees)
    number = edition(store, someone)
    with store.begin() as tx:
        tx.shadow.keep(number, [LeftOut(ants.id, MAIN, 0.5, 0.25, "low"), LeftOut(bees.id, MAIN, 0.7, None, "full")])
        assert tx.shadow.reclaim(someone.id, tx.papers.rows([bees.id])[bees.id], now=NOW)
        before = tx.shadow.of(someone.id, limit=9)

    way = schema.Schema(store._engine)
    way.migrate("0012")

    with store._engine.connect() as connection:
        found = connection.execute(sa.select(t.left_out).order_by(t.left_out.c.score)).all()
    assert [(row.interest, row.score, row.probability, row.why) for row in found] == [
        (MAIN, 0.5, 0.25, "low"),
        (MAIN, 0.7, None, "full"),
    ]
    assert [row.reclaimed_at for row in found] == [None, NOW]
    way.migrate("head")
    with store.read() as tx:
        assert tx.shadow.of(someone.id, limit=9) == before
