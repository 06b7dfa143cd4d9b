"""What one client may do how often, what is counted, and who is told."""

from dataclasses import replace

import pytest
from starlette.exceptions import HTTPException

from digest.store import DatabaseSettings, Store
from digest.web.limits import Limit
from digest.websettings import WebSettings
from tests.web.builders import ONE_CLICK, Door, ask


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def refused(limit: Limit, client: str = "ana") -> str | None:
    """The seconds that a client is told to wait; None where it is let through."""
    try:
        limit.take(client)
    except HTTPException as error:
        return (error.headers or {})["Retry-After"] if error.status_code == 429 else "never"
    return None


def test_tries_come_back_one_by_one() -> None:
    clock = Clock()
    limit = Limit(6, clock)
    assert [refused(limit) for _ in range(7)] == [None] * 6 + ["10"]
    clock.now += 9.5
    assert refused(limit) == "1"
    clock.now += 1
    assert refused(limit) is None
    assert refused(limit) is not None


def test_nobody_waits_for_what_another_did() -> None:
    limit = Limit(1, Clock())
    assert refused(limit) is None
    assert refused(limit) is not None
    assert refused(limit, "ben") is None


def test_a_long_silence_saves_up_no_more_than_a_minute() -> None:
    clock = Clock()
    limit = Limit(2, clock)
    refused(limit)
    clock.now += 86_400
    assert [refused(limit) is None for _ in range(3)] == [True, True, False]


def test_a_limit_below_one_a_minute_lets_the_first_through() -> None:
    limit = Limit(0.5, Clock())
    assert refused(limit) is None
    assert refused(limit) == "120"


@pytest.fixture
def strict(door: Door) -> Door:
    door.web = WebSettings(votes_per_minute=2, metrics_from=("127.0.0.1",), trusted_proxies=())
    return door


def test_votes_beyond_the_limit_are_refused_and_change_nothing(strict: Door) -> None:
    edition, app = strict.edition(), strict.app
    answers = [ask(app, "POST", f"{edition}/1/save") for _ in range(2)]
    assert {answer.status_code for answer in answers} <= {200, 303}
    before = strict.kept()
    over = ask(app, "POST", f"{edition}/2/save")
    assert over.status_code == 429
    assert int(over.headers["retry-after"]) > 0
    assert "Too many tries." in over.text
    assert over.headers["content-security-policy"]
    assert strict.kept() == before
    assert ask(app, "GET", edition).status_code == 200


def test_leaving_is_never_refused(strict: Door) -> None:
    app, link = strict.app, strict.link
    assert {ask(app, "POST", link, data=ONE_CLICK).status_code for _ in range(5)} == {200}


def test_figures_are_for_who_may_see_them(strict: Door) -> None:
    app = strict.app
    ask(app, "GET", strict.edition())
    ask(app, "GET", "/no/such/page")
    told = ask(app, "GET", "/metrics").text
    assert 'paperround_subscribers{state="active"} 1.0' in told
    assert "paperround_editions 1.0" in told
    assert 'paperround_http_responses_total{route="/e/{token}",status="200"} 1.0' in told
    assert 'paperround_http_responses_total{route="other",status="404"} 1.0' in told
    assert strict.token.partition("-")[2] not in told
    strict.web = replace(strict.web, metrics_from=("192.0.2.0/24",))
    assert ask(strict.app, "GET", "/metrics").status_code == 404


def test_an_answer_that_is_given_again_counts_for_its_own_address(strict: Door) -> None:
    app = strict.app
    assert [ask(app, "GET", "/").status_code for _ in range(3)] == [200] * 3
    assert 'paperround_http_responses_total{route="/",status="200"} 3.0' in ask(app, "GET", "/metrics").text


def test_the_house_is_ready_once_its_schema_is_that_of_this_release(
    strict: Door, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert ask(strict.app, "GET", "/readyz").text == "ok\n"
    strict.store = Store(DatabaseSettings(url=f"sqlite:///{tmp_path_factory.mktemp('none')}/none.db"))
    assert ask(strict.app, "GET", "/readyz").status_code == 503
    strict.store.close()


def test_robots_are_told_what_is_not_theirs(strict: Door) -> None:
    told = ask(strict.app, "GET", "/robots.txt")
    assert "Disallow: /settings/" in told.text
    assert told.headers["content-type"].startswith("text/plain")


def test_over_tls_no_other_way_is_taken_from_then_on(door: Door) -> None:
    assert "strict-transport-security" not in door.ask("GET", "/healthz").headers
    over_tls = door.ask("GET", "/healthz", headers={"X-Forwarded-Proto": "https"})
    assert over_tls.headers["strict-transport-security"] == "max-age=63072000"


def test_a_store_is_read_once_for_many_scrapes(strict: Door) -> None:
    app = strict.app
    first = ask(app, "GET", "/metrics").text
    strict.edition()
    assert "paperround_editions 0.0" in first
    assert "paperround_editions 0.0" in ask(app, "GET", "/metrics").text
