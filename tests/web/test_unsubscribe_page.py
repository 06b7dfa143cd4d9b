"""The way out: GET shows a button, POST acts, and nobody else gets anywhere."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import membership, tokens
from digest.subscribers import SubscriberState
from tests.fakes import MONDAY, at
from tests.rendering.pages import Page
from tests.web.builders import NOW, ONE_CLICK, READER, Door

GOODBYE = "You are out. Nothing more will come. Start again any time."


def text(answer: httpx.Response) -> str:
    return Page(answer.text).all("main")[0].text


def test_the_page_has_a_button_that_posts_to_the_page_itself_and_a_softer_one(door: Door) -> None:
    answer = door.ask("GET", door.link)
    shown = Page(answer.text)

    assert answer.status_code == 200
    assert [tag.text for tag in shown.all("button")] == ["Leave", "Pause instead"]
    assert [tag.attributes for tag in shown.all("form")] == [
        {"method": "post"},
        {"method": "post", "action": f"{door.link}/pause"},
    ]
    assert [tag.text for tag in shown.all("h1")] == ["Leave Paperround?"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing_however_often(door: Door, method: str) -> None:
    link, before = door.link, door.kept()

    answers = [door.ask(method, link) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert door.kept() == before


def test_looking_makes_no_key_either(door: Door) -> None:
    before = door.kept()
    assert door.ask("GET", "/unsubscribe/1-AbCdEfGhIjKlMnOpQrStUv").status_code == 404
    assert door.kept() == before


@pytest.mark.parametrize(
    "body",
    [
        {"data": ONE_CLICK},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"data": {}},
        {"content": b"", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": b"\x00\xff" * 8000},
        {"content": b"--x\r\nContent-Disp", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"a", "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"a=%zz&&&=", "headers": {"Content-Type": "application/x-www-form-urlencoded; charset=klingon"}},
    ],
    ids=["urlencoded", "multipart", "the page's form", "empty", "binary", "cut", "no boundary", "odd charset"],
)
def test_one_post_is_enough_whatever_the_body(door: Door, body: dict[str, object]) -> None:
    answer = door.ask("POST", door.link, **body)

    assert answer.status_code == 200
    assert text(answer).startswith(GOODBYE)
    assert "set-cookie" not in answer.headers
    assert door.state() is SubscriberState.LEFT


def test_a_second_post_says_the_same_and_changes_nothing_more(door: Door) -> None:
    link = door.link
    first = door.ask("POST", link, data=ONE_CLICK)
    before = door.kept()
    second = door.ask("POST", link, data=ONE_CLICK)

    assert (second.status_code, second.text) == (200, first.text)
    assert door.kept() == before


def test_who_has_left_sees_that_and_no_button(door: Door) -> None:
    link = door.link
    door.ask("POST", link)
    answer = door.ask("GET", link)

    assert text(answer).startswith(GOODBYE)
    assert not Page(answer.text).all("button")


def test_an_old_link_works_after_a_return(door: Door) -> None:
    link = door.link
    door.ask("POST", link)
    membership.resume(door.store, READER, now=at(MONDAY, hour=9))

    assert door.state() is SubscriberState.ACTIVE
    assert door.ask("POST", link).status_code == 200
    assert door.state() is SubscriberState.LEFT


def test_the_paused_leave_and_the_suppressed_stay_suppressed(door: Door) -> None:
    link = door.link
    membership.pause(door.store, READER)
    door.ask("POST", link)
    assert door.state() is SubscriberState.LEFT
    with door.store.begin() as tx:
        tx.subscribers.change(door.reader_number, state=SubscriberState.SUPPRESSED)

    assert text(door.ask("POST", link)).startswith(GOODBYE)
    assert door.state() is SubscriberState.SUPPRESSED


def test_one_reader_leaves_and_the_other_stays(door: Door) -> None:
    membership.add(door.store, "bea@example.org", host="example.org", now=NOW)
    door.ask("POST", door.link)

    assert membership.find(door.store, "bea@example.org").state is SubscriberState.ACTIVE


# ------------------------------------------------------------ pausing


def test_pausing_is_one_press_and_leaves_everything_else_as_it_is(door: Door) -> None:
    answer = door.ask("POST", f"{door.link}/pause")

    assert (answer.status_code, text(answer)[:20]) == (200, "You are on pause. No")
    assert door.state() is SubscriberState.PAUSED
    assert "on pause" in text(door.ask("GET", door.link))
    assert [tag.text for tag in Page(door.ask("GET", door.link).text).all("button")] == ["Leave"]


def test_looking_at_the_address_of_a_pause_pauses_nobody(door: Door) -> None:
    link, before = door.link, door.kept()
    assert [door.ask(method, f"{link}/pause").status_code for method in ("GET", "HEAD")] == [405, 405]
    assert door.ask("POST", "/unsubscribe/wrong/pause").status_code == 404
    assert door.kept() == before


@pytest.mark.parametrize("state", [SubscriberState.LEFT, SubscriberState.SUPPRESSED])
def test_who_has_gone_is_not_brought_back_by_a_pause(door: Door, state: SubscriberState) -> None:
    link = door.link
    with door.store.begin() as tx:
        tx.subscribers.change(door.reader_number, state=state)

    assert text(door.ask("POST", f"{link}/pause")).startswith(GOODBYE)
    assert door.state() is state


# ------------------------------------------------------------ what is refused


def wrong(door: Door) -> list[str]:
    with door.store.begin() as tx:
        secret = tx.secrets.get_or_make(tokens.KEY)
    return [
        tokens.sign(bytes(32), tokens.UNSUBSCRIBE, door.reader_number),
        tokens.sign(secret, "feedback", door.reader_number),
        tokens.sign(secret, tokens.UNSUBSCRIBE, 999),  # signed, and nobody's
        tokens.PREVIEW,
        door.token[:-1],
        f"{door.token}x",
        f"{door.token}/",
        "%00",
        "%ff%fe",
        "..%2f..%2fetc",
        "x" * 5000,
        "<script>",
        "",
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_wrong_and_malformed_links_get_one_and_the_same_page(door: Door, method: str) -> None:
    paths = [f"/unsubscribe/{token}" for token in wrong(door)]
    before = door.kept()

    answers = {(a.status_code, a.text) for a in (door.ask(method, path) for path in [*paths, "/no/such/page"])}

    assert len(answers) == 1
    ((status, page),) = answers
    assert status == 404
    assert method == "HEAD" or "No such page." in page
    assert door.kept() == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_other_methods_do_nothing(door: Door, method: str) -> None:
    answer = door.ask(method, door.link)

    assert answer.status_code == 405
    assert {"GET", "HEAD", "POST"} == set(answer.headers["allow"].replace(",", " ").split())
    assert door.state() is SubscriberState.ACTIVE


def test_a_body_that_is_too_long_is_refused(door: Door) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1000

    link = door.link
    for body in (b"x" * (16 * 1024 + 1), endless()):
        answer = door.ask("POST", link, content=body)
        assert answer.status_code == 413
        assert "Nothing was changed." in text(answer)
    assert door.state() is SubscriberState.ACTIVE


def test_a_body_that_does_not_end_is_refused(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    monkeypatch.setattr("digest.web.bodies._BODY_SECONDS", 0.05)

    assert door.ask("POST", door.link, content=dripping()).status_code == 408
    assert door.state() is SubscriberState.ACTIVE


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40), st.binary(max_size=200), st.text(st.characters(codec="ascii", categories=["L", "P"])))
def test_whatever_is_asked_is_answered(door: Door, token: str, body: bytes, kind: str) -> None:
    answer = door.ask("POST", f"/unsubscribe/{quote(token, safe='')}", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 404
