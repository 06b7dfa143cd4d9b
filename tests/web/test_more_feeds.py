"""A reader's other feeds: of one interest, of what was saved, the list of all; and what it costs to say "the same"."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import feedparser
import httpx
import pytest
import sqlalchemy as sa
from lxml import etree

from digest import membership
from digest.membership import feeds, preferences
from digest.store.instant import Instant, NotNow
from digest.store.prepared import Glance, Question
from digest.subscribers import Subscriber
from tests.fakes import MONDAY, paper
from tests.store.builders import announce, announced, keep
from tests.web.builders import NOW, READER, Door, ask, chosen_for

AS_IT_IS = {"Accept-Encoding": "identity"}


def reader(door: Door) -> Subscriber:
    return membership.find(door.store, READER)


def token(door: Door) -> str:
    return feeds.make(door.store, reader(door), now=NOW)


def get(door: Door, path: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return door.ask("GET", path, headers=AS_IT_IS | named)


def titles(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200
    return [entry.title for entry in feedparser.parse(answer.content).entries]


def number(door: Door, name: str) -> int:
    with door.store.read() as tx:
        found = tx.subscribers.find_interest(reader(door).id, name)
    assert found is not None
    return found


# ------------------------------------------------------------ which papers


def test_an_interest_has_a_feed_of_its_own_whatever_it_is_called(door: Door) -> None:
    membership.make_interest(door.store, READER, "robots")
    membership.make_interest(door.store, READER, "main")
    door.edition(chosen_for("robots", paper("Legs")), chosen_for("main", paper("Minima")))
    key = token(door)
    robots = f"/feed/{key}/{number(door, 'robots')}.atom"
    assert titles(get(door, robots)) == ["Legs"]
    assert titles(get(door, f"/feed/{key}/{number(door, 'main')}.rss")) == ["Minima"]
    assert feedparser.parse(get(door, robots).content).feed.title == "Paperround: robots"

    preferences.tune_interest(door.store, reader(door).id, "robots", new_name="legs", share=1, most=None, now=NOW)
    assert titles(get(door, robots)) == []
    door.edition(chosen_for("legs", paper("More legs")), slot_date=MONDAY + timedelta(days=1))
    assert titles(get(door, robots)) == ["More legs"]


def test_the_votes_of_an_interest_s_feed_are_those_of_the_places_in_the_edition(door: Door) -> None:
    membership.make_interest(door.store, READER, "robots")
    door.edition(chosen_for("main", paper("Minima")), chosen_for("robots", paper("Legs")))
    answer = get(door, f"/feed/{token(door)}/{number(door, 'robots')}.json")
    assert "/2/more" in answer.text
    assert "/1/more" not in answer.text


def test_what_was_saved_is_a_feed_the_last_first(door: Door) -> None:
    first, second = paper("First"), paper("Second")
    keep(door.store, first, second)
    with door.store.begin() as tx:
        rows = tx.papers.rows([first.id, second.id])
        tx.saved.keep(door.reader_number, rows[first.id], now=NOW)
        tx.saved.keep(door.reader_number, rows[second.id], now=NOW + timedelta(minutes=1))
    path = f"/feed/{token(door)}/saved"
    assert titles(get(door, f"{path}.atom")) == ["Second", "First"]
    assert [item["title"] for item in json.loads(get(door, f"{path}.json").content)["items"]] == ["Second", "First"]
    preferences.unsave(door.store, door.reader_number, second.id, now=NOW)
    assert titles(get(door, f"{path}.atom")) == ["First"]


def test_every_feed_has_an_id_of_its_own_for_ever(door: Door) -> None:
    membership.make_interest(door.store, READER, "robots")
    views = ("", "/saved", f"/{number(door, 'robots')}")
    seen = []
    for _ in range(2):
        key = token(door)
        found = [etree.fromstring(get(door, f"/feed/{key}{view}.atom").content) for view in views]
        seen.append([feed.findtext("{http://www.w3.org/2005/Atom}id") for feed in found])
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == len(views)


def test_nobody_reads_the_interest_of_another_reader(door: Door) -> None:
    membership.add(door.store, "bo@example.org", host="x", now=NOW)
    membership.make_interest(door.store, "bo@example.org", "secret")
    with door.store.read() as tx:
        theirs = tx.subscribers.find_interest(membership.find(door.store, "bo@example.org").id, "secret")
    for view in (str(theirs), "0", "-1", "x", "9" * 30, "Saved", "%00"):
        assert get(door, f"/feed/{token(door)}/{view}.atom").status_code == 404


def test_the_list_of_all_feeds_is_opml(door: Door) -> None:
    for name in ("robots & <legs>", "minima"):
        membership.make_interest(door.store, READER, name)
    key = token(door)
    answer = get(door, f"/feed/{key}.opml")
    outlines = etree.fromstring(answer.content).findall("body/outline")
    assert answer.headers["cache-control"] == "no-store"
    assert [each.get("text") for each in outlines] == [
        "Paperround: papers for you",
        "Paperround: robots & <legs>",
        "Paperround: minima",
        "Paperround: Saved papers",
    ]
    for each in outlines:
        path = str(each.get("xmlUrl")).removeprefix("http://localhost:8000")
        assert get(door, path).status_code == 200


# ------------------------------------------------------------ what the same costs


@contextmanager
def counted(door: Door) -> Iterator[list[str]]:
    """The statements that the database is asked."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            asked.append(statement)

    def ask_question(self: Question, at: Glance, **given: object) -> Iterator[tuple[object, ...]]:
        asked.append(str(self._statement))  # what is asked at a glance, SQLAlchemy does not hear
        return ask_itself(self, at, **given)

    ask_itself = Question.ask
    sa.event.listen(door.store._engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Question, "ask", ask_question)
            yield asked
    finally:
        sa.event.remove(door.store._engine, "before_cursor_execute", note)


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_the_second_answer_costs_one_query_and_no_rendering(
    door: Door, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.web.feeds_kept.LOOKED_SECONDS", 0.0)
    door.edition()
    app, path = door.app, f"/feed/{token(door)}.{form}"
    first = ask(app, "GET", path, headers=AS_IT_IS)
    monkeypatch.setattr("digest.store.feeds.brought", None)  # whoever reads the editions again fails
    with counted(door) as asked:
        again = ask(app, "GET", path, headers=AS_IT_IS)
        known = ask(app, "GET", path, headers=AS_IT_IS | {"If-None-Match": first.headers["etag"]})
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert (known.status_code, known.content) == (304, b"")
    assert len(asked) == 2


def test_whatever_may_change_a_feed_is_seen_when_it_is_looked_at(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.web.feeds_kept.LOOKED_SECONDS", 0.0)
    app, path = door.app, f"/feed/{token(door)}.atom"

    def shown() -> list[str]:
        return titles(ask(app, "GET", path, headers=AS_IT_IS))

    assert shown() == []
    item = paper("One", number=1)
    door.edition(item)
    assert shown() == ["One"]
    door.edition(paper("Two"), slot_date=MONDAY + timedelta(days=1))
    assert shown() == ["Two", "One"]
    changed = paper("One, again", number=1)
    announce(door.store, announced(changed, day=MONDAY + timedelta(days=2)))
    assert shown() == ["Two", "One, again"]
    with door.store.begin() as tx:
        tx.subscribers.change(door.reader_number, language="de")
    assert "für Sie" in ask(app, "GET", path, headers=AS_IT_IS).text or shown() == ["Two", "One, again"]
    feeds.stop(door.store, reader(door), now=NOW)
    assert ask(app, "GET", path).status_code == 404


def test_who_asks_again_within_a_second_costs_no_query(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.web.feeds_kept.LOOKED_SECONDS", 3600.0)
    app, path = door.app, f"/feed/{token(door)}.atom"
    first = ask(app, "GET", path, headers=AS_IT_IS)
    with counted(door) as asked:
        assert ask(app, "GET", path, headers=AS_IT_IS).content == first.content
        known = ask(app, "GET", path, headers=AS_IT_IS | {"If-None-Match": first.headers["etag"]})
    assert known.status_code == 304
    assert asked == []


def test_a_paper_that_is_announced_again_as_it_was_leaves_the_tag_alone(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.web.feeds_kept.LOOKED_SECONDS", 0.0)
    app, path = door.app, f"/feed/{token(door)}.atom"
    door.edition(paper("One", number=1))
    tag = ask(app, "GET", path, headers=AS_IT_IS).headers["etag"]
    announce(door.store, announced(paper("Another")))
    assert ask(app, "GET", path, headers=AS_IT_IS | {"If-None-Match": tag}).status_code == 304


# ------------------------------------------------------------ without waiting


def no_thread(*given: object, **named: object) -> None:
    raise AssertionError("a thread was asked")


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_a_feed_is_written_without_a_thread_where_its_papers_were_in_another_one(door: Door, form: str) -> None:
    door.edition(paper("One", number=1))
    app, old = door.app, f"/feed/{token(door)}.{form}"
    first = ask(app, "GET", old, headers=AS_IT_IS)
    assert first.status_code == 200
    new = token(door)  # whose feed nobody has asked for yet
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("digest.web.asking.asyncio.to_thread", no_thread)
        made, packed = (
            ask(app, "GET", f"/feed/{new}.{form}", headers={"Accept-Encoding": coding})
            for coding in ("identity", "gzip")
        )
    assert made.status_code == packed.status_code == 200
    assert made.content == packed.content
    assert made.text.replace(new, "") == first.text.replace(old.split("/")[-1].partition(".")[0], "")


def test_a_feed_that_would_have_to_be_waited_for_is_left_to_a_thread(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.edition(paper("One", number=1))
    app = door.app
    before = ask(app, "GET", f"/feed/{token(door)}.atom", headers=AS_IT_IS)

    def not_now(self: Instant) -> None:
        raise NotNow

    monkeypatch.setattr(Instant, "glance", not_now)
    after = ask(app, "GET", f"/feed/{token(door)}.atom", headers=AS_IT_IS)
    assert titles(before) == titles(after) == ["One"]


def test_a_paper_that_nobody_had_before_is_read_in_a_thread(door: Door) -> None:
    door.edition(paper("One", number=1))
    app, path = door.app, f"/feed/{token(door)}.atom"
    assert titles(ask(app, "GET", path, headers=AS_IT_IS)) == ["One"]
    door.edition(paper("Two", number=2), slot_date=MONDAY + timedelta(days=1))
    assert titles(ask(app, "GET", f"/feed/{token(door)}.atom", headers=AS_IT_IS)) == ["Two", "One"]
