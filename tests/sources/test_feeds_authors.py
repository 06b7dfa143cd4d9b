"""Names as feeds and files write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources import author_lists
from tests.sources.conftest import unhurried


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ana Marin", ["Ana Marin"]),
        ("Marin, Ana", ["Ana Marin"]),
        ("Marin, A. B.", ["A. B. Marin"]),
        ("van der Berg, Jan Willem", ["Jan Willem van der Berg"]),
        ("Marin, A., Jr", ["A. Marin Jr"]),
        ("Marin, Jr., Ana", ["Ana Marin Jr."]),
        ("Ana Marin, Jr", ["Ana Marin Jr"]),
        ("Ana Marin, Bo Li, Chen Wei", ["Ana Marin", "Bo Li", "Chen Wei"]),
        ("Ana Marin, Bo Li, and Chen Wei, Jr", ["Ana Marin", "Bo Li", "Chen Wei Jr"]),
        ("Ana Marin and Bo Li", ["Ana Marin", "Bo Li"]),
        ("Ana Marin & Bo Li", ["Ana Marin", "Bo Li"]),
        ("Marin, Ana and Li, Bo", ["Ana Marin", "Bo Li"]),
        ("Marin, Ana; Li, B.", ["Ana Marin", "B. Li"]),
        ("Marin, A., Wang, X.-Y.", ["A. Marin", "X.-Y. Wang"]),
        ("J. Marin, A. Li", ["J. Marin", "A. Li"]),
        ("王伟、李波", ["王伟", "李波"]),
        ("ana@example.org (Ana Marin)", ["Ana Marin"]),
        ("Ana Marin <ana@example.org>", ["Ana Marin"]),
        ("ana@example.org", []),
        ("Ana Marin, et al.", ["Ana Marin"]),
        ("The TIDES Collaboration", ["The TIDES Collaboration"]),
        (" , ; ", []),
        ("", []),
    ],
)
def test_names_in_one_string_are_told_apart(text: str, names: list[str]) -> None:
    assert list(author_lists.names(text)) == names


def test_fields_that_hold_one_name_each_are_not_cut_at_their_commas() -> None:
    fields = ["Marin, Ana", "Bo Li", "", "Institute of Tides, Lisbon, Portugal", "C. Wei and D. Xu"]
    assert author_lists.each_name(fields) == (
        "Ana Marin", "Bo Li", "Institute of Tides, Lisbon, Portugal", "C. Wei", "D. Xu"
    )  # fmt: skip


def test_a_field_that_stands_alone_may_hold_all_names() -> None:
    assert author_lists.each_name(["Ana Marin, Bo Li"]) == ("Ana Marin", "Bo Li")


_PARTS = [",", ";", " and ", "Jr", "A.", "@", "(", "Li", "和", "\u202e"]


@given(st.lists(st.sampled_from(_PARTS) | st.text(max_size=4)).map("".join))
@unhurried
def test_whatever_is_written_names_come_out_plain_and_never_empty(text: str) -> None:
    for name in author_lists.names(text):
        assert name == " ".join(name.split())
        assert any(letter.isalnum() for letter in name)
        assert "\u202e" not in name
