"""One DOI however it is written, and which of them are those of preprints."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.identity import doi, doi_id, doi_of, is_preprint

unhurried = settings(deadline=None)  # how fast a machine is must not decide


@pytest.mark.parametrize(
    "spelling",
    [
        "10.1000/xyz123",
        " 10.1000/XYZ123\n",
        "doi:10.1000/xyz123",
        "DOI: 10.1000/xyz123",
        "DOI 10.1000/xyz123",
        "info:doi/10.1000/xyz123",
        "urn:doi:10.1000/xyz123",
        "doi.org/10.1000/xyz123",
        "//doi.org/10.1000/xyz123",
        "https://doi.org/10.1000/XYZ123",
        "HTTPS://DOI.ORG/10.1000/xyz123",
        "http://dx.doi.org/10.1000/xyz123",
        "https://www.doi.org/10.1000/xyz123",
        "https://doi.org/doi:10.1000/xyz123",
        "https://doi.org/https://doi.org/10.1000/xyz123",
        "https://doi.org/10.1000%2Fxyz123",
        "https://doi.org/10.1000%252Fxyz123",
        "https://doi.org/10.1000/xyz123/",
        "https://doi.org/10.1000/xyz123?utm_source=feed",
        "https://doi.org/10.1000/xyz123#abstract",
        "10.1000/xyz123&type=pdf",
        "10.1000/xyz123&amp;type=pdf",
        "10.1000/xyz123.",
        "(doi:10.1000/xyz123),",
        "[10.1000/xyz123].",
        "<https://doi.org/10.1000/xyz123>",
        "&lt;10.1000/xyz123&gt;",
        "“10.1000/xyz123”",
        "10.1000/xyz123 ",
        "10.1000/xyz123).",
        "{10.1000/xyz123}",
    ],
)
def test_every_spelling_of_a_doi_is_the_same_doi(spelling: str) -> None:
    assert doi(spelling) == "10.1000/xyz123"
    assert doi_id(spelling) == "doi:10.1000/xyz123"


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("10.1016/S0140-6736(05)12345-6", "10.1016/s0140-6736(05)12345-6"),
        ("(10.1016/S0140-6736(05)12345-6)", "10.1016/s0140-6736(05)12345-6"),
        (
            "10.1002/(SICI)1097-024X(199708)27:8<983::AID-SPE117>3.0.CO;2-#",
            "10.1002/(sici)1097-024x(199708)27:8<983::aid-spe117>3.0.co;2-#",
        ),
        (
            "https://doi.org/10.1002/(SICI)1097-024X(199708)27:8%3C983::AID-SPE117%3E3.0.CO;2-%23.",
            "10.1002/(sici)1097-024x(199708)27:8<983::aid-spe117>3.0.co;2-#",
        ),
        (
            "10.1175/1520-0485(1995)025&lt;2245:OTEOTE&gt;2.0.CO;2",
            "10.1175/1520-0485(1995)025<2245:oteote>2.0.co;2",
        ),
        ("10.1175/1520-0485(1995)025<2245:OTEOTE>2.0.CO;2", "10.1175/1520-0485(1995)025<2245:oteote>2.0.co;2"),
        ("10.1130/0091-7613(1990)018<0099:A&B>2.3.CO;2", "10.1130/0091-7613(1990)018<0099:a&b>2.3.co;2"),
        ("10.5555/grün", "10.5555/grün"),
        ("10.1000.10/1", "10.1000.10/1"),
    ],
)
def test_what_belongs_to_a_doi_stays(written: str, bare: str) -> None:
    assert doi(written) == bare


@pytest.mark.parametrize(
    "address",
    [
        "10.1101/2024.01.02.573915",
        "10.1101/2024.01.02.573915v2",
        "10.1101/2024.01.02.573915v2.full",
        "10.1101/2024.01.02.573915.abstract",
        "10.1101/2024.01.02.573915v1.full.pdf",
        "https://doi.org/10.1101/2024.01.02.573915v2",
        "https://www.biorxiv.org/content/10.1101/2024.01.02.573915v2.full-text?rss=1",
        "https://www.medrxiv.org/content/10.1101/2024.01.02.573915v12.supplementary-material",
    ],
)
def test_every_version_of_a_preprint_has_the_one_doi(address: str) -> None:
    assert doi(address) == "10.1101/2024.01.02.573915"


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("10.64898/2026.07.13.738145v1", "10.64898/2026.07.13.738145"),
        ("10.1101/087619v3", "10.1101/087619"),
        ("10.1101/gr.276655.122v1", "10.1101/gr.276655.122v1"),  # a journal's
        ("10.1000/model-v2", "10.1000/model-v2"),
        ("10.21203/rs.3.rs-123456/v1", "10.21203/rs.3.rs-123456/v1"),  # resolves with its version alone
    ],
)
def test_only_where_versions_share_a_doi_the_version_goes(written: str, bare: str) -> None:
    assert doi(written) == bare


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tides",
        "10.1000",
        "10.1000/",
        "10.100/xyz",
        "10.1000 /xyz",
        "10.1000/xyz and more",
        "10.1000/x\x00y",
        "10.1000/x\u202ey",
        "10.1000/%FF",
        "１０.1000/xyz",
        "https://example.org/10.1000/xyz",
        "https://doi.org.example.org/10.1000/xyz",
        "10.1000/" + "x" * 3000,
        "%" + "25" * 999 + "2F",
    ],
)
def test_what_is_no_doi_is_none(text: str) -> None:
    assert doi(text) is None
    assert doi_id(text) is None


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("10.48550/arXiv.2601.10962", "arxiv:2601.10962"),
        ("https://doi.org/10.48550/ARXIV.2601.10962v2", "arxiv:2601.10962"),
        ("10.48550/arXiv.math/0306266", "arxiv:math/0306266"),
        ("10.48550/arXiv.math.GT/0306266v1", "arxiv:math/0306266"),
        ("10.48550/arXiv.of-something-else", "doi:10.48550/arxiv.of-something-else"),
    ],
)
def test_arxivs_own_doi_is_arxivs_key(written: str, key: str) -> None:
    assert doi_id(written) == key


DOIS = st.builds(
    "10.{}/{}".format,
    st.integers(1000, 999_999_999),
    st.from_regex(r"[a-z0-9][a-z0-9._:-]{0,20}[a-z0-9]", fullmatch=True),
)
BEFORE_DOI = st.sampled_from(["", "doi:", "DOI: ", "https://doi.org/", "http://dx.doi.org/", "(", "<", " [doi:"])
AFTER_DOI = st.sampled_from(["", ".", ",", ")", ">.", "]", "?a=b", "&a=b", "#top", "/", "”", " \n"])


@unhurried
@given(DOIS.filter(lambda bare: not bare.startswith(("10.1101/", "10.64898/"))), BEFORE_DOI, AFTER_DOI)
def test_any_doi_survives_any_dress(bare: str, before: str, after: str) -> None:
    assert doi(f"{before}{bare}{after}") == bare
    assert doi(f"{before}{bare.upper()}{after}") == bare


@unhurried
@given(
    st.text()
    | st.text("10./%25<>()[]&;=?#v.,doi: ").map("10.1000/{}".format)
    | st.from_regex(r"(doi:|https://doi\.org/)?10\.1101/[0-9.]{0,12}\S*")
)
def test_any_text_is_no_doi_or_one_that_reads_the_same_again(text: str) -> None:
    found = doi(text)
    assert found is None or (doi(found) == found and found.startswith("10.") and found == found.casefold())
    key = doi_id(text)
    assert (key is None) == (found is None)
    assert key is None or doi_id(doi_of(key) or f"10.48550/{key}".replace("arxiv:", "arxiv.")) == key


@pytest.mark.parametrize(
    "preprint",
    [
        "10.1101/2024.01.02.573915",
        "10.1101/087619",
        "10.64898/2026.01.01.123456",
        "10.21203/rs.3.rs-123456/v1",
        "10.26434/chemrxiv-2024-abcde",
        "10.33774/chemrxiv-2021-psqq4-v2",
        "10.31234/osf.io/abcde",
        "10.31219/osf.io/abcde",
        "10.31222/osf.io/abcde",
        "10.31223/X5XB6H",
        "10.31237/osf.io/yex9a",
        "10.20944/preprints202401.0001.v1",
        "10.2139/ssrn.1234567",
        "10.36227/techrxiv.12345",
        "10.22541/au.123456",
        "10.48550/arXiv.2601.10962",
        "10.5281/zenodo.123456",
        "10.7287/peerj.preprints.1",
        "10.5194/egusphere-2024-1",
        "10.1590/SciELOPreprints.1",
    ],
)
def test_a_server_of_preprints_says_nothing_of_a_publication(preprint: str) -> None:
    assert is_preprint(preprint)


@pytest.mark.parametrize(
    "journal",
    [
        "10.1038/s41586-024-00001-2",
        "10.1101/gr.276655.122",  # Genome Research has the prefix of old bioRxiv
        "10.1101/cshperspect.a041234",
        "10.31218/x",
        "10.31238/x",
        "10.7287/peerj.1v0.1/reviews/1",
        "10.5194/acp-20-1-2020",
        "10.1002/adma.202400001",
        "10.48550/x",
        "",
    ],
)
def test_a_journals_doi_is_no_preprint(journal: str) -> None:
    assert not is_preprint(journal)
