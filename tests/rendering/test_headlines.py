"""An edition in a few sentences: its counts agree, and every line says what is there."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from digest.batches import BatchState
from digest.editions import Coverage, Edition, Notice, ReasonKind, Slot, Trending
from digest.papers import AnnouncementKind
from digest.rendering.headlines import Headlines, week_of, why_you
from digest.rendering.view import sections, shown, shown_title
from digest.rendering.words import ENGLISH
from digest.subscribers import EditionKind, Schedule
from tests.fakes import paper
from tests.rendering.builders import chosen, edition, reader, reason, site

WEEKLY = EditionKind.WEEKLY


def told(letter: Edition) -> Headlines:
    items = shown(sections(letter, ENGLISH))
    titles = [shown_title(item.paper) for item in items]
    return Headlines(ENGLISH, letter, first=items[0] if items else None, titles=titles)


@pytest.mark.parametrize(
    ("titles", "subject", "preheader", "standfirst"),
    [
        ([], "Nothing for Monday", "Nothing for you today.", "None of the 400 papers read is for you."),
        (["Flat minima"], "Flat minima for Monday", "Flat minima.", "One of the 400 papers read is for you."),
        (
            ["Flat minima: a study", "Sharp maxima", "Noise"],
            "Flat minima, and 2 more for Monday",
            "Flat minima, Sharp maxima and Noise.",
            "Three of the 400 papers read are for you.",
        ),
        (
            ["Flat minima", *"BCDEFGHIJKLMN"],
            "Flat minima, and 13 more for Monday",
            "Flat minima, B, C and eleven more.",
            "14 of the 400 papers read are for you.",
        ),
    ],
)
def test_the_first_lines_say_what_is_in_it(titles: list[str], subject: str, preheader: str, standfirst: str) -> None:
    lines = told(edition(*titles))
    assert (lines.subject(), lines.preheader([]), lines.standfirst()) == (subject, preheader, standfirst)


def test_a_followed_author_is_named_first() -> None:
    followed = chosen("Flat minima", reason("Ada Ames", ReasonKind.AUTHOR), slot=Slot.MUST_READ)
    assert told(edition(followed)).subject() == "An author you follow: Ada Ames"
    assert told(edition(followed, "Noise")).subject() == "An author you follow: Ada Ames, and 1 more"
    assert told(edition(followed, "Noise")).standfirst().endswith("One is by an author you follow.")
    assert told(edition("Noise", followed)).subject() == "Noise, and 1 more for Monday"


def test_an_edition_of_news_alone_says_so() -> None:
    letter = edition(notices=(Notice(paper=paper(), kind=AnnouncementKind.PUBLISHED, day=date(2026, 3, 1)),))
    assert told(letter).subject() == "News of papers you liked, Monday"
    assert told(letter).preheader(["Flat minima: a study"]) == "Flat minima."


def test_a_week_has_its_number_and_counts() -> None:
    asked = chosen("B", slot=Slot.MUST_READ), chosen("C", slot=Slot.RECLAIMED)
    letter = edition("A", *asked, kind=WEEKLY)
    assert told(letter).subject() == "Week 9: 3 papers, 2 you asked for"
    assert told(letter).date() == "Week 9, Monday 2 March 2026"
    assert told(letter).standfirst() == "Three of the 400 papers of this week are for you."
    assert told(edition("A", kind=WEEKLY)).subject() == "Week 9: 1 paper"
    assert told(edition(kind=WEEKLY)).subject() == "Week 9: nothing for you"


@pytest.mark.parametrize(("day", "week"), [(date(2026, 1, 5), 1), (date(2026, 1, 24), 4), (date(2026, 1, 1), 1)])
def test_the_week_of_an_edition_is_the_one_before_it(day: date, week: int) -> None:
    assert week_of(day) == week


def test_papers_that_came_late_or_could_not_be_sent_are_counted() -> None:
    friday = date(2026, 2, 27)
    letter = edition(chosen("A", announced=friday), chosen("B", announced=friday, slot=Slot.CARRIED), "C")
    assert told(letter).standfirst() == (
        "Three of the 400 papers read are for you. One came on an earlier day. "
        "One is from an edition that could not be sent."
    )


def test_what_is_trending_is_counted_apart() -> None:
    letter = edition("A", trending=(Trending(paper=paper(), upvotes=3, source="huggingface"),))
    assert told(letter).standfirst() == "One of the 400 papers read is for you. One more is trending."


# ------------------------------------------------------------ the ledger


def test_the_ledger_accounts_for_every_paper() -> None:
    assert told(edition("A", "B", read=4902)).ledger() == (
        "4,902 papers read in cs.LG (4,902). 2 sent, 4,900 left out."
    )


def test_what_was_not_read_for_it_is_not_counted_as_taken_from_what_was() -> None:
    letter = edition(chosen("A", slot=Slot.CARRIED), chosen("B", slot=Slot.RECLAIMED), "C", read=10)
    assert told(letter).ledger() == "10 papers read in cs.LG (10). 3 sent, 9 left out."


def test_the_ledger_of_several_categories_counts_a_cross_listed_paper_once() -> None:
    letter = replace(edition("A", read=9), considered=(("cs.LG", 6), ("cs.CL", 4), ("stat.ML", 1)))
    assert told(letter).ledger() == "9 papers read in cs.LG (6), cs.CL (4) and stat.ML (1). 1 sent, 8 left out."


def test_a_day_on_which_nothing_was_read_has_a_ledger_too() -> None:
    assert told(replace(edition(read=0), considered=())).ledger() == "0 papers read. 0 sent, 0 left out."


@pytest.mark.parametrize(("seen", "ending"), [(400, " Nothing is missing."), (387, " left out.")])
def test_only_a_whole_ledger_says_that_nothing_is_missing(seen: int, ending: str) -> None:
    line = Coverage(stream="cs.LG", seen=seen, expected=400, chosen=1, state=BatchState.COMPLETE)
    ledger = told(edition("A", coverage=(line,))).ledger()
    assert ledger.startswith(f"cs.LG: {seen} of 400 seen, 1 chosen. 400 papers read.")
    assert ledger.endswith(ending)


def test_the_reader_learns_why_it_comes() -> None:
    somebody = reader(
        "bo@example.org",
        created_at=datetime(2026, 1, 3, 23, 30, tzinfo=UTC),
        schedule=Schedule(timezone=ZoneInfo("Asia/Tokyo")),
    )
    assert why_you(ENGLISH, site(name="Journal\nClub"), somebody) == (
        "Sent to bo@example.org, which has been on the list of Journal Club since Sunday 4 January 2026. "
        "No tracking: we cannot see whether you opened this."
    )
