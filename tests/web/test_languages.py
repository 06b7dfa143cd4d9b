"""The language of a public page."""

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from digest.rendering import catalogues
from digest.web.languages import language_of


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
