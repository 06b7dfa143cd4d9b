"""Pictures of numbers as SVG."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from digest.rendering.charts import HEIGHT, bar, columns

_NUMBERS = st.floats(min_value=0, max_value=1e12)


def read(markup: str) -> etree._Element:
    return etree.fromstring(markup)


def test_a_picture_says_what_it_shows_and_draws_a_column_for_each_number() -> None:
    svg = read(columns([1, 4, 0, 2], label="Papers & days"))

    assert (svg.get("role"), svg.findtext("title")) == ("img", "Papers & days")
    assert [each.get("height") for each in svg.iter("rect")] == ["12", "48", "24"]


def test_the_highest_may_be_given() -> None:
    assert [each.get("height") for each in read(columns([1], label="x", most=4)).iter("rect")] == ["12"]


def test_little_is_never_nothing() -> None:
    assert len(list(read(columns([1, 100_000], label="x")).iter("rect"))) == 2


def test_a_bar_is_as_long_as_its_share() -> None:
    (shape,) = read(bar(1, most=4)).iter("rect")

    assert shape.get("width") == "25"


@pytest.mark.parametrize("values", [[], [0], [0, 0]])
def test_nothing_is_a_picture_without_columns(values: list[float]) -> None:
    assert not list(read(columns(values, label="x")).iter("rect"))


@settings(deadline=None)
@given(st.lists(_NUMBERS, max_size=40), st.text(st.characters(codec="utf-8", categories=["L", "P", "S"])), _NUMBERS)
def test_any_numbers_stay_within_the_picture_and_need_no_style(values: list[float], label: str, most: float) -> None:
    for markup in (columns(values, label=label, most=most), bar(sum(values), most=most)):
        svg = read(markup)
        assert all(0 <= float(each.get("height", 0)) <= HEIGHT for each in svg.iter("rect"))
        assert "style" not in {name for each in svg.iter() for name in each.attrib}
