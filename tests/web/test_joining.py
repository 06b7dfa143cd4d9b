"""Joining from end to end: a form, today's edition, a mailed link, a button, and the first edition."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import membership, tokens
from digest.errors import InvalidInput
from digest.subscribers import EVERY_DAY, SubscriberState
from tests.fakes import paper
from tests.rendering.pages import Page
from tests.store.builders import announce, announced, keep
from tests.web.builders import Door, ask
from tests.web.joiners import BO, FILLED, Visit, link, text, ticked, today


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


def test_who_comes_from_a_papers_page_has_it_ticked_and_nothing_is_kept_by_looking(
    door: Door, visit: Visit, papers: None
) -> None:
    keep(visit.store, paper("Old ants", number=77))
    page, before = visit.ask("GET", "/paper/2603.00077").text, door.kept()
    (led,) = [a for tag in Page(page).all("a") if "/subscribe?" in (a := tag.attributes["href"])]
    begun = visit.ask("GET", led)
    assert ticked(begun) == ["arxiv:2603.00077"]
    assert "Papers that you would read" in text(begun)
    assert door.kept() == before

    visit.join(paper=ticked(begun))
    visit.post(link(visit.mails()[0]))
    with visit.store.read() as tx:
        number = membership.find(visit.store, BO).id
        assert tx.subscribers.profiles([number])[number].liked == ("arxiv:2603.00077",)


def test_each_paper_of_a_day_leads_to_the_form_with_it_ticked(visit: Visit, papers: None) -> None:
    links = [tag.attributes["href"] for tag in Page(visit.ask("GET", "/").text).all("a")]
    led = [link for link in links if link.startswith("/subscribe?")]
    assert len(led) == len(set(led)) == 5
    assert [ticked(visit.ask("GET", link)) for link in led[:1]] == [["arxiv:" + led[0].partition("=")[2]]]


@pytest.mark.parametrize("name", ["2603.99999", "nonsense", "%22%3E%3Cscript%3E", "", "%00", "x" * 500])
def test_an_address_that_names_no_paper_of_ours_ticks_nothing(visit: Visit, papers: None, name: str) -> None:
    begun = visit.ask("GET", f"/subscribe?paper={name}")
    assert begun.status_code == 200
    assert ticked(begun) == []
    assert "Papers of today that you would read" in text(begun)


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


def test_whoever_chose_a_language_keeps_it_to_the_letter_and_beyond(visit: Visit) -> None:
    page = Page(visit.ask("GET", "/subscribe?lang=de").text)
    targets = [tag.attributes["action"] for tag in page.all("form")]
    assert targets == ["/subscribe/preview?lang=de#today"]
    visit.post("/subscribe?lang=de", **(visit.form() | FILLED | {"email": BO}))
    (letter,) = visit.mails()
    assert visit.ask("GET", link(letter)).text.startswith('<!DOCTYPE html>\n<html lang="de">')
