"""What the feeds of public views are called, and where they are."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from starlette.requests import Request

from digest.web.public_feeds import feed_answer, feed_path, feed_uri
from tests.web.builders import Door


@pytest.mark.parametrize(
    ("page", "feed"), [("/", "/feed.atom"), ("/week", "/week.atom"), ("/author/12", "/author/12.atom")]
)
def test_the_feed_of_a_page_is_beside_it(page: str, feed: str) -> None:
    assert feed_path(page, "atom") == feed


def test_the_id_of_a_feed_is_for_ever_and_of_its_own(door: Door) -> None:
    first = feed_uri(door.store, "/week")

    assert UUID(first).version == 5
    assert feed_uri(door.store, "/week") == first
    assert feed_uri(door.store, "/month") != first


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("atom", "application/xml; charset=utf-8"),
        ("rss", "application/xml; charset=utf-8"),
        ("json", "application/feed+json"),
    ],
)
def test_a_feed_is_answered_to_everybody(form: str, kind: str) -> None:
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": []})

    found = feed_answer(request, b"a feed", datetime(2026, 3, 2, tzinfo=UTC), form)

    assert (found.status_code, found.body, found.headers["content-type"]) == (200, b"a feed", kind)
    assert found.headers["last-modified"] == "Mon, 02 Mar 2026 00:00:00 GMT"
    assert found.headers["cache-control"] == "public, max-age=900"
