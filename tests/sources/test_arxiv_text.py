"""Titles, abstracts, subjects and DOIs of arXiv as finished values."""

import html

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.sources.arxiv_text import class_codes, decoded, dois, line, paragraphs, subjects
from tests.sources.conftest import unhurried

# ------------------------------------------------------------ entities


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Tides &amp; harbours", "Tides & harbours"),
        ("6.2% &#177; 2.8%, &#xb1; 1", "6.2% ± 2.8%, ± 1"),
        ("caf&eacute;s in &Ccaron;esk&aacute;", "cafés in Česká"),
        ("p &lt; 0.05 and &lt;b&gt;", "p < 0.05 and <b>"),
        ("Sj\\&quot;oqvist, R\\&amp;D", 'Sj\\"oqvist, R\\&D'),
        ("&amp;lt;", "&lt;"),
        ("&amp;amp;amp;", "&amp;amp;"),
    ],
)
def test_an_entity_left_over_is_read_once(written: str, meant: str) -> None:
    assert line(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "a &lt b",
        "AT&T; R&D; and H&E; stains",
        "Q\\&A; atomistic",
        "$\\begin{array} a & b; \\\\ c &d \\end{array}$",
        "x\\&eacute;",
        "&unheardof;",
        "& ;",
        "&;",
        "&#;",
        f"&#{'9' * 5000};",
        f"&{'a' * 5000};",
    ],
)
def test_what_is_no_entity_stays_as_it_is(written: str) -> None:
    assert line(written) == written


@pytest.mark.parametrize("written", ["A&#0;", "A&#27;B", "A&#x9f;", "A&#xD800;", "A&#1114112;", "A\x07\x9b\x7fB"])
def test_control_characters_do_not_get_through(written: str) -> None:
    assert all(ord(character) >= 32 and not 127 <= ord(character) < 160 for character in line(written))


@unhurried
@given(st.text(st.characters(exclude_characters="\\")))
@example("&lt; &amp;amp; &")
@example("&" * 10_000)
def test_whatever_was_escaped_once_too_often_comes_back(written: str) -> None:
    assert decoded(html.escape(written)) == written


# ------------------------------------------------------------ abstracts


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("  We study\ntides.\n", "We study tides."),
        ("  One.\n  Two.\n\tgoes on.\n  Three.", "One.\n\nTwo. goes on.\n\nThree."),
        ("  One.\n\n \n\nTwo.", "One.\n\nTwo."),
        ("  One.\r\n  Two.", "One.\n\nTwo."),
        ("Tides &amp;\x07 shores.", "Tides & shores."),
        ("\n \n", ""),
    ],
)
def test_paragraphs_of_an_abstract_stay_apart_and_lines_do_not(written: str, read_as: str) -> None:
    assert paragraphs(written) == read_as


# ------------------------------------------------------------ subjects


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("68T50, 62H30", ("68T50", "62H30")),
        ("Primary: 05C50. Secondary: 05C80, 05C50", ("05C50", "05C80")),
        ("53Zxx, 57-02; 11-XX (2020)", ("53Zxx", "57-02", "11-XX")),
        ("I.2.7; H.3.3, K.m.", ("I.2.7", "H.3.3", "K.m")),
        ("none, 68T501, Mars.2", ()),
    ],
)
def test_subject_classes_are_codes_without_the_words_between(written: str, codes: tuple[str, ...]) -> None:
    assert class_codes(written) == codes


def test_categories_are_told_from_the_codes_among_them() -> None:
    terms = ("cs.DS", "68Q25", "cond-mat.mes-hall", "F.2.2; G.2.1", "hep-th", " cs.DS\n", "")
    assert subjects(terms) == (("cs.DS", "cond-mat.mes-hall", "hep-th"), ("68Q25", "F.2.2", "G.2.1"))


# ------------------------------------------------------------ DOIs


@pytest.mark.parametrize(
    ("written", "first", "keys"),
    [
        ("10.1000/Tides.7", "10.1000/Tides.7", ("doi:10.1000/tides.7",)),
        ("10.1000/a, 10.1000/b;10.1000/a 10.1000/c", "10.1000/a", ("doi:10.1000/a", "doi:10.1000/b", "doi:10.1000/c")),
        ("doi:10.1000/a", "doi:10.1000/a", ("doi:10.1000/a",)),
        ("10.48550/arXiv.2603.01234", "10.48550/arXiv.2603.01234", ()),
        ("see 10.1000/a", "10.1000/a", ("doi:10.1000/a",)),
        ("in press", "", ()),
        ("", "", ()),
    ],
)
def test_each_doi_of_a_field_names_the_paper_and_the_first_is_shown(
    written: str, first: str, keys: tuple[str, ...]
) -> None:
    assert dois(written) == (first, keys)
