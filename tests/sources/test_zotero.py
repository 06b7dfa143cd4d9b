"""Zotero's web API: page by page, the key in a header and nowhere else."""

import json
from datetime import timedelta

import httpx
import pytest

from digest.errors import InvalidInput, SourceError, SourceResting
from digest.sources.client import Pace, PoliteClient
from digest.sources.zotero import Zotero, parts
from tests.store.builders import NOW

KEY = "P9NiFoyLeZu2bZNvvuQPDWsd"


def zotero(*answers: httpx.Response) -> tuple[Zotero, list[httpx.Request]]:
    """A library that gives these answers, and what it is asked."""
    asked: list[httpx.Request] = []
    script = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return next(script)

    client = PoliteClient(
        "zotero",
        user_agent="paperround/test",
        pace=Pace(0),
        cooldown=timedelta(minutes=1),
        headers={"Zotero-API-Key": KEY},
        transport=httpx.MockTransport(answer),
    )
    return Zotero("https://api.zotero.org/", client), asked


def page(items: int) -> httpx.Response:
    return httpx.Response(200, content=json.dumps([{"key": "AAAA2222"}] * items).encode())


def test_a_library_is_asked_for_page_by_page_until_one_is_not_full() -> None:
    source, asked = zotero(page(100), page(100), page(3))

    found = source.items("groups/678/collections/ABCD2345", now=NOW)

    assert [len(json.loads(each)) for each in found] == [100, 100, 3]
    assert [request.url.params["start"] for request in asked] == ["0", "100", "200"]
    assert {request.url.path for request in asked} == {"/groups/678/collections/ABCD2345/items/top"}
    assert {request.headers["Zotero-API-Key"] for request in asked} == {KEY}
    assert KEY not in str(asked[0].url)


def test_collections_are_those_of_the_whole_library() -> None:
    source, asked = zotero(page(0))
    source.collections("users/12345/collections/ABCD2345", now=NOW)
    assert asked[0].url.path == "/users/12345/collections"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (httpx.Response(200, content=b"{}"), "the answer is no list"),
        (httpx.Response(200, content=b"<html>"), "the answer is not JSON"),
        (httpx.Response(403), "answered HTTP 403 Forbidden"),
    ],
)
def test_another_answer_is_an_error_without_the_key(answer: httpx.Response, problem: str) -> None:
    source, _ = zotero(answer)
    with pytest.raises(SourceError) as failed:
        source.items("users/1", now=NOW)
    assert problem in str(failed.value)
    assert KEY not in str(failed.value)


def test_rest_that_zotero_asks_for_is_given() -> None:
    source, _ = zotero(httpx.Response(429, headers={"Retry-After": "120"}))
    with pytest.raises(SourceResting) as resting:
        source.items("users/1", now=NOW)
    assert resting.value.until == NOW + timedelta(seconds=120)


@pytest.mark.parametrize("library", ["", "users/me", "users/1/../2", "users/1?key=x", "groups/1/collections/short"])
def test_what_is_no_library_is_refused(library: str) -> None:
    with pytest.raises(InvalidInput, match="not a library of Zotero"):
        parts(library)
