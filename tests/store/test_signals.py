"""Signals are kept when they say something new, each with its source and age."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from digest.signals import AFFILIATIONS, CITATIONS, CODE, KEYWORDS, UPVOTES, Signal, Value
from digest.store import Store
from tests.fakes import paper
from tests.store.builders import NOW, keep

HOUR = timedelta(hours=1)


def signal(value: Value = 3.0, **values: Any) -> Signal:
    plain: dict[str, Any] = {
        "subject": "arxiv:2603.00001",
        "name": UPVOTES,
        "source": "huggingface",
        "observed_at": NOW,
    }
    return Signal(value=value, **(plain | values))


def note(store: Store, *signals: Signal) -> int:
    with store.begin() as tx:
        return tx.signals.keep(signals)


def history(store: Store, name: str = UPVOTES) -> list[Signal]:
    with store.read() as tx:
        return tx.signals.history("arxiv:2603.00001", name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (UPVOTES, 3.0),
        (CITATIONS, 0.0),
        (CODE, "https://github.com/a/b"),
        (KEYWORDS, ("ants", "“bees” \\")),
        (AFFILIATIONS, ()),
    ],
)
def test_a_signal_comes_back_as_it_was_kept(store: Store, name: str, value: Value) -> None:
    told = signal(value, name=name)
    assert note(store, told) == 1
    assert history(store, name) == [told]


def test_the_same_again_is_not_kept_again_and_keeps_its_age(store: Store) -> None:
    note(store, signal())
    assert note(store, signal(observed_at=NOW + HOUR)) == 0
    assert [told.observed_at for told in history(store)] == [NOW]


def test_every_other_value_is_kept_also_one_that_was_there_before(store: Store) -> None:
    for hours, votes in enumerate((3.0, 5.0, 5.0, 3.0)):
        note(store, signal(votes, observed_at=NOW + hours * HOUR))
    assert [(told.value, told.observed_at - NOW) for told in history(store)] == [
        (3.0, 0 * HOUR),
        (5.0, HOUR),
        (3.0, 3 * HOUR),
    ]


def test_each_name_and_source_and_subject_has_a_history_of_its_own(store: Store) -> None:
    others = [signal(source="other"), signal(name=CITATIONS), signal(subject="arxiv:2603.00002")]
    assert note(store, signal(), *others) == 4
    assert note(store, signal(4.0, observed_at=NOW + HOUR)) == 1
    with store.read() as tx:
        found = tx.signals.newest(["arxiv:2603.00001", "arxiv:2603.00002", "arxiv:2603.00003"])
    assert {(s.name, s.source, s.value) for s in found["arxiv:2603.00001"]} == {
        (UPVOTES, "huggingface", 4.0),
        (UPVOTES, "other", 3.0),
        (CITATIONS, "huggingface", 3.0),
    }
    assert [s.value for s in found["arxiv:2603.00002"]] == [3.0]
    assert "arxiv:2603.00003" not in found


def test_of_two_values_in_one_page_the_last_counts(store: Store) -> None:
    assert note(store, signal(3.0), signal(4.0)) == 1
    assert [told.value for told in history(store)] == [4.0]


def test_of_two_values_of_one_moment_the_last_counts_too(store: Store) -> None:
    note(store, signal(3.0))
    assert note(store, signal(4.0)) == 1
    assert [told.value for told in history(store)] == [4.0]
    assert note(store, signal(4.0, observed_at=NOW + HOUR)) == 0


def test_a_list_that_is_the_same_is_no_news(store: Store) -> None:
    note(store, signal(("ants", "bees"), name=KEYWORDS))
    assert note(store, signal(("ants", "bees"), name=KEYWORDS, observed_at=NOW + HOUR)) == 0
    assert note(store, signal(("bees", "ants"), name=KEYWORDS, observed_at=NOW + HOUR)) == 1


def test_keeping_nothing_says_nothing(store: Store) -> None:
    assert note(store) == 0
    with store.read() as tx:
        assert tx.signals.newest([]) == {}


def test_more_signals_than_fit_into_one_statement_are_kept(store: Store) -> None:
    many = [signal(subject=f"arxiv:2603.{n:05}") for n in range(1201)]
    assert note(store, *many) == 1201
    assert note(store, *many) == 0


# ------------------------------------------------------------ who is to be asked about what


def to_ask(store: Store, *, since: datetime = NOW, before: datetime = NOW, limit: int = 9) -> list[str]:
    with store.read() as tx:
        rows = tx.signals.to_ask("openalex", since=since, before=before, limit=limit)
        kept = tx.papers.by_row(rows)
    return [kept[row].paper.title for row in rows]


def ask(store: Store, *titles: str, now: datetime, source: str = "openalex") -> None:
    with store.begin() as tx:
        papers = tx.papers.by_row(
            tx.signals.to_ask("nobody", since=datetime.min.replace(tzinfo=NOW.tzinfo), before=NOW, limit=99)
        )
        tx.signals.note_asked(source, [row for row, kept in papers.items() if kept.paper.title in titles], now=now)


def test_the_newest_papers_are_asked_about_first(store: Store) -> None:
    keep(store, paper("Old"), now=NOW - HOUR)
    keep(store, paper("First"), paper("Second"))
    assert to_ask(store) == ["Second", "First"]
    assert to_ask(store, limit=1) == ["Second"]
    assert to_ask(store, since=NOW - HOUR) == ["Second", "First", "Old"]


def test_who_was_asked_about_a_paper_is_not_asked_again_before_its_time(store: Store) -> None:
    keep(store, paper("First"), paper("Second"))
    ask(store, "Second", now=NOW)
    ask(store, "First", now=NOW, source="other")
    assert to_ask(store, before=NOW) == ["First"]
    assert to_ask(store, before=NOW + HOUR) == ["First", "Second"]  # what was never asked comes first


def test_being_asked_again_moves_the_time(store: Store) -> None:
    keep(store, paper("First"))
    for hours in (0, 1):
        ask(store, "First", now=NOW + hours * HOUR)
    assert to_ask(store, before=NOW + HOUR) == []
    assert to_ask(store, before=NOW + 2 * HOUR) == ["First"]


def test_what_one_source_told_is_forgotten_with_its_history_and_nothing_else(store: Store) -> None:
    others = [signal(source="other"), signal(name=CITATIONS), signal(subject="arxiv:2603.00002")]
    note(store, signal(), *others)
    note(store, signal(4.0, observed_at=NOW + HOUR))
    with store.begin() as tx:
        assert tx.signals.forget("arxiv:2603.00001", UPVOTES, "huggingface")
        assert not tx.signals.forget("arxiv:2603.00001", UPVOTES, "huggingface")
        left = tx.signals.newest(["arxiv:2603.00001", "arxiv:2603.00002"])
    assert {each for found in left.values() for each in found} == set(others)
