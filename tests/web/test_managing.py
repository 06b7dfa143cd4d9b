"""What a reader does with their own subscription: another address, a pause, a copy of it all, and the end."""

import json
import logging
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import membership, tokens
from digest.errors import InvalidInput
from digest.mail import LetterKind
from digest.membership import data, feeds, preferences, suppressed
from digest.store import DatabaseSettings, Store
from digest.store.joining import Purpose
from digest.store.tables import metadata
from digest.subscribers import ProfileField, Schedule, Subscriber, SubscriberState
from digest.web.deeds import DEEDS
from tests.fakes import MONDAY, at, paper
from tests.store.builders import announce, announced, edition, keep
from tests.web.builders import NOW, READER, Door, our_log
from tests.web.joiners import BO, Visit, link, text


@pytest.fixture
def visit(door: Door) -> Visit:
    return Visit(door.store)


def reader(store: Store, email: str = READER) -> Subscriber:
    return membership.find(store, email)


# ------------------------------------------------------------ another address


def test_a_reader_moves_once_the_new_address_says_so_and_the_old_one_is_told(door: Door, visit: Visit) -> None:
    number = door.reader_number
    asked = visit.post(f"{door.settings}/move", address=BO)
    assert "Look in the inbox of the new address." in text(visit.ask("GET", asked.headers["location"]))
    (letter,) = visit.mails(BO)
    assert reader(door.store).address == READER
    assert "Send your papers to this address?" in text(visit.ask("GET", link(letter)))
    assert reader(door.store).address == READER

    for _ in range(2):
        assert "Your papers come to this address now" in text(visit.post(link(letter)))
    assert reader(door.store, BO).id == number
    (told,) = visit.mails(READER)
    assert b"Your papers go to another address from now on" in told.content
    assert b"/settings/" not in told.content

    visit.later = timedelta(days=4)
    visit.mails()
    with pytest.raises(InvalidInput, match="no subscriber"):
        reader(door.store)
    assert reader(door.store, BO).state is SubscriberState.ACTIVE


def test_the_address_of_another_reader_is_not_taken_and_nobody_is_told_whose_it_is(door: Door, visit: Visit) -> None:
    membership.add(door.store, BO, host="x", now=NOW)
    known, unknown = (visit.post(f"{door.settings}/move", address=each) for each in (BO, "cy@example.org"))
    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    (letter,) = visit.mails(BO)
    assert b"on the list already" in letter.content
    assert {reader(door.store).address, reader(door.store, BO).address} == {READER, BO}


def test_a_move_that_nobody_confirms_is_forgotten(door: Door, visit: Visit) -> None:
    visit.post(f"{door.settings}/move", address=BO)
    (letter,) = visit.mails(BO)
    visit.later = timedelta(hours=49)
    visit.mails()
    assert visit.post(link(letter)).status_code == 410
    assert reader(door.store).address == READER
    with pytest.raises(InvalidInput, match="no subscriber"):
        reader(door.store, BO)


def test_no_reader_moves_to_a_suppressed_address_or_to_none(door: Door, visit: Visit) -> None:
    suppressed.add(door.store, BO, now=NOW)
    visit.post(f"{door.settings}/move", address=BO)
    assert visit.mails(BO) == []
    assert visit.post(f"{door.settings}/move", address="ana@").status_code == 422


# ------------------------------------------------------------ a pause with an end


def test_a_pause_ends_by_itself_on_the_morning_that_was_chosen(door: Door, visit: Visit) -> None:
    answer = visit.post(f"{door.settings}/pause", until="2026-03-04")
    assert "It ends by itself" in text(visit.ask("GET", answer.headers["location"]))
    assert "You are on pause until Wednesday 4 March" in text(visit.ask("GET", door.settings))
    membership.wake(door.store, now=at(date(2026, 3, 3), 23, 59))
    assert door.state() is SubscriberState.PAUSED

    membership.wake(door.store, now=at(date(2026, 3, 4), 0, 1))
    back = reader(door.store)
    assert (back.state, back.paused_until) == (SubscriberState.ACTIVE, None)
    assert back.next_due_at == at(date(2026, 3, 4), 7, 0)


def test_the_end_of_a_pause_is_a_day_where_the_reader_lives(door: Door) -> None:
    with door.store.begin() as tx:
        tx.subscribers.change(door.reader_number, schedule=Schedule(timezone=membership.timezone("Pacific/Kiritimati")))
    preferences.pause(door.store, reader(door.store), now=NOW, until=date(2026, 3, 4))
    assert membership.wake(door.store, now=at(date(2026, 3, 3), 9, 59)) == 0
    assert membership.wake(door.store, now=at(date(2026, 3, 3), 10, 0)) == 1
    assert membership.wake(door.store, now=at(date(2026, 3, 3), 10, 0)) == 0


def test_the_end_can_be_taken_back_and_an_open_pause_stays_open(door: Door, visit: Visit) -> None:
    visit.post(f"{door.settings}/pause", until="2026-03-04")
    visit.post(f"{door.settings}/pause", until="")
    assert membership.wake(door.store, now=at(date(2026, 6, 1))) == 0
    assert door.state() is SubscriberState.PAUSED


def test_whoever_leaves_on_pause_is_not_woken(door: Door, visit: Visit) -> None:
    visit.post(f"{door.settings}/pause", until="2026-03-04")
    visit.post(f"{door.settings}/leave")
    assert membership.wake(door.store, now=at(date(2026, 3, 9))) == 0
    assert door.state() is SubscriberState.LEFT


@pytest.mark.parametrize("until", ["2026-03-02", "2020-01-01", "2027-03-04", "2026-02-30", "soon", "2026-3-4"])
def test_a_pause_that_ends_on_no_day_to_come_is_refused(door: Door, visit: Visit, until: str) -> None:
    assert visit.post(f"{door.settings}/pause", until=until).status_code == 422
    assert door.state() is SubscriberState.ACTIVE


# ------------------------------------------------------------ few good papers


def test_a_reader_who_wants_few_good_papers_gets_no_others(door: Door, visit: Visit) -> None:
    membership.describe(door.store, READER, ProfileField.INTEREST, ["graph networks"])
    announce(door.store, *(announced(paper(title)) for title in ("Graph networks", "Ants", "Bees", "Wasps")))
    delivery = {"at": "07:00", "zone": "UTC", "size": "9", "kind": "daily", "form": "html", "day": ["mon"]}
    visit.post(f"{door.settings}/deliver", **delivery, least="99")
    assert reader(door.store).threshold == 0.99
    assert 'value="99"' in visit.ask("GET", door.settings).text
    visit.mails()
    with door.store.read() as tx:
        (made,) = tx.editions.of(door.reader_number, limit=1)
    assert made.recommendations == ()


@pytest.mark.parametrize("least", ["100", "-1", "0.5", "many"])
def test_a_share_that_is_none_is_refused(door: Door, visit: Visit, least: str) -> None:
    delivery = {"at": "07:00", "zone": "UTC", "size": "9", "kind": "daily", "form": "html", "day": ["mon"]}
    assert visit.post(f"{door.settings}/deliver", **delivery, least=least).status_code == 422


# ------------------------------------------------------------ my data


def test_a_reader_takes_everything_that_is_held_of_them_along(door: Door, visit: Visit) -> None:
    opened = door.edition()
    door.ask("POST", f"{opened}/1/save")
    answer = visit.ask("GET", f"{door.settings}/my-data.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    told = json.loads(answer.content)
    assert told["tables"]["subscriber"][0]["address"] == READER
    assert {"edition", "saved", "feedback", "seen", "interest"} <= told["tables"].keys()
    (saved,) = told["tables"]["saved"]
    assert told["papers"][str(saved["paper_id"])] == {"id": "arxiv:2603.00001", "title": "Flat minima"}


def test_nobody_else_is_in_it(door: Door, visit: Visit) -> None:
    membership.add(door.store, BO, host="x", now=NOW)
    assert BO not in visit.ask("GET", f"{door.settings}/my-data.json").text


# ------------------------------------------------------------ forget me


def inhabited(store: Store) -> Subscriber:
    """A reader with a row or more in every table that belongs to readers."""
    membership.add(store, READER, host="x", now=NOW, interests=["ants"], categories=["cs.LG"])
    who, item = reader(store), paper("Ants")
    keep(store, item)
    number = edition(store, who, item)
    with store.begin() as tx:
        row = tx.papers.rows([item.id])[item.id]
        tx.saved.keep(who.id, row, now=NOW)
        tx.joinings.ask(READER, {}, now=NOW)
        tx.joinings.ask(BO, {}, now=NOW, mover=who.id)
        tx.joinings.make(who.id, Purpose.JOIN, now=NOW, expires_at=NOW)
        letter = tx.letters.keep(who.id, LetterKind.WELCOME, MONDAY, now=NOW)
        assert letter is not None
        tx.deliveries.intend_letter(letter, message_id="<1@x>", now=NOW)
        tx.deliveries.intend(number, message_id="<2@x>", now=NOW)
        tx.messages.keep(1, b"bytes")
    feeds.make(store, who, now=NOW)
    return who


def test_an_erased_reader_leaves_no_row_with_their_number(store: Store) -> None:
    who = inhabited(store)
    other = membership.add(store, BO, host="x", now=NOW)
    with store.begin() as tx:
        assert {"application", "joining", "letter", "delivery", "message", "feed_token"} <= tx.holdings.of(
            who.id
        ).keys()
    data.erase(store, who)

    with store._engine.connect() as connection:
        for table in metadata.tables.values():
            for key in table.foreign_keys:
                if key.column.table.name == "subscriber":
                    assert connection.execute(sa.select(table).where(key.parent == who.id)).all() == [], table.name
        assert connection.execute(sa.select(metadata.tables["application"])).all() == []
        assert connection.execute(sa.select(metadata.tables["delivery"])).all() == []
        assert connection.execute(sa.select(metadata.tables["subscriber"].c.id)).scalars().all() == [other.id]
    with store.read() as tx:
        assert tx.holdings.of(who.id) == {}


def test_no_number_is_ever_given_again_so_that_old_links_lead_to_nobody(store: Store) -> None:
    who = inhabited(store)
    with store.read() as tx:
        editions, letters = tx.editions.of(who.id, limit=9), tx.deliveries.listed()
    data.erase(store, who)
    again = membership.add(store, READER, host="x", now=NOW)
    assert again.id > who.id
    keep(store, paper("Bees"))
    made = edition(store, again)
    with store.begin() as tx:
        tx.deliveries.intend(made, message_id="<3@x>", now=NOW)
        (delivery,) = tx.deliveries.listed()
    assert made > max(each.id for each in editions)
    assert delivery.delivery.id > max(each.delivery.id for each in letters)


def test_only_the_hash_of_a_suppressed_address_outlives_its_reader(door: Door) -> None:
    suppressed.add(door.store, READER, now=NOW)
    data.erase(door.store, reader(door.store))
    assert READER not in door.kept()
    assert len(suppressed.listed(door.store)) == 1


def test_erasing_takes_two_steps_and_ends_every_link(door: Door, visit: Visit) -> None:
    opened, link_of_all = door.edition(), door.settings
    feed = f"/feed/{feeds.make(door.store, reader(door.store), now=NOW)}.atom"
    page = visit.ask("GET", f"{link_of_all}/erasing")
    assert "Erase everything?" in page.text
    assert visit.post(f"{link_of_all}/erase").status_code == 422
    assert visit.ask("GET", link_of_all).status_code == 200

    done = visit.post(f"{link_of_all}/erase", sure="yes")
    assert (done.status_code, "Nothing is held of you any more" in text(done)) == (200, True)
    assert READER not in door.kept()
    for path in (link_of_all, feed, f"/unsubscribe/{link_of_all.rpartition('/')[2]}"):
        assert visit.ask("GET", path).status_code == 404
    assert visit.ask("GET", opened).status_code == 410
    assert visit.mails(READER) == []


def test_an_erased_reader_is_in_the_log_by_number_alone(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        data.erase(door.store, reader(door.store))
    assert "erased subscriber=1" in our_log(caplog)
    assert READER not in our_log(caplog)


# ------------------------------------------------------------ whatever is sent


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(set(DEEDS) - {"erase"})),
    st.dictionaries(st.sampled_from(["until", "least", "address", "sure", "name", "at", "zone", "size"]), st.text()),
)
def test_whatever_a_form_holds_there_is_an_answer(door: Door, deed: str, values: dict[str, str]) -> None:
    answer = door.ask("POST", f"{door.settings}/{deed}", data=values)
    assert answer.status_code in (200, 303, 404, 422)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Store]:
    opened = Store(DatabaseSettings(url=f"sqlite:///{tmp_path / 'two.db'}"))
    opened.prepare(now=NOW)
    yield opened
    opened.close()


def test_a_settings_link_of_one_installation_is_none_in_another(door: Door, two: Store) -> None:
    membership.add(two, BO, host="x", now=NOW)
    with two.begin() as tx:
        tx.secrets.get_or_make(tokens.KEY)
    assert membership.link_holder(two, door.token) is None
