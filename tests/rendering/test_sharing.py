"""Papers are written once for many readers; no mail can tell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from digest.editions import Edition
from digest.mail import Envelope
from digest.rendering.mail import MailRenderer
from digest.subscribers import EditionKind
from tests.fakes import paper
from tests.rendering.builders import (
    LINKS,
    NOW,
    SITE,
    TEMPLATES,
    anything,
    chosen,
    edition,
    hostile_editions,
    reader,
    renderer,
    three_papers,
    titles,
    unhurried,
)


def envelope(by: MailRenderer, letter: Edition, *, plain: bool = False) -> Envelope:
    return by.envelope(letter, reader=reader(plain=plain), links=LINKS, message_id="<1@x>", now=NOW)


def mixed(letters: Sequence[Edition]) -> list[Edition]:
    """The editions, and the same papers for other readers: in another order, on another day, of another kind."""
    others = [
        replace(
            letter, recommendations=letter.recommendations[::-1], slot_date=date(2026, 3, 3), kind=EditionKind.WEEKLY
        )
        for letter in letters
    ]
    return [*letters, *others, *letters]


@unhurried
@given(st.lists(hostile_editions, min_size=1, max_size=3), st.integers(0, 4))
def test_a_mail_is_the_same_from_kept_blocks_as_written_anew(letters: list[Edition], kept: int) -> None:
    for keeping in (renderer(), MailRenderer(SITE, TEMPLATES, kept_papers=kept)):
        for letter in mixed(letters):
            assert envelope(keeping, letter) == envelope(renderer(), letter)


@unhurried
@given(anything, anything)
def test_a_paper_whose_text_has_changed_is_written_anew(before: str, after: str) -> None:
    by = renderer()
    old = edition(paper("Flat minima", number=1, abstract=before))
    new = edition(paper("Flat minima", number=1, abstract=after))
    envelope(by, old)
    assert envelope(by, new) == envelope(renderer(), new)


def test_a_hundred_papers_that_had_room_in_one_mail_are_cut_in_another() -> None:
    by = renderer()
    many = titles(100, abstract="A sentence that says what was done, and more. " * 40)
    few, all_of_them = edition(*many[:5]), edition(*many)
    first = envelope(by, few)
    assert envelope(by, all_of_them) == envelope(renderer(), all_of_them)
    assert envelope(by, few) == first


def test_a_reader_of_plain_text_shares_it_with_those_of_both() -> None:
    by = renderer()
    assert envelope(by, three_papers(), plain=True) == envelope(renderer(), three_papers(), plain=True)
    assert envelope(by, three_papers()) == envelope(renderer(), three_papers())


def test_readers_of_one_paper_each_get_their_own_reasons_and_links() -> None:
    by, same = renderer(), paper("Flat minima", number=1)
    first = by.bodies(edition(chosen(same, probability=0.91)), reader=reader(), links=LINKS)
    links = replace(LINKS, edition="https://paperround.example/e/2-other")
    second = by.bodies(edition("Noise", chosen(same, probability=0.42)), reader=reader("bo@example.org"), links=links)
    assert "91\u00a0%" in first.html
    assert "42\u00a0%" in second.html
    assert "91\u00a0%" not in second.html + second.plain
    assert "https://paperround.example/e/2-other/2/more" in second.html
    assert LINKS.edition not in second.html + second.plain
    assert "ana@example.org" not in second.html + second.plain
