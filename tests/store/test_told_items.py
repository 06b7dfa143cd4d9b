"""What a feed is told of an edition is what the whole of it would have told."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions import Reason, ReasonKind, Recommendation
from digest.rendering.words import ENGLISH
from digest.store.kept_items import legible, packed, unpacked
from digest.store.told_items import told
from digest.store.types import read_json, write_json
from tests.store.test_kept_items import PAPERS, ROWS, items, shelf

_RULES = {ReasonKind.AUTHOR, ReasonKind.INCLUDE, ReasonKind.ORGANISATION, ReasonKind.NEWEST}


def kept(given: tuple[Recommendation, ...]) -> Any:
    return read_json(write_json(packed(given, ROWS)))


def plain(items: tuple[Recommendation, ...]) -> tuple[Recommendation, ...]:
    """With nothing that few papers have."""
    return tuple(replace(item, late=False, code="", group="", sent_to=0) for item in items)


@settings(deadline=None)
@given(items)
def test_every_paper_is_told_for_the_reasons_it_was_kept_with(given: tuple[Recommendation, ...]) -> None:
    whole = unpacked(kept(given), shelf(*PAPERS))

    assert [ENGLISH.why(item) for item in told(kept(given), shelf(*PAPERS))] == [ENGLISH.why(item) for item in whole]


@settings(deadline=None)
@given(items.map(plain))
def test_nothing_is_missing_but_reasons_that_are_never_told(given: tuple[Recommendation, ...]) -> None:
    spared = tuple(
        replace(item, reasons=tuple(each for each in item.reasons if each.terms or each.kind in _RULES))
        for item in given
    )

    found = told(kept(given), shelf(*PAPERS))

    assert found == spared
    assert all(type(reason) is Reason for item in found for reason in item.reasons)


@settings(deadline=None)
@given(st.sampled_from(["first form", "late"]), items)
def test_what_is_kept_otherwise_is_read_whole(form: str, given: tuple[Recommendation, ...]) -> None:
    late = tuple(replace(item, late=True) for item in given)
    written = kept(late) if form == "late" else legible(kept(given))

    assert told(written, shelf(*PAPERS)) == unpacked(written, shelf(*PAPERS))


def test_a_paper_that_is_on_no_shelf_is_an_error() -> None:
    reason = Reason(ReasonKind.LIKED, "Flat minima", 1.0, (("flat", 1.0),))
    item = Recommendation(paper=PAPERS[0], score=1.0, reasons=(reason,), announced=date(2026, 1, 22))

    with pytest.raises(KeyError):
        told(kept((item,)), {})
