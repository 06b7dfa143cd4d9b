"""Webhook and ping: what they send, how long they wait, and that they keep their URLs to themselves."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from digest.errors import NoticeError
from digest.notices import Alarm
from digest.notices.web import Hooks, WebhookVoice

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
URL = "https://hooks.example.org/services/s3cret?key=s3cret"
ALARM = Alarm(kind="mails-late", text="2 mails open for more than 6 hours", facts={"mails": 2})


def hooks(answer: Callable[[httpx.Request], httpx.Response], *, seconds: float = 10.0) -> Hooks:
    return Hooks(user_agent="paperround/0 (+http://localhost)", transport=httpx.MockTransport(answer), seconds=seconds)


def test_a_webhook_gets_the_alarm_as_json() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204)

    WebhookVoice(hooks(answer), URL, site="Paperround").say(ALARM, now=NOW)

    assert (asked[0].method, str(asked[0].url)) == ("POST", URL)
    assert json.loads(asked[0].content) == {
        "text": "Paperround: 2 mails open for more than 6 hours",
        "kind": "mails-late",
        "time": "2026-03-02T07:30:00+00:00",
        "facts": {"mails": 2},
    }


def test_a_ping_is_a_get() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url}")
        return httpx.Response(200, text="OK")

    hooks(answer).get(URL)

    assert asked == [f"GET {URL}"]


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"Location": "http://127.0.0.1/"})

    with pytest.raises(NoticeError, match=r"^https://hooks.example.org: answered HTTP 307$"):
        hooks(answer).post(URL, {})

    assert asked == ["hooks.example.org"]


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("Connection refused"),
        httpx.ReadTimeout("timed out"),
        httpx.LocalProtocolError(f"illegal target {URL}"),
        httpx.InvalidURL(f"cannot read {URL}"),
        RuntimeError(URL),
    ],
)
def test_whatever_fails_is_one_error_without_the_secret(failure: Exception) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(NoticeError, match=r"^https://hooks\.example\.org: ") as caught:
        hooks(answer).get(URL)

    assert "s3cret" not in str(caught.value)


def test_an_answer_that_drips_is_given_up_at_the_deadline() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        time.sleep(0.5)
        return httpx.Response(200)

    began = time.monotonic()
    with pytest.raises(NoticeError, match="no answer within"):
        hooks(answer, seconds=0.05).get(URL)

    assert time.monotonic() - began < 0.4
