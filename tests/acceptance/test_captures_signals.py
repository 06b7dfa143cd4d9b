"""Semantic Scholar and OpenAlex as they really answered, and the links in a year of real abstracts."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks import code_links as benchmark
from digest import identity
from digest.authors import AuthorKey, Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Paper
from digest.signals import CITATIONS, H_INDEX, INSTITUTIONS, PAPER_COUNT, SUMMARY, TOPICS
from digest.sources.client import Pace, PoliteClient
from digest.sources.enriching import Enrichment
from digest.sources.openalex import OpenAlex
from digest.sources.semantic_scholar import INFLUENTIAL, SemanticScholar
from digest.sources.settings import OpenAlexSettings, SemanticScholarSettings
from tests.acceptance.conftest import SHARED, Figures

CAPTURES = SHARED / "data" / "captures"
SCHOLAR = CAPTURES / "semantic-scholar" / "danielnsilva__semanticscholar"
PAPER_QA = CAPTURES / "crossref-s2" / "Future-House__paper-qa"
FILES = sorted(
    path for kind in ("semantic-scholar", "crossref-s2", "openalex") for path in CAPTURES.glob(f"{kind}/*/*")
)
NOW = datetime(2026, 5, 1, 6, tzinfo=UTC)


def bodies(path: Path, host: str = "") -> list[bytes]:
    """What a host answered, exchange by exchange, in a cassette of VCR; any other capture is one answer."""
    if path.suffix != ".yaml":
        return [path.read_bytes()]
    yaml = pytest.importorskip("yaml")
    exchanges = yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]
    return [_decoded(each["response"]) for each in exchanges if host in each["request"]["uri"]]


def _decoded(response: dict[str, Any]) -> bytes:
    told = response["body"]["string"] if "body" in response else response["content"]
    raw: bytes = told if isinstance(told, bytes) else (told or "").encode()
    return gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw


@contextmanager
def client(body: bytes) -> Iterator[PoliteClient]:
    def reply(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(body))

    transport = httpx.MockTransport(reply)
    made = PoliteClient("test", user_agent="test", pace=Pace(0.0), cooldown=timedelta(0), transport=transport)
    yield made
    made.close()


def scholar(body: bytes, *names: str) -> Enrichment:
    """What Semantic Scholar's answer says of papers."""
    papers = [Paper(id=PaperId(name), title="") for name in names]
    with client(body) as answering:
        return SemanticScholar(SemanticScholarSettings(api_key="key"), answering).signals(papers, now=NOW)


def batch(*entries: object) -> bytes:
    """Entries as a batch holds them, with the one at the end for the paper that is always asked for too."""
    return json.dumps([*entries, None]).encode()


def openalex(body: bytes, *names: str) -> Enrichment:
    """What OpenAlex' answer says of papers."""
    papers = [Paper(id=PaperId(name), title="") for name in names]
    with client(body) as answering:
        return OpenAlex(OpenAlexSettings(), answering).signals(papers, now=NOW)


def results(*works: object) -> bytes:
    return json.dumps({"results": works}).encode()


def values(enrichment: Enrichment, subject: str) -> dict[str, object]:
    return {signal.name: signal.value for signal in enrichment.signals if signal.subject == subject}


def byline(name: str, *keys: str, at: str = "") -> Byline:
    return Byline(name=name, affiliations=(at,) if at else (), keys=tuple(map(AuthorKey, keys)))


# ------------------------------------------------------------ Semantic Scholar, read by eye


def test_a_batch_of_which_the_first_paper_is_not_known(shared: Path) -> None:
    (body,) = bodies(SCHOLAR / "test_get_papers_not_found_warning.yaml")
    trust, miracle, audits = "doi:10.2139/ssrn.288970", "doi:10.2139/ssrn.2250500", "doi:10.1257/rct.1355"

    enrichment = scholar(batch(*json.loads(body)), "arxiv:2002.00001", trust, miracle, audits)

    assert enrichment.unknown == {"arxiv:2002.00001"}
    assert values(enrichment, trust) == {CITATIONS: 10670, INFLUENTIAL: 578}
    assert values(enrichment, miracle) == {CITATIONS: 2185, INFLUENTIAL: 245}
    assert values(enrichment, audits) == {CITATIONS: 0, INFLUENTIAL: 0}
    assert enrichment.bylines[PaperId(trust)] == (
        byline("Marianne Bertrand", "s2:81141608"),
        byline("E. Duflo", "s2:2259683"),
        byline("S. Mullainathan", "s2:2062143"),
    )
    assert [each.name for each in enrichment.bylines[PaperId(audits)]] == ["E. Duflo", "M. Greenstone", "Nick Ryan"]


def test_a_batch_that_tells_authors_alone_goes_by_its_order(shared: Path) -> None:
    (body,) = bodies(SCHOLAR / "test_get_papers.yaml")
    names = ("doi:10.2139/ssrn.288970", "doi:10.2139/ssrn.2250500", "doi:10.1257/rct.1355")

    enrichment = scholar(batch(*json.loads(body)), *names)

    assert enrichment.signals == ()
    assert enrichment.bylines[PaperId(names[1])] == (
        byline("E. Duflo", "s2:2259683"),
        byline("A. Banerjee", "s2:2237651454"),
        byline("R. Glennerster", "s2:4249203"),
        byline("Cynthia Kinnan", "s2:31549526"),
    )
    assert enrichment.bylines[PaperId(names[2])][1] == byline("M. Greenstone", "s2:4711469")


def test_the_figures_of_the_authors_of_a_paper(shared: Path) -> None:
    (body,) = bodies(SCHOLAR / "test_get_paper_authors.yaml")

    enrichment = scholar(batch({"authors": json.loads(body)["data"]}), "doi:10.2139/ssrn.2250500")

    assert values(enrichment, "s2:2259683") == {H_INDEX: 91, CITATIONS: 58740, PAPER_COUNT: 282}
    assert values(enrichment, "s2:2237651454") == {H_INDEX: 90, CITATIONS: 47761, PAPER_COUNT: 347}
    assert values(enrichment, "s2:4249203") == {H_INDEX: 31, CITATIONS: 8936, PAPER_COUNT: 123}
    assert values(enrichment, "s2:31549526") == {H_INDEX: 12, CITATIONS: 3189, PAPER_COUNT: 35}


def test_a_preprint_that_has_become_a_journal_s_paper(shared: Path) -> None:
    found = [json.loads(body) for body in bodies(PAPER_QA / "test_bulk_doi_search.yaml", "api.semanticscholar.org")]
    crow, copper = (next(each for each in found if each.get("title", "").startswith(t)) for t in ("Augm", "Effect of"))

    enrichment = scholar(batch(crow, copper), "arxiv:2304.05376", "doi:10.1063/1.4938384")

    assert values(enrichment, "arxiv:2304.05376") == {CITATIONS: 500, INFLUENTIAL: 20}
    assert enrichment.also == {PaperId("arxiv:2304.05376"): (PaperId("doi:10.1038/s42256-024-00832-8"),)}
    assert enrichment.bylines[PaperId("arxiv:2304.05376")] == (
        byline("Andrés M Bran", "s2:2216007369"),
        byline("Sam Cox", "s2:2161337138"),
        byline("Oliver Schilter", "s2:1820929773"),
        byline("Carlo Baldassari", "s2:2251414370"),
        byline("Andrew D. White", "s2:2150199535"),
        byline("P. Schwaller", "s2:1379965853"),
    )
    assert values(enrichment, "doi:10.1063/1.4938384") == {CITATIONS: 9, INFLUENTIAL: 0}


def test_a_preprint_under_arxiv_s_own_doi_has_no_other_name(shared: Path) -> None:
    found = [json.loads(body) for body in bodies(PAPER_QA / "test_bulk_doi_search.yaml", "api.semanticscholar.org")]
    (paper_qa,) = (each for each in found if each.get("title", "").startswith("PaperQA"))

    enrichment = scholar(batch(paper_qa), "arxiv:2312.07559")

    assert values(enrichment, "arxiv:2312.07559") == {CITATIONS: 111, INFLUENTIAL: 2}
    assert enrichment.also == {}


# ------------------------------------------------------------ OpenAlex, read by eye


def test_attention_is_all_you_need(shared: Path) -> None:
    work = json.loads((CAPTURES / "openalex/TheIllusionOfLife__talent_graph/openalex_work.json").read_bytes())
    name = PaperId("arxiv:1706.03762")

    enrichment = openalex(results(work), name)

    assert values(enrichment, name) == {CITATIONS: 95000, INSTITUTIONS: ("Google Brain",)}
    assert enrichment.bylines[name] == (
        byline("Ashish Vaswani", "openalex:A5023888391", at="Google Brain"),
        byline("Noam Shazeer", "openalex:A5040025832", at="Google Brain"),
    )


def test_a_page_of_three_works_of_which_two_were_asked_for(shared: Path) -> None:
    (path,) = CAPTURES.glob("openalex/hfl112__paper-extract/*")
    prime, enhancers = PaperId("doi:10.1038/s41587-020-0561-9"), PaperId("doi:10.1038/nbt.3199")

    enrichment = openalex(path.read_bytes(), prime, enhancers, "arxiv:2002.00001")

    assert enrichment.unknown == {"arxiv:2002.00001"}
    assert values(enrichment, prime) == {
        CITATIONS: 2296,
        INSTITUTIONS: (
            "Broad Institute",
            "Howard Hughes Medical Institute",
            "Harvard University",
            "Harvard University Press",
        ),
        TOPICS: (
            "CRISPR and Genetic Engineering",
            "Innovation and Socioeconomic Development",
            "Animal Genetics and Reproduction",
        ),
    }
    assert values(enrichment, enhancers)[CITATIONS] == 1878
    assert values(enrichment, enhancers)[INSTITUTIONS] == ("Duke University", "Duke Medical Center")
    hilton, ippolito, *_, thakore = enrichment.bylines[enhancers][:4]
    assert hilton == byline("Isaac B Hilton", "openalex:A5017014314", "orcid:0000-0002-3064-8532", at="Duke University")
    assert ippolito.name == "Anthony M D'Ippolito"
    assert thakore == byline("Pratiksha I Thakore", "openalex:A5039325927", at="Duke University")


def test_an_older_copy_of_two_of_these_works_without_topics(shared: Path) -> None:
    (path,) = CAPTURES.glob("openalex/kitzcode__research-radar/*")
    lowered, prime = PaperId("doi:10.1038/s41586-021-03534-y"), PaperId("doi:10.1038/s41587-020-0561-9")

    enrichment = openalex(path.read_bytes(), lowered, prime)

    assert values(enrichment, lowered) == {
        CITATIONS: 768,
        INSTITUTIONS: (
            "Cardiovascular Institute of the South",
            "University of Pennsylvania",
            "Verve Therapeutics (United States)",
            "Acuitas Therapeutics (Canada)",
            "Beam Therapeutics (United States)",
        ),
    }
    assert values(enrichment, prime)[CITATIONS] == 2282
    assert len(enrichment.bylines[lowered]) == 42
    assert enrichment.bylines[lowered][5].name == "Caroline W. Reiss"


def test_a_preprint_whose_authors_stand_family_name_first(shared: Path) -> None:
    (path,) = CAPTURES.glob("openalex/*/test_title_search?paper_attributes1?.yaml")
    (body,) = bodies(path, "api.openalex.org")
    name = PaperId("arxiv:2312.07559")

    enrichment = openalex(body, name)

    assert values(enrichment, name) == {
        CITATIONS: 27,
        TOPICS: ("Topic Modeling", "Natural Language Processing Techniques", "Biomedical Text Mining and Ontologies"),
    }
    assert enrichment.bylines[name] == (
        byline("Jakub Lála", "openalex:A5092171854", "orcid:0000-0002-5424-5260"),
        byline("Odhran O'Donoghue", "openalex:A5050347345", "orcid:0000-0001-6507-8990"),
        byline("Aleksandar Shtedritski", "openalex:A5025880600"),
        byline("Sam Cox", "openalex:A5101971357"),
        byline("Samuel G. Rodriques", "openalex:A5061828831", "orcid:0000-0002-2509-0861"),
        byline("Andrew D. White", "openalex:A5103115676", "orcid:0000-0002-6647-3965"),
    )


# ------------------------------------------------------------ every capture


def objects(value: object, key: str) -> Iterator[dict[str, Any]]:
    """All objects in a piece of JSON that have a key, at any depth."""
    if isinstance(value, dict):
        if key in value:
            yield value
        for inner in value.values():
            yield from objects(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner, key)


def readable(path: Path) -> Iterator[object]:
    for body in bodies(path):
        try:
            yield json.loads(body)
        except ValueError:
            continue  # a page of HTML, BibTeX


def outcome(ask: Callable[..., Enrichment], body: bytes) -> str:
    """That an answer can be read, or why it cannot."""
    try:
        ask(body, "arxiv:1706.03762", "doi:10.1038/nbt.3199")
    except SourceError as fault:
        return str(fault)
    return "read"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_captured_answer_is_read_or_refused_with_a_reason(path: Path, shared: Path) -> None:
    for body in bodies(path):
        assert re.fullmatch(r"read|semantic-scholar: \S.*", outcome(scholar, body))
        assert re.fullmatch(r"read|openalex: \S.*", outcome(openalex, body))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_paper_that_semantic_scholar_ever_told_of_is_found_again_by_its_name(path: Path, shared: Path) -> None:
    for value in readable(path):
        for paper in objects(value, "externalIds"):
            ids = paper["externalIds"] or {}
            if "ArXiv" not in ids and "DOI" not in ids:
                continue
            name = f"arxiv:{ids['ArXiv']}" if "ArXiv" in ids else f"doi:{ids['DOI'].lower()}"
            enrichment = scholar(batch(None, paper), "arxiv:2002.00001", name)
            assert enrichment.unknown == {"arxiv:2002.00001"}
            assert values(enrichment, name).get(CITATIONS) == paper.get("citationCount")
            assert values(enrichment, name).get(SUMMARY) == ((paper.get("tldr") or {}).get("text"))
            told = [author["name"] for author in paper.get("authors") or []]
            assert [each.name for each in enrichment.bylines.get(PaperId(name), ())] == told


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_work_that_openalex_ever_told_of_is_found_again_by_its_doi(path: Path, shared: Path) -> None:
    for value in readable(path):
        for work in objects(value, "authorships"):
            name = identity.doi_id(work["doi"])
            assert name is not None
            enrichment = openalex(results({"doi": None}, work), name)
            assert enrichment.unknown == frozenset()
            assert values(enrichment, name)[CITATIONS] == work["cited_by_count"]
            assert len(enrichment.bylines.get(name, ())) == len(work["authorships"])


# ------------------------------------------------------------ links in texts


def test_links_in_real_abstracts_are_read_as_a_reader_reads_them(shared: Path, figure: Figures) -> None:
    papers = benchmark.listed(shared / "data" / "arxiv")
    judgements = list(benchmark.judged(benchmark.JUDGED))

    for draw, drawn in {"first": 400, "second": 100}.items():
        judged = [each for each in judgements if each.draw == draw]
        assert len(judged) == drawn
        right = 1 - len(benchmark.wrong(papers, judged)) / drawn
        figure(f"code links right, {draw} draw of {drawn}", f"{right:.1%}")
        assert right >= 0.995
    hard = [each for each in judgements if each.draw == "hard"]
    assert len(benchmark.wrong(papers, hard)) <= 3
    figure("code links right, broken, cut or unfilled", f"{1 - len(benchmark.wrong(papers, hard)) / len(hard):.1%}")
