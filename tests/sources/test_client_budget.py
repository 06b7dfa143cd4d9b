"""An allowance of requests in a window is kept, also between runs."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceResting
from digest.sources.client import Budget
from tests.sources.conftest import NOW, Clients, unhurried
from tests.sources.wire import Wire, answer, hang_up

WINDOW = timedelta(minutes=5)


def test_what_is_beyond_the_allowance_is_not_asked_until_the_window_ends(server: Wire, clients: Clients) -> None:
    client = clients(budget=Budget(2, WINDOW))
    client.get(server.url, {}, now=NOW)
    client.get(server.url, {}, now=NOW + timedelta(minutes=1))

    with pytest.raises(SourceResting) as refusal:
        client.get(server.url, {"key": "s3cret"}, now=NOW + timedelta(minutes=2))

    assert refusal.value.until == NOW + WINDOW
    assert refusal.value.problem == "the allowance of 2 requests in 0:05:00 is used up (127.0.0.1)"
    assert (len(server.requests), client.requests) == (2, 2)


def test_when_the_window_has_passed_the_next_request_begins_a_new_one(server: Wire, clients: Clients) -> None:
    budget = Budget(1, WINDOW)
    client = clients(budget=budget)
    client.get(server.url, {}, now=NOW)
    client.get(server.url, {}, now=NOW + WINDOW)
    assert (budget.used, budget.began) == (1, NOW + WINDOW)


def test_the_next_run_goes_on_with_what_is_left(server: Wire, clients: Clients) -> None:
    first = Budget(2, WINDOW)
    clients(budget=first).get(server.url, {}, now=NOW)
    second = Budget(2, WINDOW, used=first.used, began=first.began)
    client = clients(budget=second)
    client.get(server.url, {}, now=NOW)
    with pytest.raises(SourceResting):
        client.get(server.url, {}, now=NOW)


def test_a_redirect_costs_a_request_too(server: Wire, clients: Clients) -> None:
    server.answers(answer("302 Found", location="/b"))
    with pytest.raises(SourceResting):
        clients(budget=Budget(2, WINDOW)).get(server.url, {}, now=NOW)
    assert len(server.requests) == 2


def test_what_fails_and_what_is_posted_is_counted(server: Wire, clients: Clients) -> None:
    server.answers(hang_up, answer())
    budget = Budget(9, WINDOW)
    client = clients(budget=budget)
    with pytest.raises(Exception, match="broke off"):
        client.get(server.url, {}, now=NOW)
    client.post(server.url, {}, {}, now=NOW)
    assert (budget.used, client.requests) == (2, 2)


def test_who_may_not_ask_does_not_wait_for_the_pace_first(clients: Clients) -> None:
    client = clients(budget=Budget(0, WINDOW))
    with pytest.raises(SourceResting):
        client.get("http://127.0.0.1:9/", {}, now=NOW)
    assert client.pace.last is None


def test_a_clock_that_was_put_back_a_year_makes_no_window_longer() -> None:
    budget = Budget(1, WINDOW, used=1, began=NOW + timedelta(days=365))
    assert budget.spend(NOW) == NOW + WINDOW


@unhurried
@given(st.integers(1, 5), st.lists(st.integers(0, 600), max_size=60).map(sorted))
def test_no_window_holds_more_than_the_allowance_and_none_waits_longer_than_a_window(
    most: int, seconds: list[int]
) -> None:
    budget = Budget(most, WINDOW)
    taken: dict[datetime | None, int] = {}
    for now in (NOW + timedelta(seconds=each) for each in seconds):
        until = budget.spend(now)
        if until is None:
            taken[budget.began] = taken.get(budget.began, 0) + 1
        else:
            assert now < until <= now + WINDOW
    assert all(count <= most for count in taken.values())
