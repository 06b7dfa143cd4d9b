"""What arXiv writes of a paper, as a Paper."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from lxml import etree

from digest.identity import PaperId, paper_id
from digest.papers import Paper, Version
from digest.sources.arxiv_raw import paper_of
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
        id=paper_id("2603.01234"),
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
        also=(PaperId("doi:10.1000/tides.2026.7"),),
        doi="10.1000/tides.2026.7",
        journal_ref="J. Tides 7 (2026) 1-12",
        submitter="Ana Marin",
    )


def test_a_paper_withdrawn_by_its_last_version_is_withdrawn() -> None:
    assert read(FULL_METADATA).withdrawn


def test_a_paper_that_came_back_after_a_withdrawal_is_not_withdrawn() -> None:
    paper = read(metadata("2603.01234", version(3), version(2, source_type="I"), version(1)))
    assert [each.withdrawn for each in paper.versions] == [False, True, False]
    assert not paper.withdrawn


@pytest.mark.parametrize("written", ["math/0306266", "math.CO/0306266", "oai:arXiv.org:math/0306266v2"])
def test_an_old_identifier_has_its_archive_and_no_subject_class(written: str) -> None:
    assert read(metadata(written)).id == "arxiv:math/0306266"


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
        ("<dc/>", "metadata in another format: <dc> without a namespace"),
        ("<arXivRaw/>", "metadata in another format: <arXivRaw> without a namespace"),
        ("<arXivRaw xmlns='tides'/>", "metadata in another format: <arXivRaw> of 'tides'"),
        (metadata("tides"), "not an arXiv id: 'tides'"),
        (metadata(""), "not an arXiv id: ''"),
        (metadata(title=" \n "), "no title"),
        (metadata("2603.01234", '<version version="2"/>'), "not a version: '2'"),
        (metadata("2603.01234", "<version/>"), "not a version: ''"),
    ],
)
def test_what_is_no_paper_is_refused_by_name(xml: str, reason: str) -> None:
    assert refused(xml) == reason


# ------------------------------------------------------------ what each field becomes


def test_a_field_is_read_whatever_stands_in_it() -> None:
    paper = read(
        metadata(
            title="Tides &amp; <i>harbours</i>\n  of P\\'al",
            comments="12\npages &lt; 13",
            submitter="P\\'al Erd\\H{o}s",
            journal_ref="J. Tides\n7",
        )
    )
    assert paper.title == "Tides & <i>harbours</i> of P\\'al"
    assert (paper.comment, paper.submitter, paper.journal_ref) == ("12 pages < 13", "Pál Erdős", "J. Tides 7")


def test_a_comment_or_an_element_inside_a_text_does_not_end_it() -> None:
    marked = metadata(abstract="We study tides.").replace("study", "<b>study</b><sub/>")
    assert read(marked).abstract == "We study tides."


def test_the_dois_of_a_paper_and_its_erratum_are_names_of_it() -> None:
    paper = described(doi="10.1000/Tides.7, 10.1000/tides.8")
    assert (paper.doi, paper.also) == ("10.1000/Tides.7", ("doi:10.1000/tides.7", "doi:10.1000/tides.8"))


def test_what_is_no_doi_is_none() -> None:
    assert (described(doi="to appear").doi, described(doi="to appear").also) == ("", ())


def test_subject_classes_are_read_wherever_they_stand() -> None:
    paper = described(categories="cs.DS 68Q25 math.CO", msc_class="05C85 (Primary)", acm_class="F.2.2")
    assert (paper.categories, paper.classes) == (("cs.DS", "math.CO"), ("05C85", "F.2.2", "68Q25"))


def test_authors_are_names_in_order() -> None:
    assert described(authors="Ana Marin (MIT), Bo Li and\n Chen Wei").authors == ("Ana Marin", "Bo Li", "Chen Wei")


def test_of_a_field_that_comes_twice_the_first_is_taken() -> None:
    assert read(metadata().replace("<title>", "<title>First</title><title>")).title == "First"
