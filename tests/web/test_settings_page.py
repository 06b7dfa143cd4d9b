"""The settings: shown by GET, changed by POST, one form at a time, with what was typed kept where it cannot be used."""

import re
from datetime import time
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from digest import membership, tokens
from digest.membership import standing
from digest.rendering.settings import SiteSettings
from digest.store.shadow import LeftOut
from digest.subscribers import MAIN, EditionKind, Interest, ProfileField, Subscriber, SubscriberState
from digest.web.deeds import DEEDS
from tests.fakes import paper
from tests.rendering.pages import Page
from tests.store.builders import keep
from tests.web.builders import NOW, READER, Door, ask

DELIVERY = {
    "at": "06:15",
    "zone": "Europe/Berlin",
    "size": "7",
    "day": ["mon", "wed"],
    "kind": "daily",
    "form": "plain",
}
PAGES = ("", "/interest?name=main", "/saved", "/judged", "/left-out", "/erasing")


def post(door: Door, deed: str, **values: object) -> httpx.Response:
    return door.ask("POST", f"{door.settings}/{deed}", data=values)


def after(door: Door, answer: httpx.Response) -> str:
    """The text of the page that a form leads to."""
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(door.settings)
    shown = door.ask("GET", answer.headers["location"])
    assert shown.status_code == 200
    return Page(shown.text).all("main")[0].text


def error(answer: httpx.Response, field: str) -> str:
    """What is said beside a field, found as a screen reader finds it."""
    assert answer.status_code == 422
    page = Page(answer.text)
    (typed,) = [tag for tag in page.all("input", "select", "textarea") if tag.attributes.get("id") == field]
    assert typed.attributes["aria-invalid"] == "true"
    (said,) = [tag for tag in page.tags if tag.attributes.get("id") == typed.attributes["aria-describedby"].split()[-1]]
    return said.text


def value(answer: httpx.Response, field: str) -> str:
    page = Page(answer.text)
    return next(tag.attributes["value"] for tag in page.all("input") if tag.attributes.get("id") == field)


def reader(door: Door) -> Subscriber:
    return membership.find(door.store, READER)


def interest(door: Door, name: str = MAIN) -> Interest:
    found = standing.interest(door.store, door.reader_number, name)
    assert found is not None
    return found


# ------------------------------------------------------------ what is shown


def test_every_page_is_whole_and_never_tells_the_address(door: Door) -> None:
    edition = door.edition()
    door.ask("POST", f"{edition}/1/save")
    for path in PAGES:
        answer = door.ask("GET", f"{door.settings}{path}")
        page = Page(answer.text)
        assert answer.status_code == 200
        assert "ana@" not in answer.text
        assert not page.all("style", "img")
        assert {tag.attributes["src"] for tag in page.all("script")} <= {"/static/zone.js"}
        assert not any(tag.text for tag in page.all("script"))
        assert not any("style" in tag.attributes or "onclick" in tag.attributes for tag in page.tags)
        for name in ("header", "main", "footer", "h1", "nav"):
            assert len(page.all(name)) == 1


def test_every_field_has_a_label_and_every_id_is_one_of_a_kind(door: Door) -> None:
    for path in PAGES:
        page = Page(door.ask("GET", f"{door.settings}{path}").text)
        ids = [tag.attributes["id"] for tag in page.tags if "id" in tag.attributes]
        assert len(ids) == len(set(ids))
        labels = {tag.attributes.get("for") for tag in page.all("label")}
        fields = [
            tag
            for tag in page.all("input", "select", "textarea")
            if tag.attributes.get("type") not in ("hidden", "checkbox")
        ]
        assert all(tag.attributes["id"] in labels for tag in fields)
        named = " ".join(tag.attributes.get("aria-describedby", "") for tag in page.tags).split()
        assert set(named) <= set(ids)


def test_the_first_page_says_when_the_next_edition_comes_and_what_was_sent(door: Door) -> None:
    edition = door.edition(papers_read=1234)
    page = Page(door.ask("GET", door.settings).text)
    main = page.all("main")[0].text
    assert "Next edition: Monday 2 March, 07:30 in UTC." in main
    assert "Monday 2 March1,2342" in main
    links = [tag.attributes["href"] for tag in page.all("a")]
    assert edition in links
    assert f"{door.settings}/interest?name=main" in links


def test_looking_changes_nothing(door: Door) -> None:
    door.edition()
    link, before = door.settings, door.kept()
    for path in (*PAGES, *(f"/{deed}" for deed in DEEDS), "/interest?name=x", "/my-data.json", "/nowhere"):
        for method in ("GET", "HEAD"):
            assert door.ask(method, f"{link}{path}").status_code in (200, 303, 404)
    assert door.kept() == before


def test_a_site_below_a_path_links_and_posts_there(door: Door) -> None:
    door.site = SiteSettings(url="https://example.org/digest/", sender="digest@example.org")
    page = Page(door.ask("GET", door.settings).text)
    targets = [tag.attributes["action"] for tag in page.all("form")] + [
        tag.attributes["href"] for tag in page.all("a") if tag.attributes["href"].startswith("/")
    ]
    assert all(target.startswith("/digest/settings/") for target in targets)
    assert post(door, "pause").headers["location"].startswith("/digest/settings/")


# ------------------------------------------------------------ delivery


def test_the_hour_the_zone_and_all_the_rest_are_changed_at_once(door: Door) -> None:
    text = after(door, post(door, "deliver", **DELIVERY))
    now = reader(door)

    assert "Saved. The next edition uses it." in text
    assert (now.schedule.send_at, now.schedule.timezone.key) == (time(6, 15), "Europe/Berlin")
    assert (now.schedule.days, now.size, now.kind, now.plain) == (frozenset({0, 2}), 7, EditionKind.DAILY, True)
    assert now.heard_at is not None


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("at", "25:00", "Not a time of day: '25:00'; give hours and minutes such as 07:00."),
        ("zone", "Mars/Base", "No such time zone: 'Mars/Base'; give a name such as Europe/Berlin or UTC."),
        ("zone", "../../etc/passwd", "No such time zone: '../../etc/passwd'; give a name such as"),
        ("size", "1000", "An edition has 1 to 100 papers, not 1000."),
        ("size", "many", "Not a whole number: 'many'."),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field_and_kept(door: Door, field: str, typed: str, said: str) -> None:
    link, before = door.settings, door.kept()
    answer = door.ask("POST", f"{link}/deliver", data=DELIVERY | {field: typed})

    assert error(answer, field).startswith(said)
    assert value(answer, field) == typed
    others = {"at": "06:15", "zone": "Europe/Berlin", "size": "7"}
    assert all(value(answer, name) == others[name] for name in others if name != field)
    ticked = [tag.attributes["value"] for tag in Page(answer.text).all("input") if "checked" in tag.attributes]
    assert ticked == ["mon", "wed"]
    assert door.kept() == before


def test_no_day_at_all_is_refused(door: Door) -> None:
    answer = post(door, "deliver", **(DELIVERY | {"day": []}))
    assert answer.status_code == 422
    assert "Tick at least one day." in answer.text


def test_pausing_resuming_and_leaving(door: Door) -> None:
    assert "You are on pause." in after(door, post(door, "pause"))
    assert door.state() is SubscriberState.PAUSED
    assert "You are back." in after(door, post(door, "resume"))
    assert door.state() is SubscriberState.ACTIVE
    assert "You are out." in after(door, post(door, "leave"))
    assert door.state() is SubscriberState.LEFT
    assert "Start again" in [tag.text for tag in Page(door.ask("GET", door.settings).text).all("button")]


def test_the_suppressed_are_told_why_and_stay_so(door: Door) -> None:
    with door.store.begin() as tx:
        tx.subscribers.change(door.reader_number, state=SubscriberState.SUPPRESSED)
    answer = post(door, "resume")
    assert (answer.status_code, "Mail to you was refused" in answer.text) == (422, True)
    assert door.state() is SubscriberState.SUPPRESSED


# ------------------------------------------------------------ interests


def test_an_interest_is_made_changed_and_removed(door: Door) -> None:
    text = after(door, post(door, "add-interest", name="Röböts & “legs”", about="legged robots\r\n\r\ndrones "))
    assert "Röböts & “legs”01any" in text
    assert interest(door, "Röböts & “legs”").texts == ("legged robots", "drones")

    tuned = post(door, "tune-interest", interest="Röböts & “legs”", name="a/b?c#d%", weight="2,5", most="3")
    assert "Saved." in after(door, tuned)
    assert (interest(door, "a/b?c#d%").weight, interest(door, "a/b?c#d%").quota) == (2.5, 3)
    assert "Removed." in after(door, post(door, "drop-interest", interest="a/b?c#d%"))
    assert standing.interest(door.store, door.reader_number, "a/b?c#d%") is None


@pytest.mark.parametrize(
    ("deed", "values", "field", "said"),
    [
        ("add-interest", {"name": "x" * 41, "about": "y"}, "name", "The name of an interest has 1 to 40 characters"),
        ("add-interest", {"name": "x", "about": " \n "}, "about", "Say in a sentence what it is about."),
        ("tune-interest", {"name": "", "weight": "1", "most": ""}, "name", "The name of an interest has 1 to 40"),
        ("tune-interest", {"name": "x", "weight": "nan", "most": ""}, "weight", "Not a number: 'nan'"),
        ("tune-interest", {"name": "x", "weight": "0", "most": ""}, "weight", "Weight is above 0"),
        ("tune-interest", {"name": "x", "weight": "1", "most": "101"}, "most", "Quota is 1 to 100"),
        ("tune-interest", {"name": "Other", "weight": "1", "most": ""}, "name", "Another interest has that name"),
        ("add-words", {"field": "category", "value": "no/cat"}, "add-category", "Not an arXiv category: 'no/cat'"),
        ("add-words", {"field": "follow", "value": " "}, "add-follow", "An empty entry says nothing"),
    ],
)
def test_what_cannot_be_kept_of_an_interest_is_said_and_changes_nothing(
    door: Door, deed: str, values: dict[str, str], field: str, said: str
) -> None:
    membership.make_interest(door.store, READER, "Other")
    link, before = door.settings, door.kept()
    answer = door.ask("POST", f"{link}/{deed}", data={"interest": MAIN} | values)
    assert error(answer, field).startswith(said)
    assert "ana@" not in answer.text
    assert door.kept() == before


@pytest.mark.parametrize("field", ProfileField)
def test_words_are_added_and_removed_by_pressing(door: Door, field: ProfileField) -> None:
    text = after(door, post(door, "add-words", interest=MAIN, field=field, value="cs.LG"))
    assert "cs.LG Remove" in text
    assert "Removed." in after(door, post(door, "remove-words", interest=MAIN, field=field, value="cs.LG"))
    assert interest(door) == Interest()


def test_several_categories_may_be_typed_at_once(door: Door) -> None:
    post(door, "add-words", interest=MAIN, field="category", value="cs.LG, stat.ML hep-th")
    assert interest(door).categories == ("cs.LG", "stat.ML", "hep-th")


def test_an_interest_that_is_gone_is_no_page(door: Door) -> None:
    assert door.ask("GET", f"{door.settings}/interest?name=gone").status_code == 404
    assert post(door, "add-words", interest="gone", field="follow", value="x").status_code == 404


# ------------------------------------------------------------ papers


def test_saved_and_judged_papers_are_listed_and_removed(door: Door) -> None:
    edition = door.edition()
    door.ask("POST", f"{edition}/1/save")
    door.ask("POST", f"{edition}/2/less")

    judged = Page(door.ask("GET", f"{door.settings}/judged").text).all("main")[0].text
    assert "1 to 2 of 2" in judged
    assert "Sharp minima Ada Ames, Bo Berg · less like this, for For you" in judged.replace("\u00a0", " ")
    assert "Nothing is saved yet." in after(door, post(door, "unsave", paper="arxiv:2603.00001"))
    assert "1 to 1 of 1" in after(door, post(door, "unvote", paper="arxiv:2603.00001"))


def test_a_long_list_is_paged(door: Door) -> None:
    papers = [paper(f"Number {n}") for n in range(53)]
    keep(door.store, *papers)
    with door.store.begin() as tx:
        for row in tx.papers.rows(each.id for each in papers).values():
            tx.saved.keep(door.reader_number, row, now=NOW)

    first, second = (door.ask("GET", f"{door.settings}/saved{query}").text for query in ("", "?page=2"))
    assert ("1 to 50 of 53" in first, "51 to 53 of 53" in second) == (True, True)
    assert "saved?page=2" in first
    assert "saved?page=1" in second
    for odd in ("0", "-1", "x", "9" * 400, "99999"):
        assert door.ask("GET", f"{door.settings}/saved?page={odd}").status_code == 200


def test_a_paper_that_was_left_out_is_asked_for(door: Door) -> None:
    edition, missed = door.edition(), paper("Missed", number=77)
    keep(door.store, missed)
    number = int(edition[3:].partition("-")[0])
    with door.store.begin() as tx:
        entry = LeftOut(paper=missed.id, interest=MAIN, score=0.1, probability=0.38, why="below the threshold")
        tx.shadow.keep(number, [entry])

    page = Page(door.ask("GET", f"{door.settings}/left-out").text)
    assert "38 % below the threshold" in page.all("main")[0].text.replace("\u00a0", " ")
    text = after(door, post(door, "reclaim", paper=missed.id))
    assert "Noted. Look for it in your next edition." in text
    assert "Asked for" in text
    assert post(door, "reclaim", paper="arxiv:2603.00001").status_code == 422


# ------------------------------------------------------------ what is refused


def test_wrong_tokens_show_and_change_nothing(door: Door) -> None:
    door.edition()
    link, before = door.settings, door.kept()
    wrong = [link[10:-1], f"{link[10:]}x", door.token, door.signed(tokens.SETTINGS, 999), tokens.PREVIEW, "%00", "%ff"]
    pages = {(a.status_code, a.text) for a in (door.ask("GET", f"/settings/{token}") for token in wrong)}
    assert [status for status, _ in pages] == [404]
    for token in wrong:
        for deed in DEEDS:
            assert door.ask("POST", f"/settings/{token}/{deed}", data=DELIVERY).status_code == 404
    assert door.kept() == before


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://digest.example"}, True),
        ({"Origin": "http://localhost:8000"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://digest.example"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://[bad"}, False),
    ],
)
def test_a_form_of_another_site_is_refused(door: Door, headers: dict[str, str], is_taken: bool) -> None:
    answer = door.ask("POST", f"{door.settings}/pause", data={"a": "b"}, headers=headers)
    assert answer.status_code == (303 if is_taken else 403)
    assert door.state() is (SubscriberState.PAUSED if is_taken else SubscriberState.ACTIVE)


def test_bodies_that_are_no_form_or_too_long_are_refused(door: Door) -> None:
    link, before = f"{door.settings}/pause", door.kept()
    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}
    assert door.ask("POST", link, content=b"x").status_code == 415
    assert door.ask("POST", link, files={"a": b"b"}).status_code == 415
    assert door.ask("POST", link, content=b"x" * 70_000, headers=urlencoded).status_code == 413
    assert door.ask("POST", link, content=b"a=b&" * 200, headers=urlencoded).status_code == 413
    assert door.ask("POST", f"{door.settings}/nothing", data={"a": "b"}).status_code == 404
    assert door.ask("PUT", link).status_code == 405
    assert door.kept() == before


ANY = st.text(st.characters(codec=None, exclude_categories=["Cs"]), max_size=60)
FIELDS = tuple("at zone size kind form name about interest field value weight most paper".split())
MIXED = st.one_of(ANY, st.sampled_from(["main", "follow", "category", "interest", "1", "07:00", "UTC", "daily", "x"]))


@pytest.fixture
def app(door: Door) -> Starlette:
    """One for many requests: to make it, and its pages, takes longer than to ask."""
    return door.app


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(DEEDS)), st.dictionaries(st.sampled_from(FIELDS), MIXED), st.binary(max_size=60))
def test_any_field_is_taken_or_refused_and_every_page_can_still_be_shown(
    door: Door, app: Starlette, deed: str, values: dict[str, str], rubbish: bytes
) -> None:
    link = door.settings
    encoded = {"Content-Type": "application/x-www-form-urlencoded"}
    answers = [
        ask(app, "POST", f"{link}/{deed}", data=values),
        ask(app, "POST", f"{link}/{deed}", content=rubbish, headers=encoded),
    ]
    # A feed is shown at once; who has left meanwhile is told that they have none.
    assert {answer.status_code for answer in answers} <= ({200, 422} if deed == "make-feed" else {303, 404, 422})
    for answer in answers:
        if answer.status_code == 303:
            assert re.fullmatch(r"[!-~]+", answer.headers["location"])
            assert ask(app, "GET", answer.headers["location"]).status_code in (200, 404)
    assert {ask(app, "GET", f"{link}{path}").status_code for path in PAGES} == {200}


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(*[st.text(max_size=40)] * 3, st.binary(max_size=100))
def test_any_path_is_answered(door: Door, app: Starlette, token: str, what: str, name: str, body: bytes) -> None:
    link, before = door.settings, door.kept()
    encoded = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in (f"/settings/{quote(token, safe='')}/{quote(what, safe='')}", f"{link}/x{quote(what, safe='')}"):
        assert ask(app, "POST", path, content=body, headers=encoded).status_code in (404, 405)
    assert ask(app, "GET", f"{link}/interest", params={"name": name, "page": name, "did": name}).status_code in (
        200,
        404,
    )
    assert door.kept() == before
