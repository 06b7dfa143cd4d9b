"""The plain part of a mail: complete by itself, in lines that fit."""

import pytest
from hypothesis import given

from digest.editions import Edition, ReasonKind, Recommendation, Slot
from digest.papers import Paper
from digest.rendering.plain import columns
from tests.fakes import paper
from tests.rendering.builders import (
    CHANGE,
    LEAVE,
    READ,
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


def text(*items: Recommendation | Paper | str) -> str:
    return bodies(edition(*items)).plain


def test_what_who_why_and_then_the_text() -> None:
    item = paper("Flat minima", number=7, abstract="They are flat.")
    assert f"""
  1. Flat minima
     Ada Ames, Bo Berg · cs.LG
     91\u00a0% · author you follow: Ada Ames

     They are flat.

     https://arxiv.org/abs/2603.00007
     PDF   https://arxiv.org/pdf/2603.00007
     More  {READ}/1/more
     Less  {READ}/1/less
     Save  {READ}/1/save
""" in text(chosen(item, reason("Ada Ames", ReasonKind.AUTHOR), probability=0.91))


def test_code_that_is_known_stands_below_the_pdf() -> None:
    plain = text(chosen(paper("Flat minima", number=7), code="https://github.com/ames/flat"))
    assert (
        f"""
     PDF   https://arxiv.org/pdf/2603.00007
     Code  https://github.com/ames/flat
     More  {READ}/1/more
"""
        in plain
    )
    assert "Code" not in text("Flat minima")


def test_it_names_every_paper_with_both_links() -> None:
    letter = edition(*titles(100, abstract="A sentence. " * 400))
    plain = bodies(letter).plain
    folded = " ".join(plain.split())
    for item in letter.recommendations:
        assert item.paper.title in folded
        assert f"     {item.paper.abstract_url}\n     PDF   {item.paper.pdf_url}\n" in plain
    assert [line[-8:] for line in plain.split("\n") if line.endswith("/more")][-1] == "100/more"


def test_it_says_how_to_leave() -> None:
    plain = text("A")
    assert f"\nTo leave, press once on this page:\n{LEAVE}\n" in plain
    assert f"\nTo change interests, hour or days:\n{CHANGE}\nTo pause:\n{CHANGE}#pause\n" in plain
    assert f"\nYour feed:\n{CHANGE}#feed\n" in plain
    assert f"\nIn the browser:\n{READ}\n" in plain


def test_where_answers_are_read_it_says_how_to_vote_by_them() -> None:
    def told(content: bytes) -> str:
        plain = parsed(content).get_body(("plain",))
        assert plain is not None
        return str(plain.get_content())

    assert "+3 -7" in told(mail(edition("A"), reply_to="digest+1-0123@paperround.example"))
    assert "+3 -7" not in told(mail(edition("A")))


def test_it_has_what_the_page_has() -> None:
    plain = " ".join(bodies(three_papers()).plain.split())
    for part in (
        "Flat minima: why R² is not enough",
        "José Núñez, Ada Ames, Bo Berg et al. (4) · cs.LG, stat.ML",
        "91 % · author you follow: Ada Ames fits your words “flat minima” matches: flat minima",
        "Is <b>bold</b> & brave code “safe”?",
        "announced Friday 27 February",
        "No abstract in the listing. Read it on arXiv.",
        "A claim taken back WITHDRAWN by its authors",
        "Also new: 1 paper ------------------------------------------------------------------------ "
        "Just below: k-means <again> https://arxiv.org/abs/2603.09004",
        "Trending: 1 paper ------------------------------------------------------------------------ "
        "What all look at 87 upvotes on Hugging Face · Ada Ames, Bo Berg https://arxiv.org/abs/2603.09005",
        "“A claim taken back” was withdrawn by its authors. https://arxiv.org/abs/2603.09003",
        "cs.LG: 400 of 400 seen, 3 chosen. 400 papers read. 3 sent, 397 left out. Nothing is missing.",
        "Thank you to arXiv",
    ):
        assert part in plain


def test_markup_is_left_as_it_was_written() -> None:
    assert "  1. <script>alert(1)</script> & more\n" in text("<script>alert(1)</script> & more")


def test_papers_are_numbered_as_their_votes_are() -> None:
    items = [chosen(title, interest=name) for title, name in (("A", "robots"), ("B", "sleep"), ("C", "robots"))]
    lines = text(*items).split("\n")
    assert [line for line in lines if line[:5] in ("  1. ", "  2. ", "  3. ")] == ["  1. A", "  3. C", "  2. B"]
    assert [line for line in lines if line.endswith((" paper", " papers"))] == ["robots: 2 papers", "sleep: 1 paper"]


def test_without_papers_below_the_fold_nothing_is_said_of_them() -> None:
    assert "Also new" not in text("A")


@pytest.mark.parametrize("name", ["a\n\n2. A forged paper", "a\r====\x1b[31m", "\u202egnp"])
def test_an_interest_or_a_title_below_the_fold_forges_no_line(name: str) -> None:
    letter = edition(chosen("A", interest=name), also_new=[paper(name)])
    assert not [line for line in bodies(letter).plain.split("\n") if line.strip().startswith(("2. ", "====\x1b"))]
    assert not {"\x1b", "\u202e", "\r"} & set(bodies(letter).plain)


@pytest.mark.parametrize("title", ["a\n\n2. A forged paper", "a\r2. A forged paper", "a\u20282. A forged paper"])
def test_a_title_cannot_pretend_to_be_another_paper(title: str) -> None:
    assert not [line for line in text(title).split("\n") if line.strip().startswith("2. ")]


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


def test_each_reason_has_a_line_of_its_own_and_the_first_stands_behind_the_percentage() -> None:
    long = "a name so long that it can hardly be put on one line of a mail, and yet"
    item = chosen("A", reason(long, ReasonKind.AUTHOR), reason("Bo Berg", ReasonKind.AUTHOR), probability=0.99)
    assert """
     99\u00a0% · author you follow: a name so long that it can hardly be put
     on one line of a…
     author you follow: Bo Berg

""" in text(item)


def test_a_mark_is_the_first_reason() -> None:
    item = chosen("A", reason("Bo Berg", ReasonKind.AUTHOR), slot=Slot.RECLAIMED)
    assert "\n     you asked for it back\n     author you follow: Bo Berg\n\n" in text(item)
