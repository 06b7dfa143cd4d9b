"""Who may not join, who is told what, and what a form says of a field that cannot be used."""

import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import membership, tokens
from digest.mail import SuppressionReason
from digest.membership import suppressed
from digest.subscribers import SubscriberState
from tests.web.builders import NOW, READER, Door, ask, our_log
from tests.web.joiners import BO, FILLED, Visit, hidden, link, text


@pytest.fixture
def visit(door: Door) -> Visit:
    return Visit(door.store)


# ------------------------------------------------------------ who is told what


def test_no_answer_tells_whether_an_address_is_known(door: Door, visit: Visit) -> None:
    gone, refused = "cy@example.org", "di@example.org"
    membership.add(door.store, gone, host="x", now=NOW)
    membership.leave(door.store, gone)
    suppressed.add(door.store, refused, now=NOW, reason=SuppressionReason.OPERATOR)
    with door.store.begin() as tx:
        tx.secrets.get_or_make(tokens.KEY)
    answers = [visit.join(email) for email in (BO, READER, READER.upper(), gone, refused)]
    told = [(a.status_code, sorted((k, v) for k, v in a.headers.items()), a.content) for a in answers]
    assert all(each == told[0] for each in told)

    with door.store.read() as tx:
        rows = tx._connection.exec_driver_sql("SELECT mover_id, wish FROM application").all()
    assert len(rows) == len(answers)
    assert len({tuple(row) for row in rows}) == 1  # the same was written for each of them


def test_who_has_it_already_gets_a_letter_with_their_settings_once_a_day(door: Door, visit: Visit) -> None:
    visit.join(READER)
    (letter,) = visit.mails(READER)
    assert b"You are on the list already" in letter.content
    assert link(letter, "settings") == door.settings
    visit.join(READER)
    assert visit.mails(READER) == []
    assert door.state() is SubscriberState.ACTIVE


def test_who_left_is_told_how_to_start_again(door: Door, visit: Visit) -> None:
    membership.leave(door.store, READER)
    visit.join(READER)
    (letter,) = visit.mails(READER)
    assert b"You had it once" in letter.content
    assert door.state() is SubscriberState.LEFT


def test_a_suppressed_address_gets_nothing(door: Door, visit: Visit) -> None:
    suppressed.add(door.store, BO, now=NOW)
    visit.join()
    assert visit.mails() == []
    with door.store.read() as tx:
        assert tx.subscribers.find(BO) is None


def test_an_address_that_was_suppressed_after_the_letter_cannot_begin(door: Door, visit: Visit) -> None:
    visit.join()
    (letter,) = visit.mails()
    suppressed.add(door.store, BO, now=NOW)
    assert visit.post(link(letter)).status_code == 410


# ------------------------------------------------------------ who is no person


def test_a_program_is_answered_like_everybody_and_nothing_is_kept(visit: Visit) -> None:
    answer = visit.join(website="http://spam.example")
    assert (answer.status_code, answer.headers["location"]) == (303, "/subscribe/sent?lang=en")
    assert visit.mails() == []


@pytest.mark.parametrize("began", ["", "1-AAAAAAAAAAAAAAAAAAAAAA", "x"])
def test_a_form_that_we_did_not_show_is_shown_again_with_what_was_typed(visit: Visit, began: str) -> None:
    answer = visit.join(began=began)
    assert answer.status_code == 422
    assert hidden(answer, "email") == BO
    again = visit.post("/subscribe", **FILLED, email=BO, began=hidden(answer, "began"))
    assert again.status_code == 303


def test_a_form_that_comes_back_at_once_was_filled_in_by_no_person(visit: Visit) -> None:
    began = visit.form()["began"]
    data = FILLED | {"email": BO, "began": began}
    assert ask(visit.app, "POST", "/subscribe", data=data).status_code == 422
    assert visit.mails() == []


def test_another_site_cannot_send_the_form(visit: Visit) -> None:
    for path in ("/subscribe", "/subscribe/preview", "/confirm/1-AAAAAAAAAAAAAAAAAAAAAA"):
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert visit.ask("POST", path, data=FILLED, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "ana@", "That is not an e-mail address: 'ana@'"),
        ("email", "", "That is not an e-mail address: ''"),
        ("zone", "Mars/Base", "No such time zone: 'Mars/Base'"),
        ("at", "25:00", "Not a time of day: '25:00'"),
        ("categories", "no/cat", "Not an arXiv category: 'no/cat'"),
        ("about", "\x01", "An entry with control characters"),
    ],
)
def test_what_cannot_be_used_is_said_and_kept_as_typed(visit: Visit, field: str, typed: str, said: str) -> None:
    answer = visit.join(**{field: typed})
    assert answer.status_code == 422
    assert said in text(answer)
    assert visit.mails() == []


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(
            ["email", "about", "papers", "paper", "authors", "categories", "at", "zone", "day", "began", "website"]
        ),
        st.text(max_size=40),
    )
)
def test_whatever_is_typed_there_is_an_answer(visit: Visit, values: dict[str, str]) -> None:
    visit.now = NOW
    for path in ("/subscribe", "/subscribe/preview"):
        assert ask(visit.app, "POST", path, data=values).status_code in (200, 303, 422, 429)


def test_no_address_and_no_link_reaches_the_log(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        visit.join()
        (letter,) = visit.mails()
        visit.post(link(letter))
    log = our_log(caplog)
    assert "joined subscriber=2" in log
    assert link(letter).rpartition("/")[2] not in log
    assert "bo@" not in log
