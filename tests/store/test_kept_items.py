"""What editions brought comes back to the last bit from either form that it was kept in."""

import json
import math
import struct
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions import Reason, ReasonKind, Recommendation, Slot
from digest.membership import data
from digest.papers import Paper
from digest.store import Store, schema
from digest.store import tables as t
from digest.store.columns import in_bits, numbered, of_bits
from digest.store.kept_items import Fact, facts_of, legible, packed, papers_of, unpacked
from digest.store.papers import KeptPaper
from digest.store.shadow import LeftOut
from digest.store.types import read_json, write_json
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, edition, keep, reader, recommended, slate

PAPERS = [paper(f"Number {number}") for number in range(4)]
NAMED = (("edition", "items"), ("shadow", "lines"))
ROWS = {each.id: number for number, each in enumerate(PAPERS, start=7)}

numbers = st.floats(allow_nan=False)
texts = st.text(max_size=12) | st.sampled_from(["null", "3 more", "what it shares with every paper"])
reasons = st.builds(
    Reason,
    kind=st.sampled_from(ReasonKind),
    label=texts,
    contribution=numbers,
    terms=st.lists(st.tuples(texts, numbers), max_size=3).map(tuple),
)
recommendations = st.builds(
    Recommendation,
    paper=st.sampled_from(PAPERS),
    score=numbers,
    reasons=st.lists(reasons, max_size=4).map(tuple),
    announced=st.dates(),
    late=st.booleans(),
    probability=st.none() | st.floats(0, 1),
    interest=texts,
    slot=st.sampled_from(Slot),
    code=st.just("") | texts,
    group=st.just("") | texts,
    sent_to=st.integers(0, 10**9),
)
items = st.lists(recommendations, max_size=5).map(tuple)


def shelf(*papers: Paper) -> dict[int, KeptPaper]:
    return {ROWS[each.id]: KeptPaper(row=ROWS[each.id], paper=each, terms=b"") for each in papers}


def kept(given: Sequence[Recommendation]) -> Any:
    """As the database gives back what it was given."""
    return read_json(write_json(packed(given, ROWS)))


@settings(deadline=None)
@given(items)
def test_whatever_is_packed_is_unpacked_to_the_last_bit(given: tuple[Recommendation, ...]) -> None:
    found = unpacked(kept(given), shelf(*PAPERS))

    assert found == given
    assert repr(found) == repr(given)  # of zeros, which equal each other, the sign as well
    assert all(type(reason) is Reason for item in found for reason in item.reasons)
    assert len({*found, *given}) == len(set(given))  # and they are found where the same was put


@settings(deadline=None)
@given(items)
def test_what_was_kept_in_the_first_form_is_read_alike(given: tuple[Recommendation, ...]) -> None:
    first = json.loads(json.dumps(legible(kept(given))))

    assert isinstance(first, list)
    assert unpacked(first, shelf(*PAPERS)) == given
    assert legible(first) == first
    assert papers_of(first) == papers_of(kept(given)) == [ROWS[item.paper.id] for item in given]
    facts = [Fact(ROWS[item.paper.id], item.interest, item.score, item.probability) for item in given]
    assert facts_of(first) == facts_of(kept(given)) == facts


def test_an_item_of_the_first_days_has_neither_slot_nor_probability_nor_interest() -> None:
    ants = PAPERS[0]
    oldest = [{"p": ROWS[ants.id], "d": "2026-01-05", "s": 0.25, "r": [["liked", "Bees", 0.25, [["ant", 0.1]]]]}]

    (found,) = unpacked(oldest, shelf(ants))

    because = Reason(ReasonKind.LIKED, "Bees", 0.25, (("ant", 0.1),))
    assert found == Recommendation(paper=ants, score=0.25, reasons=(because,), announced=date(2026, 1, 5))
    assert facts_of(oldest) == [Fact(ROWS[ants.id], "", 0.25, None)]


def test_a_form_that_was_written_once_is_read_for_ever() -> None:
    """Written by hand from the description: what reads its own words only may have changed them on both sides."""
    scores, chances, contributions, shares = [0.5, 0.125], [0.75, math.nan], [0.3, 0.2, 0.125], [0.05]
    written = {
        "form": 2,
        "p": [8, 7],
        "days": ["2026-01-05", "2026-01-06"],
        "d": [1, 0],
        "interests": ["main", "ants"],
        "i": [0, 1],
        "slots": ["must-read", "chosen"],
        "w": [1, 0],
        "n": [2, 1],
        "k": "lba",
        "r": [1, 0, 2],
        "labels": ["everybody", "Bees", "E. O. Wilson"],
        "t": [0],
        "m": [1],
        "words": ["bee"],
        "more": {"1": {"l": 1, "g": "https://github.com/ames/flat", "u": "Lab", "n": 3}},
        "x": b64encode(struct.pack("<8d", *scores, *chances, *contributions, *shares)).decode(),
    }

    first, second = unpacked(written, shelf(*PAPERS))

    assert first == Recommendation(
        paper=PAPERS[1],
        score=0.5,
        probability=0.75,
        reasons=(
            Reason(ReasonKind.LIKED, "Bees", 0.3, (("bee", 0.05),)),
            Reason(ReasonKind.BACKGROUND, "everybody", 0.2),
        ),
        announced=date(2026, 1, 6),
        interest="main",
        slot=Slot.CHOSEN,
    )
    assert (second.paper, second.score, second.probability, second.slot) == (PAPERS[0], 0.125, None, Slot.MUST_READ)
    assert second.reasons == (Reason(ReasonKind.AUTHOR, "E. O. Wilson", 0.125),)
    assert (second.late, second.group, second.sent_to, second.interest) == (True, "Lab", 3, "ants")
    assert second.code == "https://github.com/ames/flat"


def test_an_edition_of_fifteen_papers_takes_less_than_half_the_room() -> None:
    liked = [
        f"A paper that somebody liked, with a title of usual length, of which this is number {n}" for n in range(9)
    ]
    because = [Reason(ReasonKind.LIKED, title, math.pi / (3 + n)) for n, title in enumerate(liked)]
    told = tuple(reason._replace(terms=(("ant colony", 1 / 3), ("bee", 1 / 7))) for reason in because[:1])
    item = replace(recommended(PAPERS[0], 1 / 3), reasons=(*told, *because[1:6]))

    given = [replace(item, score=1 / (3 + n), probability=1 / (7 + n)) for n in range(15)]

    assert 2 * len(write_json(packed(given, ROWS))) < len(write_json(legible(packed(given, ROWS))))


@given(st.lists(st.floats()))
@settings(deadline=None)
def test_numbers_are_kept_by_their_bits(given: list[float]) -> None:
    back = of_bits(in_bits(given))
    assert [struct.pack("<d", number) for number in back] == [struct.pack("<d", number) for number in given]


def test_bits_are_those_of_the_standard_the_lowest_byte_first() -> None:
    assert in_bits([1.0, -2.5]) == "AAAAAAAA8D8AAAAAAAAEwA=="  # 3FF0… and C004… of IEEE 754, reversed


@given(st.lists(st.sampled_from("abc")))
def test_names_are_found_by_their_places(names: list[str]) -> None:
    once, places = numbered(names)
    assert [once[place] for place in places] == names
    assert len(once) == len(set(names))


def test_readers_are_told_what_is_held_of_their_editions_in_words(store: Store) -> None:
    someone, ants, bees = reader(store), paper("Ants"), paper("Bees")
    keep(store, ants, bees)
    number = edition(store, someone, ants)
    with store.begin() as tx:
        tx.shadow.keep(number, [LeftOut(bees.id, "main", 0.25, None, "below the threshold")])

    told = json.loads(data.exported(store, someone, now=NOW))

    ((item,),), ((line,),) = ([row[name] for row in told["tables"][table]] for table, name in NAMED)
    assert told["papers"][str(item["p"])]["title"] == "Ants"
    assert (item["s"], item["r"]) == (0.5, [["interest", "graphs", 0.5, [["graphs", 0.5]]]])
    assert told["papers"][str(line["paper"])]["title"] == "Bees"
    assert (line["score"], line["why"]) == (0.25, "below the threshold")


@pytest.mark.parametrize("form", ["first", "columns"])
def test_going_back_writes_the_first_form_and_coming_again_reads_it(store: Store, form: str) -> None:
    someone, ants, bees = reader(store), paper("Ants"), paper("Bees")
    keep(store, ants, bees)
    shown = replace(recommended(ants), late=True, code="https://github.com/ames/flat", probability=0.1 + 0.2)
    with store.begin() as tx:
        number = tx.editions.keep(slate(someone, shown, recommended(bees, -1e-17)), now=NOW)
        assert number is not None
        before = tx.editions.of(someone.id, limit=1)
    edition(store, someone, slot_date=date(2026, 1, 1))
    if form == "first":
        with store._engine.begin() as connection:
            (columns,) = connection.execute(sa.select(t.edition.c["items"]).where(t.edition.c.id == number)).one()
            first = legible(columns)
            connection.execute(sa.update(t.edition).where(t.edition.c.id == number).values(items=first))
    way = schema.Schema(store._engine)

    way.migrate("0013")

    with store._engine.connect() as connection:
        found = connection.execute(sa.select(t.edition.c["items"]).order_by(t.edition.c.id)).scalars().all()
    assert [[item["s"] for item in items] for items in found] == [[shown.score, -1e-17], []]
    assert found[0][0]["g"] == "https://github.com/ames/flat"
    way.migrate("head")
    with store.read() as tx:
        assert tx.editions.of(someone.id, limit=1) == before
        assert before[0].recommendations[0].announced == MONDAY
