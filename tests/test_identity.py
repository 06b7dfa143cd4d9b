"""One work, one key, however its id is spelled."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.identity import (
    PaperId,
    address_of,
    arxiv_id,
    doi_of,
    entry_id,
    may_be_one,
    month_of,
    paper_id,
    scheme_of,
    strength,
    stronger,
)

unhurried = settings(deadline=None)  # how fast a machine is must not decide


@pytest.mark.parametrize(
    "spelling",
    [
        "2601.10962",
        " 2601.10962\n",
        "2601.10962v1",
        "2601.10962v12",
        "arXiv:2601.10962v3",
        "ARXIV:2601.10962",
        "oai:arXiv.org:2601.10962",
        "https://arxiv.org/abs/2601.10962",
        "http://www.arxiv.org/abs/2601.10962v2",
        "https://export.arxiv.org/abs/2601.10962",
        "arxiv.org/abs/2601.10962",
        "https://arxiv.org/abs/2601.10962/",
        "https://arxiv.org/abs/2601.10962?context=cs.LG",
        "https://arxiv.org/abs/2601.10962v1#comments",
        "https://arxiv.org/pdf/2601.10962",
        "https://arxiv.org/pdf/2601.10962v2.pdf",
        "https://arxiv.org/pdf/2601.10962.pdf?download=1",
        "https://arxiv.org/html/2601.10962v1",
    ],
)
def test_every_spelling_of_a_new_id_is_the_same_paper(spelling: str) -> None:
    assert arxiv_id(spelling) == "2601.10962"


@pytest.mark.parametrize(
    "spelling",
    [
        "math/0306266",
        "math/0306266v2",
        "math.GT/0306266",
        "arXiv:math.GT/0306266v1",
        "oai:arXiv.org:math/0306266",
        "https://arxiv.org/abs/math/0306266",
        "https://arxiv.org/abs/math.GT/0306266v1",
        "https://arxiv.org/pdf/math/0306266.pdf",
    ],
)
def test_every_spelling_of_an_old_id_is_the_same_paper(spelling: str) -> None:
    assert arxiv_id(spelling) == "math/0306266"


@pytest.mark.parametrize("whole", ["0704.0001", "1412.7878", "1501.00001", "hep-th/9108001", "cond-mat/0001001"])
def test_an_id_as_arxiv_writes_it_stays_as_it_is(whole: str) -> None:
    assert arxiv_id(whole) == whole


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tides",
        "2601.109",
        "2601.109621",
        "2613.10962",
        "2600.10962",
        "2601.10962v0",
        "2601.10962v",
        "2601.10962 and more",
        "2601.10962\n2601.10963",
        "２６０１.１０９６２",
        "Math/0306266",
        "math/03062667",
        "math/0313266",
        "math.gt/0306266",
        "10.48550/arXiv.2601.10962",
        "https://example.org/abs/2601.10962",
        "https://arxiv.org.example.org/abs/2601.10962",
        "https://arxiv.org/list/2601.10962",
    ],
)
def test_what_is_no_arxiv_id_is_none(text: str) -> None:
    assert arxiv_id(text) is None


@pytest.mark.parametrize(
    ("arxiv", "month"),
    [
        ("2601.10962", date(2026, 1, 1)),
        ("0704.0001", date(2007, 4, 1)),
        ("2512.00001", date(2025, 12, 1)),
        ("hep-th/9107001", date(1991, 7, 1)),
        ("math/9912001", date(1999, 12, 1)),
        ("math/0001001", date(2000, 1, 1)),
        ("math/0703999", date(2007, 3, 1)),
    ],
)
def test_an_id_tells_the_month_it_was_given(arxiv: str, month: date) -> None:
    assert month_of(arxiv) == month


@pytest.mark.parametrize("text", ["", "2613.10962", "2601.10962v1", "arxiv:2601.10962"])
def test_only_a_bare_id_tells_its_month(text: str) -> None:
    with pytest.raises(ValueError, match="not an arXiv id"):
        month_of(text)


MONTHS = st.builds("{:02}{:02}".format, st.integers(0, 99), st.integers(1, 12))
NEW_IDS = st.builds("{}.{}".format, MONTHS, st.from_regex(r"[0-9]{4,5}", fullmatch=True))
OLD_IDS = st.builds("{}/{}{:03}".format, st.sampled_from(["math", "hep-th", "q-bio"]), MONTHS, st.integers(0, 999))
IDS = NEW_IDS | OLD_IDS
BEFORE = st.sampled_from(["", "arXiv:", "oai:arXiv.org:", "https://arxiv.org/abs/", "http://arxiv.org/pdf/", "\n "])
AFTER = st.sampled_from(["", "v1", "v20", ".pdf", "v3.pdf", "?a=b", "v2#s", "/", " "])


@unhurried
@given(IDS, BEFORE, AFTER)
def test_any_id_survives_any_dress(arxiv: str, before: str, after: str) -> None:
    assert arxiv_id(f"{before}{arxiv}{after}") == arxiv


@unhurried
@given(IDS)
def test_the_key_of_a_paper_leads_back_to_its_id(arxiv: str) -> None:
    assert arxiv_id(paper_id(arxiv)) == arxiv


@unhurried
@given(IDS)
def test_any_id_has_a_month(arxiv: str) -> None:
    digits = arxiv.rpartition("/")[2][:4]
    assert f"{month_of(arxiv):%y%m}" == digits


@unhurried
@given(st.text() | st.from_regex(r"(https?://)?[a-z.:/-]*[0-9]{4}\.?[0-9]*(v[0-9])?"))
def test_any_text_is_no_id_or_one_that_reads_the_same_again(text: str) -> None:
    found = arxiv_id(text)
    assert found is None or (found.isascii() and arxiv_id(found) == found)


# ------------------------------------------------------------ keys


ARXIV, OTHER_ARXIV = paper_id("2601.10962"), paper_id("math/0306266")
JOURNAL, OTHER_JOURNAL = PaperId("doi:10.1038/s1"), PaperId("doi:10.1126/s2")
PREPRINT, OTHER_PREPRINT = PaperId("doi:10.1101/087619"), PaperId("doi:10.21203/rs.3.rs-1/v1")
TITLE, ENTRY = PaperId("title:0f"), entry_id("https://example.org/feed", "1")
KEYS = [ARXIV, OTHER_ARXIV, JOURNAL, OTHER_JOURNAL, PREPRINT, OTHER_PREPRINT, TITLE, ENTRY, entry_id("x", "1")]


def test_two_arxiv_ids_and_two_journals_are_never_one_and_all_others_may_be() -> None:
    never = {frozenset(pair) for pair in ((ARXIV, OTHER_ARXIV), (JOURNAL, OTHER_JOURNAL))}
    for one in KEYS:
        for other in KEYS:
            assert may_be_one(one, other) == (frozenset((one, other)) not in never)


def test_arxiv_leads_a_preprint_a_preprint_its_journal_and_a_doi_all_others() -> None:
    assert sorted([ENTRY, JOURNAL, TITLE, ARXIV, PREPRINT], key=strength) == [ARXIV, PREPRINT, JOURNAL, TITLE, ENTRY]


@unhurried
@given(st.sampled_from(KEYS), st.sampled_from(KEYS), st.sampled_from(KEYS))
def test_which_key_leads_does_not_depend_on_the_order(one: PaperId, other: PaperId, third: PaperId) -> None:
    assert stronger(one, other) == stronger(other, one)
    assert stronger(stronger(one, other), third) == stronger(one, stronger(other, third))


@pytest.mark.parametrize(
    ("key", "scheme", "doi", "address"),
    [
        (ARXIV, "arxiv", "", "https://arxiv.org/abs/2601.10962"),
        (OTHER_ARXIV, "arxiv", "", "https://arxiv.org/abs/math/0306266"),
        (JOURNAL, "doi", "10.1038/s1", "https://doi.org/10.1038/s1"),
        (
            PaperId("doi:10.1002/(sici)1<1::a>3.0.co;2-#"),
            "doi",
            "10.1002/(sici)1<1::a>3.0.co;2-#",
            "https://doi.org/10.1002/(sici)1%3C1::a%3E3.0.co;2-%23",
        ),
        (TITLE, "title", "", ""),
        (ENTRY, "entry", "", ""),
    ],
)
def test_a_key_tells_its_scheme_its_doi_and_where_the_work_is_read_about(
    key: PaperId, scheme: str, doi: str, address: str
) -> None:
    assert (scheme_of(key), doi_of(key), address_of(key)) == (scheme, doi, address)


def test_an_entry_is_named_by_its_place_and_its_name() -> None:
    assert entry_id("https://example.org/feed", "1") == ENTRY
    assert len({entry_id(place, name) for place in ("a", "b") for name in ("1", "2", "\ud800")}) == 6
