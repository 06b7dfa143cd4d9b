"""Papers and sections as a reader sees them."""

import pytest

from digest.editions import Edition, ReasonKind, Slot
from digest.papers import Paper
from digest.rendering.view import PaperView, paper_view, sections, shown, title_of
from digest.rendering.words import ENGLISH
from tests.fakes import paper
from tests.rendering.builders import BAD_ADDRESSES, chosen, edition, reason

NEWEST = reason("cs.LG", ReasonKind.NEWEST)


def seen(item: Paper, *, limit: int = 340) -> PaperView:
    return paper_view(item, ENGLISH, limit=limit)


def headings(letter: Edition) -> list[tuple[str, str, list[int]]]:
    """Heading, aside and the numbers of the papers of each section."""
    return [(part.heading, part.aside, [number for number, _ in part.items]) for part in sections(letter, ENGLISH)]


def test_only_an_edition_chosen_for_newness_alone_is_headed_so() -> None:
    assert headings(edition(chosen("A", NEWEST))) == [("Newest", "1 paper", [1])]
    assert headings(edition(chosen("A", NEWEST), chosen("B", reason()))) == [("For you", "2 papers", [1, 2])]
    assert headings(edition("chosen for what it shares with every paper")) == [("For you", "1 paper", [1])]


def test_the_papers_of_each_interest_stand_together_with_their_numbers() -> None:
    given = [("A", "robots"), ("B", "main"), ("C", "robots"), ("D", "sleep"), ("E", "main")]
    letter = edition(*(chosen(title, interest=name) for title, name in given))

    assert headings(letter) == [
        ("robots", "2 papers", [1, 3]),
        ("For you", "2 papers", [2, 5]),
        ("sleep", "1 paper", [4]),
    ]
    assert [item.paper.title for item in shown(sections(letter, ENGLISH))] == list("ACBED")


def test_what_must_be_read_and_what_is_to_explore_have_sections_of_their_own() -> None:
    letter = edition(
        chosen("A", slot=Slot.EXPLORATION, interest="robots"),
        chosen("B", slot=Slot.MUST_READ, interest="robots"),
        chosen("C", interest="robots"),
        chosen("D", slot=Slot.CARRIED, interest="robots"),
    )
    assert headings(letter) == [
        ("Must-reads", "1 paper", [2]),
        ("robots", "2 papers", [3, 4]),
        ("For a change", "1 paper, outside your interests", [1]),
    ]


def test_an_interest_without_a_name_of_its_own_is_not_called_main() -> None:
    letter = edition(chosen("A", interest="main"), chosen("B"), chosen("C", interest="\x00 "))
    assert headings(letter) == [("For you", "3 papers", [1, 2, 3])]


def test_a_long_name_of_an_interest_is_cut() -> None:
    ((heading, _, _),) = headings(edition(chosen("A", interest="word\n" * 1000)))
    assert len(heading) <= 60
    assert "\n" not in heading


def test_an_edition_without_papers_has_no_sections() -> None:
    assert headings(edition()) == []


# ------------------------------------------------------------ a paper


def test_an_abstract_is_cut_at_the_end_of_a_sentence() -> None:
    long = "A sentence of this abstract. " * 60
    assert 600 < len(seen(paper(abstract=long), limit=640).abstract) <= 640
    assert seen(paper(abstract=long)).abstract.endswith("abstract.")


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


def test_a_paper_elsewhere_is_read_there() -> None:
    view = seen(paper(abstract="", url="https://www.nature.com/articles/é"))
    assert (view.url, view.place) == ("https://www.nature.com/articles/%C3%A9", "nature.com")
    assert view.no_abstract == "No abstract in the listing. Read it on nature.com."


@pytest.mark.parametrize("address", [bad for bad in BAD_ADDRESSES if not bad.startswith("https://x.example/")])
def test_what_is_no_web_address_is_no_link(address: str) -> None:
    view = seen(paper(url=address))
    assert (view.url, view.place) == ("", "")


def test_an_address_that_holds_anything_else_is_written_out() -> None:
    assert seen(paper(url='https://x.example/"> <b>')).url == "https://x.example/%22%3E%20%3Cb%3E"
