"""No answer leads the client into the machine it runs on, or its network."""

from ipaddress import IPv4Address, IPv6Address

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.sources.guard import is_nobodys, is_public, may_lead_to
from digest.sources.limits import Refused
from digest.sources.redirects import followed
from tests.sources.conftest import NOW, Clients, unhurried
from tests.sources.misbehaving import Names
from tests.sources.wire import Wire, answer, wire

PUBLIC = "93.184.215.14"
FEED = {"friends": None}

# ------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "93.184.215.14", "1.1.1.1", "172.15.255.255", "172.32.0.0", "192.167.255.255", "2606:4700::1111"),
        *("223.255.255.255", "2a00:1450:4001:80b::200e", "64:ff9b::8.8.8.8"),
    ],
)
def test_addresses_that_anyone_could_reach_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "::", "0.1.2.3"),
        *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fc00::1", "fd12:3456::1"),
        *("169.254.1.1", "fe80::1", "fe80::1%eth0", "fec0::1", "2606:4700::1111%eth0"),
        *("224.0.0.1", "239.255.255.250", "ff02::1", "240.0.0.1", "255.255.255.255"),
        *("192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"),
        *("3fff::1", "5f00::1", "100::1", "2001:2::1", "2001:10::1"),
    ],
)
def test_addresses_of_the_machine_its_network_and_nobody_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"],
)
def test_the_places_that_tell_a_cloud_machine_its_keys_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a9fe:a9fe", "::127.0.0.1"),
        *("64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8"),
        *("2002:7f00:1::", "2002:808:808::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    ],
)
def test_an_address_wrapped_into_another_does_not_get_through(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "text",
    [
        *("2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "017700000001", "134744072"),
        *("0x8.8.8.8",),
        *("", " ", "8.8.8.8 ", "8.8.8.8/32", "08.8.8.8", "[::1]", "localhost", "journal.example"),
        *("８.8.8.8", "8.8.8.8\n"),
    ],
)
def test_what_is_not_written_as_an_address_is_not_public_whatever_it_would_be_read_as(text: str) -> None:
    assert not is_public(text)


@unhurried
@given(st.ip_addresses())
@example(IPv4Address("198.20.0.1"))
@example(IPv6Address("2001:200::1"))
def test_what_is_public_is_so_to_python_too_and_lives_somewhere(address: IPv4Address | IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_multicast
        assert not is_nobodys(str(address))


@unhurried
@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert is_public(text) in {True, False}
    assert may_lead_to(text) in {True, False}


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%eth0", "224.0.0.1", "0.0.0.0", "::", "::ffff:0.0.0.0"])
def test_no_source_lives_at_these(address: str) -> None:
    assert is_nobodys(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "192.168.1.5", "10.1.2.3", "fd12::1", PUBLIC])
def test_a_source_of_the_operator_may_live_at_these(address: str) -> None:
    assert not is_nobodys(address)


# ------------------------------------------------------------ hosts


@pytest.mark.parametrize("host", ["journal.example", "a.b.Example.", PUBLIC, "xn--bcher-kva.example", "a_b.example"])
def test_a_redirect_may_name_a_host_of_the_internet(host: str) -> None:
    assert may_lead_to(host)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "localhost.", "LOCALHOST", "x.localhost", "router", "printer.local", "metadata.google.internal"),
        *("nas.home.arpa", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "127.0.0.%31", "::1"),
        *("", "."),
        *("::ffff:127.0.0.1", "a..example", "-", "a example", "journal.example:80", "x@journal.example"),
    ],
)
def test_a_redirect_may_not_name_a_host_of_the_machine_or_an_address_in_disguise(host: str) -> None:
    assert not may_lead_to(host)


# ------------------------------------------------------------ on the wire


def to(location: str) -> bytes:
    return answer("301 Moved Permanently", location=location)


def refused(clients: Clients, server: Wire, **values: object) -> str:
    with pytest.raises(SourceError) as refusal:
        clients(**(FEED | values)).changed(server.url, None, now=NOW)
    return refusal.value.problem


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "127.0.0.2", "0.0.0.0", "[::1]"),
        *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]", "127.0.0.1.", "[::]"),
    ],
)
def test_a_feed_that_leads_to_this_machine_is_refused_and_nobody_calls_there(
    server: Wire, clients: Clients, host: str
) -> None:
    with wire() as private:
        server.answers(to(f"http://{host}:{private.port}/admin?key=1"))
        assert refused(clients, server) == f"refused a redirect to http://{host.strip('[]')} (127.0.0.1)"
        assert private.requests == []


def test_a_feed_that_leads_to_nothing_but_a_place_is_refused(server: Wire, clients: Clients) -> None:
    with wire() as private:
        server.answers(to(f"//127.0.0.1:{private.port}/"))
        assert refused(clients, server) == "refused a redirect to http://127.0.0.1 (127.0.0.1)"
        assert private.requests == []


@pytest.mark.parametrize("location", ["file:" + "///etc/passwd", "data:,x", "ftp://journal.example/", "javascript:x"])
def test_a_feed_that_leads_to_no_web_server_is_refused(server: Wire, clients: Clients, location: str) -> None:
    server.answers(to(location))
    assert refused(clients, server).startswith("refused a redirect to ")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], ["10.0.0.1"], [PUBLIC, "127.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:8.8.8.8"], ["fe80::1"]],
)
def test_a_feed_that_leads_to_a_name_with_a_private_address_is_refused_and_nobody_calls_there(
    server: Wire, clients: Clients, names: Names, found: list[str]
) -> None:
    names.answers["journal.example"] = [found]
    server.answers(to("http://journal.example/feed?key=1"))
    assert refused(clients, server) == "refused a redirect to http://journal.example (127.0.0.1)"
    assert names.connected == ["127.0.0.1"]


def test_a_feed_that_moved_to_another_public_host_is_followed(server: Wire, clients: Clients, names: Names) -> None:
    with wire() as journal:
        journal.answers(answer(body=b"<rss/>"))
        names.answers["journal.example"], names.ports[PUBLIC] = [[PUBLIC]], journal.port
        server.answers(to("http://journal.example/feed?x=1"))
        assert clients(**FEED).changed(server.url, None, now=NOW).body == b"<rss/>"
    assert journal.requests[0].startswith("GET /feed?x=1 HTTP/1.1\r\nHost: journal.example\r\n")


def test_a_name_that_changes_its_address_between_the_look_and_the_call_is_called_where_it_was_looked_at(
    server: Wire, clients: Clients, names: Names
) -> None:
    with wire() as journal, wire() as private:
        journal.answers(to("/elsewhere"), answer(body=b"<rss/>"))
        names.answers["journal.example"] = [[PUBLIC], ["127.0.0.1"]]
        names.ports = {PUBLIC: journal.port}
        server.answers(to(f"http://journal.example:{private.port}/feed"))
        assert clients(**FEED).changed(server.url, None, now=NOW).body == b"<rss/>"
        assert private.requests == []
        assert names.looked_up == ["journal.example"]
        assert names.connected == ["127.0.0.1", PUBLIC, PUBLIC]


def test_a_public_host_may_not_lead_back_to_this_machine(server: Wire, clients: Clients, names: Names) -> None:
    with wire() as journal:
        names.answers["journal.example"], names.ports[PUBLIC] = [[PUBLIC]], journal.port
        server.answers(to("http://journal.example/feed"))
        journal.answers(to(server.url))
        assert refused(clients, server) == "refused a redirect to http://127.0.0.1 (journal.example)"
    assert len(server.requests) == 1


def test_a_name_that_cannot_be_looked_up_is_not_looked_up_a_second_time_to_be_called(
    server: Wire, clients: Clients, names: Names
) -> None:
    names.answers["journal.example"] = [[], ["127.0.0.1"]]
    server.answers(to("http://journal.example/feed"))
    assert refused(clients, server).startswith("cannot be reached: ")
    assert names.looked_up == ["journal.example"]


def test_a_friend_whose_name_has_a_private_address_is_no_friend(server: Wire, clients: Clients, names: Names) -> None:
    names.answers["friend.example"] = [["127.0.0.1"]]
    server.answers(to("https://friend.example/oai"))
    problem = refused(clients, server, friends=frozenset({"friend.example"}))
    assert problem == "refused a redirect to https://friend.example (127.0.0.1)"


def test_a_source_of_the_operator_that_is_said_to_be_where_no_source_can_live_is_not_called(
    clients: Clients, names: Names
) -> None:
    names.answers["blog.example"] = [["169.254.169.254"]]
    with pytest.raises(SourceError, match=r"the name has no address that may be asked \(blog\.example\)$"):
        clients(**FEED).changed("http://blog.example/latest/meta-data", None, now=NOW)
    assert names.connected == []


def test_what_an_earlier_answer_led_to_is_forgotten_by_the_next(server: Wire, clients: Clients, names: Names) -> None:
    with wire() as journal:
        names.answers["journal.example"], names.ports[PUBLIC] = [[PUBLIC], ["127.0.0.1"]], journal.port
        server.answers(to("http://journal.example/feed"))
        client = clients(**FEED)
        client.changed(server.url, None, now=NOW)
        client.changed(f"http://journal.example:{journal.port}/", None, now=NOW)  # now it is the operator's own word
        assert names.connected == ["127.0.0.1", PUBLIC, "127.0.0.1"]


def _as_host(ip: IPv4Address | IPv6Address) -> str:
    return f"[{ip}]" if ip.version == 6 else str(ip)


PLACES = (
    st.text(max_size=30)
    | st.from_regex(r"https?://[!-~]{0,20}")
    | st.ip_addresses().map(lambda ip: f"//{_as_host(ip)}/")
)


@unhurried
@given(PLACES)
def test_wherever_a_feed_points_its_reader_asks_its_source_a_name_or_a_public_address(location: str) -> None:
    asked = httpx.URL("https://source.example/feed")
    try:
        wanted = followed(asked, location, None)
    except Refused:
        return
    host = wanted.raw_host.decode()
    assert wanted.scheme in {"http", "https"}
    assert host.removesuffix(".").rpartition(".")[2][:1].isalpha() or is_public(host)
