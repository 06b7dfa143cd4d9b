"""The language of a public page."""

from urllib.parse import parse_qsl, quote, urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from starlette.requests import Request

from digest.rendering import catalogues
from digest.web.languages import language_of
from tests.web.builders import Door
from tests.web.test_author_pages import write


def language(query: str = "", header: str = "") -> str:
    raw = [(b"accept-language", header.encode("latin-1", "replace"))] if header else []
    return language_of(Request({"type": "http", "headers": raw, "query_string": query.encode("utf-8", "replace")}))


@pytest.mark.parametrize(
    ("query", "header", "spoken"),
    [
        ("", "", "en"),
        ("lang=de", "", "de"),
        ("lang=de-AT", "fr", "de"),
        ("lang=tlh", "fr", "fr"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "en;q=0.5, fr", "fr"),
        ("", "tlh, *", "en"),
        ("", "de;q=0, fr;q=0.1", "fr"),
        ("", "FR-ca", "fr"),
        ("", ";;q=,,", "en"),
    ],
)
def test_it_is_the_one_asked_for_or_the_one_preferred(query: str, header: str, spoken: str) -> None:
    assert language(query, header) == spoken


@settings(deadline=None)
@given(st.text(), st.text())
def test_whatever_is_asked_for_it_is_one_we_speak(asked: str, header: str) -> None:
    assert language(f"lang={quote(asked, errors='replace')}", header) in catalogues.languages()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?sort=newest&category=cs.LG",
        "/month",
        "/trends",
        "/search?q=a+%26+b&sort=newest",
        "/subscribe",
        "/paper/2603.00001",
        "/author/1-ada-ames",
        "/author/1-ada-ames?page=2",
        "/author?name=Nobody+%C3%84",
    ],
)
def test_every_public_page_leads_to_itself_in_the_others(door: Door, path: str) -> None:
    write(door.store, 63)
    shown = html.document_fromstring(door.ask("GET", path).text)
    links = {link.get("hreflang"): link.get("href") for link in shown.xpath("//a[@hreflang]")}

    assert tuple(links) == catalogues.languages()
    for tag, href in links.items():
        there = door.ask("GET", urljoin(path, href))
        spoken = html.document_fromstring(there.text)
        assert there.status_code == 200
        assert spoken.get("lang") == tag
        assert spoken.xpath("//a[@hreflang][@aria-current='true']/@hreflang") == [tag]
        assert parse_qsl(urlsplit(href).query) == [*parse_qsl(urlsplit(path).query), ("lang", tag)]
