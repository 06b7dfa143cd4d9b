"""What the doctor makes of the page that every mail leads to: ours, a login, a proxy, somebody else's."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from digest import tokens
from digest.errors import NoticeError
from digest.notices.pages import Page, Reader
from digest.rendering.settings import SiteSettings
from digest.transport.returns.settings import ReturnsSettings
from digest.transport.settings import DkimSettings, SmtpSettings
from digest.upkeep.doctor.settings import DoctorSettings
from digest.upkeep.doctor.values import Examined, Finding, Health
from digest.upkeep.doctor.wayout import MADE_UP, way_out
from tests.web.builders import Door, opened

NOW = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
SITE = SiteSettings(sender="papers@digest.example", url="https://digest.example/papers")
LINK = f"https://digest.example/papers/unsubscribe/{MADE_UP}"
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def door(tmp_path: Path, upgraded_file: Path) -> Iterator[Door]:
    with opened(tmp_path, upgraded_file) as made:
        made.site = SITE
        yield made


def ours(door: Door) -> Answer:
    """A proxy that takes the path of the site away and passes everything on to digest serve."""

    def answer(request: httpx.Request) -> httpx.Response:
        given = door.ask(
            request.method,
            request.url.path.removeprefix("/papers"),
            content=request.content,
            headers={"content-type": request.headers.get("content-type", "text/plain")},
        )
        return httpx.Response(given.status_code, content=given.content)

    return answer


def looked_at(door: Door, answer: Answer, *, site: SiteSettings = SITE) -> list[Finding]:
    reader = Reader(user_agent="paperround/0 (+http://localhost)", transport=httpx.MockTransport(answer))
    examined = Examined(
        config=door.file,
        secrets=(),
        store=door.store,
        site=site,
        smtp=SmtpSettings(),
        dkim=DkimSettings(),
        returns=ReturnsSettings(),
        settings=DoctorSettings(),
        names=None,
        log_in=lambda: None,
        ask=reader,
        now=NOW,
    )
    return list(way_out(examined))


def health(found: list[Finding]) -> dict[str, Health]:
    return {each.what: each.health for each in found}


def test_our_own_refusal_is_what_should_answer(door: Door) -> None:
    asked: list[str] = []
    before = door.kept()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url} {request.content.decode()}")
        return ours(door)(request)

    found = looked_at(door, answer)

    assert health(found) == {"unsubscribe": Health.OK, "one-click": Health.OK}
    assert asked == [f"GET {LINK} ", f"POST {LINK} List-Unsubscribe=One-Click"]
    assert door.kept() == before


@pytest.mark.parametrize("number", [1, 17])
def test_the_link_that_is_asked_for_is_nobodys(door: Door, number: int) -> None:
    assert tokens.check(bytes([number]) * 32, tokens.UNSUBSCRIBE, MADE_UP) is None
    assert len(MADE_UP) == len(tokens.sign(b"key", tokens.UNSUBSCRIBE, 1))


@pytest.mark.parametrize(
    ("answer", "health", "said", "remedy"),
    [
        (httpx.Response(200, text="<title>Log in</title>"), Health.BROKEN, "is not ours", "set [site] url"),
        (httpx.Response(404, text="nginx"), Health.BROKEN, "is not ours", "set [site] url"),
        (httpx.Response(401), Health.BROKEN, "HTTP 401", "nobody to log in"),
        (httpx.Response(403, text="forbidden"), Health.BROKEN, "HTTP 403", "nobody to log in"),
        (httpx.Response(502, text="Bad Gateway"), Health.BROKEN, "HTTP 502", "start digest serve"),
        (httpx.Response(429), Health.WARNING, "HTTP 429", "slow down"),
        (
            httpx.Response(302, headers={"Location": "https://sso.example/login?to=/unsubscribe"}),
            Health.BROKEN,
            "leads on to https://sso.example (HTTP 302)",
            "set [site] url",
        ),
        (httpx.Response(301, headers={"Location": "/home"}), Health.BROKEN, "another path", "set [site] url"),
        (httpx.Response(308, headers={"Location": "//[evil"}), Health.BROKEN, "cannot be read", "set [site] url"),
    ],
)
def test_what_stands_there_instead_is_told_with_what_helps(
    door: Door, answer: httpx.Response, health: Health, said: str, remedy: str
) -> None:
    (found,) = looked_at(door, lambda request: answer)
    assert (found.what, found.health) == ("unsubscribe", health)
    assert said in found.text
    assert remedy in found.remedy


@pytest.mark.parametrize(
    "answer", [httpx.Response(405), httpx.Response(307, headers={"Location": "https://digest.example/"})]
)
def test_a_proxy_that_passes_no_post_on_is_told(door: Door, answer: httpx.Response) -> None:
    page, button = looked_at(door, lambda request: answer if request.method == "POST" else ours(door)(request))
    assert (page.health, button.what, button.health) == (Health.OK, "one-click", Health.BROKEN)
    assert "RFC 8058" in button.remedy


def test_without_a_public_address_nothing_is_asked(door: Door) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    (found,) = looked_at(door, answer, site=SiteSettings(url="http://127.0.0.1:8000", sender="papers@digest.example"))
    assert found.health is Health.UNCHECKED


def test_where_nobody_answers_links_do_not_work(door: Door) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")

    (found,) = looked_at(door, answer)
    assert found.health is Health.BROKEN
    assert "self-signed certificate" in found.text
    assert MADE_UP not in found.text


# ---------------------------------------------------------------- one request


def read(answer: Answer, *, seconds: float = 10.0) -> Page:
    return Reader(user_agent="paperround/0", transport=httpx.MockTransport(answer), seconds=seconds)("GET", LINK)


def test_an_answer_without_end_is_read_to_a_bound() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"<br>" * 4096

    assert len(read(lambda request: httpx.Response(200, content=endless())).text) == 65_536


def test_an_answer_that_drips_is_left() -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        time.sleep(0.5)
        return httpx.Response(200)

    with pytest.raises(NoticeError, match=r"https://digest.example: no answer within 0 s"):
        read(slow, seconds=0.05)


def test_it_is_asked_in_english_and_no_redirect_is_followed() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"Location": "http://169.254.169.254/"})

    assert replace(read(answer), text="") == Page(status=302, text="", leads_to="http://169.254.169.254/")
    assert [each.headers["Accept-Language"] for each in asked] == ["en"]
