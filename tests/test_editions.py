"""Recommendations that are made from columns are those that are made one by one."""

from datetime import date

import pytest
from hypothesis import given, settings

from digest.editions import Recommendation, recommended
from tests.fakes import paper
from tests.store.test_kept_items import items

MAY = date(2026, 5, 4)


@settings(deadline=None)
@given(items)
def test_columns_give_what_calls_give_field_by_field(given: tuple[Recommendation, ...]) -> None:
    made = recommended(
        len(given),
        papers=[each.paper for each in given],
        scores=[each.score for each in given],
        reasons=[each.reasons for each in given],
        announced=[each.announced for each in given],
        late=[each.late for each in given],
        probabilities=[each.probability for each in given],
        interests=[each.interest for each in given],
        slots=[each.slot for each in given],
        codes=[each.code for each in given],
        groups=[each.group for each in given],
        sent_to=[each.sent_to for each in given],
    )

    assert made == given
    assert repr(made) == repr(given)
    assert len({*made, *given}) == len(set(given))


def test_what_has_no_column_is_as_it_is_where_nobody_says_otherwise() -> None:
    one, other = paper("Flat minima"), paper("Sharp maxima")

    made = recommended(2, papers=[one, other], scores=[2.0, 1.0], reasons=[(), ()], announced=[MAY, MAY])

    assert made == (
        Recommendation(paper=one, score=2.0, reasons=(), announced=MAY),
        Recommendation(paper=other, score=1.0, reasons=(), announced=MAY),
    )


def test_what_was_made_so_changes_as_little_as_any_other() -> None:
    (made,) = recommended(1, papers=[paper("Flat minima")], scores=[2.0], reasons=[()], announced=[MAY])
    with pytest.raises(AttributeError):
        made.score = 1.0  # type: ignore[misc]  # which is what is tried
