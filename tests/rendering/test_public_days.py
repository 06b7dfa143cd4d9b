"""What the page of a day says besides its papers."""

from datetime import UTC, date, datetime

import pytest

from digest.batches import Batch, BatchState
from digest.records import Record
from digest.rendering import public_days
from digest.rendering.words import ENGLISH
from digest.signals import UPVOTES, Signal
from tests.fakes import MONDAY, at, paper


def batch(
    stream: str = "cs.LG",
    *,
    arrived: int = 234,
    expected: int = 234,
    state: BatchState = BatchState.COMPLETE,
    source: str = "arxiv",
) -> Batch:
    return Batch(source=source, stream=stream, day=MONDAY, state=state, arrived=arrived, expected=expected)


def ledger(*batches: Batch, category: str = "") -> str:
    return public_days.ledger(batches, ENGLISH, category=category)


@pytest.mark.parametrize(
    ("span", "last", "said"),
    [
        ("day", MONDAY, "Daily papers, Monday 2 March"),
        ("week", date(2026, 3, 8), "Week 10: 2 March to 8 March"),
        ("month", date(2026, 3, 31), "March 2026"),
    ],
)
def test_a_heading_names_the_days(span: str, last: date, said: str) -> None:
    assert public_days.heading(span, MONDAY, last, ENGLISH, today=MONDAY) == said


def test_a_week_over_the_new_year_names_both_years_that_need_it() -> None:
    said = public_days.heading("week", date(2025, 12, 29), date(2026, 1, 4), ENGLISH, today=MONDAY)

    assert said == "Week 1: 29 December 2025 to 4 January"


def test_the_ledger_says_that_nothing_is_missing() -> None:
    assert ledger(batch()) == "234 of 234 papers read in cs.LG. Nothing is missing."


def test_the_ledger_says_what_is_missing() -> None:
    said = ledger(batch(arrived=221, state=BatchState.PARTIAL))

    assert said == "221 of 234 papers read in cs.LG. 13 are missing and are asked for again."


def test_the_ledger_says_that_a_listing_is_still_open() -> None:
    assert ledger(batch(state=BatchState.WAITING)).endswith("The listing is not closed yet.")


def test_the_days_of_a_week_are_one_line_for_each_listing() -> None:
    said = ledger(batch(arrived=10, expected=10), batch("cs.CL", arrived=1, expected=1), batch(arrived=5, expected=5))

    assert said == "15 of 15 papers read in cs.LG; 1 of 1 paper read in cs.CL. Nothing is missing."


def test_of_many_listings_the_last_are_summed() -> None:
    said = ledger(*(batch(f"cs.{letter}A", arrived=2, expected=2) for letter in "ABCDEF"))

    assert said.endswith("2 of 2 papers read in cs.DA; 4 of 4 in 2 other listings. Nothing is missing.")


def test_of_one_category_only_its_listing_is_told() -> None:
    assert ledger(batch(), batch("cs.CL"), category="cs.CL") == "234 of 234 papers read in cs.CL. Nothing is missing."
    assert ledger(batch(), category="math.AP") == ""


@pytest.mark.parametrize("stream", ["/home/ana/secret.jsonl", "https://feeds.example/?key=hush", "a\nb"])
def test_a_path_or_an_address_of_the_operator_is_not_told(stream: str) -> None:
    assert ledger(batch(stream, source="files")) == "234 of 234 papers read in files. Nothing is missing."


def test_what_readers_point_to_elsewhere_is_no_listing() -> None:
    assert ledger(batch("day", source="huggingface", state=BatchState.WAITING)) == ""


def test_a_batch_that_named_nothing_is_not_told() -> None:
    assert ledger(batch(arrived=0, expected=0, state=BatchState.QUIET)) == ""


@pytest.mark.parametrize(
    ("state", "is_today", "is_due", "said"),
    [
        (None, True, False, "arXiv announced nothing today."),
        (None, False, False, "arXiv announced nothing on this day."),
        (None, True, True, "Today’s listing is not there yet."),
        (None, False, True, "Nothing is kept of this day."),
        (BatchState.WAITING, True, True, "Today’s listing is not there yet."),
        (BatchState.WAITING, False, True, "The listing of this day is not there yet."),
        (BatchState.QUIET, False, True, "Nothing was announced."),
        (BatchState.FAILED, False, True, "The listing of this day could not be read yet. It is asked for again."),
        (BatchState.STALLED, True, True, "Today’s listing could not be read yet. It is asked for again."),
    ],
)
def test_an_empty_day_says_why(state: BatchState | None, is_today: bool, is_due: bool, said: str) -> None:
    batches = [batch(arrived=0, expected=0, state=state)] if state else []

    assert public_days.empty(batches, ENGLISH, is_today=is_today, is_due=is_due) == said


def test_the_next_listing_is_told_with_its_hour() -> None:
    told = public_days.next_listing(datetime(2026, 3, 3, 3, 45, tzinfo=UTC), ENGLISH, today=MONDAY)

    assert told == "Next listing: Tuesday 3 March, 03:45 UTC."


def test_the_standfirst_counts_papers_and_votes() -> None:
    def said(voted: int, *, is_trending: bool = True, category: str = "") -> str:
        return public_days.standfirst(38, voted, is_trending=is_trending, category=category, words=ENGLISH)

    assert said(12) == "38 papers, 12 of them with votes of readers, which come first."
    assert said(0) == "38 papers. Nobody has voted for any of them yet, so the newest come first."
    assert said(12, is_trending=False, category="cs.LG") == "38 papers in cs.LG, the newest first."


def test_the_age_of_the_votes_is_told() -> None:
    def voted(value: float, source: str) -> Record:
        told = paper(number=1)
        signal = Signal(subject=told.id, name=UPVOTES, value=value, source=source, observed_at=at(MONDAY))
        return Record(paper=told, signals=(signal,))

    told = "Votes are those of Hugging Face and last changed on 2 March, 07:30 UTC."
    assert public_days.votes_age([voted(2, "huggingface")], ENGLISH, today=MONDAY) == told
    assert public_days.votes_age([voted(2, "file")], ENGLISH, today=MONDAY).startswith("The votes last changed")
    assert public_days.votes_age([voted(0, "file")], ENGLISH, today=MONDAY) == ""
