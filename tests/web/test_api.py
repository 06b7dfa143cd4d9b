"""The JSON API: every public view as programs read it, and the document that says so."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from digest import browse
from digest.batches import Batch, BatchState
from digest.signals import UPVOTES, Signal
from digest.web.api import OPERATIONS
from tests.fakes import MONDAY, paper
from tests.store.builders import announce, announced
from tests.web.builders import NOW, Door

ANTS = paper(
    "Ants walk in circles", number=70001, abstract="These insects walk, as \\emph{ants} do.", authors=("Ada Ames",)
)
BEES = paper("Bees dance and sing", number=70002, abstract="Other insects that do not walk.", doi="10.1000/bees")


@pytest.fixture
def library(door: Door) -> Door:
    announce(door.store, announced(ANTS, day=MONDAY - timedelta(days=1)), announced(BEES))
    with door.store.begin() as tx:
        tx.signals.keep([Signal(subject=BEES.id, name=UPVOTES, value=7.0, source="huggingface", observed_at=NOW)])
        tx.batches.keep(
            [Batch(source="arxiv", stream="cs.LG", day=MONDAY, state=BatchState.COMPLETE, expected=1, closes_at=NOW)]
        )
    browse.index(door.store)
    return door


def told(door: Door, path: str) -> Any:
    answer = door.ask("GET", f"/api/v1{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


def ids(answer: Any) -> list[str]:
    return [each["id"] for each in answer["papers"]]


@pytest.mark.parametrize(
    ("path", "name", "found"),
    [
        (f"/days/{MONDAY}", "2026-03-02", ["2603.70002"]),
        ("/weeks/2026-W10", "2026-W10", ["2603.70002"]),
        ("/months/2026-03", "2026-03", ["2603.70002", "2603.70001"]),
        ("/months/2026-03?category=cs.LG&sort=newest&page=1", "2026-03", ["2603.70002", "2603.70001"]),
        ("/months/2026-03?category=math.OC", "2026-03", []),
    ],
)
def test_a_day_a_week_and_a_month(library: Door, path: str, name: str, found: list[str]) -> None:
    answer = told(library, path)
    assert (answer["name"], ids(answer), answer["count"]) == (name, found, len(found))


def test_a_paper_by_any_of_its_names(library: Door) -> None:
    for name in ("2603.70002", "arXiv:2603.70002v2", "doi:10.1000%2FBEES", "10.1000/bees"):
        answer = told(library, f"/papers/{name}")
        assert answer["paper"]["id"] == "2603.70002"
    assert answer["paper"]["announced"] == "2026-03-02"
    assert answer["paper"]["signals"] == [
        {"name": "upvotes", "value": 7.0, "source": "huggingface", "observed_at": NOW.isoformat()}
    ]
    assert [each["name"] for each in answer["writers"]] == ["Ada Ames", "Bo Berg"]


def test_papers_like_one(library: Door) -> None:
    (near,) = told(library, "/papers/2603.70001/similar?limit=5")["papers"]
    assert near["paper"]["id"] == "2603.70002"
    assert "insects" in near["shared"]


def test_a_search_takes_what_the_page_takes(library: Door) -> None:
    assert ids(told(library, "/search?q=insects&newest=true")) == ["2603.70002", "2603.70001"]
    assert ids(told(library, "/search?q=insects&author=Ames&until=2026-03-01")) == ["2603.70001"]
    assert told(library, "/search?q=https://arxiv.org/abs/2603.70001")["direct"] == "2603.70001"
    assert told(library, "/search?q=ants+bees&meaning=true")["by_meaning"] is True


def test_people_trends_and_the_ledger(library: Door) -> None:
    assert told(library, "/authors?name=Ada+Ames") == {"authors": []}
    assert told(library, "/trends")["last"] == "2026-03-02"
    (batch,) = told(library, "/batches")["batches"]
    assert (batch["stream"], batch["state"], batch["expected"]) == ("cs.LG", "complete", 1)
    assert told(library, "/batches?since=2026-01-01&until=2026-01-31") == {"batches": []}


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/days/2026-13-01", 404, "day: expected a day such as 2026-01-22"),
        ("/weeks/2026-W99", 404, "nothing is kept"),
        ("/months/2026", 404, "month: expected something such as 2026-01"),
        (f"/days/{MONDAY}?page=0", 400, "page: expected a whole number from 1 to"),
        (f"/days/{MONDAY}?page=9", 404, "nothing is kept"),
        (f"/days/{MONDAY}?sort=worst", 400, "sort: expected one of trending, newest"),
        (f"/days/{MONDAY}?pages=2", 400, "pages: not known here"),
        (f"/days/{MONDAY}?page=1&page=2", 400, "page: given twice"),
        (f"/days/{MONDAY}?category=cs%00LG", 400, "category: expected something such as cs.LG"),
        ("/papers/2603.99999", 404, "nothing is kept"),
        ("/papers/nothing", 404, "nothing is kept"),
        ("/papers/2603.99999/similar", 404, "nothing is kept"),
        ("/authors", 400, "name: is missing"),
        ("/authors/7", 404, "nothing is kept"),
        ("/authors/1e9", 404, "number: expected a whole number"),
        ("/search?code=yes", 400, "code: expected true or false"),
        ("/search?page=50", 404, "nothing is kept"),
        (f"/search?q={'x' * 1001}", 400, "q: expected at most 1000 characters"),
        ("/batches?since=2026-01-01&until=2026-03-01", 400, "at most 31 days"),
        ("/batches?until=0001-01-01&since=9999-12-31", 400, "at most 31 days"),
    ],
)
def test_what_cannot_be_answered_is_told_as_a_problem(library: Door, path: str, status: int, detail: str) -> None:
    answer = library.ask("GET", f"/api/v1{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert detail in problem["detail"]


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v2/days/2026-03-02"])
def test_an_address_that_is_nothing_is_a_problem_too(library: Door, path: str) -> None:
    answer = library.ask("GET", path)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_an_answer_that_has_not_changed_is_not_sent_again(library: Door) -> None:
    answer = library.ask("GET", "/api/v1/papers/2603.70001")
    again = library.ask("GET", "/api/v1/papers/2603.70001", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed(library: Door, method: str) -> None:
    before = library.kept()
    assert library.ask(method, "/api/v1/papers/2603.70001").status_code == 405
    assert library.kept() == before


def test_the_document_names_every_operation_and_every_field_of_its_answer(library: Door) -> None:
    document = library.ask("GET", "/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    assert {path.replace(":path", "") for path in (each.path for each in OPERATIONS)} == set(document["paths"])
    shape = document["components"]["schemas"]["PaperAnswer"]
    assert set(shape["properties"]) == set(told(library, "/papers/2603.70001")["paper"]) == set(shape["required"])
    assert shape["properties"]["announced"]["anyOf"] == [{"type": "string", "format": "date"}, {"type": "null"}]


def test_text_that_is_no_unicode_is_answered(library: Door) -> None:
    odd = replace(ANTS, id=paper(number=70003).id, title="Broken \ufffd", comment="\u2028")
    announce(library.store, announced(odd))
    assert json.loads(library.ask("GET", "/api/v1/papers/2603.70003").content)["paper"]["comment"] == "\u2028"
