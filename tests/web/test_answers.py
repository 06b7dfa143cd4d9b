"""What holds for every answer of the web door: bounds, health, failures, the log, and an operator's own pages."""

import gzip
import logging
import re
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from digest.errors import StoreError
from digest.rendering.settings import SiteSettings
from digest.store import Store
from digest.subscribers import SubscriberState
from tests.rendering.pages import Page, contrast
from tests.web.builders import Door, our_log

PAGES = ["/healthz", "/no/such/page", "/unsubscribe/wrong", "/static/style.css"]


# ------------------------------------------------------------ bounds


def test_every_answer_keeps_browsers_and_robots_in_bounds(door: Door) -> None:
    answers = [door.ask("GET", path) for path in [*PAGES, door.link]]
    answers += [door.ask("DELETE", "/healthz"), door.ask("POST", door.link, content=b"x" * 20_000)]
    answers += [
        door.ask("POST", door.link),
        door.ask("GET", door.edition()),
        door.ask("POST", f"{door.settings}/pause"),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex"
        is_style = answer.headers.get("content-type", "").startswith("text/css")
        assert answer.headers["cache-control"] == ("public, max-age=3600" if is_style else "no-store")


def test_a_page_needs_nothing_from_elsewhere_and_has_no_style_or_script_of_its_own(door: Door) -> None:
    for answer in (door.ask("GET", door.link), door.ask("POST", door.link), door.ask("GET", "/nowhere")):
        shown = Page(answer.text)
        assert not shown.all("script", "style", "img", "iframe")
        assert not any("style" in tag.attributes or "src" in tag.attributes for tag in shown.tags)
        assert [tag.attributes["href"] for tag in shown.all("link")] == ["/static/style.css"]
        led_to = {urlsplit(tag.attributes["href"])[:2] for tag in shown.all("a")}
        assert led_to <= {("", ""), ("mailto", "")}  # scheme and host


def test_a_page_has_landmarks_one_heading_and_says_its_language(door: Door) -> None:
    shown = Page(door.ask("GET", door.link).text)
    assert shown.all("html")[0].attributes["lang"] == "en"
    for name in ("header", "main", "footer", "h1", "title"):
        assert len(shown.all(name)) == 1


def test_the_stylesheet_is_small_and_every_text_stands_out(door: Door) -> None:
    style = door.ask("GET", "/static/style.css")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert len(gzip.compress(style.content)) <= 4096
    light, dark = (
        dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in style.text.split("prefers-color-scheme: dark")
    )
    for colours in (light, dark):
        assert len(colours) == 10
        text = colours.keys() - {"paper", "well", "edge", "rule"}  # fields have an edge, and hairlines only decorate
        for ground in ("paper", "well"):
            assert min(contrast(colours[name], colours[ground]) for name in text) >= 4.5
        assert contrast(colours["edge"], colours["paper"]) >= 3


def test_a_site_below_a_path_finds_its_stylesheet_there(door: Door) -> None:
    door.site = SiteSettings(url="https://example.org/digest/")
    assert 'href="/digest/static/style.css"' in door.ask("GET", door.link).text


def test_a_name_with_markup_in_it_is_shown_as_it_stands(door: Door) -> None:
    door.site = SiteSettings(name="<b>Ana's</b> & co")
    shown = Page(door.ask("GET", door.link).text)
    assert shown.all("h1")[0].text == "Leave <b>Ana's</b> & co?"
    assert not shown.all("b")


# ------------------------------------------------------------ health


def test_healthy_means_the_database_answers(door: Door) -> None:
    answer = door.ask("GET", "/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert door.ask("HEAD", "/healthz").status_code == 200


def test_a_database_that_is_gone_is_told_in_words(door: Door) -> None:
    door.store.close()
    door.file.unlink()
    answer = door.ask("GET", "/healthz")
    assert (answer.status_code, answer.text) == (503, "the database does not answer\n")


def test_a_database_that_keeps_one_waiting_is_not_waited_for(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.web.house._PATIENCE_SECONDS", 0.0)
    assert door.ask("GET", "/healthz").status_code == 503


# ------------------------------------------------------------ failures


def test_a_failure_is_told_by_a_handle_and_the_next_request_is_answered(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    link = door.link
    with monkeypatch.context() as broken:
        broken.setattr("digest.membership.leave_by_link", lambda *given, **named: 1 / 0)
        answer = door.ask("POST", link)

    assert answer.status_code == 500
    handle = Page(answer.text).all("main")[0].text.partition("logged as ")[2][:8]
    assert f"answer={handle} failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in answer.text
    assert answer.headers["x-robots-tag"] == "noindex"
    assert door.ask("POST", link).status_code == 200


def test_a_locked_database_asks_to_come_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(store: Store, number: int, **values: object) -> None:
        raise StoreError("sqlite:///secret/place.db: database is locked")

    monkeypatch.setattr("digest.membership.leave_by_link", locked)
    answer = door.ask("POST", door.link)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "place.db" not in answer.text
    assert "was not done" in answer.text
    assert door.state() is SubscriberState.ACTIVE


# ------------------------------------------------------------ an operator's own pages


def test_an_operator_replaces_a_page_and_the_style(door: Door, tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text(
        '{% extends "builtin:page.html.j2" %}{% block masthead %}<header>Robotics Lab</header>{% endblock %}'
    )
    (tmp_path / "style.css").write_text("body { color: black }")
    door.site = SiteSettings(templates=str(tmp_path))

    assert Page(door.ask("GET", door.link).text).all("header")[0].text == "Robotics Lab"
    assert door.ask("GET", "/static/style.css").text == "body { color: black }"


def test_a_broken_page_of_an_operators_keeps_nobody_from_leaving(
    door: Door, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("page.html.j2", "unsubscribe.html.j2", "goodbye.html.j2", "problem.html.j2"):
        (tmp_path / name).write_text("{{ nobody }}")
    door.site = SiteSettings(templates=str(tmp_path))

    assert "<button" in door.ask("GET", door.link).text
    assert "You are out." in door.ask("POST", door.link).text
    assert door.ask("GET", "/nowhere").status_code == 404
    assert door.state() is SubscriberState.LEFT
    assert "the built-in page is shown instead: template goodbye.html.j2, line 1" in caplog.text


# ------------------------------------------------------------ the log


def test_tokens_and_addresses_reach_no_log(
    door: Door, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, token = door.link, door.token
    with caplog.at_level(logging.DEBUG):
        for method in ("GET", "HEAD", "POST", "POST", "PUT"):
            door.ask(method, link)
        door.ask("POST", link + "x", content=b"x" * 20_000)
        monkeypatch.setattr("digest.membership.link_holder", _broken)
        door.ask("GET", link)

    log = our_log(caplog)
    assert "left subscriber=1 by link" in log
    assert "OperationalError" in log
    assert token.partition("-")[2] not in log
    assert "ana@" not in log


def test_no_token_of_an_edition_or_of_the_settings_reaches_a_log(
    door: Door, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition, settings = door.edition(), door.settings
    asked = [("POST", f"{edition}/1/save"), ("POST", f"{edition}/1/save/undo"), ("GET", f"{edition}/9/more")]
    asked += [("POST", f"{settings}/pause"), ("POST", f"{settings}/resume"), ("POST", f"{settings}/add-words")]
    with caplog.at_level(logging.DEBUG):
        for method, path in asked:
            door.ask(method, path)
        monkeypatch.setattr("digest.membership.personal.opened", _broken)
        monkeypatch.setattr("digest.membership.standing.settings_holder", _broken)
        assert [door.ask("GET", path).status_code for path in (edition, settings)] == [500, 500]

    log = our_log(caplog)
    assert "heard save of edition=1 paper=1" in log
    assert "paused subscriber=1 by link" in log
    assert not any(path.partition("-")[2] in log for path in (edition, settings))


def _broken(store: Store, token: str) -> httpx.Response:
    raise sqlite3.OperationalError("disk I/O error")
