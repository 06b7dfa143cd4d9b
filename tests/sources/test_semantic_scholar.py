"""Asking Semantic Scholar about papers, and taking nothing for known that it does not clearly say."""

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
from digest.signals import AFFILIATIONS, CITATIONS, H_INDEX, PAPER_COUNT, SUMMARY, Signal
from digest.sources.client import Pace, PoliteClient
from digest.sources.enriching import Enricher, Enrichment
from digest.sources.semantic_scholar import INFLUENTIAL, SemanticScholar
from digest.sources.settings import SemanticScholarSettings
from tests.sources.conftest import COOLDOWN, NOW, unhurried

TIDES, HARBOURS, JOURNAL = PaperId("arxiv:2409.00001"), PaperId("arxiv:2409.00002"), PaperId("doi:10.1000/tides")
WELL_KNOWN = {"externalIds": {"ArXiv": "1706.03762"}, "citationCount": 100_000}


def paper(name: PaperId = TIDES, *also: PaperId, doi: str = "") -> Paper:
    return Paper(id=name, also=also, title="A title", doi=doi)


def entry(arxiv: str | None = None, doi: str | None = None, **told: object) -> dict[str, Any]:
    names = {"ArXiv": arxiv, "DOI": doi, "CorpusId": 470667}
    return {"paperId": "c31c", "externalIds": {name: value for name, value in names.items() if value}, **told}


def author(number: str | None = "1741101", name: str = "Ana Marin", **told: object) -> dict[str, Any]:
    return {"authorId": number, "name": name, **told}


@dataclass
class Server:
    """A Semantic Scholar that knows some ids; or one that gives a scripted answer."""

    known: dict[str, Any] = field(default_factory=dict)
    scripted: httpx.Response | None = None
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.scripted is not None:
            return self.scripted
        ids = json.loads(request.content)["ids"]
        found = [(self.known | {"ARXIV:1706.03762": WELL_KNOWN}).get(name) for name in ids]
        if not any(found):
            return answer({"error": "No valid paper ids given"}, status=400)
        return answer(found)


def answer(value: object, *, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(json.dumps(value).encode()), headers=headers)


@contextmanager
def scholar(server: Server) -> Iterator[SemanticScholar]:
    client = PoliteClient(
        "semantic-scholar",
        user_agent="test",
        pace=Pace(0.0),
        cooldown=COOLDOWN,
        headers={"x-api-key": "opensesame"},
        transport=httpx.MockTransport(server),
    )
    yield SemanticScholar(SemanticScholarSettings(api_key="opensesame", url="https://s2.example/"), client)
    client.close()


def told(*papers: Paper, **known: object) -> Enrichment:
    """What becomes of papers when Semantic Scholar knows these ids (`ARXIV_2409_00001` is "ARXIV:2409.00001")."""
    ids = {name.replace("_", ":", 1).replace("_", "."): value for name, value in known.items()}
    with scholar(Server(ids)) as source:
        return source.signals(papers, now=NOW)


def answered(*papers: Paper, value: object) -> Enrichment:
    """What becomes of papers when Semantic Scholar answers just this."""
    with scholar(Server(scripted=answer(value))) as source:
        return source.signals(papers, now=NOW)


def values(enrichment: Enrichment, subject: str) -> dict[str, object]:
    return {signal.name: signal.value for signal in enrichment.signals if signal.subject == subject}


# ------------------------------------------------------------ asking


def test_it_is_an_enricher() -> None:
    with scholar(Server()) as source:
        enricher: Enricher = source
        assert (enricher.name, enricher.gate) == ("semantic-scholar", "semantic-scholar")


def test_papers_are_asked_for_by_arxiv_id_or_doi_in_one_request_with_the_key() -> None:
    server = Server()
    with scholar(server) as source:
        source.signals([paper(TIDES), paper(JOURNAL)], now=NOW)
    (request,) = server.asked
    assert (request.method, request.url.host, request.url.path) == ("POST", "s2.example", "/graph/v1/paper/batch")
    assert request.headers["x-api-key"] == "opensesame"
    assert json.loads(request.content)["ids"][:2] == ["ARXIV:2409.00001", "DOI:10.1000/tides"]
    assert {"citationCount", "tldr", "authors.hIndex"} <= set(request.url.params["fields"].split(","))


def test_a_full_batch_stays_within_what_is_allowed() -> None:
    server = Server()
    with scholar(server) as source:
        source.signals([paper(PaperId(f"arxiv:2409.{n:05d}")) for n in range(source.batch_size)], now=NOW)
    assert len(json.loads(server.asked[0].content)["ids"]) == 500


def test_a_paper_that_has_neither_name_is_not_asked_for() -> None:
    server = Server()
    nameless = PaperId("title:0123456789abcdef")
    with scholar(server) as source:
        assert source.signals([paper(nameless)], now=NOW) == Enrichment(unknown=frozenset({nameless}))
        assert source.signals([], now=NOW) == Enrichment()
    assert server.asked == []


def test_a_paper_is_asked_for_by_whatever_name_it_also_has() -> None:
    server = Server()
    with scholar(server) as source:
        source.signals([paper(PaperId("title:0123456789abcdef"), doi="https://doi.org/10.1000/Tides")], now=NOW)
    assert json.loads(server.asked[0].content)["ids"][0] == "DOI:10.1000/tides"


def test_on_the_morning_when_nothing_is_known_yet_all_are_unknown_and_it_is_no_fault() -> None:
    assert told(paper(TIDES), paper(HARBOURS)) == Enrichment(unknown=frozenset({TIDES, HARBOURS}))


# ------------------------------------------------------------ what is told


def test_a_paper_s_figures_and_summary_become_signals() -> None:
    known = entry("2409.00001", citationCount=12, influentialCitationCount=3, tldr={"text": " Tides\nturn. "})
    enrichment = told(paper(TIDES), ARXIV_2409_00001=known)
    assert values(enrichment, TIDES) == {CITATIONS: 12, INFLUENTIAL: 3, SUMMARY: "Tides turn."}
    assert enrichment.signals[0] == Signal(
        subject=TIDES, name=CITATIONS, value=12, source="semantic-scholar", observed_at=NOW
    )
    assert enrichment.unknown == frozenset()


def test_no_citation_yet_is_something_known() -> None:
    known = entry("2409.00001", citationCount=0, influentialCitationCount=0, tldr=None)
    assert values(told(paper(TIDES), ARXIV_2409_00001=known), TIDES) == {CITATIONS: 0, INFLUENTIAL: 0}


@pytest.mark.parametrize("odd", [None, -1, True, "many", "", float("nan"), float("inf"), 1.5, 10**400, [3], {"n": 3}])
def test_a_figure_that_is_no_count_is_not_told(odd: object) -> None:
    body = json.dumps([entry("2409.00001", citationCount=odd), WELL_KNOWN])  # JSON as Python writes it has NaN, too
    with scholar(Server(scripted=httpx.Response(200, stream=httpx.ByteStream(body.encode())))) as source:
        enrichment = source.signals([paper(TIDES)], now=NOW)
    assert enrichment == Enrichment()


@pytest.mark.parametrize("written", ["12", " 12 ", 12.0])
def test_a_count_may_be_written_otherwise(written: object) -> None:
    known = entry("2409.00001", citationCount=written)
    assert values(told(paper(TIDES), ARXIV_2409_00001=known), TIDES) == {CITATIONS: 12}


def test_authors_become_bylines_with_their_keys_and_signals_of_their_own() -> None:
    known = entry(
        "2409.00001",
        authors=[
            author(
                hIndex=23,
                citationCount="12415",
                paperCount=60,
                affiliations=["Harbour  University", "", None, "Harbour University"],
                externalIds={"DBLP": ["Ana Marin"], "ORCID": "0000-0002-1825-0097"},
            ),
            author(None, "李 博\u202e", affiliations=None, externalIds=None, hIndex=7),
        ],
    )
    enrichment = told(paper(TIDES), ARXIV_2409_00001=known)
    assert enrichment.bylines == {
        TIDES: (
            Byline(
                name="Ana Marin",
                affiliations=("Harbour University",),
                keys=(AuthorKey("s2:1741101"), AuthorKey("orcid:0000-0002-1825-0097")),
            ),
            Byline(name="李 博"),
        )
    }
    assert values(enrichment, "s2:1741101") == {
        H_INDEX: 23,
        CITATIONS: 12415,
        PAPER_COUNT: 60,
        AFFILIATIONS: ("Harbour University",),
    }
    assert {signal.subject for signal in enrichment.signals} == {"s2:1741101"}


def test_an_author_of_two_papers_is_told_of_once() -> None:
    both = [author(hIndex=23)]
    enrichment = told(
        paper(TIDES),
        paper(HARBOURS),
        ARXIV_2409_00001=entry("2409.00001", authors=both),
        ARXIV_2409_00002=entry("2409.00002", authors=both),
    )
    assert [signal.subject for signal in enrichment.signals] == ["s2:1741101"]


@pytest.mark.parametrize(
    "authors",
    [
        None,
        [],
        {},
        [author(), author("2", "")],
        [author(), None],
        [author(str(n), f"Author {n}") for n in range(500)],
    ],
    ids=["null", "empty", "no list", "one without a name", "one that is null", "as many as are ever told"],
)
def test_bylines_are_told_of_all_authors_or_none(authors: object) -> None:
    assert told(paper(TIDES), ARXIV_2409_00001=entry("2409.00001", authors=authors)).bylines == {}


def test_the_journal_s_doi_is_another_name_and_arxiv_s_own_doi_is_none() -> None:
    journal = told(paper(TIDES), ARXIV_2409_00001=entry("2409.00001", "10.1000/TIDES"))
    assert journal.also == {TIDES: (JOURNAL,)}

    assert told(paper(TIDES), ARXIV_2409_00001=entry("2409.00001", "10.48550/arXiv.2409.00001")).also == {}
    assert told(paper(TIDES, JOURNAL), ARXIV_2409_00001=entry("2409.00001", "10.1000/tides")).also == {}


def test_a_journal_s_paper_learns_its_arxiv_id() -> None:
    enrichment = answered(paper(JOURNAL), value=[entry("2409.00001", "10.1000/tides"), WELL_KNOWN])
    assert enrichment.also == {JOURNAL: (TIDES,)}


# ------------------------------------------------------------ whose answer it is


def test_an_answer_is_given_to_the_paper_it_names_wherever_it_stands() -> None:
    enrichment = answered(
        paper(TIDES),
        paper(HARBOURS),
        value=[entry("2409.00002", citationCount=2), entry("2409.00001", citationCount=1), WELL_KNOWN],
    )
    assert values(enrichment, TIDES) == {CITATIONS: 1}
    assert values(enrichment, HARBOURS) == {CITATIONS: 2}


def test_an_answer_that_names_another_work_is_given_to_nobody() -> None:
    enrichment = answered(paper(TIDES), value=[entry("2409.09999", citationCount=5), WELL_KNOWN])
    assert enrichment == Enrichment(unknown=frozenset({TIDES}))


@pytest.mark.parametrize("names", [{}, None, {"CorpusId": 470667}, {"DOI": "10.1000/tides"}, {"ArXiv": "no id"}])
def test_an_answer_that_does_not_say_otherwise_belongs_to_the_paper_in_its_place(names: object) -> None:
    enrichment = answered(paper(TIDES), value=[{"externalIds": names, "citationCount": 4}, WELL_KNOWN])
    assert values(enrichment, TIDES) == {CITATIONS: 4}


def test_an_answer_in_the_place_of_one_paper_that_names_the_other_is_the_other_s() -> None:
    enrichment = answered(
        paper(TIDES), paper(JOURNAL), value=[entry(doi="10.1000/tides", citationCount=9), None, WELL_KNOWN]
    )
    assert values(enrichment, JOURNAL) == {CITATIONS: 9}
    assert enrichment.unknown == {TIDES}


def test_a_list_of_another_length_has_no_places_and_only_names_count() -> None:
    short = [entry("2409.00002", citationCount=2), WELL_KNOWN]
    enrichment = answered(paper(TIDES), paper(HARBOURS), value=short)
    assert values(enrichment, HARBOURS) == {CITATIONS: 2}
    assert enrichment.unknown == {TIDES}

    assert answered(paper(TIDES), paper(HARBOURS), value=[{"citationCount": 2}, WELL_KNOWN]).signals == ()


def test_unknown_papers_are_null_among_the_others() -> None:
    enrichment = told(paper(TIDES), paper(HARBOURS), ARXIV_2409_00002=entry("2409.00002", citationCount=2))
    assert enrichment.unknown == {TIDES}
    assert values(enrichment, HARBOURS) == {CITATIONS: 2}


# ------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the answer is empty"),
        (b"<html><body>Bad gateway</body></html>", "answered with a page"),
        (b'[{"citationCount": 1', "damaged or cut short"),
        (b"[" * 100_000, "nested without end"),
        (b'{"error": "Unrecognized or unsupported fields: [x]"}', "answered: Unrecognized or unsupported fields: [x]"),
        (b'{"message": "Forbidden"}', "answered: Forbidden"),
        (b"12", "answered: no list of papers"),
    ],
)
def test_what_is_no_list_is_a_fault_that_says_so(body: bytes, problem: str) -> None:
    with (
        scholar(Server(scripted=httpx.Response(200, stream=httpx.ByteStream(body)))) as source,
        pytest.raises(SourceError) as fault,
    ):
        source.signals([paper(TIDES)], now=NOW)
    assert fault.value.source == "semantic-scholar"
    assert problem in fault.value.problem


def test_it_rests_when_told_to() -> None:
    with (
        scholar(Server(scripted=answer({"message": "Too Many Requests"}, status=429))) as source,
        pytest.raises(SourceResting) as rest,
    ):
        source.signals([paper(TIDES)], now=NOW)
    assert rest.value.until == NOW + timedelta(minutes=10)
    assert "opensesame" not in str(rest.value)


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()))
_NAMES = st.sampled_from(
    ["externalIds", "ArXiv", "DOI", "citationCount", "tldr", "text", "authors", "authorId", "name", "hIndex", "ORCID"]
)
_ANYTHING = st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(_NAMES, inner), max_leaves=20)
_ENTRIES = st.lists(st.none() | st.dictionaries(_NAMES, _ANYTHING), min_size=2, max_size=4)


@unhurried
@given(st.binary() | (_ANYTHING | _ENTRIES).map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_clean_values_or_one_fault(body: bytes) -> None:
    try:
        with scholar(Server(scripted=httpx.Response(200, stream=httpx.ByteStream(body)))) as source:
            enrichment = source.signals([paper(TIDES), paper(HARBOURS)], now=NOW)
    except SourceError:
        return
    assert enrichment.unknown <= {TIDES, HARBOURS}
    for signal in enrichment.signals:
        if not isinstance(signal.value, float | tuple):
            assert signal.value == " ".join(signal.value.split()) != ""
        json.dumps(signal.value, allow_nan=False).encode()
        str(signal.value).encode()  # no half of a surrogate pair
