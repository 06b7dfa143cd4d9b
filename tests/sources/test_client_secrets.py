"""What must not be told is not told: keys in headers, in queries and before an @."""

import logging
import re
import traceback
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

import pytest

from digest.errors import SourceError
from digest.sources.client import Budget, Limits, PoliteClient
from tests.sources.conftest import NOW, Clients
from tests.sources.misbehaving import Names, Silent, endless_headers
from tests.sources.wire import Answer, Wire, answer, hang_up, wire

PUBLIC = "93.184.215.14"
SECRETS = ("s3cret-header", "s3cret-query", "s3cret-password")
KEY = {"x-api-key": SECRETS[0]}
LIMITS = Limits(idle_seconds=0.5, total_seconds=30, wire_bytes=1000, decoded_bytes=1000)


@pytest.fixture
def keyed(clients: Clients) -> PoliteClient:
    return clients(headers=KEY, limits=LIMITS, friends=None)


def ask(client: PoliteClient, server: Wire) -> bytes:
    address = server.url.replace("http://", f"http://reader:{SECRETS[2]}@")
    return client.get(address, {"key": SECRETS[1]}, now=NOW)


def outcome(client: PoliteClient, server: Wire) -> SourceError | None:
    try:
        ask(client, server)
    except SourceError as error:
        return error
    return None


def test_a_key_is_sent_to_the_place_that_is_asked(server: Wire, keyed: PoliteClient) -> None:
    ask(keyed, server)
    assert f"x-api-key: {SECRETS[0]}\r\n" in server.requests[0]
    assert f"Authorization: Basic {b64encode(f'reader:{SECRETS[2]}'.encode()).decode()}\r\n" in server.requests[0]


def test_a_key_stays_with_a_redirect_at_the_same_place(server: Wire, keyed: PoliteClient) -> None:
    server.answers(answer("302 Found", location="/new"), answer())
    ask(keyed, server)
    assert f"x-api-key: {SECRETS[0]}\r\n" in server.requests[1]
    assert "Authorization: Basic " in server.requests[1]


def test_another_host_is_not_told_the_key(server: Wire, keyed: PoliteClient, names: Names) -> None:
    with wire() as journal:
        names.answers["journal.example"], names.ports[PUBLIC] = [[PUBLIC]], journal.port
        server.answers(answer("302 Found", location="http://journal.example/a"))
        journal.answers(answer("302 Found", location="/b"), answer())
        ask(keyed, server)
    assert len(journal.requests) == 2
    assert not any(each in "".join(journal.requests) for each in ("s3cret", "x-api-key", "Authorization"))


def test_what_was_posted_goes_nowhere_else(server: Wire, keyed: PoliteClient) -> None:
    server.answers(answer("307 Temporary Redirect", location="/new"))
    with pytest.raises(SourceError, match=r"^arxiv: refused a redirect of what was posted \(127\.0\.0\.1\)$"):
        keyed.post(server.url, {}, {"ids": [1]}, now=NOW)
    assert len(server.requests) == 1


def test_no_cookie_is_kept(server: Wire, keyed: PoliteClient) -> None:
    server.answers(answer(set_cookie="who=you"), answer())
    ask(keyed, server)
    ask(keyed, server)
    assert "cookie" not in server.requests[1].lower()


def test_a_key_with_a_line_break_around_it_is_sent_without(server: Wire, clients: Clients) -> None:
    clients(headers={"x-api-key": " s3cret\n"}).get(server.url, {}, now=NOW)
    assert "x-api-key: s3cret\r\n" in server.requests[0]


@pytest.mark.parametrize("key", ["s3cret\r\nX: y", "s3crét", "s3cret\0", "s3cret\ud800"])
def test_a_key_that_no_header_can_have_is_refused_and_not_repeated(server: Wire, clients: Clients, key: str) -> None:
    with pytest.raises(SourceError, match=r"^arxiv: cannot be asked: a header .* \(127\.0\.0\.1\)$") as refusal:
        clients(headers={"x-api-key": key}).get(server.url, {}, now=NOW)
    assert "s3c" not in "".join(traceback.format_exception(refusal.value))
    assert server.requests == []


BEHAVIOURS: dict[str, Callable[[], Answer]] = {
    "refuses": lambda: answer("403 You said " + SECRETS[1]),
    "wants rest": lambda: answer("429 Slow down", retry_after="s3cret"),
    "is well": lambda: answer(body=b"ok"),
    "hangs up": lambda: hang_up,
    "is silent": Silent,
    "does not end": endless_headers,
    "is no HTTP": lambda: b"220 s3cret-header\r\n\r\n",
    "has a broken header": lambda: b"HTTP/1.1 200 OK\r\nX-Seen s3cret-header\r\n\r\n",
    "has a bad length": lambda: answer(content_length="s3cret-query"),
    "has a bad encoding": lambda: answer(content_encoding="s3cret-query"),
    "is too large": lambda: answer(body=bytes(2000)),
    "leads away": lambda: answer("302 Found", location="http://127.0.0.1:9/?key=s3cret-query"),
    "leads to another scheme": lambda: answer("302 Found", location="file:" + "///s3cret-query"),
    "leads to no address": lambda: answer("302 Found", location="http://[::1?key=s3cret-query"),
    "leads in a circle": lambda: answer("302 Found", location="?key=s3cret-query"),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_whatever_happens_no_secret_is_told_and_the_host_is(
    server: Wire, keyed: PoliteClient, caplog: pytest.LogCaptureFixture, behaviour: str
) -> None:
    server.answers(BEHAVIOURS[behaviour]())
    caplog.set_level(logging.DEBUG)
    error = outcome(keyed, server)
    assert error is None or re.fullmatch(r"[^\n]+ \(127\.0\.0\.1\)", error.problem)
    told = [repr(keyed), str(error), repr(error)]
    told += [record.getMessage() for record in caplog.records if not record.name.startswith("httpcore")]
    assert not [each for each in told if any(secret in each for secret in SECRETS)]


@pytest.mark.parametrize("name", ["httpx", "httpcore"])
def test_the_libraries_underneath_do_not_log_what_was_sent(
    server: Wire, keyed: PoliteClient, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    ask(keyed, server)
    told = [record.getMessage() for record in caplog.records if record.name.startswith(name)]
    assert not [each for each in told if any(secret in each for secret in SECRETS)]


def test_a_traceback_tells_no_secret_either(keyed: PoliteClient) -> None:
    with pytest.raises(SourceError) as refusal:
        keyed.get(f"http://reader:{SECRETS[2]}@127.0.0.1:9/", {"key": SECRETS[1]}, now=NOW)
    told = "".join(traceback.format_exception(refusal.value))
    assert "Connection refused" in told
    assert not any(secret in told for secret in SECRETS)


def test_a_used_up_budget_tells_no_secret(server: Wire, clients: Clients) -> None:
    with pytest.raises(SourceError) as refusal:
        ask(clients(headers=KEY, budget=Budget(0, timedelta(days=1))), server)
    assert not any(secret in str(refusal.value) for secret in SECRETS)
