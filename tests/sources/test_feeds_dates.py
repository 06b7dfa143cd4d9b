"""Dates as feeds write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.feed_entries import instant
from tests.sources.conftest import unhurried

FIFTH = datetime(2026, 3, 5, tzinfo=UTC)
TEN = datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thu, 05 Mar 2026 10:00:00 GMT", TEN),
        ("Thu, 05 Mar 2026 05:00:00 EST", TEN),
        ("5 Mar 26 11:00 +0100", TEN),
        ("2026-03-05T10:00:00Z", TEN),
        ("2026-03-05T05:00:00.000-05:00", TEN),
        ("2026-03-05 10:00:00", TEN),
        ("2026-03-05", FIFTH),
        ("20260305", FIFTH),
        ("2026/03/05", FIFTH),
        ("5 March 2026", FIFTH),
        ("March 5, 2026", FIFTH),
        ("Thursday, Mar 5, 2026", FIFTH),
        ("Thu, 5 Mar 2026", FIFTH),
        ("2026", None),
        ("soon", None),
        ("", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2026-02-30", None),
    ],
)
def test_dates_are_read_in_the_forms_that_feeds_write(text: str, moment: datetime | None) -> None:
    assert instant(text) == moment


@given(st.text(max_size=30))
@unhurried
def test_whatever_a_date_says_it_is_an_instant_in_utc_or_none(text: str) -> None:
    moment = instant(text)
    assert moment is None or moment.tzinfo is UTC
