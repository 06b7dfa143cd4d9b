"""Authors as arXiv writes them, as names in Unicode."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.sources.arxiv_names import are_plain, author_names, one_author, unicode_name
from tests.sources.conftest import unhurried

# ------------------------------------------------------------ one string of names


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ana Marin", ["Ana Marin"]),
        ("Ana Marin, Bo Li and Chen Wei", ["Ana Marin", "Bo Li", "Chen Wei"]),
        ("Ana Marin, Bo Li, and Chen Wei", ["Ana Marin", "Bo Li", "Chen Wei"]),
        ("Ana Marin & Bo Li; Chen Wei", ["Ana Marin", "Bo Li", "Chen Wei"]),
        ("Andrea Sand, Anders Land", ["Andrea Sand", "Anders Land"]),
        ("Sam Davis, Jr., Bo Li, III", ["Sam Davis Jr.", "Bo Li III"]),
        ("Ana Marin, Bo Li, et al.", ["Ana Marin", "Bo Li"]),
        ("Zoe\u0308 Li, 王 小明, محمد علي", ["Zoë Li", "王 小明", "محمد علي"]),
        ("Ana Marin,, , Bo Li,", ["Ana Marin", "Bo Li"]),
        ("Ana\n  Marin,\tBo\x7f\x00 Li", ["Ana Marin", "Bo Li"]),
        ("", []),
    ],
)
def test_authors_are_names_in_order(written: str, names: list[str]) -> None:
    assert author_names(written) == tuple(names)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ana Marin (MIT, Boston), Bo Li (ETH (D-MATH), Zurich)", ["Ana Marin", "Bo Li"]),
        ("Ana Marin (1), Bo Li (1 and 2) ((1) MIT, (2) ETH)", ["Ana Marin", "Bo Li"]),
        ("Ana Marin$^{1,2}$, Bo Li$^\\dagger$, Chen Wei${}^*$", ["Ana Marin", "Bo Li", "Chen Wei"]),
        ("Ana Marin (for the TIDES Collaboration)", ["Ana Marin"]),
        ("(unknown)", ["(unknown)"]),
    ],
)
def test_affiliations_are_no_names(written: str, names: list[str]) -> None:
    assert author_names(written) == tuple(names)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ana Marin (1, Bo Li (2), Chen Wei (3)", ["Ana Marin", "Bo Li", "Chen Wei"]),
        ("Ana Marin (MIT and Bo Li", ["Ana Marin", "Bo Li"]),
        ("Ana Marin (MIT (Boston, US), Bo Li", ["Ana Marin", "Bo Li"]),
        ("Ana Marin (1), Bo Li (2) ((1) MIT, (2) ETH", ["Ana Marin", "Bo Li"]),
        ("Ana Marin 1), Bo Li", ["Ana Marin 1", "Bo Li"]),
    ],
)
def test_a_parenthesis_that_is_not_closed_swallows_no_name_after_it(written: str, names: list[str]) -> None:
    assert author_names(written) == tuple(names)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("The TIDES Collaboration: Ana Marin, Bo Li", ["The TIDES Collaboration", "Ana Marin", "Bo Li"]),
        ("TIDES Collaboration, :, Ana Marin", ["TIDES Collaboration", "Ana Marin"]),
        ("TIDES Collaboration:", ["TIDES Collaboration"]),
        ("Ana Marin for the TIDES Collaboration", ["Ana Marin", "TIDES Collaboration"]),
        ("Ana Marin for TIDES Collaboration, Bo Li", ["Ana Marin", "TIDES Collaboration", "Bo Li"]),
        ("Ana Marin, on behalf of the TIDES collaboration", ["Ana Marin", "TIDES collaboration"]),
        ("Ana Marin On behalf of TIDES", ["Ana Marin", "TIDES"]),
        ("Institute for Tides", ["Institute for Tides"]),
    ],
)
def test_a_collaboration_is_a_name_of_its_own(written: str, names: list[str]) -> None:
    assert author_names(written) == tuple(names)


# ------------------------------------------------------------ spelling


@pytest.mark.parametrize(
    ("tex", "name"),
    [
        ("P\\'al Erd\\H{o}s", "Pál Erdős"),
        ("Erd\\H os", "Erdős"),
        ('J\\"{o}rg M\\"uller', "Jörg Müller"),
        ("{\\L}ukasz Nowak", "Łukasz Nowak"),
        ("\\L ukasz Nowak", "Łukasz Nowak"),
        ("S\\o{}ren \\v{C}ech", "Søren Čech"),
        ("Sm\\o rgrav {\\O}yvind", "Smørgrav Øyvind"),
        ("Fran\\c{c}ois {\\c C}ak\\i r", "François Çakır"),
        ("Dvo\\v r\\'ak", "Dvořák"),
        ("Dvo{\\v r}{\\'a}k", "Dvořák"),
        ("Garc\\'{\\i}a S\\'\\i lva", "García Sílva"),
        ("Gau\\ss{} Wei{\\ss}", "Gauß Weiß"),
        ('H{\\aa}kan \\AA ngstr\\"om {\\AE}r\\oe', "Håkan Ångström Ærœ"),
        ("\\=Anna \\.Zak \\u{g}un \\r{u}t \\d{s}a \\k{e}s \\b{b}i", "Ānna Żak ğun ůt ṣa ęs ḇi"),
        ("Nguy\\~ên Th\\'{\\^e} Ng\\d{\\^o}", "Nguyễn Thế Ngộ"),
        ("\\`Alex \\^Ile d'Arc", "Àlex Île d'Arc"),
        ("{\\DJ}or\\dj e {\\TH}\\'or \\Dh", "Đorđe Þór"),
        ("Ana~Marin", "Ana Marin"),
        ("{Ana} \\textbf{Marin}", "Ana Marin"),
        ("Ana\\ Marin\\\\", "Ana Marin"),
        ("Peter St\\ütz", "Peter Stütz"),
        ("Marks \\& Sons", "Marks & Sons"),
        ("O'Brien-\\'O", "O'Brien-Ó"),
        ("Ana \\'", "Ana"),
        ("$\\mathrm{Ana}$ Marin", "Ana Marin"),
    ],
)
def test_tex_is_read_as_unicode(tex: str, name: str) -> None:
    assert author_names(tex) == (name,)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("P&eacute;ter Nagy", "Péter Nagy"),
        ("&#321;ukasz&nbsp;Nowak", "Łukasz Nowak"),
        ("Sa\\&quot;ul", "Saül"),
        ("Marks &amp;amp; Sons", "Marks &amp; Sons"),
    ],
)
def test_entities_left_over_in_a_name_are_read_once(written: str, name: str) -> None:
    assert unicode_name(written) == name


def test_an_entity_does_not_part_the_name_it_stands_in() -> None:
    assert author_names("P&eacute;ter Nagy; Bo Li") == ("Péter Nagy", "Bo Li")


@pytest.mark.parametrize(("written", "names"), [("Ana Marin", ("Ana Marin",)), (":", ()), ("Li, Bo", ("Li, Bo",))])
def test_one_author_is_one_name_whatever_its_commas(written: str, names: tuple[str, ...]) -> None:
    assert one_author(written) == names


# ------------------------------------------------------------ whatever comes


def test_three_thousand_authors_are_three_thousand_names() -> None:
    written = ", ".join(f"Petr Mach\\'a\\v{{c}}ek{number} ({number}, CERN)" for number in range(3000))
    names = author_names(written)
    assert len(names) == 3000
    assert names[2999] == "Petr Macháček2999"


PIECES = st.sampled_from(
    r"( ) , ; : : and & Jr. for on behalf of the Collaboration \ \' \" { } $ $^ ~ &eacute; &amp \frac \c # Li".split()
)


@unhurried
@given(st.text() | st.lists(PIECES).map(" ".join) | st.lists(PIECES).map("".join))
@example("{" * 200_000)
@example("(" * 200_000)
@example("\\'{" * 100_000)
@example("$^" * 100_000)
@example("for " * 50_000)
@example("A\u2028B, C\x1cD")
def test_any_text_gives_names_that_stand_on_one_line(written: str) -> None:
    for name in author_names(written):
        assert name.strip() == name != ""
        assert len(name.splitlines()) == 1
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in name)


def test_a_name_over_two_lines_is_not_taken_as_it_stands() -> None:
    assert are_plain(["Ana Marin", "Bo Li"])
    assert not are_plain(["Ana\nMarin"])
