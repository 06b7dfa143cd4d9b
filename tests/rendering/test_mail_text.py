"""The plain part of a mail: complete by itself, in lines that fit."""

import pytest
from hypothesis import given

from digest.editions import Edition, ReasonKind
from digest.rendering.plain import columns
from tests.fakes import paper
from tests.rendering.builders import (
    LEAVE,
    bodies,
    chosen,
    edition,
    hostile_editions,
    mail,
    parsed,
    reason,
    site,
    site_names,
    three_papers,
    titles,
    unhurried,
)


def text(*items: object) -> str:
    return bodies(edition(*items)).plain  # type: ignore[arg-type]


def test_what_who_why_and_then_the_text() -> None:
    item = paper("Flat minima", number=7, abstract="They are flat.")
    assert """
1. Flat minima
   Ada Ames, Bo Berg · cs.LG
   Why: author you follow: Ada Ames

   They are flat.

   https://arxiv.org/abs/2603.00007
   https://arxiv.org/pdf/2603.00007
""" in text(chosen(item, reason("Ada Ames", ReasonKind.AUTHOR)))


def test_it_names_every_paper_with_both_links() -> None:
    letter = edition(*titles(100, abstract="A sentence. " * 400))
    plain = bodies(letter).plain
    folded = " ".join(plain.split())
    for item in letter.recommendations:
        assert item.paper.title in folded
        assert f"   {item.paper.abstract_url}\n   {item.paper.pdf_url}\n" in plain


def test_it_says_how_to_leave() -> None:
    plain = text("A")
    assert f"\nTo leave, press once on this page:\n{LEAVE}\n" in plain
    assert "Or write to digest@paperround.example with the subject “unsubscribe”." in " ".join(plain.split())


def test_it_has_what_the_page_has() -> None:
    plain = " ".join(bodies(three_papers()).plain.split())
    for part in (
        "Flat minima: why R² is not enough",
        "José Núñez, Ada Ames, Bo Berg et al. (4) · cs.LG, stat.ML",
        "Why: must-read · author you follow: Ada Ames · fits your words “flat minima” · matches: flat minima",
        "Is <b>bold</b> & brave code “safe”?",
        "announced Friday 27 February",
        "No abstract in the listing. Read it on arXiv.",
        "A claim taken back WITHDRAWN by its authors",
        "Also new: 1 paper ------------------------------------------------------------------------ "
        "Just below: k-means <again> https://arxiv.org/abs/2603.09004",
        "400 papers read in cs.LG (400). 3 sent, 397 left out.",
        "Thank you to arXiv",
    ):
        assert part in plain


def test_markup_is_left_as_it_was_written() -> None:
    assert "1. <script>alert(1)</script> & more\n" in text("<script>alert(1)</script> & more")


def test_papers_are_numbered_through_the_sections_of_their_interests() -> None:
    items = [chosen(title, interest=name) for title, name in (("A", "robots"), ("B", "sleep"), ("C", "robots"))]
    lines = text(*items).split("\n")
    assert [line for line in lines if line[:3] in ("1. ", "2. ", "3. ")] == ["1. A", "2. C", "3. B"]
    assert [line for line in lines if line.endswith((" paper", " papers"))] == ["robots: 2 papers", "sleep: 1 paper"]


def test_without_papers_below_the_fold_nothing_is_said_of_them() -> None:
    assert "Also new" not in text("A")


@pytest.mark.parametrize("name", ["a\n\n2. A forged paper", "a\r====\x1b[31m", "\u202egnp"])
def test_an_interest_or_a_title_below_the_fold_forges_no_line(name: str) -> None:
    letter = edition(chosen("A", interest=name), also_new=[paper(name)])
    assert not [line for line in bodies(letter).plain.split("\n") if line.startswith(("2. ", "====\x1b"))]
    assert not {"\x1b", "\u202e", "\r"} & set(bodies(letter).plain)


@pytest.mark.parametrize("title", ["a\n\n2. A forged paper", "a\r2. A forged paper", "a\u20282. A forged paper"])
def test_a_title_cannot_pretend_to_be_another_paper(title: str) -> None:
    assert "\n2. " not in text(title)


@unhurried
@given(hostile_editions, site_names)
def test_whatever_the_world_sends_the_lines_fit(letter: Edition, name: str) -> None:
    lines = bodies(letter, by=site(name=name)).plain.split("\n")
    assert all(columns(line) <= 72 or "://" in line for line in lines)
    assert all(line == line.rstrip() for line in lines)


@unhurried
@given(hostile_editions)
def test_whatever_the_world_sends_the_mail_carries_it_whole(letter: Edition) -> None:
    plain, html = list(parsed(mail(letter)).iter_parts())
    written = bodies(letter)
    assert plain.get_content().replace("\r\n", "\n") == written.plain
    assert html.get_content().replace("\r\n", "\n") == written.html
