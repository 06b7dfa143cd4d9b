"""Rows 17, 18 and 19 of the fault table: papers that come again, papers and templates that cannot be written, and
readers who leave at the last moment. Row 17 is shown for every kind of announcement in tests/test_day.py and
tests/test_two_sources.py; here it is what the relay has taken that counts.
"""

import contextlib
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from lxml import etree

from digest import membership
from digest.app import App
from digest.config import Settings
from digest.identity import PaperId
from digest.papers import AnnouncementKind, Version
from digest.rendering.settings import SiteSettings
from digest.sample import SampleArxiv
from digest.subscribers import SubscriberState
from tests.acceptance.conftest import Figures
from tests.acceptance.delivery import SENDER, Office, free_port, parsed, text_of, wait_until
from tests.acceptance.delivery_relay import Phase, Relay, noting_relay
from tests.fakes import MONDAY, at, paper
from tests.web.builders import ONE_CLICK

NOW = at(MONDAY)
DAY = timedelta(days=1)
EDITION_HEADERS = sorted(
    "From To Subject Date Message-ID List-Id List-Unsubscribe List-Unsubscribe-Post Auto-Submitted Precedence"
    " Feedback-ID MIME-Version Content-Type".split()
)
HOSTILE = {
    "a NUL": "Before\0after",
    "controls": "".join(map(chr, range(1, 32))) + "end",
    "bidi": "\u202egnirts\u2066 \u2069\u200f",
    "an encoded word": "=?utf-8?b?CkJjYzogYUBi?=",
    "a header": "Title\r\nBcc: everybody@example.net\r\n\r\nbody",
    "an end of mail": "Title\r\n.\r\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<ana@example.org>\r\nDATA\r\n",
    "markup": "</title><script>alert(1)</script><img src=x onerror=alert(1)>",
    "5,000 characters": "A" * 5000,
    "a half of a pair": "\ud83d alone".encode("utf-8", "replace").decode(),
    "a template": "{{ 7 * 7 }}{% for x in y %}",
}


@pytest.fixture
def relay() -> Iterator[Relay]:
    with noting_relay() as opened:
        yield opened


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Three readers."""
    made = Office(tmp_path / "office")
    made.subscribe("ana", "bea", "zoe", now=NOW - timedelta(hours=1))
    return made


# ---------------------------------------------------------------- row 17


def test_a_paper_that_is_announced_again_in_any_way_is_mailed_once(office: Office, relay: Relay) -> None:
    """Row 17: duplicate listing, cross-list, new version, withdrawn, same title elsewhere."""
    ants = paper("Ants", number=17, doi="10.1000/ants")
    newer = (Version(number=1, submitted_at=NOW - DAY), Version(number=2, submitted_at=NOW))
    again = [
        (AnnouncementKind.NEW, ants),
        (AnnouncementKind.CROSS_LIST, ants),
        (AnnouncementKind.REPLACEMENT, paper("Ants", number=17, doi="10.1000/ants", versions=newer)),
        (AnnouncementKind.NEW, replace(paper("Ants", doi="10.1000/ants"), id=PaperId("doi:10.1000/ants"))),
    ]
    for number, (kind, each) in enumerate(again):
        day = MONDAY + number * DAY
        office.source.announce(day, each, kind=kind)
        office.source.announce(day, each, kind=kind)
        office.source.announce(day, paper(f"News of {day}"))
        office.compose(at(day))
        office.deliver(relay.port, at(day))

    mails = [text_of(each.content) for each in relay.taken if each.recipient == "ana@example.org"]
    assert len(mails) == len(again)
    assert [mail.count("Ants: what we did and what we found.") for mail in mails] == [1, 0, 0, 0]


# ---------------------------------------------------------------- row 18


def test_a_template_that_fails_for_one_reader_holds_that_mail_and_sends_the_others(
    tmp_path: Path, relay: Relay, figure: Figures
) -> None:
    """Row 18: template error for one subscriber, in the real process, with the alarm."""
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "mail-paper.txt.j2").write_text(
        "{% if 'cs.RO' in paper.categories %}{{ 1 // 0 }}{% endif %}{% include 'builtin:mail-paper.txt.j2' %}",
        encoding="utf-8",
    )
    office = Office(tmp_path / "office")
    moment = datetime.fromisoformat("2026-03-09T07:30:00+00:00")
    office.subscribe("ana", "zoe", now=moment - timedelta(hours=1), categories=["cs.CL"])
    office.subscribe("bea", now=moment - timedelta(hours=1), categories=["cs.RO"])
    with SampleArxiv(moment.date()) as arxiv:
        sample = {
            "sources_arxiv_categories": "cs.CL,cs.RO",
            "sources_arxiv_oai_url": arxiv.oai_url,
            "sources_arxiv_rss_url": arxiv.rss_url,
            "letters_welcome": "false",
            "smtp_port": relay.port,
        }
        first = office.run("run", now=moment, site_templates=templates, **sample)
        held = office.states()
        office.run("delivery", "release", "--all", now=moment, **sample)
        second = office.run("run", now=moment + timedelta(minutes=5), **sample)

    assert (first.code, held) == (1, {"sent": 2, "held": 1})
    assert "alarm kind=mails-unwritten: 1 mail not written and held" in first.err
    assert "mail-paper.txt.j2, line 1: ZeroDivisionError" in first.err
    assert (second.code, relay.readers) == (0, ["ana", "bea", "zoe"])
    figure("template error for one reader", "that mail held with an alarm, the others sent; sent when released")


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_title_reaches_every_reader_in_a_valid_mail_and_feed(
    office: Office, relay: Relay, title: str
) -> None:
    """Row 18: hostile titles, bidi, NUL, 5,000 characters."""
    office.source.announce(MONDAY, paper(title, abstract=title, authors=(title, "Ada Ames")), paper("Ants"))
    office.compose(NOW)
    delivered = office.deliver(relay.port, NOW)

    assert (delivered.sent, relay.readers) == (3, ["ana", "bea", "zoe"])
    for each in relay.taken:
        _assert_valid(each.content)
    _assert_feeds_are_valid(office)


def test_three_thousand_authors_fit_into_a_mail_and_a_feed(office: Office, relay: Relay, figure: Figures) -> None:
    """Row 18: 3,000 authors."""
    authors = tuple(f"Author Number {number}" for number in range(3000))
    office.source.announce(MONDAY, paper("Collaboration", authors=authors), paper("Ants"))
    office.compose(NOW)
    delivered = office.deliver(relay.port, NOW)

    assert delivered.sent == 3
    sizes = [_assert_valid(each.content) for each in relay.taken]
    _assert_feeds_are_valid(office)
    figure("a paper with 3,000 authors", f"sent to all, {max(sizes) / 1000:.0f} kB of HTML")


def _assert_valid(content: bytes) -> int:
    """The mail has the headers that are meant and no others, two bodies, and no line is too long; bytes of HTML."""
    mail = parsed(content)
    assert sorted(mail.keys()) == EDITION_HEADERS
    assert mail["To"].addresses[0].domain == "example.org"
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert not mail.defects
    assert b"\n" not in content.replace(b"\r\n", b"")
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    text, markup = str(plain.get_content()), str(html.get_content())
    assert "Ants" in text
    assert not re.search(r"<(script|img)\b", markup)
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e]", text + markup)
    return len(markup.encode())


def _assert_feeds_are_valid(office: Office) -> None:
    app = App(Settings(site=SiteSettings(sender=SENDER)), now=NOW, store=office.store)
    for form in ("atom", "rss"):
        feed = etree.fromstring(app.preview("ana@example.org", form))
        assert "Ants" in "".join(feed.itertext())


# ---------------------------------------------------------------- row 19


def test_who_leaves_while_others_are_being_sent_theirs_gets_nothing(office: Office, relay: Relay) -> None:
    """Row 19: unsubscribe between compose and send, checked at the moment of send."""
    office.morning(NOW, "Ants")

    def leave(phase: Phase) -> None:
        if phase is Phase.DATA and not relay.taken:
            with contextlib.closing(office.opened()) as store:
                membership.leave(store, "zoe@example.org")

    relay.at = leave
    office.deliver(relay.port, NOW, threads=1)
    office.deliver(relay.port, NOW + timedelta(hours=1))

    assert relay.readers == ["ana", "bea"]
    assert office.states() == {"sent": 2, "cancelled": 1}


def test_no_link_of_a_mail_does_anything_when_it_is_only_looked_at(
    office: Office, relay: Relay, figure: Figures
) -> None:
    """Row 19: a link scanner follows every link, and one-click twice is one leaving; at the real server."""
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    office.site = SiteSettings(sender=SENDER, url=site)
    office.morning(NOW, "Ants", "Bees")
    office.deliver(relay.port, NOW)
    (mail,) = (each.content for each in relay.taken if each.recipient == "ana@example.org")
    with _serving(office, port) as client:
        before = office.dump()
        links = sorted(link for link in _links(mail) if link.startswith(site))
        looked = [client.request(method, link).status_code for link in links for method in ("GET", "HEAD")]
        assert office.dump() == before

        one_click = str(parsed(mail)["List-Unsubscribe"]).partition(">")[0].lstrip("<")
        posted = [client.post(one_click, data=ONE_CLICK).status_code for _ in range(2)]

    assert one_click in links
    assert len({urlsplit(link).path for link in links}) >= 8
    assert set(looked) == {200}
    assert posted == [200, 200]
    assert membership.find(office.store, "ana@example.org").state is SubscriberState.LEFT
    goodbyes = office.rows("SELECT count(*) FROM letter WHERE kind = 'goodbye'")
    assert goodbyes == [(1,)]
    figure("a link scanner", f"{len(looked)} GET and HEAD of {len(links)} links changed no byte of the database")


def _links(content: bytes) -> set[str]:
    """Every address in the headers and both bodies."""
    mail = parsed(content)
    bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]
    texts = [str(body.get_content()) for body in bodies if body is not None]
    found = re.findall(r"https?://[^\s<>\"')]+", " ".join([str(mail["List-Unsubscribe"]), *texts]))
    return {link.partition("#")[0].replace("&amp;", "&") for link in found}


@contextlib.contextmanager
def _serving(office: Office, port: int) -> Iterator[httpx.Client]:
    process = office.start("serve", "--port", str(port), "--no-scheduler", now=None, site_url=office.site.url)
    try:
        with httpx.Client(timeout=10) as client:
            wait_until(lambda: _answers(client, f"{office.site.url}/healthz"))
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == 200
    except httpx.HTTPError:
        return False
