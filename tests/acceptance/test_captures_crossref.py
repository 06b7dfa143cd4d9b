"""Crossref's real answers, against values read off them by hand."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.authors import AuthorKey, Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Paper, Version
from digest.sources.crossref_works import listing, paper_of, skipped
from tests.acceptance.conftest import SHARED

CAPTURES = SHARED / "data" / "captures"
CASSETTES = sorted([*CAPTURES.glob("crossref/*/*.yaml"), *CAPTURES.glob("crossref-s2/*/*.yaml")])


def answers(capture: Path) -> Iterator[bytes]:
    """What Crossref's API answered, exchange by exchange, in a cassette of VCR for requests or for httpx."""
    yaml = pytest.importorskip("yaml")
    for exchange in yaml.safe_load(capture.read_text(encoding="utf-8"))["interactions"]:
        if "api.crossref.org/" in exchange["request"]["uri"]:
            response = exchange["response"]
            body = response["body"]["string"] if "body" in response else response["content"]
            raw = body if isinstance(body, bytes) else body.encode()
            yield gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw


def works(*capture: str) -> dict[str, Any]:
    """Every work in a cassette, by DOI."""
    found: dict[str, Any] = {}
    for body in answers(CAPTURES.joinpath(*capture)):
        try:
            message = json.loads(body)["message"]
        except ValueError:
            continue
        found |= {item["DOI"]: item for item in message.get("items", [message])}
    return found


def habanero(name: str) -> dict[str, Any]:
    return works("crossref", "sckott__habanero", name)


def paper_qa(name: str) -> dict[str, Any]:
    return works("crossref-s2", "Future-House__paper-qa", name)


def read(item: object) -> Paper:
    paper = paper_of(item)
    assert paper is not None
    return paper


def at(*day: int) -> tuple[Version, ...]:
    year, month, date = day
    return (Version(number=1, submitted_at=datetime(year, month, date, tzinfo=UTC)),)


def orcid(name: str, number: str) -> Byline:
    return Byline(name=name, keys=(AuthorKey(f"orcid:{number}"),))


def test_an_astronomer_s_paper_of_1998(shared: Path) -> None:
    capture = CAPTURES / "crossref" / "inspirehep__inspire-next" / "10.1086_305772.json"

    assert paper_of(json.loads(capture.read_bytes())["message"]) == Paper(
        id=PaperId("doi:10.1086/305772"),
        title=(
            "Maps of Dust Infrared Emission for Use in Estimation of Reddening and Cosmic Microwave Background "
            "Radiation Foregrounds"
        ),
        authors=("David J. Schlegel", "Douglas P. Finkbeiner", "Marc Davis"),
        versions=at(1998, 6, 20),
        doi="10.1086/305772",
        journal_ref="The Astrophysical Journal 500(2), 525-553 (1998)",
    )


def test_a_journal_article_with_orcids_and_an_abstract_of_one_paragraph(shared: Path) -> None:
    paper = read(paper_qa("test_bulk_doi_search.yaml")["10.1038/s42256-024-00832-8"])

    assert paper.title == "Augmenting large language models with chemistry tools"
    assert paper.abstract.startswith("Large language models (LLMs) have shown strong performance in tasks across")
    assert paper.abstract.endswith("the gap between experimental and computational chemistry.")
    assert "\n" not in paper.abstract
    assert "ChemCrow’s effectiveness" in paper.abstract
    assert paper.authors == (
        "Andres M. Bran",
        "Sam Cox",
        "Oliver Schilter",
        "Carlo Baldassari",
        "Andrew D. White",
        "Philippe Schwaller",
    )
    assert paper.bylines == (
        Byline(name="Andres M. Bran"),
        Byline(name="Sam Cox"),
        orcid("Oliver Schilter", "0000-0003-0310-0851"),
        Byline(name="Carlo Baldassari"),
        orcid("Andrew D. White", "0000-0002-6647-3965"),
        orcid("Philippe Schwaller", "0000-0003-3046-6576"),
    )
    assert paper.versions == at(2024, 5, 8)
    assert paper.journal_ref == "Nature Machine Intelligence 6(5), 525-535 (2024)"
    assert (paper.also, paper.categories, paper.withdrawn) == ((), (), False)


def test_a_preprint_that_names_its_journal_version(shared: Path) -> None:
    paper = read(paper_qa("test_bulk_doi_search.yaml")["10.1101/2024.04.01.587366"])

    assert paper.id == "doi:10.1101/2024.04.01.587366"
    assert paper.also == ("doi:10.1016/j.xgen.2025.100814",)
    assert paper.doi == "10.1016/j.xgen.2025.100814"
    assert paper.title == "High-throughput screening of human genetic variants by pooled prime editing"
    assert paper.abstract.startswith("Understanding the effects of rare genetic variants remains challenging,")
    assert "pegRNAs targetingSMARCB1for editing activity" in paper.abstract  # so it was deposited
    assert paper.abstract.endswith("highly scalable functional assessment of human variants.")
    assert paper.authors[:2] == ("Michael Herger", "Christina M. Kajba")
    assert paper.bylines[-1] == orcid("Gregory M. Findlay", "0000-0002-7767-8608")
    assert paper.versions == at(2024, 4, 1)
    assert paper.journal_ref == ""


def test_an_article_with_affiliations_and_entities_that_were_escaped_twice(shared: Path) -> None:
    paper = read(paper_qa("test_bulk_doi_search.yaml")["10.1063/1.4938384"])

    assert paper.bylines[:2] == (
        Byline(
            name="Michael D. Skarlinski",
            affiliations=("University of Rochester 1 Materials Science Program, , Rochester, New York 14627, USA",),
        ),
        Byline(
            name="David J. Quesnel",
            affiliations=(
                "University of Rochester 1 Materials Science Program, , Rochester, New York 14627, USA",
                "University of Rochester 2 Department of Mechanical Engineering, , Rochester, New York 14627, USA",
            ),
        ),
    )
    assert "at low temperatures (&lt;75 K) and low strain values (&lt;5%), and" in paper.abstract
    assert paper.journal_ref == "Journal of Applied Physics 118(23), 235306 (2015)"
    assert paper.versions == at(2015, 12, 21)


def test_an_abstract_in_sections(shared: Path) -> None:
    first, second, third, last = read(
        paper_qa("test_bulk_title_search.yaml")["10.1093/jamiaopen/ooae021"]
    ).abstract.split("\n\n")

    assert first == "Objective: To automate scientific claim verification using PubMed abstracts."
    assert second.startswith("Materials and Methods: We developed CliVER, an end-to-end scientific Claim VERification")
    assert third.startswith("Results: In the evaluation of label prediction accuracy on CoVERt, CliVER achieved")
    assert last.startswith("Conclusion: CliVER demonstrates its early potential to automate scientific claim")


def test_an_abstract_in_paragraphs_under_a_title_with_italics(shared: Path) -> None:
    paper = read(habanero("test_random_dois.yaml")["10.1246/bcsj.36.278"])

    assert paper.title == "The Cationic Copolymerization of Styrene and p-Brornostyrene in Liquid Sulfur Dioxide"
    assert [part[:28] for part in paper.abstract.split("\n\n")] == [
        "1) The cationic copolymeriza",
        "2) The effect of added solve",
        "3) The same cationic copolym",
        "The MRR’s were almost equal ",
    ]
    assert paper.authors == ("Niichiro Tokura", "Minoru Matsuda", "Masashi Iino")
    assert paper.journal_ref == "Bulletin of the Chemical Society of Japan 36(3), 278-281 (1963)"
    assert paper.versions == at(1963, 3, 1)


def test_a_title_with_sub_scripts(shared: Path) -> None:
    paper = read(habanero("test_random_dois_sample_param.yaml")["10.1002/zaac.19271660112"])

    assert paper.title == "Eigenschaftszusammenhänge der spezifischen Wärmen cp – Cv im flüssigen Zustande"
    assert paper.authors == ("W. Herz",)
    assert paper.journal_ref == "Zeitschrift für anorganische und allgemeine Chemie 166(1), 155-160 (1927)"
    assert paper.versions == at(1927, 9, 21)


def test_an_article_that_was_corrected_and_not_retracted(shared: Path) -> None:
    paper = read(habanero("test_works_mixed_ids_warn.yaml")["10.1371/journal.pone.0033693"])

    assert paper.title.startswith("Methylphenidate Exposure Induces Dopamine Neuron Loss and Activation of Microglia")
    assert paper.journal_ref == "PLoS ONE 7(3), e33693 (2012)"
    assert not paper.withdrawn


def test_of_a_page_of_twenty_works_thirteen_are_papers(shared: Path) -> None:
    (body,) = answers(CAPTURES / "crossref" / "sckott__habanero" / "test_cursor.yaml")

    page = listing(body, source="crossref")
    papers = [paper for item in page.items if (paper := paper_of(item)) is not None]

    assert (len(page.items), page.total) == (20, 454)
    assert page.next_cursor.startswith("DnF1ZXJ5VGhlbkZldGNoJAAAAAFNehByFlV1U25DZFJ2U2JLRVVuNjdsaVhxWkEAAAAB")
    assert [paper.id.removeprefix("doi:10.") for paper in papers] == [
        "1007/978-1-4842-6700-4_5",
        "1007/978-1-4842-6700-4_7",
        "1109/afrcon.2009.5308146",
        "1007/978-1-4842-9080-4_2",
        "1007/978-1-4842-6700-4_3",
        "1007/978-1-4842-6700-4_4",
        "1007/978-1-4842-9080-4_1",
        "1007/978-1-4842-9080-4_5",
        "1007/978-1-4842-9080-4_3",
        "1117/1.jei.28.6.063006",
        "1007/978-1-4842-9080-4_4",
        "1016/b978-155860802-3/50012-0",
        "59350/7mtwq-q3661",
    ]


def test_of_ten_works_by_chance_only_the_table_of_contents_is_no_paper(shared: Path) -> None:
    chance = habanero("test_random_dois.yaml")

    assert len(chance) == 10
    assert [doi for doi, item in chance.items() if paper_of(item) is None] == ["10.1016/s1532-0464(03)00128-x"]


@pytest.mark.parametrize("capture", CASSETTES, ids=lambda path: path.stem)
def test_every_answer_is_read_or_refused_by_name(capture: Path, shared: Path) -> None:
    for body in answers(capture):
        items, refusal = _items(body)
        assert items or refusal
        for item in items:
            paper, reason = _paper(item)
            assert reason or paper is None or paper.id == f"doi:{item['DOI'].casefold()}"


def _items(body: bytes) -> tuple[tuple[Any, ...], str]:
    """The works of an answer, or why it is refused; one about a single work is none of a harvest's."""
    try:
        found = listing(body, source="crossref")
        return found.items, "" if found.items else "nothing was found"
    except SourceError as refusal:
        is_single = refusal.problem == "answered a work, not works"
        return (json.loads(body)["message"],) if is_single else (), refusal.problem


def _paper(item: object) -> tuple[Paper | None, str]:
    try:
        return paper_of(item), ""
    except ValueError as reason:
        return None, skipped(item, reason).reason
