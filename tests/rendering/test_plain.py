"""Text from anywhere becomes text that can be written anywhere."""

from email.header import decode_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from digest.rendering.plain import clean, columns, header_text, one_line, sentences, shortened, web_address, wrapped
from tests.rendering.builders import BAD_ADDRESSES, anything, unhurried

limits = st.integers(1, 200)


@unhurried
@given(anything)
def test_clean_text_is_utf_8_and_may_stand_in_xml(text: str) -> None:
    element = etree.Element("text")
    element.text = clean(text)
    read = etree.fromstring(etree.tostring(element, encoding="utf-8"))
    assert (read.text or "") == clean(text)


@pytest.mark.parametrize(
    "unwanted",
    [
        *("\0", "\x1b", "\x7f", "\x85", "\u061c", "\u200b", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066"),
        *("\u2069", "\ufeff", "\ud800", "\udfff", "\ufdd0", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff"),
    ],
    ids=ascii,
)
def test_a_character_that_misleads_or_breaks_is_left_out(unwanted: str) -> None:
    assert clean(f"gra{unwanted}ph") == "graph"


def test_paragraphs_keep_their_line_ends_whatever_wrote_them() -> None:
    assert clean("one\r\ntwo\rthree\n\nfour\tfive") == "one\ntwo\nthree\n\nfour\tfive"


def test_a_letter_and_its_accent_become_one_character() -> None:
    assert clean("Nu\u0301n\u0303ez") == "Núñez"


def test_clean_text_keeps_what_people_write() -> None:
    assert clean("𝒪(n) ⋆ “día” 图 ليلى 👍 –") == "𝒪(n) ⋆ “día” 图 ليلى 👍 –"


@unhurried
@given(anything)
def test_one_line_is_one_line_without_blanks_at_its_ends(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert "  " not in line


@unhurried
@given(anything)
@example("=?=?utf-8?q?x?=?=")
def test_no_mail_program_finds_an_encoded_word_in_a_header_text(text: str) -> None:
    line = header_text(text)
    assert "=?" not in line
    assert "?=" not in line
    assert decode_header(line) in ([(line, None)], [])


# ------------------------------------------------------------ shorter


@unhurried
@given(anything, limits)
def test_a_shortened_text_never_exceeds_its_limit(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Graph networks", "Graph networks"),
        ("Graph networks, for molecules", "Graph networks, for…"),
        ("Graph networks for small, old molecules", "Graph networks for…"),
        ("Graph networks – their molecules", "Graph networks…"),
        ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffah…"),
        ("AI 人工智能人工智能人工智能人工智能人工智能", "AI 人工智能人工智能人工智能人工智能…"),
    ],
)
def test_a_text_is_cut_between_words_where_it_has_any(text: str, short: str) -> None:
    assert shortened(text, 20) == short


@unhurried
@given(anything, limits)
def test_whole_sentences_never_exceed_their_limit(text: str, limit: int) -> None:
    assert len(sentences(text, limit)) <= limit


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("It works. It is fast. Nobody knows why.", "It works. It is fast."),
        ("It works! Is it fast? Nobody knows why, really.", "It works! Is it fast?"),
        ("It “works.” And then, much later, it does not.", "It “works.”"),
        ("All methods, e.g. ours, are slow and nobody minds.", "All methods, e.g. ours…"),
        ("We use what Ames et al. did and nothing else.", "We use what Ames et al.…"),
        ("It works (see Ames et al.) and it is fast, too.", "It works (see Ames et…"),
        ("It works. See the work of J. Smith and B. Berg.", "It works."),
        ("It costs 3.14 euros and that is what it costs.", "It costs 3.14 euros and…"),
        ("本文研究图网络。结果很好。我们还做了很多其他的实验和分析工作。", "本文研究图网络。结果很好。"),
        ("It works. It is fast.", "It works. It is fast."),
        ("", ""),
    ],
)
def test_a_text_is_cut_at_the_end_of_a_sentence(text: str, kept: str) -> None:
    assert sentences(text, 25) == kept


# ------------------------------------------------------------ wrapped


@unhurried
@given(anything, st.sampled_from([("", None), ("   ", None), ("   ", "100. ")]))
def test_wrapped_text_fits_72_columns_and_loses_nothing(text: str, margin: tuple[str, str | None]) -> None:
    indent, first = margin
    lines = wrapped(clean(text), indent, first).split("\n")
    assert all(columns(line) <= 72 or "://" in line for line in lines)
    assert "".join("".join(lines).split()) == "".join(((first or "") + clean(text)).split())


def test_an_address_too_long_for_a_line_stays_whole() -> None:
    address = "https://example.org/" + "long/" * 20
    assert wrapped(f"See {address} for the code.").split("\n") == ["See", address, "for the code."]


def test_wide_letters_count_twice() -> None:
    assert [columns(line) for line in wrapped("图" * 80).split("\n")] == [72, 72, 16]


@unhurried
@given(st.text(st.sampled_from("ab é—“ \u00a0x·"), max_size=300), st.integers(0, 8), st.integers(0, 12))
def test_the_quick_way_to_wrap_gives_the_same_lines(text: str, indent: int, first: int) -> None:
    flat = " ".join(part for part in text.split(" ") if part)
    wide_blank = flat.replace(" ", "  ")  # which only the other way takes
    assert wrapped(flat, " " * indent, "-" * first) == wrapped(wide_blank, " " * indent, "-" * first)


def test_a_percentage_is_never_parted_from_its_sign() -> None:
    assert wrapped(f"{'x' * 69} 91\u00a0%") == f"{'x' * 69}\n91\u00a0%"


# ------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://arxiv.org/abs/2603.00001", "https://arxiv.org/abs/2603.00001"),
        ("HTTP://x.example/?a=1&b=2#c", "HTTP://x.example/?a=1&b=2#c"),
        ("https://x.example/é ü", "https://x.example/%C3%A9%20%C3%BC"),
        (" https://x.example ", "https://x.example"),
        ("https://[::1]:8000/x", "https://[::1]:8000/x"),
        ("https://bücher.example/", ""),
        ("https://", ""),
        ("ftp://x.example/", ""),
        (f"https://x.example/{'a' * 2000}", ""),
        ("\ud800", ""),
    ],
)
def test_a_web_address_is_written_in_ascii(url: str, written: str) -> None:
    assert web_address(url) == written


@unhurried
@given(st.one_of(anything, st.sampled_from(BAD_ADDRESSES)))
def test_whatever_the_world_sends_an_address_is_one_word_of_the_web(url: str) -> None:
    written = web_address(url)
    assert written == "" or written.casefold().startswith(("https://", "http://"))
    assert written.isascii()
    assert not set(written) & set(' "<>\\\r\n\t')
