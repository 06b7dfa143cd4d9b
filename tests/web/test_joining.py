"""Joining from end to end: a form, today's edition, a mailed link, a button, and the first edition; and who may not."""

import logging
import re
from datetime import timedelta
from email import message_from_bytes, policy
from itertools import count
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import membership, tokens
from digest.app import App
from digest.config import Settings
from digest.errors import InvalidInput
from digest.mail import Envelope, SuppressionReason
from digest.membership import suppressed
from digest.relevance.settings import RelevanceSettings
from digest.rendering.settings import SiteSettings
from digest.store import Store
from digest.subscribers import DAY_NAMES, EVERY_DAY, SubscriberState
from digest.web import web_app
from tests.fakes import Outbox, paper
from tests.rendering.pages import Page
from tests.store.builders import announce, announced
from tests.web.builders import NOW, READER, Door, ask, our_log

BO = "bo@example.org"
SITE = SiteSettings(url="http://digest.example", sender="digest@example.org", transactional_sender="door@example.org")
FILLED: dict[str, object] = {
    "about": "graph networks for molecules",
    "categories": "cs.LG",
    "at": "06:15",
    "zone": "Europe/Berlin",
    "day": list(DAY_NAMES),
}


class Visit:
    """Somebody at the door, whose clock goes on by ten seconds with each thing they do."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.outbox = Outbox()
        self.clock = (NOW + timedelta(seconds=10 * n) for n in count())
        self.now = NOW
        self.later = timedelta()
        self.app = web_app(self._app)

    def _app(self) -> App:
        settings = Settings(
            site=SITE, relevance=RelevanceSettings(threshold=0)
        )  # a day of five papers has no likely ones
        app = App(settings, now=self.now + self.later, store=self.store)
        app._mailing.transport = lambda: self.outbox  # type: ignore[method-assign]
        return app

    def ask(self, method: str, path: str, **values: object) -> httpx.Response:
        self.now = next(self.clock)
        return ask(self.app, method, path.removeprefix(SITE.url), **values)

    def post(self, path: str, **values: object) -> httpx.Response:
        return self.ask("POST", path, data=values)

    def form(self) -> dict[str, str]:
        """What the form carries unseen."""
        return {"began": hidden(self.ask("GET", "/subscribe"), "began")}

    def join(self, email: object = BO, **values: object) -> httpx.Response:
        return self.post("/subscribe", **(self.form() | FILLED | {"email": email} | values))

    def mails(self, to: str = BO) -> list[Envelope]:
        """What a tick of the server's clock sends to somebody."""
        self.now = next(self.clock)
        self.outbox.sent.clear()
        app = self._app()
        app.compose()
        app.deliver()
        return [mail for mail in self.outbox.sent if mail.rcpt_to == to]


def hidden(answer: httpx.Response, name: str) -> str:
    return next(tag.attributes["value"] for tag in Page(answer.text).all("input") if tag.attributes.get("name") == name)


def text(answer: httpx.Response) -> str:
    return Page(answer.text).all("main")[0].text


def link(mail: Envelope, path: str = "confirm") -> str:
    """The link of that kind in a mail's plain text."""
    body = message_from_bytes(mail.content, policy=policy.default).get_body(("plain",))
    assert body is not None
    (found,) = re.findall(rf"^http://digest\.example(/{path}/\S+)$", body.get_content().replace("\r", ""), re.M)
    return str(found)


def today(answer: httpx.Response) -> str:
    """The edition that a preview shows."""
    return next(tag.text for tag in Page(answer.text).all("section") if tag.attributes.get("id") == "today")


@pytest.fixture
def visit(door: Door) -> Visit:
    return Visit(door.store)


@pytest.fixture
def papers(door: Door) -> None:
    announce(
        door.store,
        *(
            announced(paper(title, number=number))
            for number, title in enumerate(("Graph networks for molecules", "Ants", "Bees", "Wasps", "Flies"), start=1)
        ),
    )


# ------------------------------------------------------------ the whole way


@pytest.mark.usefixtures("papers")
def test_somebody_joins_and_reads_their_first_edition(visit: Visit) -> None:
    shown = visit.post("/subscribe/preview", **(visit.form() | FILLED))
    assert shown.status_code == 200
    assert "Graph networks for molecules" in today(shown)
    assert "Send it to me every morning" in today(shown)

    asked = visit.join()
    assert (asked.status_code, asked.headers["location"]) == (303, "/subscribe/sent?lang=en")
    assert "The link works for 48 hours." in text(visit.ask("GET", asked.headers["location"]))

    (letter,) = visit.mails()
    assert letter.rcpt_to == BO
    confirming = link(letter)
    page = visit.ask("GET", confirming)
    assert "Press once to start" in text(page)
    assert "graph networks for molecules" in text(page)
    assert membership.find(visit.store, BO).state is SubscriberState.PENDING

    done = visit.post(confirming)
    assert "You are on the list" in text(done)
    assert re.search(r'href="(/settings/[^"]+)"', done.text)
    reader = membership.find(visit.store, BO)
    assert (reader.state, reader.schedule.timezone.key, reader.schedule.days) == (
        SubscriberState.ACTIVE,
        "Europe/Berlin",
        EVERY_DAY,
    )
    mails = [mail.content.decode() for mail in visit.mails()]
    assert any("Graph networks for molecules" in mail for mail in mails)


def test_who_comes_from_an_authors_page_follows_that_author(visit: Visit) -> None:
    begun = visit.ask("GET", "/subscribe?author=Ada+%3Cb%3EAmes")
    (field,) = [tag for tag in Page(begun.text).all("textarea") if tag.attributes.get("name") == "authors"]
    assert field.text.strip() == "Ada <b>Ames"
    visit.join(authors="Ada Ames\nBo Bell\nAda Ames")
    visit.post(link(visit.mails()[0]))
    with visit.store.read() as tx:
        number = membership.find(visit.store, BO).id
        assert tx.subscribers.profiles([number])[number].interests[0].follow == ("Ada Ames", "Bo Bell")


def test_the_letter_belongs_to_no_list_and_comes_from_the_door(visit: Visit) -> None:
    visit.join()
    (letter,) = visit.mails()
    message = message_from_bytes(letter.content, policy=policy.default)
    assert not [name for name, _ in message.items() if name.startswith(("List-", "Precedence", "Feedback-ID"))]
    assert "door@example.org" in message["From"]
    assert "/settings/" not in letter.content.decode()
    assert "/unsubscribe/" not in letter.content.decode()


@pytest.mark.usefixtures("papers")
def test_a_preview_and_every_page_before_the_button_change_nothing(door: Door, visit: Visit) -> None:
    visit.join()
    (letter,) = visit.mails()
    form, before = visit.form(), door.kept()
    for method in ("GET", "HEAD"):
        for path in ("/subscribe", "/subscribe/preview", "/subscribe/sent", link(letter), f"{link(letter)}x"):
            assert visit.ask(method, path).status_code in (200, 303, 404)
    assert visit.post("/subscribe/preview", **(form | FILLED | {"email": "x@example.org"})).status_code == 200
    assert door.kept() == before


def test_ticked_and_pasted_papers_are_liked_and_what_is_not_known_is_named(visit: Visit, papers: None) -> None:
    pasted = "https://arxiv.org/abs/2603.00002v3, arXiv:2401.99999 nonsense"
    values: dict[str, object] = FILLED | {"paper": ["arxiv:2603.00001"], "papers": pasted}
    shown = text(visit.post("/subscribe/preview", **values))
    assert "Not kept here, so nothing is learned from them: 2401.99999." in shown
    assert "These name no paper: nonsense" in shown

    visit.join(**values)
    (letter,) = visit.mails()
    visit.post(link(letter))
    with visit.store.read() as tx:
        number = membership.find(visit.store, BO).id
        profile = tx.subscribers.profiles([number])[number]
    assert profile.liked == ("arxiv:2603.00001", "arxiv:2603.00002")


def test_pasted_bibtex_counts_by_id_or_else_by_title(visit: Visit, papers: None) -> None:
    pasted = "@article{a, title={Ants at last}, eprint={2603.00002}}\n@misc{b, title={Deep {Nets} of old}}\n@misc{c}"
    visit.join(papers=pasted, about="")
    (letter,) = visit.mails()
    visit.post(link(letter))
    with visit.store.read() as tx:
        number = membership.find(visit.store, BO).id
        profile = tx.subscribers.profiles([number])[number]
    assert profile.liked == ("arxiv:2603.00002",)
    assert profile.interests[0].texts == ("Deep Nets of old",)


# ------------------------------------------------------------ pressed twice, late, or by somebody else


def test_pressing_twice_is_pressing_once(visit: Visit) -> None:
    assert visit.join().status_code == visit.join().status_code == 303
    (letter,) = visit.mails()
    first, second = visit.post(link(letter)), visit.post(link(letter))
    assert text(first) == text(second)
    assert "You are on the list" in text(visit.ask("GET", link(letter)))
    with visit.store.read() as tx:
        assert len(tx.subscribers.all()) == 2


def test_the_last_wish_before_the_button_counts(visit: Visit) -> None:
    visit.join()
    (letter,) = visit.mails()
    visit.join(about="ants", at="20:00")
    assert visit.mails() == []
    assert "ants" in text(visit.ask("GET", link(letter)))


def test_a_link_is_over_after_48_hours_and_so_is_what_was_asked(visit: Visit) -> None:
    visit.join()
    (letter,) = visit.mails()
    visit.later = timedelta(hours=49)
    for method in ("GET", "POST"):
        answer = visit.ask(method, link(letter))
        assert (answer.status_code, "Ask for a new one." in text(answer)) == (410, True)
    visit.mails()
    assert visit.ask("GET", link(letter)).status_code == 410
    with pytest.raises(InvalidInput, match="no subscriber"):
        membership.find(visit.store, BO)
    visit.join()
    assert link(visit.mails()[0]) != link(letter)


@pytest.mark.parametrize("purpose", [tokens.SETTINGS, tokens.UNSUBSCRIBE, tokens.EDITION, "other"])
def test_a_link_of_another_kind_confirms_nothing(door: Door, visit: Visit, purpose: str) -> None:
    visit.join()
    visit.mails()
    assert visit.post(f"/confirm/{door.signed(purpose, 1)}").status_code == 404


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(min_size=1).filter(lambda text: text not in (".", "..")), st.just("1-" + "A" * 22)))
def test_no_made_up_link_leads_anywhere(visit: Visit, token: str) -> None:
    path = f"/confirm/{quote(token, safe='', errors='replace')}"
    assert ask(visit.app, "GET", path).status_code == 404


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
        ("about", "\x01", "A interest with control characters"),
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


def test_whoever_chose_a_language_keeps_it_to_the_letter_and_beyond(visit: Visit) -> None:
    page = Page(visit.ask("GET", "/subscribe?lang=de").text)
    targets = [tag.attributes["action"] for tag in page.all("form")]
    assert targets == ["/subscribe/preview?lang=de#today"]
    visit.post("/subscribe?lang=de", **(visit.form() | FILLED | {"email": BO}))
    (letter,) = visit.mails()
    assert visit.ask("GET", link(letter)).text.startswith('<!DOCTYPE html>\n<html lang="de">')
