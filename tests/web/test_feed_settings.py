"""A reader's own feed on the settings page: made, renewed and stopped; its address is shown once."""

import re

import httpx

from digest import membership
from digest.membership import feeds
from digest.rendering.settings import SiteSettings
from tests.rendering.pages import Page
from tests.web.builders import NOW, READER, Door


def made(door: Door) -> str:
    """The path of a new feed, as Atom."""
    return f"/feed/{feeds.make(door.store, membership.find(door.store, READER), now=NOW)}.atom"


def get(door: Door, path: str) -> httpx.Response:
    return door.ask("GET", path)


def pressed(door: Door, deed: str) -> Page:
    answer = door.ask("POST", f"{door.settings}/{deed}", data={"a": "b"})
    if answer.status_code == 303:
        answer = door.ask("GET", answer.headers["location"])
    assert answer.status_code == 200
    return Page(answer.text)


def offered(page: Page) -> list[str]:
    """The feed addresses that a page shows."""
    return [tag.attributes["href"] for tag in page.all("a") if "/feed/" in tag.attributes["href"]]


def buttons(page: Page) -> set[str]:
    return {tag.text for tag in page.all("button")} & {
        "Make a feed address",
        "New address (the old one stops)",
        "Stop the feed",
    }


def test_the_link_of_every_mail_leads_to_a_section(door: Door) -> None:
    page = Page(door.ask("GET", door.settings).text)
    (section,) = [tag for tag in page.all("section") if tag.attributes.get("id") == "feed"]
    assert section.text.startswith("Your feed")
    assert buttons(page) == {"Make a feed address"}


def test_an_address_is_shown_once_right_after_it_was_made(door: Door) -> None:
    door.site = SiteSettings(url="https://digest.example/papers/", sender="digest@example.org")
    page = pressed(door, "make-feed")
    shown = offered(page)
    assert [address.rpartition(".")[2] for address in shown] == [*feeds.FORMS, "atom", "opml"]
    assert len({address.rpartition(".")[0] for address in shown if "/saved." not in address}) == 1
    assert re.fullmatch(r"https://digest\.example/papers/feed/[a-z2-7]{32}\.atom", shown[0])
    assert buttons(page) == {"New address (the old one stops)", "Stop the feed"}

    later = Page(door.ask("GET", door.settings).text)
    assert offered(later) == []
    assert "Its address was made on Monday 2 March." in later.all("main")[0].text
    assert buttons(later) == {"New address (the old one stops)", "Stop the feed"}


def test_the_page_that_shows_it_is_kept_by_nobody(door: Door) -> None:
    answer = door.ask("POST", f"{door.settings}/make-feed", data={"a": "b"})
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "location" not in answer.headers
    assert not [tag for tag in Page(answer.text).all("script") if not tag.attributes["src"].startswith("/static/")]


def test_a_feed_is_renewed_and_stopped_by_pressing(door: Door) -> None:
    door.site = SiteSettings(url="http://digest.example", sender="digest@example.org")
    old, new = (offered(pressed(door, "make-feed"))[0] for _ in range(2))
    assert (get(door, old).status_code, get(door, new).status_code) == (404, 200)
    page = pressed(door, "stop-feed")
    assert "The feed has stopped." in page.all("main")[0].text
    assert buttons(page) == {"Make a feed address"}
    assert get(door, new).status_code == 404


def test_looking_at_the_addresses_of_the_forms_makes_and_stops_nothing(door: Door) -> None:
    path, link = made(door), door.settings
    before = door.kept()
    for deed in ("make-feed", "stop-feed"):
        assert door.ask("GET", f"{link}/{deed}").status_code == 303
    assert get(door, path).status_code == 200
    assert door.kept() == before


def test_another_site_makes_and_stops_no_feed(door: Door) -> None:
    path = made(door)
    for deed in ("make-feed", "stop-feed"):
        link = f"{door.settings}/{deed}"
        assert door.ask("POST", link, data={"a": "b"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert get(door, path).status_code == 200


def test_who_has_left_is_told_to_start_again_first(door: Door) -> None:
    membership.leave(door.store, READER)
    assert buttons(Page(door.ask("GET", door.settings).text)) == set()
    answer = door.ask("POST", f"{door.settings}/make-feed", data={"a": "b"})
    assert (answer.status_code, "Start again first; then you can have a feed." in answer.text) == (422, True)
