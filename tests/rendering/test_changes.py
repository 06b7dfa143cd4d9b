"""What changed between two texts: the pieces make either of them again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.rendering.changes import Change, Piece, changes

WORDS = st.lists(st.sampled_from("a b c d e".split()), max_size=12).map(" ".join)


def test_pieces_are_kept_taken_out_and_put_in() -> None:
    assert changes("we count ants here", "we count bees here now") == (
        Piece(Change.KEPT, "we count"),
        Piece(Change.OUT, "ants"),
        Piece(Change.IN, "bees"),
        Piece(Change.KEPT, "here"),
        Piece(Change.IN, "now"),
    )


def test_white_space_is_no_change() -> None:
    assert changes("we  count\nants", "we count ants ") == ()


@given(WORDS, WORDS)
@settings(deadline=None)
def test_what_was_and_what_is_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = changes(before, after)

    if pieces:
        assert " ".join(piece.text for piece in pieces if piece.change is not Change.IN) == before
        assert " ".join(piece.text for piece in pieces if piece.change is not Change.OUT) == after
    else:
        assert before == after


def test_a_text_without_end_is_compared_as_far_as_a_page_has_room() -> None:
    assert sum(len(piece.text.split()) for piece in changes("a " * 20_000, "b " * 20_000)) == 3000
