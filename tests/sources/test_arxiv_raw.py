"""What arXiv writes of a paper, as a Paper."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from digest.papers import Paper, Version
from digest.sources.arxiv_raw import author_names, paper_of
from tests.sources.conftest import unhurried
from tests.sources.pages import FULL_METADATA, metadata, version


def read(xml: str) -> Paper:
    return paper_of(etree.fromstring(xml))


@pytest.fixture
def in_tokyo() -> Iterator[None]:
    """This machine keeps the time of Tokyo."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


def described(**fields: str) -> Paper:
    return read(metadata(**fields))


def refused(xml: str) -> str:
    with pytest.raises(ValueError, match=r"\w") as refusal:
        read(xml)
    return str(refusal.value)


# ------------------------------------------------------------ the whole


def test_a_full_record_is_read_to_the_last_field() -> None:
    assert read(FULL_METADATA) == Paper(
        id="arxiv:2603.01234",  # type: ignore[arg-type]
        title="On the $k$-center problem of tides & harbours",
        abstract="We study tides and their centers.\n\nA second paragraph begins with two spaces.",
        authors=("Ana Marín", "Bo Li", "Chen Wei Jr"),
        categories=("cs.DS", "math.CO"),
        classes=("68Q25", "05C85", "F.2.2", "G.2.1"),
        versions=(
            Version(number=1, submitted_at=datetime(2026, 3, 2, 18, 59, 59, tzinfo=UTC)),
            Version(number=2, submitted_at=datetime(2026, 3, 5, 0, 2, 3, tzinfo=UTC)),
            Version(number=3, submitted_at=datetime(2026, 3, 9, 9, tzinfo=UTC), withdrawn=True),
        ),
        comment="12 pages, 3 figures",
        doi="10.1000/tides.2026.7",
        journal_ref="J. Tides 7 (2026) 1-12",
    )


def test_a_paper_withdrawn_by_its_last_version_is_withdrawn() -> None:
    assert read(FULL_METADATA).withdrawn


def test_a_paper_that_came_back_after_a_withdrawal_is_not_withdrawn() -> None:
    paper = read(metadata("2603.01234", version(3), version(2, source_type="I"), version(1)))
    assert [each.withdrawn for each in paper.versions] == [False, True, False]
    assert not paper.withdrawn


def test_an_old_identifier_is_kept_as_it_is() -> None:
    assert read(metadata("math/0306266")).id == "arxiv:math/0306266"


@pytest.mark.parametrize("date", ["", "in spring", "Mon, 99 Mar 2026 18:00:00 GMT", "Mon, 02 Mar 2026"])
def test_a_version_without_a_readable_date_has_none(date: str) -> None:
    assert read(metadata("2603.01234", version(1, date=date))).submitted_at is None


@pytest.mark.usefixtures("in_tokyo")
def test_a_date_without_a_zone_is_universal_time_wherever_it_is_read() -> None:
    naive = version(1, date="Mon, 02 Mar 2026 18:00:00")
    assert read(metadata("2603.01234", naive)).submitted_at == datetime(2026, 3, 2, 18, tzinfo=UTC)


def test_a_first_version_is_never_a_withdrawal() -> None:
    assert not read(metadata("2603.01234", version(1, source_type="I"))).withdrawn


def test_a_record_of_the_least_fields_is_a_paper() -> None:
    paper = described(authors="", abstract="", categories="")
    assert (paper.authors, paper.abstract, paper.categories) == ((), "", ())


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<dc/>", "metadata in another format: <dc>"),
        (metadata("tides"), "not an arXiv id: 'tides'"),
        (metadata(""), "not an arXiv id: ''"),
        (metadata(title=" \n "), "2603.01234: no title"),
        (metadata("2603.01234", '<version version="2"/>'), "not a version: '2'"),
        (metadata("2603.01234", "<version/>"), "not a version: ''"),
    ],
)
def test_what_is_no_paper_is_refused_by_name(xml: str, reason: str) -> None:
    assert refused(xml) == reason


# ------------------------------------------------------------ abstracts and classes


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("  We study\ntides.\n", "We study tides."),
        ("  One.\n  Two.\n\tgoes on.\n  Three.", "One.\n\nTwo. goes on.\n\nThree."),
        ("  One.\n\n \n\nTwo.", "One.\n\nTwo."),
        ("  One.\r\n  Two.", "One.\n\nTwo."),
        ("\n \n", ""),
    ],
)
def test_paragraphs_of_an_abstract_stay_apart_and_lines_do_not(written: str, read_as: str) -> None:
    assert described(abstract=written).abstract == read_as


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("68T50, 62H30", ("68T50", "62H30")),
        ("Primary: 05C50. Secondary: 05C80, 05C50", ("05C50", "05C80")),
        ("53Zxx, 57-02; 11-XX (2020)", ("53Zxx", "57-02", "11-XX")),
        ("none, 68T501, Mars.2", ()),
    ],
)
def test_subject_classes_are_codes_without_the_words_between(written: str, codes: tuple[str, ...]) -> None:
    assert described(msc_class=written).classes == codes


def test_acm_classes_are_codes() -> None:
    assert described(acm_class="I.2.7; H.3.3, K.m.").classes == ("I.2.7", "H.3.3", "K.m")


# ------------------------------------------------------------ authors


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ana Marin", ["Ana Marin"]),
        ("Ana Marin, Bo Li and Chen Wei", ["Ana Marin", "Bo Li", "Chen Wei"]),
        ("Ana Marin, Bo Li, and Chen Wei", ["Ana Marin", "Bo Li", "Chen Wei"]),
        ("Ana Marin & Bo Li; Chen Wei", ["Ana Marin", "Bo Li", "Chen Wei"]),
        ("Andrea Sand, Anders Land", ["Andrea Sand", "Anders Land"]),
        ("Ana Marin (MIT, Boston), Bo Li (ETH (D-MATH), Zurich)", ["Ana Marin", "Bo Li"]),
        ("Ana Marin (1), Bo Li (1 and 2) ((1) MIT, (2) ETH)", ["Ana Marin", "Bo Li"]),
        ("Ana Marin (MIT, Boston", ["Ana Marin"]),
        ("Sam Davis, Jr., Bo Li, III", ["Sam Davis Jr.", "Bo Li III"]),
        ("The TIDES Collaboration: Ana Marin, Bo Li", ["The TIDES Collaboration", "Ana Marin", "Bo Li"]),
        ("P\\'al Erd\\H{o}s, S\\o{}ren \\v{C}ech", ["Pál Erdős", "Søren Čech"]),
        ("Ana~Marin, {\\L}ukasz Nowak", ["Ana Marin", "Łukasz Nowak"]),
        ("Zoe\u0308 Li, 王 小明, محمد علي", ["Zoë Li", "王 小明", "محمد علي"]),
        ("Ana Marin,, , Bo Li,", ["Ana Marin", "Bo Li"]),
        ("(unknown)", ["(unknown)"]),
        ("", []),
    ],
)
def test_authors_are_names_in_order(written: str, names: list[str]) -> None:
    assert author_names(written) == tuple(names)


def test_three_thousand_authors_are_three_thousand_names() -> None:
    assert len(author_names(", ".join(f"A. Author{number}" for number in range(3000)))) == 3000


PIECES = st.sampled_from("( ) , ; : : and & Jr. \\ \\' \\\" { } $ ~ \n \\frac \\begin{x} \\verb| % # Ana Li".split(" "))


@unhurried
@given(st.text() | st.lists(PIECES).map(" ".join) | st.lists(PIECES).map("".join))
@example("{" * 2000)
@example("(" * 2000)
@example("A\u2028B, C\x1cD")
def test_any_text_gives_names_that_stand_on_one_line(written: str) -> None:
    for name in author_names(written):
        assert name.strip() == name != ""
        assert len(name.splitlines()) == 1
