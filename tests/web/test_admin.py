"""The admin API: who has the key does what the command line does; nobody else learns that it is there."""

import json
import logging
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.subscribers import SubscriberState
from digest.websettings import WebSettings
from tests.fakes import paper
from tests.store.builders import keep
from tests.web.builders import READER, Door, our_log

KEY = "a-long-secret-key"
ANTS = paper("Ants", number=60001)
AS_SHOWN = {
    "timezone": "Europe/Berlin",
    "send_at": "06:30",
    "days": ["mon", "fri"],
    "size": 7,
    "kind": "daily",
    "plain": True,
    "language": "en",
}


@pytest.fixture
def admin(door: Door) -> Door:
    door.web = WebSettings(admin_key=KEY, searches_per_minute=100_000)
    keep(door.store, ANTS)
    return door


def ask(door: Door, method: str, path: str, key: str = KEY, **values: object) -> httpx.Response:
    return door.ask(method, f"/api/admin{path}", headers={"Authorization": f"Bearer {key}"}, **values)


def told(door: Door, method: str, path: str, body: object = None) -> Any:
    answer = ask(door, method, path, json=body) if body is not None else ask(door, method, path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def one(door: Door) -> str:
    return f"/subscribers/{door.reader_number}"


# ------------------------------------------------------------ the key


@pytest.mark.parametrize("path", ["/subscribers", "/openapi.json", "/subscribers/1"])
def test_without_a_key_in_the_settings_there_is_no_such_thing(door: Door, path: str) -> None:
    assert ask(door, "GET", path).status_code == 404


@pytest.mark.parametrize(
    "sent", [{}, {"Authorization": "Bearer "}, {"Authorization": f"Basic {KEY}"}, {"Authorization": f"Bearer {KEY}x"}]
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/subscribers"), ("DELETE", "/subscribers/1")])
def test_without_the_right_key_nothing_is_told_and_nothing_done(
    admin: Door, sent: dict[str, str], method: str, path: str
) -> None:
    before = admin.kept()
    answer = admin.ask(method, f"/api/admin{path}", headers=sent)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert READER not in answer.text
    assert admin.kept() == before


def test_neither_the_key_nor_an_address_reaches_the_log(admin: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told(admin, "POST", "/subscribers", {"address": "cleo@example.org"})
    ask(admin, "GET", "/subscribers", key=f"{KEY}-wrong")
    assert KEY not in our_log(caplog)
    assert "cleo" not in our_log(caplog)


# ------------------------------------------------------------ subscribers


def test_a_subscriber_is_added_shown_and_listed(admin: Door) -> None:
    added = told(admin, "POST", "/subscribers", {"address": "Cleo@example.org", "interests": ["ants"], "size": 5})
    assert (added["address"], added["state"], added["size"]) == ("Cleo@example.org", "active", 5)
    shown = told(admin, "GET", f"/subscribers/{added['number']}")
    assert shown["subscriber"] == added
    assert [each["texts"] for each in shown["interests"]] == [["ants"]]
    assert [each["address"] for each in told(admin, "GET", "/subscribers")["subscribers"]] == [READER, added["address"]]
    assert told(admin, "GET", "/subscribers?state=paused") == {"subscribers": []}


def test_somebody_who_is_there_is_not_added_again(admin: Door) -> None:
    answer = ask(admin, "POST", "/subscribers", json={"address": READER})
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "address: is a subscriber already; change them with PUT",
    )


def test_what_somebody_gets_is_changed_and_twice_is_once(admin: Door) -> None:
    first, second = (told(admin, "PUT", one(admin), AS_SHOWN) for _ in range(2))
    assert first == second
    assert {name: first[name] for name in AS_SHOWN} == AS_SHOWN


@pytest.mark.parametrize("state", ["paused", "left", "active"])
def test_a_subscriber_is_paused_let_go_and_brought_back(admin: Door, state: str) -> None:
    for _ in range(2):
        assert told(admin, "PUT", f"{one(admin)}/state", {"state": state})["state"] == state
    assert admin.state() is SubscriberState(state)
    assert told(admin, "PUT", f"{one(admin)}/state", {"state": "active"})["state"] == "active"


def test_changes_are_in_the_audit_log_by_number_and_looks_are_not(admin: Door) -> None:
    told(admin, "GET", one(admin))
    told(admin, "PUT", f"{one(admin)}/state", {"state": "paused"})
    ask(admin, "PUT", "/subscribers/99/state", json={"state": "paused"})
    new = told(admin, "POST", "/subscribers", {"address": "new@example.org"})["number"]
    with admin.store.read() as tx:
        found = [(each.who, each.what, each.target) for each in tx.audits.listed()]
    assert found == [
        ("key:admin_key", "addSubscriber", f"subscriber {new}"),
        ("key:admin_key", "setState", f"subscriber {admin.reader_number}"),
    ]


def test_removing_somebody_twice_is_removing_them_once(admin: Door) -> None:
    for _ in range(2):
        assert ask(admin, "DELETE", one(admin)).status_code == 204
    assert admin.state() is SubscriberState.LEFT


@pytest.mark.parametrize("state", ["active", "paused"])
def test_the_suppressed_stay_so(admin: Door, state: str) -> None:
    with admin.store.begin() as tx:
        tx.subscribers.change(admin.reader_number, state=SubscriberState.SUPPRESSED)
    answer = ask(admin, "PUT", f"{one(admin)}/state", json={"state": state})
    assert answer.status_code == 409
    assert "digest suppression" in answer.json()["detail"]
    assert ask(admin, "DELETE", one(admin)).status_code == 204
    assert admin.state() is SubscriberState.SUPPRESSED


# ------------------------------------------------------------ profiles


def test_an_interest_says_what_was_put_last_and_nothing_else(admin: Door) -> None:
    path = f"{one(admin)}/interests/robots"
    told(admin, "PUT", path, {"texts": ["legs", "arms"], "categories": ["cs.RO"], "weight": 2, "quota": 3})
    made = told(admin, "PUT", path, {"texts": ["arms", "hands"], "follow": ["Ada Ames"]})
    assert (made["texts"], made["categories"], made["follow"]) == (["arms", "hands"], [], ["Ada Ames"])
    assert (made["weight"], made["quota"], made["everything"]) == (1.0, None, False)
    assert told(admin, "GET", one(admin))["interests"] == [made]


def test_dropping_an_interest_twice_is_dropping_it_once(admin: Door) -> None:
    told(admin, "PUT", f"{one(admin)}/interests/robots", {"texts": ["legs"]})
    for _ in range(2):
        assert ask(admin, "DELETE", f"{one(admin)}/interests/robots").status_code == 204
    assert told(admin, "GET", one(admin))["interests"] == []


def test_a_verdict_is_given_and_taken_back(admin: Door) -> None:
    path = f"{one(admin)}/votes/{ANTS.arxiv_id}"
    for _ in range(2):
        assert ask(admin, "PUT", path, json={"verdict": "like", "interest": "insects"}).status_code == 204
    (interest,) = told(admin, "GET", one(admin))["interests"]
    assert (interest["name"], [each["paper"] for each in interest["liked"]]) == ("insects", [ANTS.arxiv_id])
    for _ in range(2):
        assert ask(admin, "DELETE", path).status_code == 204
    assert told(admin, "GET", one(admin))["interests"][0]["liked"] == []


# ------------------------------------------------------------ what cannot be used


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("POST", "/subscribers", {}, 422, "address: is missing; expected text"),
        ("POST", "/subscribers", [], 422, "body: expected an object"),
        ("POST", "/subscribers", {"address": "nobody"}, 422, "address: that is not an e-mail address"),
        ("POST", "/subscribers", {"address": 7}, 422, "address: expected text"),
        ("POST", "/subscribers", {"address": "a@example.org", "size": 0}, 422, "1 to 100 papers"),
        ("POST", "/subscribers", {"address": "a@example.org", "size": True}, 422, "size: expected a whole number"),
        ("POST", "/subscribers", {"address": "a@example.org", "color": ""}, 422, "color: is not known here"),
        ("POST", "/subscribers", {"address": "a@example.org", "days": []}, 422, "days: expected one or more"),
        ("POST", "/subscribers", {"address": "a@example.org", "days": ["x"]}, 422, "days: expected one or more"),
        ("POST", "/subscribers", {"address": "a@example.org", "timezone": "Mars"}, 422, "timezone: no such time zone"),
        ("POST", "/subscribers", {"address": "a@example.org", "send_at": "7"}, 422, "send_at: not a time of day"),
        ("POST", "/subscribers", {"address": "a@example.org", "kind": "hourly"}, 422, "expected one of daily, weekly"),
        ("POST", "/subscribers", {"address": "a@example.org", "interests": ["x"] * 201}, 422, "at most 200"),
        ("PUT", "/subscribers/1", AS_SHOWN | {"language": "tlh"}, 422, "tlh"),
        ("PUT", "/subscribers/99", AS_SHOWN, 404, "no such subscriber"),
        ("PUT", "/subscribers/99/state", {"state": "left"}, 404, "no such subscriber"),
        ("PUT", "/subscribers/1/state", {"state": "suppressed"}, 422, "expected one of active, paused, left"),
        ("PUT", "/subscribers/1/interests/x", {"weight": 0}, 422, "weight is above 0"),
        ("PUT", "/subscribers/1/interests/x", {"quota": 1.5}, 422, "quota: expected a whole number"),
        ("PUT", "/subscribers/1/interests/x", {"categories": ["!"]}, 422, "not an arXiv category"),
        ("PUT", "/subscribers/1/votes/2603.99999", {"verdict": "like"}, 404, "no such paper"),
        ("PUT", "/subscribers/1/votes/2603.60001", {"verdict": "like", "interest": ""}, 422, "interest: the name"),
        ("PUT", "/subscribers/x", AS_SHOWN, 404, "number: expected a whole number"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_was_expected(
    admin: Door, method: str, path: str, body: object, status: int, detail: str
) -> None:
    before = admin.kept()
    answer = ask(admin, method, path, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert detail in answer.json()["detail"]
    assert admin.kept() == before


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b" " * 70_000, "application/json", 413),
    ],
)
def test_a_body_that_is_no_json_is_refused(admin: Door, content: bytes, kind: str, status: int) -> None:
    sent = {"Authorization": f"Bearer {KEY}", "Content-Type": kind}
    answer = admin.ask("POST", "/api/admin/subscribers", content=content, headers=sent)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.dictionaries(
    st.sampled_from([*AS_SHOWN, "address", "texts", "weight", "quota", "verdict", "interest", "state"]),
    JSON,
    max_size=4,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=FIELDS, path=st.sampled_from(["", "/1", "/1/state", "/1/interests/main", "/1/votes/2603.60001"]))
def test_no_body_is_a_failure(admin: Door, body: dict[str, Any], path: str) -> None:
    sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    method, content = "PUT" if path else "POST", json.dumps(body).encode()
    answer = admin.ask(method, f"/api/admin/subscribers{path}", content=content, headers=sent)
    assert answer.status_code in (200, 204, 400, 409, 415, 422)


def test_the_document_is_behind_the_key_and_names_it(admin: Door) -> None:
    document = told(admin, "GET", "/openapi.json")
    assert document["components"]["securitySchemes"] == {"key": {"type": "http", "scheme": "bearer"}}
    assert all(each["security"] for path in document["paths"].values() for each in path.values())
    assert "/api/admin/subscribers" not in admin.ask("GET", "/api/openapi.json").text
