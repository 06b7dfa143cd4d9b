"""An edition worded: its counts agree, and every part says what it shows."""

from dataclasses import replace
from datetime import date

import pytest

from digest.editions import ReasonKind, Recommendation
from digest.papers import Paper
from digest.rendering.view import EditionView, PaperView, edition_view, paper_view, title_of
from tests.fakes import MONDAY, paper
from tests.rendering.builders import SITE, chosen, edition, reason, site

NEWEST = reason("cs.LG", ReasonKind.NEWEST)


def view(*items: Recommendation | Paper | str, **values: int) -> EditionView:
    return edition_view(edition(*items, **values), SITE)  # type: ignore[arg-type]


def seen(item: Paper, *, announced: date = MONDAY) -> PaperView:
    return paper_view(chosen(item, announced=announced), MONDAY, limit=340)


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
    worded = view(*titles)
    assert (worded.subject, worded.preheader, worded.standfirst) == (subject, preheader, standfirst)


def test_the_ledger_accounts_for_every_paper() -> None:
    worded = view("A", "B", read=4902)
    assert worded.ledger == "4,902 papers read in cs.LG (4,902). 2 sent, 4,900 left out."


def test_the_ledger_of_several_categories_counts_a_cross_listed_paper_once() -> None:
    letter = replace(edition("A", read=9), considered=(("cs.LG", 6), ("cs.CL", 4), ("stat.ML", 1)))
    assert edition_view(letter, SITE).ledger == (
        "9 papers read in cs.LG (6), cs.CL (4) and stat.ML (1). 1 sent, 8 left out."
    )


def test_a_day_on_which_nothing_was_read_has_a_ledger_too() -> None:
    letter = replace(edition(read=0), considered=())
    assert edition_view(letter, SITE).ledger == "0 papers read. 0 sent, 0 left out."


def test_papers_that_came_late_are_counted_and_say_so() -> None:
    worded = view(chosen("Early", announced=date(2026, 2, 27)), "In time")
    assert worded.standfirst.endswith("One came on an earlier day.")
    assert [item.note for item in worded.papers] == ["announced Friday 27 February", ""]


def test_only_an_edition_chosen_for_newness_alone_is_headed_so() -> None:
    assert headings(view(chosen("A", NEWEST))) == ["Newest"]
    assert headings(view(chosen("A", NEWEST), chosen("B", reason()))) == ["For you"]
    assert headings(view("chosen for what it shares with every paper")) == ["For you"]


def headings(worded: EditionView) -> list[str]:
    return [section.heading for section in worded.sections]


def test_the_papers_of_each_interest_stand_together_and_the_best_paper_still_leads() -> None:
    long = "A sentence of this abstract. " * 60
    given = [("A", "robots"), ("B", "main"), ("C", "robots"), ("D", "sleep"), ("E", "main")]
    worded = view(*(chosen(paper(title, abstract=long), interest=name) for title, name in given))

    told = [(s.heading, [item.title for item in s.papers], s.before) for s in worded.sections]
    assert told == [("robots", ["A", "C"], 0), ("For you", ["B", "E"], 2), ("sleep", ["D"], 4)]
    assert [item.title for item in worded.papers] == list("ACBED")
    assert [len(item.abstract) > 340 for item in worded.papers] == [True, False, False, False, False]


def test_an_interest_without_a_name_of_its_own_is_not_called_main() -> None:
    assert headings(view(chosen("A", interest="main"), chosen("B"), chosen("C", interest="\x00 "))) == ["For you"]


def test_a_long_name_of_an_interest_is_cut() -> None:
    (heading,) = headings(view(chosen("A", interest="word\n" * 1000)))
    assert len(heading) <= 60
    assert "\n" not in heading


def test_papers_beyond_the_whole_ones_leave_their_sections() -> None:
    letter = edition(*(chosen(title, interest=name) for title, name in zip("ABCD", ["x", "y", "x", "y"], strict=True)))
    worded = edition_view(letter, SITE, whole=1)
    assert [(s.heading, [item.title for item in s.papers]) for s in worded.whole_sections] == [("x", ["A"])]
    assert [item.title for item in worded.by_title] == ["C", "B", "D"]


def test_an_edition_without_papers_has_no_sections() -> None:
    assert view().sections == ()
    assert view().also_new == ()


def test_the_papers_below_the_fold_are_titles_and_links() -> None:
    (below,) = edition_view(edition("A", also_new=[paper("An $R^2$\nbelow", number=7)]), SITE).also_new
    assert (below.title, below.url) == ("An R² below", "https://arxiv.org/abs/2603.00007")


def test_the_first_paper_has_more_of_its_abstract() -> None:
    long = "A sentence of this abstract. " * 60
    lead, other = view(paper("A", abstract=long), paper("B", abstract=long)).papers
    assert 600 < len(lead.abstract) <= 640
    assert 300 < len(other.abstract) <= 340


def test_a_title_of_nothing_visible_becomes_the_id() -> None:
    assert title_of(paper(" \x00\u202e ", number=7)) == "2603.00007"


def test_a_title_of_5_000_characters_is_cut_and_says_so() -> None:
    title = seen(paper("word " * 1000)).title
    assert len(title) <= 300
    assert title.endswith("…")


def test_names_of_nothing_visible_are_not_counted_as_authors() -> None:
    assert seen(paper(authors=("\x00", "Ada Ames", "\u202e"))).byline == "Ada Ames"
    assert seen(paper(authors=("\x00",))).byline == "Authors not named in the listing"


def test_two_categories_are_shown() -> None:
    assert seen(paper(categories=("cs.LG", "stat.ML", "math.OC"))).categories == "cs.LG, stat.ML"


def test_an_abstract_keeps_its_paragraphs_where_there_is_room() -> None:
    assert seen(paper(abstract="One\nline.\n\nTwo $R^2$.\n\n \n")).full_abstract == ("One line.", "Two R².")


def test_the_reader_learns_who_sends_it() -> None:
    worded = edition_view(edition("A"), site(name="Journal\nClub"))
    assert "the operator of Journal Club" in worded.why_you
