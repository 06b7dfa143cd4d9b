"""The way to a source: through the proxy of the environment, and with nobody's certificate but its own."""

from collections.abc import Iterator

import pytest
import trustme

from digest.errors import SourceError
from digest.sources.client import Limits
from tests.sources.conftest import NOW, Clients
from tests.sources.misbehaving import ForwardProxy, Mute, Names, Silent, dripping_body, secure
from tests.sources.wire import Wire, answer, serving, wire

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[ForwardProxy]:
    """A proxy for everything, which alone knows where source.example is."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with serving(ForwardProxy) as running:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{running.port}")
        monkeypatch.setenv("HTTPS_PROXY", f"http://reader:s3cret@127.0.0.1:{running.port}")
        yield running


# ------------------------------------------------------------ proxies


def test_a_source_is_asked_through_the_proxy(server: Wire, clients: Clients, proxy: ForwardProxy) -> None:
    proxy.origins["source.example"] = server.port
    server.answers(answer(body=b"<OAI-PMH/>"))
    assert clients().get("http://source.example/oai", {"verb": "Identify"}, now=NOW) == b"<OAI-PMH/>"
    assert proxy.requests[0].startswith("GET http://source.example/oai?verb=Identify HTTP/1.1\r\n")
    assert server.requests[0].startswith("GET /oai?verb=Identify HTTP/1.1\r\nHost: source.example\r\n")


def test_a_secure_source_is_asked_through_a_tunnel_and_the_proxy_reads_nothing(
    clients: Clients, proxy: ForwardProxy, authority: trustme.CA
) -> None:
    with serving(secure(authority, "source.example")) as server:
        proxy.origins["source.example"] = server.port
        server.answers(answer(body=b"<OAI-PMH/>"))
        assert clients(headers={"x-api-key": "k"}).get("https://source.example/", {}, now=NOW) == b"<OAI-PMH/>"
    assert proxy.requests[0].startswith("CONNECT source.example:443 HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic " in proxy.requests[0]
    assert "x-api-key" not in proxy.requests[0]
    assert "x-api-key: k\r\n" in server.requests[0]
    assert "Proxy-Authorization" not in server.requests[0]


@pytest.mark.parametrize(
    "exceptions", ["127.0.0.1", "localhost,127.0.0.1", "*", "127.0.0.1:{port}", "source.example, 127.0.0.1:{port}"]
)
def test_what_the_environment_excepts_is_asked_without_the_proxy(
    server: Wire, clients: Clients, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch, exceptions: str
) -> None:
    monkeypatch.setenv("NO_PROXY", exceptions.format(port=server.port))
    assert clients().get(server.url, {}, now=NOW) == b""
    assert proxy.requests == []
    assert len(server.requests) == 1


@pytest.mark.parametrize("form", ["127.0.0.1:{port}", "http://127.0.0.1:{port}/"])
def test_a_proxy_for_all_schemes_is_asked_too(
    server: Wire, clients: Clients, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.delenv("HTTP_PROXY")
    monkeypatch.setenv("ALL_PROXY", form.format(port=proxy.port))
    proxy.origins["source.example"] = server.port
    clients().get("http://source.example/", {}, now=NOW)
    assert len(proxy.requests) == 1


def test_the_time_of_an_answer_is_the_same_through_a_proxy(server: Wire, clients: Clients, proxy: ForwardProxy) -> None:
    script = dripping_body()
    proxy.origins["source.example"] = server.port
    server.answers(script)
    with pytest.raises(SourceError, match=r"^arxiv: not finished after 0\.5 s \(source\.example\)$"):
        clients(limits=Limits(total_seconds=0.5)).get("http://source.example/", {}, now=NOW)
    assert script.left.wait(10)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "router"])
def test_a_redirect_into_the_machine_of_the_proxy_is_refused(
    server: Wire, clients: Clients, proxy: ForwardProxy, host: str
) -> None:
    proxy.origins["source.example"] = server.port
    server.answers(answer("302 Found", location=f"http://{host}/admin"))
    with pytest.raises(SourceError, match="refused a redirect"):
        clients(friends=None).changed("http://source.example/feed", None, now=NOW)
    assert len(proxy.requests) == 1


def test_behind_a_proxy_a_redirect_may_lead_to_a_name_that_the_proxy_alone_knows(
    server: Wire, clients: Clients, proxy: ForwardProxy
) -> None:
    proxy.origins = {"source.example": server.port, "journal.invalid": server.port}
    server.answers(answer("302 Found", location="http://journal.invalid/feed"), answer(body=b"<rss/>"))
    assert clients(friends=None).changed("http://source.example/feed", None, now=NOW).body == b"<rss/>"


def test_behind_a_proxy_a_name_that_is_known_to_be_private_is_refused(
    server: Wire, clients: Clients, proxy: ForwardProxy, names: Names
) -> None:
    proxy.origins["source.example"] = server.port
    names.answers["journal.example"] = [["10.0.0.1"]]
    server.answers(answer("302 Found", location="http://journal.example/feed"))
    with pytest.raises(SourceError, match=r"refused a redirect to http://journal\.example"):
        clients(friends=None).changed("http://source.example/feed", None, now=NOW)


def test_a_proxy_that_is_down_is_named_as_the_reason(
    clients: Clients, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://reader:s3cret@127.0.0.1:9")
    with pytest.raises(SourceError) as refusal:
        clients().get("http://source.example/", {}, now=NOW)
    assert str(refusal.value).startswith("arxiv: cannot be reached: through the proxy: ")
    assert "s3cret" not in str(refusal.value)


def test_a_proxy_that_opens_no_tunnel_is_named_as_the_reason(
    clients: Clients, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with wire() as strict:
        strict.answers(answer("407 Proxy Authentication Required"))
        monkeypatch.setenv("HTTPS_PROXY", strict.url)
        with pytest.raises(SourceError, match=r"refused by the proxy: 407 .* \(source\.example\)$"):
            clients().get("https://source.example/", {}, now=NOW)


@pytest.mark.parametrize("named", ["socks5://reader:s3cret@127.0.0.1:9", "http://reader:s3cret@[::1", "x://s3cret"])
def test_a_proxy_of_another_kind_is_told_and_its_password_is_not(
    clients: Clients, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", named)
    with pytest.raises(SourceError, match=r"^arxiv: the proxy that the environment names is n") as refusal:
        clients().get("http://source.example/", {}, now=NOW)
    assert "s3cret" not in str(refusal.value)


# ------------------------------------------------------------ certificates


def test_a_source_with_a_certificate_that_is_believed_is_asked(clients: Clients, authority: trustme.CA) -> None:
    with serving(secure(authority, "127.0.0.1")) as server:
        server.answers(answer(body=b"<OAI-PMH/>"))
        assert clients().get(f"https://127.0.0.1:{server.port}/", {}, now=NOW) == b"<OAI-PMH/>"


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_said(
    clients: Clients, authority: trustme.CA
) -> None:
    with serving(secure(trustme.CA(), "127.0.0.1")) as server:
        with pytest.raises(SourceError, match=r"cannot be reached: .*certificate verify failed.*\(127\.0\.0\.1\)$"):
            clients().get(f"https://127.0.0.1:{server.port}/", {}, now=NOW)
        assert server.requests == []


def test_a_certificate_for_another_name_is_refused_before_anything_is_said(
    clients: Clients, authority: trustme.CA
) -> None:
    with serving(secure(authority, "other.example")) as server:
        with pytest.raises(SourceError, match=r"cannot be reached: .*certificate verify failed.*\(127\.0\.0\.1\)$"):
            clients().get(f"https://127.0.0.1:{server.port}/", {}, now=NOW)
        assert server.requests == []


def test_a_server_that_speaks_no_tls_is_named(clients: Clients) -> None:
    with serving(Mute) as plain:
        plain.answers(Silent(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
        with pytest.raises(SourceError, match=r"^arxiv: cannot be reached: .*\(127\.0\.0\.1\)$"):
            clients().get(f"https://127.0.0.1:{plain.port}/", {}, now=NOW)


def test_a_name_with_a_checked_address_is_still_asked_for_its_own_certificate(
    server: Wire, clients: Clients, names: Names, authority: trustme.CA
) -> None:
    names.answers["journal.example"] = [["93.184.215.14"]]
    with serving(secure(authority, "journal.example")) as journal:
        journal.answers(answer(body=b"<rss/>"))
        names.ports["93.184.215.14"] = journal.port
        server.answers(answer("301 Moved", location="https://journal.example/feed"))
        assert clients(friends=None).changed(server.url, None, now=NOW).body == b"<rss/>"
