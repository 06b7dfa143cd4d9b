"""What a feed reads of a kept edition is what the whole of it would have told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions import Reason, ReasonKind, Recommendation, Slot
from digest.store.kept_items import legible
from digest.store.told_lines import told_lines
from digest.subscribers import EditionKind
from digest.tellings import Likeness, Line, Telling, lines
from tests.fakes import MONDAY
from tests.store.builders import NOW
from tests.store.test_kept_items import PAPERS, items, kept, shelf, texts
from tests.tellings import all_told

AKIN = st.sampled_from([ReasonKind.LIKED, ReasonKind.INTEREST])
SILENT = st.sampled_from([ReasonKind.LIKED, ReasonKind.INTEREST, ReasonKind.BACKGROUND, ReasonKind.DISLIKED])
words = st.lists(st.tuples(texts, st.floats(0, 1)), min_size=1, max_size=6).map(tuple)
silent = st.lists(st.builds(Reason, kind=SILENT, label=texts, contribution=st.floats(-1, 1)), max_size=3)


@st.composite
def plain(draw: st.DrawFn) -> Recommendation:
    """A paper that is like one thing, as nearly all are, among reasons that are never told."""
    one = Reason(draw(AKIN), draw(texts), draw(st.floats(0, 1)), draw(words))
    return Recommendation(
        paper=draw(st.sampled_from(PAPERS)),
        score=1.0,
        reasons=(*draw(silent), one, *draw(silent)),
        announced=draw(st.dates()),
        slot=draw(st.sampled_from(Slot)),
        interest=draw(texts),
        code=draw(texts),
    )


def read(given: Sequence[Recommendation]) -> list[Line]:
    return told_lines(kept(given), shelf(*PAPERS))


def told(found: Sequence[Line], when: datetime = NOW) -> tuple[Any, ...]:
    return all_told(Telling(1, EditionKind.DAILY, MONDAY, when, (("cs.LG", 9),), (), found))


@settings(deadline=None)
@given(items | st.lists(plain(), max_size=5))
def test_papers_are_told_as_the_whole_of_them_would_be(given: Sequence[Recommendation]) -> None:
    assert told(read(given)) == told(lines(given))


@settings(deadline=None)
@given(items)
def test_the_first_form_is_told_alike(given: Sequence[Recommendation]) -> None:
    assert told(told_lines(legible(kept(given)), shelf(*PAPERS))) == told(lines(given))


ONE = Reason(ReasonKind.LIKED, "Flat minima", 1.0, (("flat", 0.6), ("minima", 0.4)))
BACKGROUND = Reason(ReasonKind.BACKGROUND, "what it shares with every paper", -0.1)
PLAIN = Recommendation(paper=PAPERS[0], score=1.0, reasons=(ONE, BACKGROUND), announced=MONDAY)


def test_of_papers_that_are_like_one_thing_nothing_else_is_made() -> None:
    given = [PLAIN, replace(PLAIN, slot=Slot.EXPLORATION, code="https://github.com/ames/flat")]

    found = read(given)

    assert [line.likeness for line in found] == 2 * [Likeness(ReasonKind.LIKED, "Flat minima", ["flat", "minima"])]
    assert [line.slot for line in found] == [Slot.CHOSEN, Slot.EXPLORATION]
    assert {line.whole for line in found} == {None}


@pytest.mark.parametrize(
    "odd",
    [
        replace(PLAIN, reasons=()),
        replace(PLAIN, reasons=(BACKGROUND,)),
        replace(PLAIN, reasons=(ONE, ONE)),
        replace(PLAIN, reasons=(ONE._replace(contribution=0.0),)),
        replace(PLAIN, reasons=(ONE._replace(terms=(("flat", 0.6), ("minima", 0.0))),)),
        replace(PLAIN, reasons=(ONE._replace(kind=ReasonKind.DISLIKED),)),
        replace(PLAIN, reasons=(ONE, Reason(ReasonKind.AUTHOR, "Ada Ames", 0.2))),
        replace(PLAIN, late=True),
        replace(PLAIN, group="Reading group"),
        replace(PLAIN, sent_to=3),
    ],
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_paper_with_more_to_tell_has_all_of_the_edition_read(odd: Recommendation, at: int) -> None:
    given = [PLAIN, PLAIN]
    given.insert(at, odd)

    found = read(given)

    assert {line.likeness for line in found} == {None}
    assert told(found) == told(lines(given))


def test_a_paper_that_is_on_no_shelf_is_an_error() -> None:
    with pytest.raises(KeyError):
        told_lines(kept([PLAIN]), {})
