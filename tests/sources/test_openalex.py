"""Asking OpenAlex about papers and authors."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.authors import AuthorKey, Byline
from digest.errors import SourceError, SourceResting
from digest.identity import PaperId
from digest.papers import Paper
from digest.signals import CITATIONS, H_INDEX, INSTITUTIONS, PAPER_COUNT, TOPICS, Signal
from digest.sources.client import Pace, PoliteClient
from digest.sources.enriching import Enricher, Enrichment
from digest.sources.openalex import OpenAlex
from digest.sources.settings import OpenAlexSettings
from tests.sources.conftest import COOLDOWN, NOW, unhurried

TIDES, HARBOURS, JOURNAL = PaperId("arxiv:2409.00001"), PaperId("arxiv:2409.00002"), PaperId("doi:10.1000/tides")
MARIN, LI = AuthorKey("openalex:A5023888391"), AuthorKey("openalex:A5040025832")


def paper(name: PaperId = TIDES, *also: PaperId) -> Paper:
    return Paper(id=name, also=also, title="A title")


def work(doi: str | None = "https://doi.org/10.48550/arXiv.2409.00001", **told: object) -> dict[str, Any]:
    return {"id": "https://openalex.org/W2741809807", "doi": doi, **told}


def authorship(name: str | None = "Ana Marin", *institutions: str | None, **author: object) -> dict[str, Any]:
    told = {"id": "https://openalex.org/A5023888391", "display_name": name, "orcid": None} | author
    return {
        "author": told,
        "institutions": [{"id": "https://openalex.org/I1", "display_name": place} for place in institutions],
    }


@dataclass
class Server:
    """An OpenAlex that gives one answer to everybody."""

    response: httpx.Response
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.response


def giving(body: bytes, status: int = 200) -> Server:
    return Server(httpx.Response(status, stream=httpx.ByteStream(body)))


def listing(*results: object) -> Server:
    return giving(json.dumps({"meta": {"count": len(results)}, "results": list(results)}).encode())


@contextmanager
def openalex(server: Server, *, mail_to: str = "", api_key: str = "") -> Iterator[OpenAlex]:
    client = PoliteClient(
        "openalex", user_agent="test", pace=Pace(0.0), cooldown=COOLDOWN, transport=httpx.MockTransport(server)
    )
    settings = OpenAlexSettings(enabled=True, url="https://openalex.example/", api_key=api_key)
    yield OpenAlex(settings, client, mail_to=mail_to)
    client.close()


def told(server: Server, *papers: Paper) -> Enrichment:
    with openalex(server) as source:
        return source.signals(papers or [paper(TIDES)], now=NOW)


def values(signals: tuple[Signal, ...]) -> dict[tuple[str, str], object]:
    return {(signal.subject, signal.name): signal.value for signal in signals}


# ------------------------------------------------------------ asking


def test_it_is_an_enricher() -> None:
    with openalex(listing()) as source:
        enricher: Enricher = source
        assert (enricher.name, enricher.gate, enricher.batch_size) == ("openalex", "openalex", 100)


def test_papers_are_asked_for_by_doi_and_those_on_arxiv_by_arxiv_s_own() -> None:
    server = listing()
    with openalex(server) as source:
        source.signals([paper(TIDES, JOURNAL), paper(PaperId("arxiv:math/0306266")), paper(JOURNAL)], now=NOW)
    (request,) = server.asked
    assert (request.method, request.url.path) == ("GET", "/works")
    assert dict(request.url.params) == {
        "filter": "doi:10.48550/arxiv.2409.00001|10.48550/arxiv.math/0306266|10.1000/tides",
        "per-page": "100",
        "select": "id,doi,cited_by_count,authorships,topics",
    }


def test_the_key_and_the_operator_s_address_are_sent_where_there_are_any() -> None:
    server = listing()
    with openalex(server, api_key="opensesame", mail_to="operator@example.org") as source:
        source.signals([paper()], now=NOW)
        source.author_signals([MARIN], now=NOW)
    for request in server.asked:
        assert request.url.params["api_key"] == "opensesame"
        assert request.url.params["mailto"] == "operator@example.org"


@pytest.mark.parametrize("name", ["title:0123456789abcdef", "doi:10.1000/a|b", "doi:10.1000/a,b"])
def test_what_a_filter_cannot_hold_is_not_asked_for(name: str) -> None:
    server = listing()
    assert told(server, paper(PaperId(name))) == Enrichment(unknown=frozenset({PaperId(name)}))
    assert server.asked == []


# ------------------------------------------------------------ works


def test_a_work_s_citations_institutions_and_topics_become_signals() -> None:
    enrichment = told(
        listing(
            work(
                cited_by_count=12,
                authorships=[
                    authorship("Ana Marin", "Harbour  University", "Tide Institute"),
                    authorship("Bo Li", "Harbour University", None),
                ],
                topics=[{"display_name": "Coastal processes", "score": 0.99}, {"display_name": "Tides"}, None],
                abstract_inverted_index={"The": [0]},
            )
        )
    )
    assert values(enrichment.signals) == {
        (TIDES, CITATIONS): 12,
        (TIDES, INSTITUTIONS): ("Harbour University", "Tide Institute"),
        (TIDES, TOPICS): ("Coastal processes", "Tides"),
    }
    assert {(signal.source, signal.observed_at) for signal in enrichment.signals} == {("openalex", NOW)}


@pytest.mark.parametrize(
    ("written", "orcid"),
    [
        ("https://openalex.org/A5023888391", "https://orcid.org/0000-0002-1825-009X"),
        ("A5023888391", "0000-0002-1825-009x"),
    ],
)
def test_authors_have_the_same_keys_whether_or_not_they_are_written_as_addresses(written: str, orcid: str) -> None:
    enrichment = told(listing(work(authorships=[authorship("Ana Marin", "Harbour", id=written, orcid=orcid)])))
    keys = (MARIN, AuthorKey("orcid:0000-0002-1825-009X"))
    assert enrichment.bylines == {TIDES: (Byline(name="Ana Marin", affiliations=("Harbour",), keys=keys),)}


@pytest.mark.parametrize("odd", [None, "", "https://openalex.org/W1", "https://openalex.org/A", "A٣", 5, ["A1"]])
def test_an_author_without_a_usable_id_is_a_name(odd: object) -> None:
    enrichment = told(listing(work(authorships=[authorship("Bo Li", id=odd, orcid=odd)])))
    assert enrichment.bylines == {TIDES: (Byline(name="Bo Li"),)}


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("C.W.  Reiss", "C.W. Reiss"),
        ("Lála, Jakub", "Jakub Lála"),
        ("García Márquez, Gabriel José", "Gabriel José García Márquez"),
        ("Ana Marin, Jr.", "Ana Marin Jr."),
        ("", "Ana Marin"),
        (None, "Ana Marin"),
    ],
)
def test_an_author_stands_as_the_paper_prints_the_name(raw: object, name: str) -> None:
    printed = authorship("Ana Marin") | {"raw_author_name": raw}
    (byline,) = told(listing(work(authorships=[printed]))).bylines[TIDES]
    assert byline.name == name


@pytest.mark.parametrize(
    "authorships",
    [None, {}, [], [authorship("Ana Marin"), authorship(None)], [authorship(f"Author {n}") for n in range(100)]],
    ids=["null", "no list", "empty", "one without a name", "as many as are ever told"],
)
def test_bylines_are_told_of_all_authors_or_none(authorships: object) -> None:
    assert told(listing(work(authorships=authorships))).bylines == {}


def test_works_are_matched_by_doi_wherever_they_stand() -> None:
    enrichment = told(
        listing(
            work("10.1000/TIDES", cited_by_count=3),
            work("https://doi.org/10.1000/somebody-else-s", cited_by_count=9),
            work("https://doi.org/10.48550/arxiv.2409.00001", cited_by_count=1),
            work("https://doi.org/10.48550/arxiv.2409.00001", cited_by_count=2),
            work(None, cited_by_count=4),
        ),
        paper(TIDES),
        paper(HARBOURS),
        paper(JOURNAL),
    )
    assert values(enrichment.signals) == {(TIDES, CITATIONS): 1, (JOURNAL, CITATIONS): 3}
    assert enrichment.unknown == {HARBOURS}


# ------------------------------------------------------------ authors


def test_authors_are_asked_for_together_and_their_figures_become_signals() -> None:
    server = listing(
        {
            "id": "https://openalex.org/A5023888391",
            "summary_stats": {"h_index": 23, "2yr_mean_citedness": 1.5},
            "works_count": "60",
            "cited_by_count": 12415,
        },
        {"id": "A5040025832", "summary_stats": None, "works_count": 2, "cited_by_count": -1},
        {"id": None, "works_count": 3},
    )
    with openalex(server) as source:
        signals = source.author_signals([MARIN, LI, AuthorKey("orcid:0000-0002-1825-0097"), MARIN], now=NOW)
    assert server.asked[0].url.path == "/authors"
    assert server.asked[0].url.params["filter"] == "openalex:A5023888391|A5040025832"
    assert values(signals) == {
        (MARIN, H_INDEX): 23,
        (MARIN, PAPER_COUNT): 60,
        (MARIN, CITATIONS): 12415,
        (LI, PAPER_COUNT): 2,
    }


def test_nobody_is_asked_about_authors_that_openalex_does_not_name() -> None:
    server = listing()
    strangers = ["s2:1741101", "arxiv:marin_a_1", "openalex:A1|A2", "openalex:W1", "openalex:", "A1"]
    with openalex(server) as source:
        assert source.author_signals([AuthorKey(key) for key in strangers], now=NOW) == ()
    assert server.asked == []


# ------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the answer is empty"),
        (b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>", "answered with a page"),
        (b'{"results": [{"id"', "damaged or cut short"),
        (b'{"error": "Invalid filter", "message": "Unknown filter field: x"}', "answered: Unknown filter field: x"),
        (b'{"results": {}}', "answered: no list of results"),
        (b"[]", "answered: no list of results"),
    ],
)
def test_what_is_no_list_of_results_is_a_fault_that_says_so(body: bytes, problem: str) -> None:
    with pytest.raises(SourceError) as fault:
        told(giving(body))
    assert fault.value.source == "openalex"
    assert problem in fault.value.problem


def test_it_rests_when_told_to_and_keeps_the_key_to_itself() -> None:
    with openalex(giving(b"{}", status=429), api_key="opensesame") as source, pytest.raises(SourceResting) as rest:
        source.signals([paper()], now=NOW)
    assert rest.value.until == NOW + timedelta(minutes=10)
    assert "opensesame" not in str(rest.value)


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()))
_NAMES = st.sampled_from(
    ["id", "cited_by_count", "authorships", "author", "institutions", "display_name", "orcid", "topics", "works_count"]
)
_ANYTHING = st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(_NAMES, inner), max_leaves=20)
_WORKS = st.lists(
    st.builds(lambda told: work() | told, st.dictionaries(_NAMES, _ANYTHING))
    | st.builds(lambda told: {"id": "A5023888391"} | told, st.dictionaries(_NAMES, _ANYTHING)),
    max_size=4,
)


@unhurried
@given(st.binary() | (_ANYTHING | _WORKS).map(lambda found: json.dumps({"results": found}).encode()))
def test_any_bytes_give_clean_values_or_one_fault(body: bytes) -> None:
    try:
        with openalex(giving(body)) as source:
            enrichment = source.signals([paper(TIDES), paper(HARBOURS)], now=NOW)
        with openalex(giving(body)) as source:
            signals = source.author_signals([MARIN], now=NOW)
    except SourceError:
        return
    assert enrichment.unknown <= {TIDES, HARBOURS}
    for signal in (*enrichment.signals, *signals):
        json.dumps(signal.value, allow_nan=False)
        str(signal.value).encode()  # no half of a surrogate pair
        for words in signal.value if isinstance(signal.value, tuple) else ():
            assert words == " ".join(words.split()) != ""
