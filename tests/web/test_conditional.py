"""Answers that the asker may have already."""

import gzip
from datetime import UTC, datetime

import pytest
from starlette.requests import Request

from digest.web.conditional import answer, written

CHANGED = datetime(2026, 3, 2, 7, 30, 0, 5, tzinfo=UTC)
PAGE = written(b"a page" * 100, "text/html; charset=utf-8", changed=CHANGED)


def asked(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


def test_a_page_comes_whole_with_its_tag_and_date() -> None:
    found = answer(asked(), PAGE, cache="public, max-age=60")

    assert (found.status_code, found.body) == (200, PAGE.content)
    assert found.headers["etag"] == f'"{PAGE.tag}"'
    assert found.headers["last-modified"] == "Mon, 02 Mar 2026 07:30:00 GMT"
    assert found.headers["cache-control"] == "public, max-age=60"
    assert "content-encoding" not in found.headers


def test_it_comes_packed_for_who_takes_that() -> None:
    found = answer(asked(accept_encoding="br, gzip;q=0.5"), PAGE, cache="public")

    assert (found.headers["content-encoding"], found.body) == ("gzip", PAGE.packed)
    assert found.headers["etag"] == f'"{PAGE.tag}-gzip"'


@pytest.mark.parametrize("tags", [f'"{PAGE.tag}"', f'"other", W/"{PAGE.tag}"', "*"])
def test_who_has_it_gets_nothing_again(tags: str) -> None:
    found = answer(asked(if_none_match=tags), PAGE, cache="public")

    assert (found.status_code, found.body) == (304, b"")
    assert "content-type" not in found.headers


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Mon, 02 Mar 2026 07:30:00 GMT", 304),
        ("Mon, 02 Mar 2026 07:29:59 GMT", 200),
        ("yesterday", 200),
        ("Mon, 99 Mar 2026 07:30:00 GMT", 200),
        ("Mon, 02 Mar 2026 07:30:00 -0000", 304),
    ],
)
def test_a_date_counts_where_no_tag_is_sent(since: str, status: int) -> None:
    assert answer(asked(if_modified_since=since), PAGE, cache="public").status_code == status
    assert answer(asked(if_modified_since=since, if_none_match='"x"'), PAGE, cache="public").status_code == 200


def test_without_a_date_only_the_tag_tells() -> None:
    undated = written(b"a page", "text/html")
    since = "Mon, 02 Mar 2126 07:30:00 GMT"

    assert answer(asked(if_modified_since=since), undated, cache="public").status_code == 200
    assert "last-modified" not in answer(asked(), undated, cache="public").headers


@pytest.mark.parametrize("header", ["gzip;q=0", "identity", "", "gzip;q=no", "br"])
def test_who_takes_no_gzip_gets_none(header: str) -> None:
    assert "content-encoding" not in answer(asked(accept_encoding=header), PAGE, cache="public").headers


def test_what_is_asked_for_once_is_packed_for_those_alone_who_take_it_so() -> None:
    made = written(b"x" * 5000, "text/plain", packs=False)
    assert "packed" not in vars(made)
    assert gzip.decompress(made.packed) == made.content
    assert "packed" in vars(written(b"x", "text/plain"))
