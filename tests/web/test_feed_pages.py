"""A reader's own feed, as feed readers ask for it: again and again, and mostly for nothing new."""

import json
import logging
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import quote

import feedparser
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from digest import membership
from digest.membership import feeds
from digest.rendering.settings import SiteSettings
from digest.subscribers import SubscriberState
from digest.web import server
from tests.fakes import MONDAY, paper
from tests.rendering.pages import Page
from tests.web.builders import NOW, READER, Door, our_log
from tests.web.test_server import _port

FORMS = ("atom", "rss", "json")
every_form = pytest.mark.parametrize("form", FORMS)
AS_IT_IS = {"Accept-Encoding": "identity"}


def made(door: Door) -> str:
    """The path of a new feed, without its form."""
    return f"/feed/{feeds.make(door.store, membership.find(door.store, READER), now=NOW)}"


def get(door: Door, path: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return door.ask("GET", path, headers=AS_IT_IS | named)


# ------------------------------------------------------------ what a feed reader gets


@every_form
def test_the_feed_has_what_was_sent_and_leads_to_the_votes(door: Door, form: str) -> None:
    door.site = SiteSettings(url="http://digest.example", sender="digest@example.org")
    door.edition()
    path = made(door)
    answer = get(door, f"{path}.{form}")
    assert answer.status_code == 200
    found = re.search(r"http://digest\.example(/e/1-[\w-]{22})/1/more", answer.text)
    assert found is not None
    edition = found[1]
    assert "/settings/" not in door.ask("GET", edition).text
    for title in ("Flat minima", "Sharp minima"):
        assert title in answer.text
    for place in (1, 2):
        assert f"http://digest.example{edition}/{place}/more" in answer.text
        assert door.ask("GET", f"{edition}/{place}/more").status_code == 200
    assert f"http://digest.example{path}.{form}" in answer.text


def test_feedparser_reads_atom_and_rss(door: Door) -> None:
    door.edition()
    path = made(door)
    for form in ("atom", "rss"):
        answer = get(door, f"{path}.{form}")
        read = feedparser.parse(answer.content, response_headers=dict(answer.headers))
        assert not read.bozo
        assert [entry.title for entry in read.entries] == ["Flat minima", "Sharp minima"]
        assert read.entries[0].id == "https://arxiv.org/abs/2603.00001"


def test_the_feed_is_known_by_the_id_that_the_database_has(door: Door) -> None:
    answers = [get(door, f"{made(door)}.atom") for _ in range(2)]
    ids = {etree.fromstring(answer.content).findtext("{http://www.w3.org/2005/Atom}id") for answer in answers}
    assert ids == {membership.find(door.store, READER).feed_uri}


def test_a_new_host_and_a_new_address_change_no_entry(door: Door) -> None:
    door.edition()
    before = json.loads(get(door, f"{made(door)}.json").content)
    door.site = SiteSettings(url="https://elsewhere.example", sender="digest@example.org")
    after = json.loads(get(door, f"{made(door)}.json").content)
    for name in ("id", "url", "date_modified", "date_published", "title"):
        assert [item[name] for item in before["items"]] == [item[name] for item in after["items"]]


@every_form
def test_a_feed_is_private_and_tells_nobody_where_it_is(door: Door, form: str) -> None:
    answer = get(door, f"{made(door)}.{form}")
    assert answer.headers["cache-control"] == "private, max-age=900"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "no-referrer"
    wanted = "application/feed+json" if form == "json" else "application/xml; charset=utf-8"
    assert answer.headers["content-type"] == wanted


@every_form
def test_titles_with_markup_are_text(door: Door, form: str) -> None:
    door.edition(paper("<script>alert(1)</script>]]>", number=1, abstract="<img src=x onerror=alert(1)>"))
    answer = get(door, f"{made(door)}.{form}")
    if form == "json":
        content = json.loads(answer.content)["items"][0]["content_html"]
        assert not Page(f"<body>{content}</body>").all("script", "img")
    else:
        tags = {etree.QName(each).localname for each in etree.fromstring(answer.content).iter("{*}*")}
        assert not tags & {"script", "img"}
        assert feedparser.parse(answer.content).entries[0].title == "<script>alert(1)</script>]]>"


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_browser_finds_the_stylesheet_that_the_feed_names(door: Door, form: str) -> None:
    door.site = SiteSettings(url="https://example.org/digest/", sender="digest@example.org")
    named = re.search(rb'<\?xml-stylesheet type="text/css" href="(.*?)"\?>', get(door, f"{made(door)}.{form}").content)
    assert named is not None
    assert named[1] == b"/digest/static/feed.css"
    style = get(door, "/static/feed.css")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert style.headers["cache-control"] == "public, max-age=3600"
    assert "url(" not in style.text


@pytest.mark.parametrize(("asked", "hint"), [("en", "This is a feed"), ("de-AT,de", "Dies ist ein Feed")])
def test_what_a_browser_says_of_a_feed_is_in_its_reader_s_language(door: Door, asked: str, hint: str) -> None:
    style = door.ask("GET", "/static/feed.css", headers={"Accept-Language": asked})
    assert f'--hint: "{hint}' in style.text
    assert style.headers["vary"] == "Accept-Language"


# ------------------------------------------------------------ asked again


@every_form
def test_who_has_it_already_is_told_so_in_few_bytes(door: Door, form: str) -> None:
    door.edition()
    path = f"{made(door)}.{form}"
    first = get(door, path)
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = get(door, path, If_None_Match=known)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "last-modified", "cache-control", "vary"):
            assert again.headers[name] == first.headers[name]
        assert "content-type" not in again.headers
    for other in ('"other"', tag.strip('"'), tag[:-2] + '"'):
        assert get(door, path, If_None_Match=other).status_code == 200


def test_the_tag_counts_and_the_date_only_where_there_is_none(door: Door) -> None:
    door.edition()
    path = f"{made(door)}.atom"
    told = get(door, path).headers["last-modified"]
    assert told == format_datetime(NOW, usegmt=True)
    before, after = (format_datetime(NOW + timedelta(seconds=n), usegmt=True) for n in (-1, 1))
    sent = {since: get(door, path, If_Modified_Since=since).status_code for since in (before, told, after, "x", "")}
    assert sent == {before: 200, told: 304, after: 304, "x": 200, "": 200}
    assert get(door, path, If_Modified_Since=after, If_None_Match='"other"').status_code == 200


def test_a_new_edition_makes_it_another_feed(door: Door) -> None:
    door.edition()
    path = f"{made(door)}.atom"
    tag = get(door, path).headers["etag"]
    door.edition(paper("New"), slot_date=MONDAY + timedelta(days=1))
    again = get(door, path, If_None_Match=tag)
    assert (again.status_code, "New" in again.text) == (200, True)


def test_what_changed_in_the_future_changed_now(door: Door) -> None:
    door.edition(paper("A", number=1))
    with sqlite3.connect(door.file) as database:
        database.execute("UPDATE edition SET created_at = '2999-01-01 00:00:00+00:00'")
    database.close()
    assert get(door, f"{made(door)}.atom").headers["last-modified"] == format_datetime(NOW, usegmt=True)


@every_form
def test_it_is_packed_for_who_takes_that_and_has_a_tag_of_its_own(door: Door, form: str) -> None:
    door.edition()
    path = f"{made(door)}.{form}"
    plain, packed = get(door, path), get(door, path, Accept_Encoding="br, gzip;q=0.5")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content  # httpx has unpacked it
    assert int(packed.headers["content-length"]) == packed.num_bytes_downloaded < len(plain.content)
    assert packed.headers["etag"] != plain.headers["etag"]
    again = get(door, path, Accept_Encoding="gzip", If_None_Match=packed.headers["etag"])
    assert (again.status_code, again.headers["etag"]) == (304, packed.headers["etag"])
    assert "content-encoding" not in again.headers


@pytest.mark.parametrize(
    ("header", "is_packed"),
    [
        ("gzip", True),
        ("GZIP ; Q=1.0", True),
        ("*", True),
        ("deflate, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("gzip;q=banana", False),
        ("notgzip", False),
        (",;,=;q=,", False),
    ],
)
def test_gzip_is_sent_to_who_says_so(door: Door, header: str, is_packed: bool) -> None:
    answer = get(door, f"{made(door)}.atom", Accept_Encoding=header)
    assert answer.status_code == 200
    assert ("content-encoding" in answer.headers) is is_packed


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(*[st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)] * 3)
def test_any_header_is_answered(door: Door, tag: str, since: str, coding: str) -> None:
    headers = {"If-None-Match": tag, "If-Modified-Since": since, "Accept-Encoding": coding.replace("gzip", "")}
    assert door.ask("GET", f"{made(door)}.json", headers=headers).status_code in (200, 304)


# ------------------------------------------------------------ who gets nothing


def test_wrong_old_and_stopped_addresses_are_told_apart_by_nothing(door: Door) -> None:
    old, stopped = made(door), made(door)
    feeds.stop(door.store, membership.find(door.store, READER), now=NOW)
    wrong = [
        "/feed/" + "a" * 32,
        "/feed/x",
        "/feed/.x",
        "/feed/x/saved",
        f"{old}/saved",
        f"{stopped}/1",
        "/feed/%00",
        "/feed/%ff%2f",
        f"/feed/{door.token}",
        old,
        stopped,
    ]
    answers = [get(door, f"{path}.{form}") for path in wrong for form in (*FORMS, "xml", "opml", "")]
    assert {(answer.status_code, answer.text, answer.headers["cache-control"]) for answer in answers} == {
        (404, answers[0].text, "no-store")
    }
    assert not any("etag" in answer.headers for answer in answers)


def test_another_form_or_method_is_refused(door: Door) -> None:
    path = made(door)
    for form in ("xml", "ATOM", "html", "atom.rss", "atom/"):
        assert get(door, f"{path}.{form}").status_code == 404
    assert get(door, path).status_code == 404
    for method in ("POST", "PUT", "DELETE"):
        assert door.ask(method, f"{path}.atom").status_code == 405


def test_a_pause_leaves_the_feed_and_leaving_ends_it(door: Door) -> None:
    door.edition()
    path = f"{made(door)}.atom"
    membership.pause(door.store, READER)
    assert door.state() is SubscriberState.PAUSED
    assert "Flat minima" in get(door, path).text
    membership.leave(door.store, READER)
    assert get(door, path).status_code == 404


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_path_is_answered(door: Door, rest: str) -> None:
    for path in (rest, f"{rest}.atom"):
        assert get(door, f"/feed/{quote(path, safe='')}").status_code == 404


# ------------------------------------------------------------ what is left behind


def test_reading_changes_nothing_and_no_log_tells_a_token(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.edition()
    link = door.settings
    with caplog.at_level(logging.DEBUG):
        door.site = SiteSettings(url="http://digest.example", sender="digest@example.org")
        made_here = door.ask("POST", f"{link}/make-feed", data={"a": "b"}).text
        token = made_here.partition("http://digest.example/feed/")[2][:32]
        before = door.kept()
        for form in (*FORMS, "xml"):
            for method in ("GET", "HEAD", "POST"):
                door.ask(method, f"/feed/{token}.{form}")
        assert door.kept() == before
        door.ask("POST", f"{link}/stop-feed", data={"a": "b"})
        get(door, f"/feed/{token}.atom")

    log = our_log(caplog)
    assert "made a feed address for subscriber=1" in log
    assert token not in log


def test_a_failure_tells_no_token_either(
    door: Door, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(door)

    def broken(*given: object, **named: object) -> None:
        raise RuntimeError("disk I/O error")

    monkeypatch.setattr("digest.rendering.feed.FeedRenderer.atom", broken)
    with caplog.at_level(logging.DEBUG):
        answer = get(door, f"{path}.atom")
    assert answer.status_code == 500
    assert "disk I/O error" in our_log(caplog)
    assert path.rpartition("/")[2] not in our_log(caplog) + answer.text


@contextmanager
def served(door: Door) -> Iterator[str]:
    """The address of a real server."""
    running = server(door.app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{_port(running)}"
    finally:
        running.should_exit = True
        thread.join(10)


def test_head_is_get_without_the_body_and_the_real_server_logs_no_token(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    door.edition()
    path = made(door)
    with caplog.at_level(logging.DEBUG), served(door) as site, httpx.Client(base_url=site) as client:
        for form in FORMS:
            for coding in ("identity", "gzip"):
                headers = {"Accept-Encoding": coding}
                whole, head = (client.request(method, f"{path}.{form}", headers=headers) for method in ("GET", "HEAD"))
                assert (head.status_code, head.content) == (200, b"")
                assert whole.content
                assert _without_date(head) == _without_date(whole)
            known = client.get(f"{path}.{form}", headers={"If-None-Match": whole.headers["etag"]})
            assert (known.status_code, known.content) == (304, b"")
    assert path.rpartition("/")[2] not in our_log(caplog)


def _without_date(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}
