"""What people paste of papers they know: ids, addresses, DOIs, BibTeX, and things that are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.membership.pasted import MOST, Pasted, pasted
from digest.membership.wishes import Wish
from digest.subscribers import Schedule


@pytest.mark.parametrize(
    "text",
    [
        "2601.10962",
        "arXiv:2601.10962v2",
        "https://arxiv.org/abs/2601.10962v1",
        "http://www.arxiv.org/pdf/2601.10962.pdf",
        "https://doi.org/10.48550/arXiv.2601.10962",
        "  2601.10962,\n2601.10962 ",
        "@article{a, title={X}, eprint={2601.10962}, archivePrefix={arXiv}}",
        "% a comment\n@misc{a, title={X}, url={https://arxiv.org/abs/2601.10962}}",
    ],
)
def test_a_paper_is_known_however_it_is_written(text: str) -> None:
    assert pasted(text) == Pasted(keys=pasted("2601.10962").keys)
    assert pasted(text).keys == ("arxiv:2601.10962",)


def test_a_journal_s_paper_is_known_by_its_doi() -> None:
    assert pasted("https://doi.org/10.1038/S41586-020-2649-2").keys == ("doi:10.1038/s41586-020-2649-2",)


def test_an_entry_without_an_id_counts_by_its_title() -> None:
    found = pasted("@book{a, title={Deep {L}earning}}\n@book{b, title={Deep {L}earning}}")
    assert (found.keys, found.titles, found.unread) == ((), ("Deep Learning",), ())


def test_what_names_no_paper_is_told_and_cut_where_it_is_long() -> None:
    found = pasted(f"2601.10962 nonsense {'x' * 500}")
    assert found.keys == ("arxiv:2601.10962",)
    assert found.unread[0] == "nonsense"
    assert len(found.unread[1]) == 80


def test_a_whole_library_is_taken_in_part() -> None:
    assert len(pasted(" ".join(f"2601.{n:05d}" for n in range(5 * MOST))).keys) == MOST


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(["@a{", "}", "title=", "{x}", ",", "\n", "@"])).map("".join)))
def test_whatever_is_pasted_is_read(text: str) -> None:
    found = pasted(text)
    assert len(found.keys) + len(found.titles) + len(found.unread) <= 3 * MOST


@settings(deadline=None)
@given(st.lists(st.text(), max_size=3), st.sets(st.integers(0, 6), min_size=1))
def test_a_wish_is_the_same_after_it_was_kept(texts: list[str], days: set[int]) -> None:
    wish = Wish(texts=tuple(texts), categories=("cs.LG",), schedule=Schedule(days=frozenset(days)), language="de")
    assert Wish.from_json(wish.as_json()) == wish
