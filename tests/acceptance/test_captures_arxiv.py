"""arXiv's OAI-PMH as it really answered, that of others, and the replay of real listings."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from digest.authors import Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import AnnouncementKind, Cursor, Page, Paper, Version
from digest.sources import Source
from digest.sources.arxiv import Arxiv
from digest.sources.arxiv_details import ArxivDetails
from digest.sources.settings import ArxivSettings
from tests.acceptance.captures import CAPTURES, client
from tests.acceptance.conftest import Figures, Replay

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
Kind = type[Arxiv | ArxivDetails]


def page_of(kind: Kind, name: str) -> Page:
    (path,) = CAPTURES.glob(name)
    with client(path.read_bytes()) as answering:
        return kind(ArxivSettings(), answering).page("cs.LG", None, now=NOW)


def papers_of(kind: Kind, name: str) -> dict[str, Paper]:
    return {told.paper.arxiv_id: told.paper for told in page_of(kind, name).announcements}


def instant(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year to second at most


# ------------------------------------------------------------ arXivRaw, read by eye


@pytest.fixture(scope="module")
def raw(shared: Path) -> dict[str, Paper]:
    """A page of 2016."""
    return papers_of(Arxiv, "arxiv-oai/*/ListRecords.xml")


def test_a_record_of_2008(shared: Path) -> None:
    (only,) = page_of(Arxiv, "arxiv-oai/*harvester/GetRecord.xml").announcements
    paper = only.paper
    assert (only.day, only.kind) == (date(2008, 4, 16), AnnouncementKind.CROSS_LIST)
    assert (paper.id, paper.title) == (
        "arxiv:0804.2273",
        "Object Re-Use & Exchange: A Resource-Centric Approach",
    )
    assert paper.authors == (
        "Carl Lagoze",
        "Herbert Van de Sompel",
        "Michael L. Nelson",
        "Simeon Warner",
        "Robert Sanderson",
        "Pete Johnston",
    )
    assert (paper.categories, paper.classes, paper.submitter) == (("cs.DL", "cs.NI"), ("C.2.3",), "Carl Lagoze")
    assert paper.versions == (Version(number=1, submitted_at=instant(2008, 4, 14, 21, 2)),)
    assert paper.abstract.startswith("The OAI Object Reuse and Exchange (OAI-ORE) framework recasts the")
    words = " ".join(paper.abstract.split())  # somebody's editor indented every line, as arXiv does each paragraph
    assert words.endswith("that illustrate improved interoperability and reuse of digital objects.")


def test_a_page_of_2016_has_all_its_records_and_the_token_of_the_next(shared: Path) -> None:
    page = page_of(Arxiv, "arxiv-oai/*/ListRecords.xml")
    assert (len(page.announcements), page.skipped) == (387, ())
    assert page.cursor == Cursor(since=date(2026, 1, 13), token="1403493|1001", began=date(2026, 1, 13))


def test_a_paper_withdrawn_five_times(raw: dict[str, Paper]) -> None:
    paper = raw["0803.4354"]
    assert paper.withdrawn
    assert [each.withdrawn for each in paper.versions] == [False, True, True, True, True, True]
    assert paper.submitted_at == instant(2008, 3, 30, 23, 26, 50)
    assert paper.versions[-1].submitted_at == instant(2016, 10, 20, 16, 58, 38)
    assert paper.title == "A O(n^8) X O(n^7) Linear Programming Model of the Traveling Salesman Problem"
    assert paper.classes == ("G.1.6", "G.2.1", "G.2.2")
    assert paper.comment.startswith("Theorem 25 and Corollary 26 are incorrect. The modeling needs 9-dimensional")
    assert paper.comment.endswith("available at: http://www.worldscientific.com/worldscibooks/10.1142/9725")


def test_numbered_affiliations_are_no_names(raw: dict[str, Paper]) -> None:
    paper = raw["1408.0799"]
    assert paper.authors == (
        "Maciej Bilicki",
        "John A. Peacock",
        "Thomas H. Jarrett",
        "Michelle E. Cluver",
        "Louise Steward",
    )
    assert (paper.doi, paper.also) == ("10.1017/S1743921316009753", ("doi:10.1017/s1743921316009753",))
    assert paper.journal_ref == (
        "Proceedings of the International Astronomical Union, Volume 11, Issue S308 "
        "(The Zeldovich Universe: Genesis and Growth of the Cosmic Web), June 2014, pp. 143-148"
    )


@pytest.mark.parametrize(
    ("arxiv", "authors", "submitter"),
    [
        ("1502.07842", ("Charlotta Bengtson", "Michael Stenrup", "Erik Sjöqvist"), "Charlotta Bengtson"),
        ("1602.04578", ("Dániel Kincses",), "Dániel Kincses"),
        ("1605.04316", ("Mateusz Łącki", "Bogdan Damski", "Jakub Zakrzewski"), "Bogdan Damski"),
        (
            "1511.01883",
            (
                "A.L. Edelen",
                "S.G. Biedron",
                "S.V. Milton",
                "B.E. Chase",
                "D.J. Crawford",
                "N. Eddy",
                "D. Edstrom Jr.",
                "E.R. Harms",
                "J. Ruan",
                "J.K. Santucci",
                "P. Stabile",
            ),
            "Edelen, Auralee",
        ),
    ],
)
def test_names_are_read_as_a_person_would(
    raw: dict[str, Paper], arxiv: str, authors: tuple[str, ...], submitter: str
) -> None:
    assert (raw[arxiv].authors, raw[arxiv].submitter) == (authors, submitter)


def test_no_tex_and_no_affiliation_is_left_in_any_name(raw: dict[str, Paper]) -> None:
    names = [name for paper in raw.values() for name in (*paper.authors, paper.submitter)]
    assert all(paper.authors for paper in raw.values())
    assert [name for name in names if re.search(r"[\\{}$()~;:]|&\w+;|\d", name)] == []


# ------------------------------------------------------------ arXiv, read by eye


def test_a_physics_paper_of_2001_with_affiliations(shared: Path) -> None:
    (only,) = page_of(ArxivDetails, "arxiv-oai/*/oai_arxiv.xml").announcements
    assert (only.kind, only.day) == (AnnouncementKind.FOUND, date(2009, 11, 7))
    assert only.paper == Paper(
        id=PaperId("arxiv:physics/0112006"),
        also=(PaperId("doi:10.1134/1.1533770"),),
        title="Is G a conversion factor or a fundamental unit?",
        abstract=(
            "By using fundamental units c, h, G as conversion factors one can easily transform the dimensions of all "
            "observables. In particular one can make them all ``geometrical'', or dimensionless. However this has no "
            "impact on the fact that there are three fundamental units, G being one of them. Only experiment can tell "
            "us whether G is basically fundamental."
        ),
        authors=("G. Fiorentini", "L. Okun", "M. Vysotsky"),
        bylines=(
            Byline(name="G. Fiorentini", affiliations=("INFN, Sezione di Ferrara, Ferrara, Italy",)),
            Byline(name="L. Okun", affiliations=("ITEP, Moscow, Russia",)),
            Byline(name="M. Vysotsky", affiliations=("ITEP, Moscow, Russia",)),
        ),
        categories=("physics.class-ph", "physics.gen-ph"),
        comment="2 pages",
        doi="10.1134/1.1533770",
        partial=True,
    )


def test_a_paper_in_its_second_version_tells_of_none(shared: Path) -> None:
    paper = papers_of(ArxivDetails, "arxiv-oai/*/1305.0014.xml")["1305.0014"]
    assert (paper.authors, paper.versions) == (("S. Gardner", "B. Plaster"), ())
    assert paper.categories == ("hep-ph", "hep-lat", "nucl-ex", "nucl-th")
    assert (paper.doi, paper.journal_ref) == ("10.1103/PhysRevC.87.065504", "Phys. Rev. C 87, 065504 (2013)")
    assert paper.comment == "as-published version, 16 pages, 2 figures"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        (
            "sample_arxiv_record8.xml",
            (
                Byline(
                    name="Super-Kamiokande Collaboration",
                    affiliations=(
                        "Kamioka Observatory, Institute for Cosmic Ray Research, University of Tokyo",
                        "Kavli Institute for the Physics and Mathematics of the Universe",
                    ),
                ),
                Byline(
                    name="K. Abe",
                    affiliations=(
                        "Kamioka Observatory, Institute for Cosmic Ray Research, University of Tokyo",
                        "Kavli Institute for the Physics and Mathematics of the Universe",
                    ),
                ),
            ),
            Byline(name="P. de Perio", affiliations=("Department of Physics, University of Toronto",)),
        ),
        (
            "sample_arxiv_record1.xml",
            (Byline(name="Teresa Maria Montaruli"), Byline(name="IceCube Collaboration")),
            Byline(name="IceCube Collaboration"),
        ),
        (
            "sample_arxiv_record4.xml",
            (Byline(name="Keck Array"), Byline(name="BICEP2 Collaborations"), Byline(name="P. Ade")),
            Byline(name="K. W. Yoon"),
        ),
        (
            "sample_arxiv_record5.xml",
            (Byline(name="Günter Burigana", affiliations=("on behalf of Planck Collaboration",)),),
            Byline(name="Paolo Natoli", affiliations=("on behalf of Planck Collaboration",)),
        ),
        (
            "sample_arxiv_record6.xml",
            (Byline(name="E. Bufanda"), Byline(name="D. Hollowood")),
            Byline(name="DES Collaboration"),
        ),
        (
            "sample_arxiv_record7.xml",
            (Byline(name="Curtis J. Saxton Walton", affiliations=("Technion", "DESY")),),
            Byline(name="Kinwah Wu"),
        ),
    ],
)
def test_collaborations_and_affiliations(shared: Path, name: str, first: tuple[Byline, ...], last: Byline) -> None:
    ((_, paper),) = papers_of(ArxivDetails, f"arxiv-oai/*/{name}").items()
    assert paper.bylines[: len(first)] == first
    assert paper.bylines[-1] == last
    assert paper.authors == tuple(byline.name for byline in paper.bylines)


def test_a_suffix_stands_behind_the_name(shared: Path) -> None:
    ((_, paper),) = papers_of(ArxivDetails, "arxiv-oai/*/sample_arxiv_record4.xml").items()
    assert "R. W. IV" in paper.authors


# ------------------------------------------------------------ every capture of OAI-PMH

OTHER, NO_ENVELOPE = "metadata in another format: ", "the answer is not OAI-PMH but "
NOTHING = "the OAI-PMH answer has neither records nor an error"
# What a harvest makes of each file: (papers, records that cannot be read), or what it says of it. First in arXivRaw,
# then in arXiv.
Outcome = tuple[int, int] | str
OUTCOMES: dict[str, tuple[Outcome, Outcome]] = {
    "adsabs__ADSIngestParser/arxiv_multi_20230125.xml": (f"1009.1022: {OTHER}<dc> of", f"1009.1022: {OTHER}<dc> of"),
    "adsabs__ADSIngestParser/*": (f"{NO_ENVELOPE}<record>", f"{NO_ENVELOPE}<record>"),
    "inspirehep__hepcrawl/arxiv-physics-*": (f"{OTHER}<arXiv> of", (3, 0)),
    "inspirehep__hepcrawl/sample_arxiv_record0.xml": (
        f"{OTHER}<arXiv> of",
        f"oai:arXiv.org:1601.03238: {OTHER}<arXiv> of 'http://www.openarchives.org/OAI/2.0/'",
    ),
    "inspirehep__hepcrawl/sample_arxiv_record.xml": ("none of 12 records can be read; the first: oai:", (11, 1)),
    "inspirehep__hepcrawl/*": (f"{OTHER}<arXiv> of 'http://arxiv.org/OAI/arXiv/'", (1, 0)),
    "inspirehep__inspire-next/1305.0014.xml": (f"{OTHER}<arXiv> of", (1, 0)),
    "inspirehep__inspire-next/oai_arxiv*": (f"{OTHER}<arXiv> of", (1, 0)),
    "inspirehep__inspire-next/1305.0014v1.xml": ("You must not include the 'v1' at the end", "answered idDoesNotExist"),
    "inspirehep__inspire-next/*": ("answered idDoesNotExist: ", "answered idDoesNotExist: "),
    "*/sample_arxiv_response_no_namespace.xml": (f"{NO_ENVELOPE}<OAI-PMH>", f"{NO_ENVELOPE}<OAI-PMH>"),
    "*/sample_arxiv_response_utf8.xml": (f"1207.1019: {OTHER}<dc> of", f"1207.1019: {OTHER}<dc> of"),
    "*/sample_oai_dc_response.xml": (f"1507.03011: {OTHER}<dc> of", f"1507.03011: {OTHER}<dc> of"),
    "*/sample_empty_response.xml": ((0, 0), (0, 0)),
    "*/sample_inspire_response_listrecords.xml": ("none of 2 records can be read", f"net:972855: {OTHER}<record> of"),
    "*/sample_arxiv_response_listrecords_cs.xml": ("none of 46 records can be read", (46, 0)),
    "*/sample_arxiv_response_listrecords_physics.xml": ("none of 150 records can be read", (150, 0)),
    "inveniosoftware__invenio-oaiharvester/*": (f"{OTHER}<arXiv> of", (1, 0)),
    "litpuvn__arxiv-oai-harvester/GetRecord.xml": ((1, 0), f"0804.2273: {OTHER}<arXivRaw> of"),
    "litpuvn__arxiv-oai-harvester/ListRecords.xml": ((387, 0), "none of 387 records can be read"),
    "mloesch__sickle/ListRecordsBroken.xml": ("the XML is damaged or cut short", "the XML is damaged or cut short"),
    "mloesch__sickle/ListRecords4.xml": ("the first: a record without an identifier", "none of 2 records can be read"),
    "mloesch__sickle/ListRecords*": ("none of 1 records can be read", f"{OTHER}<dc> of"),
    "mloesch__sickle/GetRecord*": (f"oai:test.example.com:1996652: {OTHER}<dc> of", "none of 1 records can be read"),
    "mloesch__sickle/Identify.xml": (NOTHING, NOTHING),
    "mloesch__sickle/List*": (NOTHING, NOTHING),
    "mloesch__sickle/noRecordsMatch.xml": ((0, 0), (0, 0)),
    "mloesch__sickle/badArgument.xml": ("answered badArgument: ", "answered badArgument: "),
    "mloesch__sickle/badResumptionToken.xml": ("This resumptionToken is invalid", "answered badResumptionToken: "),
    "mloesch__sickle/noSetHierarchy.xml": ("This repository does not support sets", "answered noSetHierarchy: "),
    "mloesch__sickle/*": ("answered ", "answered "),
}
FILES = [path for folder in ("arxiv-oai", "oai-generic") for path in sorted((CAPTURES / folder).glob("*/*.xml"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_capture_is_read_or_refused_with_its_reason(path: Path) -> None:
    name = next(name for name in OUTCOMES if path.match(name))
    for kind, expected in zip((Arxiv, ArxivDetails), OUTCOMES[name], strict=True):
        with client(path.read_bytes()) as answering:
            source = kind(ArxivSettings(), answering)
            if isinstance(expected, str):
                with pytest.raises(SourceError, match=re.escape(expected)):
                    source.page("cs.LG", None, now=NOW)
            else:
                page = source.page("cs.LG", None, now=NOW)
                assert (len(page.announcements), len(page.skipped)) == expected


def test_a_record_in_no_format_names_its_paper_and_day(shared: Path) -> None:
    (skipped,) = page_of(ArxivDetails, "arxiv-oai/*/sample_arxiv_record.xml").skipped
    assert (skipped.paper, skipped.day) == ("arxiv:1601.03238", date(2016, 1, 14))


# ------------------------------------------------------------ real listings, replayed

STREAMS = ("cs.CL", "cs.RO", "stat.ML")


@pytest.fixture
def tuesday(replay: Replay) -> Replay:
    """The server on the 3rd of February 2026; it says that it is ready a moment before it is."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as patient:
        patient.get(f"{replay.url}/_log")
    replay.control(today="2026-02-03", late=0, fault="zero", times=0)
    return replay


def harvested(kind: Kind, replay: Replay, stream: str) -> dict[str, Paper]:
    found: dict[str, Paper] = {}
    with client() as asking:
        source: Source = kind(ArxivSettings(oai_url=f"{replay.url}/oai"), asking)
        cursor = None
        while cursor is None or cursor.token is not None:
            page = source.page(stream, cursor, now=instant(2026, 2, 3, 8))
            assert page.skipped == ()
            found |= {told.paper.id: told.paper for told in page.announcements}
            cursor = page.cursor
    return found


@pytest.mark.parametrize("stream", STREAMS)
def test_the_details_name_the_authors_that_the_reference_names(tuesday: Replay, stream: str, figure: Figures) -> None:
    whole, detailed = harvested(Arxiv, tuesday, stream), harvested(ArxivDetails, tuesday, stream)
    assert whole.keys() == detailed.keys()
    alike = [key for key in whole if whole[key].authors == detailed[key].authors]
    figure(f"author lists alike in arXivRaw and arXiv, {stream}", f"{len(alike)} of {len(whole)}")
    assert len(alike) == len(whole) > 0
