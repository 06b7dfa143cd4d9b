"""Papers as RIS: one tag a line, names by surname, and nothing that a text could break."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.exchange import ris
from digest.exchange.values import parted
from digest.identity import PaperId
from digest.papers import Version
from tests.fakes import paper

VERSIONS = (Version(number=1, submitted_at=datetime(2026, 1, 16, tzinfo=UTC)),)


def test_a_record_of_a_preprint() -> None:
    item = paper("Flat minima", number=1, authors=("Ning Yang", "ATLAS Collaboration"), versions=VERSIONS)

    assert ris(item).split("\r\n") == [
        "TY  - UNPB",
        "TI  - Flat minima",
        "AU  - Yang, Ning",
        "AU  - ATLAS Collaboration",
        "PY  - 2026",
        "DA  - 2026/01/16",
        "AB  - Flat minima: what we did and what we found.",
        "KW  - cs.LG",
        "M1  - arXiv:2603.00001",
        "UR  - https://arxiv.org/abs/2603.00001",
        "ER  - ",
        "",
    ]


def test_a_published_paper_is_a_journal_article_with_its_doi() -> None:
    item = paper(number=1, id=PaperId("doi:10.1000/182"), doi="10.1000/182", journal_ref="J. Tides 7")
    lines = ris(item).split("\r\n")

    assert lines[0] == "TY  - JOUR"
    assert {"JO  - J. Tides 7", "DO  - 10.1000/182", "UR  - https://doi.org/10.1000/182"} <= set(lines)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ning Yang", ("Yang", "Ning", "")),
        ("Yang, Ning", ("Yang", "Ning", "")),
        ("Carl F. Day Jr.", ("Day", "Carl F.", "Jr.")),
        ("Day, Jr, Carl", ("Day", "Carl", "Jr")),
        ("Plato", ("Plato", "", "")),
        ("The Dark Energy Survey Collaboration", ("The Dark Energy Survey Collaboration", "", "")),
        ("", ("", "", "")),
    ],
)
def test_a_name_is_parted(name: str, parts: tuple[str, str, str]) -> None:
    assert parted(name) == parts


@given(title=st.text(max_size=60), name=st.text(max_size=30), abstract=st.text(max_size=60))
@settings(deadline=None)
def test_every_line_has_a_tag_whatever_the_texts_are(title: str, name: str, abstract: str) -> None:
    text = ris(paper(title, authors=(name, "Bo"), abstract=abstract))

    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in text.split("\r\n")[:-1])
    assert text.count("ER  - ") >= 1
    assert text.endswith("ER  - \r\n")
