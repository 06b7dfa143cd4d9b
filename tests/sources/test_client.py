"""The polite client: it says who calls, keeps the pace, rests when told to, and names each refusal."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import SourceError, SourceResting
from digest.sources.client import Pace, retry_after
from tests.sources.conftest import COOLDOWN, NOW, Clients, unhurried
from tests.sources.wire import Wire, answer, hang_up

Ask = Callable[..., bytes]
DAY = timedelta(days=1)


class FakeTime:
    """A clock that moves only when someone sleeps."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def pace(self, interval: float, last: datetime | None = None) -> Pace:
        return Pace(interval, last=last, clock=self.clock, sleep=self.sleep)


# ------------------------------------------------------------ manners


def test_every_request_says_who_asks_and_whom_to_write_to(server: Wire, ask: Ask) -> None:
    ask(user_agent="Paperround/1 (+mailto:anna@example.org)")
    assert "User-Agent: Paperround/1 (+mailto:anna@example.org)\r\n" in server.requests[0]


def test_the_parameters_arrive_whole(server: Wire, clients: Clients) -> None:
    clients().get(server.url, {"verb": "ListRecords", "resumptionToken": "a b&c=d/é+"}, now=NOW)
    asked = httpx.URL(server.requests[0].split()[1])
    assert dict(asked.params) == {"verb": "ListRecords", "resumptionToken": "a b&c=d/é+"}


def test_the_parameters_that_an_address_has_already_stay(server: Wire, clients: Clients) -> None:
    client = clients()
    client.changed(f"{server.url}?type=rss&x", None, now=NOW)
    client.get(f"{server.url}?type=rss", {"page": "2"}, now=NOW)
    assert [each.split()[1] for each in server.requests] == ["/oai?type=rss&x", "/oai?type=rss&page=2"]


def test_what_is_posted_arrives_as_json(server: Wire, clients: Clients) -> None:
    server.answers(answer(body=b"[null]"))
    assert clients().post(server.url, {"fields": "title"}, {"ids": ["ARXIV:2409.00001", "é"]}, now=NOW) == b"[null]"
    assert server.requests[0].startswith("POST /oai?fields=title HTTP/1.1\r\n")
    assert "Content-Type: application/json\r\n" in server.requests[0]
    assert json.loads(server.bodies[0]) == {"ids": ["ARXIV:2409.00001", "é"]}


def test_who_posts_too_much_is_told_to_rest_as_well(server: Wire, clients: Clients) -> None:
    server.answers(answer("429 Too Many Requests"))
    with pytest.raises(SourceResting) as refusal:
        clients().post(server.url, {}, [], now=NOW)
    assert refusal.value.until == NOW + COOLDOWN


def test_a_whole_answer_is_handed_over_as_it_is(server: Wire, ask: Ask) -> None:
    server.answers(answer(body=b"<OAI-PMH/>"))
    assert ask() == b"<OAI-PMH/>"


def test_a_page_of_html_is_left_to_the_reader_of_the_format(server: Wire, ask: Ask) -> None:
    server.answers(answer(body=b"<html>Down for maintenance</html>", content_type="text/html"))
    assert ask().startswith(b"<html>")


def test_an_empty_answer_is_left_to_the_reader_of_the_format(ask: Ask) -> None:
    assert ask() == b""


# ------------------------------------------------------------ pace


def test_two_requests_are_an_interval_apart(server: Wire, clients: Clients) -> None:
    time = FakeTime()
    client = clients(pace=time.pace(3.0))
    client.get(server.url, {}, now=NOW)
    time.now += timedelta(seconds=1)
    client.get(server.url, {}, now=NOW)
    assert time.slept == [2.0]
    assert client.pace.last == NOW + timedelta(seconds=3)


def test_the_first_request_keeps_its_distance_from_the_last_of_an_earlier_run() -> None:
    time = FakeTime()
    with time.pace(3.0, last=NOW - timedelta(seconds=2)).turn():
        pass
    assert time.slept == [1.0]


def test_who_has_waited_long_enough_does_not_wait() -> None:
    time = FakeTime()
    with time.pace(3.0, last=NOW - timedelta(seconds=3)).turn():
        pass
    assert time.slept == []


def test_the_interval_begins_when_a_request_is_over() -> None:
    time = FakeTime()
    pace = time.pace(3.0)
    with pace.turn():
        time.now += timedelta(seconds=10)
    with pace.turn():
        pass
    assert time.slept == [3.0]


def test_a_request_is_told_of_before_it_is_made_and_when_it_is_over() -> None:
    time, told = FakeTime(), list[datetime]()
    pace = Pace(3.0, clock=time.clock, sleep=time.sleep, note=told.append)
    turn = pace.turn()
    turn.__enter__()
    assert told == [NOW]
    time.now += timedelta(seconds=1)
    turn.__exit__(None, None, None)
    assert told == [NOW, NOW + timedelta(seconds=1)]


def test_a_request_that_failed_was_made_all_the_same(server: Wire, ask: Ask) -> None:
    told: list[datetime] = []
    server.answers(hang_up)
    with pytest.raises(SourceError):
        ask(pace=Pace(3.0, note=told.append))
    assert len(told) == 2


def test_a_clock_that_went_back_a_year_costs_one_interval() -> None:
    time = FakeTime()
    with time.pace(3.0, last=NOW + timedelta(days=365)).turn():
        pass
    assert time.slept == [3.0]


def test_a_redirect_is_a_request_and_keeps_the_pace(server: Wire, ask: Ask) -> None:
    time = FakeTime()
    server.answers(answer("302 Found", location="/other"), answer(body=b"here"))
    assert ask(pace=time.pace(3.0)) == b"here"
    assert time.slept == [3.0]


# ------------------------------------------------------------ rest


@pytest.mark.parametrize(
    ("asked", "rest"),
    [
        ({}, COOLDOWN),
        ({"retry_after": "30"}, COOLDOWN),
        ({"retry_after": "-30"}, COOLDOWN),
        ({"retry_after": "3600"}, timedelta(hours=1)),
        ({"retry_after": format_datetime(NOW + timedelta(hours=2), usegmt=True)}, timedelta(hours=2)),
        ({"retry_after": format_datetime(NOW - timedelta(hours=2), usegmt=True)}, COOLDOWN),
        ({"retry_after": "9" * 30}, DAY),
        ({"retry_after": "soon"}, COOLDOWN),
    ],
)
def test_after_429_the_source_rests_as_long_as_it_asks_and_no_less_than_the_cooldown(
    server: Wire, ask: Ask, asked: dict[str, str], rest: timedelta
) -> None:
    server.answers(answer("429 Too Many Requests", b"", **asked))
    with pytest.raises(SourceResting, match=r"answered 429 \(Too Many Requests\)") as refusal:
        ask()
    assert refusal.value.until == NOW + rest


def test_after_503_the_source_rests_as_long_as_it_asks(server: Wire, ask: Ask) -> None:
    server.answers(answer("503 Service Unavailable", retry_after="20"))
    with pytest.raises(SourceResting, match=r"answered 503 \(Service Unavailable\)") as refusal:
        ask()
    assert refusal.value.until == NOW + timedelta(seconds=20)


def test_after_503_with_a_date_the_source_rests_until_then_and_a_day_at_most(server: Wire, ask: Ask) -> None:
    for wanted, rest in ((timedelta(hours=2), timedelta(hours=2)), (timedelta(days=400), DAY)):
        server.answers(answer("503 Service Unavailable", retry_after=format_datetime(NOW + wanted, usegmt=True)))
        with pytest.raises(SourceResting) as refusal:
            ask()
        assert refusal.value.until == NOW + rest


@pytest.mark.parametrize("header", ["soon", "-20", "NaN", "1e3", ""])
def test_503_with_what_is_no_time_is_an_error_and_no_rest(server: Wire, ask: Ask, header: str) -> None:
    server.answers(answer("503 Service Unavailable", retry_after=header))
    with pytest.raises(SourceError) as refusal:
        ask()
    assert type(refusal.value) is SourceError


@unhurried
@given(st.text() | st.from_regex(r"[0-9A-Za-z:,+ -]{0,40}"))
@example("0" * 5000)
@example("9" * 5000)
@example("²")
@example("Tue, 10 Mar 2026 07:00:00 -0000")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
def test_whatever_the_header_says_the_rest_is_unknown_or_at_most_a_day(header: str) -> None:
    asked = retry_after(header, NOW)
    assert asked is None or timedelta(0) <= asked <= DAY


@unhurried
@given(st.integers(min_value=0))
def test_any_number_of_seconds_is_understood_up_to_a_day(seconds: int) -> None:
    assert retry_after(str(seconds), NOW) == timedelta(seconds=min(seconds, 86_400))


@unhurried
@given(st.datetimes(datetime(2026, 3, 9), datetime(2026, 3, 12)).map(lambda moment: moment.replace(microsecond=0)))
def test_any_date_is_understood_up_to_a_day(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    expected = min(max(moment - NOW, timedelta(0)), DAY)
    assert retry_after(format_datetime(moment, usegmt=True), NOW) == expected


# ------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("500 Internal Server Error", "answered HTTP 500 Internal Server Error (127.0.0.1)"),
        ("503 Service Unavailable", "answered HTTP 503 Service Unavailable (127.0.0.1)"),
        ("404 Not Found", "answered HTTP 404 Not Found (127.0.0.1)"),
        ("403 You said key=s3cret", "answered HTTP 403 Forbidden (127.0.0.1)"),
        ("400", "answered HTTP 400 Bad Request (127.0.0.1)"),
        ("999 Nobody knows", "answered HTTP 999 (127.0.0.1)"),
        ("204 No Content", "answered HTTP 204 No Content (127.0.0.1)"),
        ("206 Partial Content", "answered HTTP 206 Partial Content (127.0.0.1)"),
        ("304 Not Modified", "answered HTTP 304 Not Modified (127.0.0.1)"),
        ("302 Found", "answered HTTP 302 Found (127.0.0.1)"),
    ],
)
def test_another_status_is_named(server: Wire, ask: Ask, status: str, problem: str) -> None:
    server.answers(answer(status))
    with pytest.raises(SourceError) as refusal:
        ask()
    assert type(refusal.value) is SourceError
    assert refusal.value.problem == problem


def test_a_connection_dropped_without_a_word_is_named(server: Wire, ask: Ask) -> None:
    server.answers(hang_up)
    with pytest.raises(SourceError, match=r"^arxiv: the answer broke off: .*\(127\.0\.0\.1\)$"):
        ask()


def test_something_that_does_not_speak_http_is_named(server: Wire, ask: Ask) -> None:
    server.answers(b"220 mail.example.org ESMTP\r\n")
    with pytest.raises(SourceError, match=r"^arxiv: the answer broke off: "):
        ask()


def test_a_port_where_nobody_listens_is_named(clients: Clients) -> None:
    with pytest.raises(SourceError, match=r"^arxiv: cannot be reached: .*refused \(127\.0\.0\.1\)$"):
        clients().get("http://127.0.0.1:9/oai", {}, now=NOW)


def test_a_name_that_nobody_has_is_named(clients: Clients) -> None:
    with pytest.raises(SourceError, match=r"^arxiv: cannot be reached: .*\(nobody\.invalid\)$"):
        clients().get("http://nobody.invalid/oai", {}, now=NOW)


@pytest.mark.parametrize(
    ("url", "params"),
    [
        ("http://127.0.0.1:9/oai", {"resumptionToken": "x" * 70_000}),
        ("http://127.0.0.1:9/oai", {"resumptionToken": "\ud800"}),
        ("http://127.0.0.1:nine/oai", {}),
        ("http://127.0.0.1/\n", {}),
        ("file://127.0.0.1/etc/passwd", {}),
        ("ftp://127.0.0.1/", {}),
    ],
)
def test_what_is_no_address_to_ask_is_told_before_asking(clients: Clients, url: str, params: dict[str, str]) -> None:
    client = clients()
    with pytest.raises(SourceError, match=r"^arxiv: cannot be asked: not an .*address.* \(127\.0\.0\.1\)$"):
        client.get(url, params, now=NOW)
    assert client.requests == 0


@pytest.mark.parametrize("url", ["", "feed.xml", "http://", "http://[::1", "http:///x"])
def test_an_address_without_a_host_is_told(clients: Clients, url: str) -> None:
    with pytest.raises(SourceError, match=r"^arxiv: cannot be asked: "):
        clients().get(url, {}, now=NOW)


def test_the_client_goes_on_after_a_fault(server: Wire, clients: Clients) -> None:
    server.answers(hang_up, answer(body=b"well again"))
    client = clients()
    with pytest.raises(SourceError, match="broke off"):
        client.get(server.url, {}, now=NOW)
    assert client.get(server.url, {}, now=NOW) == b"well again"
