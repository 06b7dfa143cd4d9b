"""Leaving as a reader does it: the link in a mail, a look, a press, and no mail from then on."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path

import pytest

from digest import membership
from digest.app import App
from digest.compose import compose
from digest.config import Settings
from digest.deliver import deliver
from digest.ingest import ingest
from digest.relevance.settings import RelevanceSettings
from digest.rendering.mail import MailRenderer
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.subscribers import SubscriberState
from tests.fakes import MONDAY, FakeSource, Outbox, at, paper
from tests.web.builders import ONE_CLICK, READER, Door, opened

TUESDAY = MONDAY + timedelta(days=1)
SITE = SiteSettings(url="https://digest.example", sender="digest@digest.example")
_message = count(1)


@pytest.fixture
def door(tmp_path: Path, upgraded_file: Path) -> Iterator[Door]:
    with opened(tmp_path, upgraded_file) as made:
        made.site = SITE
        yield made


def run(door: Door, source: FakeSource, outbox: Outbox, now: datetime) -> None:
    """Read, compose and deliver."""
    ingest(door.store, source, now=now)
    compose(door.store, RelevanceSettings(), now=now, message_id=lambda: f"<{next(_message)}@digest.example>")
    deliver(door.store, MailRenderer(SITE, environment()), outbox, now=now)


def link(outbox: Outbox, reader: str) -> str:
    """The path of the link in the header of a reader's last mail."""
    content = next(mail.content for mail in reversed(outbox.sent) if mail.rcpt_to == reader)
    headers = message_from_bytes(content, policy=policy.default)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url, letter = headers["List-Unsubscribe"].split(", ")
    assert letter == "<mailto:digest@digest.example?subject=unsubscribe>"
    assert f"\r\nList-Unsubscribe: {url}, {letter}\r\n".encode() in content
    found = re.fullmatch(r"<https://digest\.example(/unsubscribe/[A-Za-z0-9_-]+)>", url)
    assert found is not None
    return found[1]


def test_a_reader_leaves_by_the_link_of_the_first_mail(door: Door) -> None:
    source, outbox = FakeSource(), Outbox()
    membership.add(door.store, "bea@example.org", host="digest.example", now=at(MONDAY))
    source.announce(MONDAY, paper("Monday's"))
    run(door, source, outbox, at(MONDAY))
    way_out = link(outbox, READER)
    assert way_out != link(outbox, "bea@example.org")

    kept = door.kept()
    looks = [door.ask(method, way_out).status_code for method in ("GET", "GET", "HEAD")]
    assert (looks, door.kept()) == ([200, 200, 200], kept)

    assert door.ask("POST", way_out, data=ONE_CLICK).status_code == 200
    assert door.state() is SubscriberState.LEFT

    source.announce(TUESDAY, paper("Tuesday's"))
    run(door, source, outbox, at(TUESDAY))
    assert outbox.readers == [READER, READER, "bea@example.org", "bea@example.org"]  # with a goodbye

    assert door.ask("POST", way_out, data=ONE_CLICK).status_code == 200


def test_the_links_in_both_bodies_are_the_headers(door: Door) -> None:
    source, outbox = FakeSource(), Outbox()
    source.announce(MONDAY, paper())
    run(door, source, outbox, at(MONDAY))
    way_out = f"https://digest.example{link(outbox, READER)}"

    message = message_from_bytes(outbox.sent[0].content, policy=policy.default)
    plain, html = (part.get_content() for part in message.iter_parts())
    assert f"\n{way_out}\n" in plain.replace("\r\n", "\n")
    assert html.count(f'href="{way_out}"') == 2


def test_a_mail_of_60_days_ago_still_lets_one_leave(door: Door) -> None:
    source, outbox = FakeSource(), Outbox()
    source.announce(MONDAY, paper())
    run(door, source, outbox, at(MONDAY))
    first = link(outbox, READER)
    later = MONDAY + timedelta(days=60)
    source.announce(later, paper())
    run(door, source, outbox, at(later))

    assert len(outbox) == 2
    assert door.ask("POST", first).status_code == 200
    assert door.state() is SubscriberState.LEFT


@pytest.mark.parametrize("form", ["html", "text", "eml"])
def test_the_link_of_a_preview_unsubscribes_nobody(door: Door, form: str) -> None:
    source, outbox = FakeSource(), Outbox()
    source.announce(MONDAY, paper())
    run(door, source, outbox, at(MONDAY))
    shown = App(Settings(site=SITE), now=at(MONDAY), store=door.store).preview(READER, form).decode()

    links = set(re.findall(r"digest\.example(/unsubscribe/[\w-]*)", shown))
    assert links == {"/unsubscribe/preview"}
    assert door.ask("POST", links.pop()).status_code == 404
    assert door.state() is SubscriberState.ACTIVE
