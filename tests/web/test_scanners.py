"""A link scanner opens every link of a mail, and every link of what it finds there: nothing changes."""

import re
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest

from digest import membership, tokens
from digest.membership import personal
from digest.rendering.mail import MailLinks, MailRenderer
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from tests.fakes import paper
from tests.rendering.pages import Page
from tests.web.builders import NOW, READER, Door

SITE = SiteSettings(url="https://digest.example", sender="digest@digest.example")


@pytest.fixture
def mailed(door: Door) -> Door:
    door.site = SITE
    return door


def links_of_a_mail(door: Door) -> set[str]:
    """The paths of all our links in the headers and both parts of a real mail."""
    path = door.edition(also_new=(paper("Just below", number=3),))
    opened = personal.opened(door.store, path[3:])
    assert opened is not None
    content = (
        MailRenderer(SITE, environment())
        .envelope(
            opened.edition,
            reader=membership.find(door.store, READER),
            links=MailLinks(
                unsubscribe=tokens.unsubscribe_url(SITE.url, opened.unsubscribe),
                settings=tokens.settings_url(SITE.url, opened.settings),
                edition=SITE.url + path,
            ),
            message_id="<1@digest.example>",
            now=NOW,
        )
        .content
    )
    message = message_from_bytes(content, policy=policy.default)
    texts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    found = re.findall(r"https://digest\.example(/[^\s\"<>#]*)", " ".join([*texts, *map(str, message.values())]))
    return set(found)


def test_a_mail_has_links_to_read_to_vote_to_change_and_to_leave(mailed: Door) -> None:
    links = links_of_a_mail(mailed)
    assert {mailed.settings, mailed.link} <= links
    votes = {link.rpartition("/e/")[2].partition("/")[2] for link in links if link.startswith("/e/")}
    assert votes == {"", *(f"{place}/{deed}" for place in (1, 2) for deed in ("more", "less", "save"))}


@pytest.mark.parametrize("is_used", [False, True], ids=["a new reader", "a reader who has voted"])
def test_opening_every_link_again_and_again_changes_nothing(mailed: Door, is_used: bool) -> None:
    waiting, seen = links_of_a_mail(mailed), set[str]()
    if is_used:
        for link in sorted(waiting):
            if link.endswith(("/more", "/save")):
                mailed.ask("POST", link)
    before = mailed.kept()

    while waiting - seen:
        link = min(waiting - seen)
        seen.add(link)
        answer, head = mailed.ask("GET", link), mailed.ask("HEAD", link)
        assert (answer.status_code, head.status_code) == (200, 200), link
        waiting |= found_on(answer.text)

    assert mailed.kept() == before
    assert {f"{mailed.settings}/{page}" for page in ("saved", "judged", "left-out", "interest?name=main")} <= seen


def found_on(html: str) -> set[str]:
    """Where the links of a page lead on our site, without the part of the page."""
    paths = (urlsplit(tag.attributes["href"]) for tag in Page(html).all("a"))
    return {path._replace(fragment="").geturl() for path in paths if not path.netloc and path.path.startswith("/")}
