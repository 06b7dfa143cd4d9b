"""What sources told is worded with who told it and how long ago; what says nothing is not shown."""

from datetime import UTC, datetime, timedelta

import pytest

from digest import signals
from digest.rendering import told
from digest.rendering.words import ENGLISH
from digest.signals import Signal, Value

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def said(name: str, value: Value, source: str = "huggingface", **ago: float) -> Signal:
    return Signal(subject="arxiv:1", name=name, value=value, source=source, observed_at=NOW - timedelta(**ago))


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=14), "14 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=60), "60 days ago"),
        (timedelta(days=61), "2 months ago"),
        (timedelta(days=729), "23 months ago"),
        (timedelta(days=731), "2 years ago"),
    ],
)
def test_an_age_is_told_in_the_unit_that_fits(passed: timedelta, words: str) -> None:
    assert told.age(passed, ENGLISH) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (4902.0, "4,902"),
        (0, "0"),
        (55.25, "55.2"),
        (0.314, "0.31"),
        (float("inf"), ""),
        (float("nan"), ""),
        ("a <b>\u202etext\n", "a <b>text"),
        (("sea", " ", "moon"), "sea, moon"),
        (tuple(f"t{n}" for n in range(10)), "t0, t1, t2, t3, t4, t5, t6, t7 and 2 more"),
    ],
)
def test_a_value_is_worded(value: Value, words: str) -> None:
    assert told.valued(value, ENGLISH) == words


def test_a_fact_names_its_source_and_age() -> None:
    fact = told.fact(said(signals.CITATIONS, 12, "semantic-scholar", days=3), ENGLISH, now=NOW)

    assert (fact.what, fact.value, fact.place, fact.age) == ("Citations", "12", "Semantic Scholar", "3 days ago")
    assert fact.is_count


def test_links_are_kept_apart_and_those_that_could_act_are_dropped() -> None:
    fact = told.fact(said(signals.CODE, ("javascript:alert(1)", "https://a.example/x")), ENGLISH, now=NOW)

    assert fact.links == ("https://a.example/x",)
    assert told.facts([said(signals.PROJECT, "javascript:alert(1)"), said("empty", ())], ENGLISH, now=NOW) == ()


def test_facts_stand_in_one_order_whatever_the_store_gave() -> None:
    found = [said("zeal", 1), said(signals.CODE, "https://a.example"), said(signals.UPVOTES, 3)]

    assert [fact.what for fact in told.facts(found, ENGLISH, now=NOW)] == ["Upvotes", "Code", "zeal"]
