"""Papers as BibTeX: what programs that manage references read is what was kept, whatever a title holds."""

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.authors import Byline
from digest.exchange import bibtex, citation_key
from digest.identity import PaperId
from digest.papers import Paper, Version
from digest.sources import bibtex as reader
from digest.sources.file_records import Position, Record, Told
from tests.fakes import paper

SUBMITTED = datetime(2026, 1, 16, 9, 0, tzinfo=UTC)
VERSIONS = (Version(number=1, submitted_at=SUBMITTED),)


def records(text: str) -> list[Record]:
    """What our own reader of BibTeX finds."""
    pieces = reader.pieces(BytesIO(text.encode("utf-8", "replace")), Position())
    return [each for piece in pieces for each in piece.records]


def read(text: str) -> list[Told]:
    """The same where all of it can be read."""
    found = records(text)
    assert [problem for each in found for problem in each.problems] == []
    return [each.told for each in found if each.told]


def test_an_entry_of_a_paper_on_arxiv() -> None:
    item = paper(
        "Transient dynamics of $\\ell_2$ minima & 5% noise",
        number=10962,
        authors=("Ning Yang", "Yuhai Tu"),
        abstract="We show\nthat.",
        versions=VERSIONS,
    )

    assert bibtex(item) == (
        "@misc{yang2026transient,\n"
        "  title         = {{Transient dynamics of $\\ell_2$ minima \\& 5\\% noise}},\n"
        "  author        = {Ning Yang and Yuhai Tu},\n"
        "  year          = {2026},\n"
        "  month         = jan,\n"
        "  eprint        = {2603.10962},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass  = {cs.LG},\n"
        "  url           = {https://arxiv.org/abs/2603.10962},\n"
        "  abstract      = {We show that.}\n"
        "}\n"
    )


def test_an_entry_is_read_back_as_it_was_written() -> None:
    item = paper(
        "The shape of things",
        number=1,
        authors=("Ada van den Berg", "ATLAS Collaboration", "Bo Li and Sons Team", "Carl Day, Jr"),
        doi="10.1000/182",
        journal_ref="J. Tides 7 (2026) 1",
        versions=VERSIONS,
    )
    (told,) = read(bibtex(item))

    assert told.title == "The shape of things"
    assert told.arxiv == "arxiv:2603.00001"
    assert told.doi == "doi:10.1000/182"
    assert told.authors[:2] == ("Ada van den Berg", "ATLAS Collaboration")
    assert told.journal_ref.startswith("J. Tides 7 (2026) 1")
    assert bibtex(item).startswith("@article{berg2026shape,")


@pytest.mark.parametrize(
    ("author", "title", "key"),
    [
        ("Łukasz Øberg", "On the naïve path", "oberg2026naive"),
        ("王伟", "A title", "arxiv260300007"),
        ("Ada Ames", "$x$", "arxiv260300007"),
        ("Ada Ames", "The LLM-as-judge", "ames2026llm"),
    ],
)
def test_a_paper_is_cited_by_surname_year_and_first_word_in_ascii(author: str, title: str, key: str) -> None:
    assert citation_key(paper(title, number=7, authors=(author,), versions=VERSIONS)) == key


def test_a_paper_of_which_nothing_is_known_has_an_entry() -> None:
    assert bibtex(Paper(id=PaperId("entry:0123456789abcdef01234567"), title="", authors=())).startswith(
        "@misc{entry0123"
    )


@given(title=st.text(max_size=60), name=st.text(max_size=30), abstract=st.text(max_size=60))
@settings(deadline=None)
def test_no_text_ends_an_entry_or_begins_another(title: str, name: str, abstract: str) -> None:
    item = paper(title, number=9, authors=(name, "Bo Berg"), abstract=abstract, bylines=(Byline(name=name),))
    text = bibtex(item)

    assert text.count("{") == text.count("}")
    assert len(re.findall(r"^@", text, re.M)) == 1
    assert text.splitlines()[-1] == "}"
    (found,) = records(text)
    assert found.told is None or found.told.arxiv == "arxiv:2603.00009"
    assert found.problems in ((), ("arxiv260300009: title: expected text, found nothing",))
