"""The polite client goes only where its source may send it."""

from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.sources.client import MAX_REDIRECTS, Pace, PoliteClient
from tests.sources.conftest import COOLDOWN, NOW, Clients, unhurried
from tests.sources.wire import Wire, answer, wire

Ask = Callable[..., bytes]
HOME = "https://source.example/oai"


def to(location: str) -> bytes:
    return answer("301 Moved Permanently", location=location)


def refused(ask: Ask) -> str:
    with pytest.raises(SourceError) as refusal:
        ask()
    return refusal.value.problem


def follow(clients: Clients, location: str) -> bytes:
    """Ask a source that sends on to `location`; every other address answers with itself."""

    def handler(request: httpx.Request) -> httpx.Response:
        if str(request.url) == HOME:
            return httpx.Response(302, headers={"Location": location})
        return httpx.Response(200, stream=httpx.ByteStream(str(request.url).encode()))

    return clients(transport=httpx.MockTransport(handler)).get(HOME, {}, now=NOW)


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other", "307 T", "308 P"])
def test_a_redirect_on_the_same_host_is_followed(server: Wire, ask: Ask, status: str) -> None:
    server.answers(answer(status, location="/oai/new?verb=Identify"), answer(body=b"here"))
    assert ask() == b"here"
    assert server.requests[1].startswith("GET /oai/new?verb=Identify HTTP/1.1")


def test_a_redirect_needs_no_body_and_no_length(server: Wire, ask: Ask) -> None:
    server.answers(b"HTTP/1.1 302 Found\r\nLocation: /new\r\n\r\n", answer(body=b"here"))
    assert ask() == b"here"


def test_a_redirect_to_another_host_is_refused(server: Wire, ask: Ask) -> None:
    server.answers(to("http://tracker.example/oai"))
    assert refused(ask) == "refused a redirect to http://tracker.example (127.0.0.1)"


def test_a_redirect_to_another_port_of_this_machine_is_refused_and_nobody_calls_there(server: Wire, ask: Ask) -> None:
    with wire() as private:
        server.answers(to(private.url))
        assert refused(ask) == "refused a redirect to http://127.0.0.1 (127.0.0.1)"
        assert private.requests == []


@pytest.mark.parametrize("location", ["file:" + "///etc/passwd", "ftp://127.0.0.1/", "gopher:///x", "data:,x"])
def test_a_redirect_to_another_scheme_is_refused(server: Wire, ask: Ask, location: str) -> None:
    server.answers(to(location))
    assert refused(ask).startswith(f"refused a redirect to {location.partition(':')[0]}://")


@pytest.mark.parametrize("location", ["http://[::1", "https://h:abc/", "http://a\x01b/"])
def test_a_redirect_to_what_is_not_an_address_is_named(clients: Clients, location: str) -> None:
    with pytest.raises(SourceError, match=r"redirected to what is not an address \(source\.example\)"):
        follow(clients, location)


def test_a_redirect_that_leads_in_a_circle_is_given_up(server: Wire, ask: Ask) -> None:
    server.answers(to("/round"))
    assert refused(ask) == f"more than {MAX_REDIRECTS} redirects (127.0.0.1)"
    assert len(server.requests) == MAX_REDIRECTS + 1


def test_a_redirect_to_a_friend_is_followed(clients: Clients) -> None:
    assert follow(clients, "https://friend.example/oai2") == b"https://friend.example/oai2"


@pytest.mark.parametrize("location", ["http://friend.example/", "https://friend.example:8443/", "//127.0.0.1/"])
def test_a_friend_is_followed_only_to_its_own_secure_door(clients: Clients, location: str) -> None:
    with pytest.raises(SourceError, match=r"refused a redirect to .* \(source\.example\)"):
        follow(clients, location)


@unhurried
@given(st.text() | st.from_regex(r"https?://[!-~]{0,20}"))
def test_wherever_an_answer_points_the_client_stays_with_its_source_and_its_friends(location: str) -> None:
    asked: list[tuple[str, str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.scheme, request.url.host))
        return httpx.Response(302, headers=[(b"Location", location.encode())])

    client = PoliteClient(
        "arxiv",
        user_agent="test",
        pace=Pace(0.0),
        cooldown=COOLDOWN,
        friends=frozenset({"friend.example"}),
        transport=httpx.MockTransport(handler),
    )
    with pytest.raises(SourceError):
        client.get(HOME, {}, now=NOW)
    client.close()
    assert set(asked) <= {("https", "source.example"), ("https", "friend.example")}
