"""Letters about a subscription: what they say, and that they look like no newsletter."""

from dataclasses import replace
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.errors import RenderingError
from digest.mail import Envelope, Letter, LetterKind
from digest.rendering.mail import MailBodies, MailRenderer
from digest.rendering.templates import environment
from digest.rendering.words import ENGLISH
from digest.subscribers import EditionKind, Schedule, SubscriberState
from tests.fakes import MONDAY, at
from tests.rendering.builders import CHANGE, LEAVE, LINKS, NOW, SITE, header_lines, parsed, reader, renderer, site
from tests.rendering.pages import Page

MEANT = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
kinds = pytest.mark.parametrize("kind", list(LetterKind))


def letter(kind: LetterKind, **details: str) -> Letter:
    return Letter(id=1, subscriber_id=1, kind=kind, day=MONDAY, details=details)


def bodies(kind: LetterKind, **details: str) -> MailBodies:
    return renderer().letter_bodies(letter(kind, **details), reader=reader(), links=LINKS)


def envelope(kind: LetterKind, by: MailRenderer | None = None, **values: str) -> Envelope:
    return (by or renderer()).letter(letter(kind), reader=reader(), links=LINKS, message_id="<1@x>", now=NOW, **values)


def on_one_line(text: str) -> str:
    return " ".join(text.split())


@kinds
def test_no_letter_has_the_headers_of_a_list(kind: LetterKind) -> None:
    content = envelope(kind).content
    assert list(header_lines(content)) == MEANT == parsed(content).keys()
    assert not parsed(content).defects
    assert header_lines(content)["Auto-Submitted"] == "auto-generated"


def test_letters_come_from_their_own_sender() -> None:
    by = renderer(site(transactional_sender="hello@paperround.example"))
    found = envelope(LetterKind.WELCOME, by)
    assert (header_lines(found.content)["From"], found.mail_from) == (
        "Paperround <hello@paperround.example>",
        "hello@paperround.example",
    )
    assert header_lines(envelope(LetterKind.WELCOME).content)["From"] == f"Paperround <{SITE.sender}>"
    assert envelope(LetterKind.WELCOME, by, mail_from="bounces+1-ff@x.example").mail_from == "bounces+1-ff@x.example"


def test_a_welcome_says_what_comes_when_and_how_to_change_it() -> None:
    told = bodies(LetterKind.WELCOME)
    assert told.subject == "What comes, when, and how to change it"
    for text in (on_one_line(told.plain), Page(told.html).all("body")[0].text):
        assert "From then on one comes every day at 07:00 (UTC), with at most 15 papers" in text
    assert CHANGE in told.plain
    assert CHANGE in told.html
    assert LEAVE in told.plain
    assert LEAVE in told.html


def test_a_goodbye_is_the_last_word() -> None:
    told = bodies(LetterKind.GOODBYE)
    assert told.subject == "You are out"
    for text in (on_one_line(told.plain), Page(told.html).all("body")[0].text):
        assert "Nothing more will come. Start again any time." in text
        assert "Sent to ana@example.org, because it left the list of Paperround. This is the last mail." in text
    assert LEAVE not in told.plain + told.html
    assert CHANGE not in told.plain + told.html


def test_the_question_has_one_answer_and_says_what_silence_means() -> None:
    told = bodies(LetterKind.STILL_READING, until="2026-03-23")
    assert told.subject == "Are you still reading?"
    links = {tag.text: tag.attributes["href"] for tag in Page(told.html).all("a")}
    assert links == {"Unsubscribe": LEAVE, "Yes, keep it coming": CHANGE}
    for text in (on_one_line(told.plain), Page(told.html).all("body")[0].text):
        assert "If you do nothing, the mails stop after Monday 23 March." in text
        assert "You have not voted or changed anything yet." in text


@pytest.mark.parametrize("kind", [LetterKind.CONFIRM, LetterKind.MOVE])
def test_a_letter_to_an_address_that_is_nobody_s_yet_has_one_link_and_that_asks_for_a_press(kind: LetterKind) -> None:
    told = bodies(kind, token="7-abc")
    link = f"{SITE.url}/confirm/7-abc"
    assert f"\n{link}\n" in told.plain.replace("\r", "")
    assert [tag.attributes["href"] for tag in Page(told.html).all("a")] == [link]
    assert "If you did not ask for this, do nothing" in on_one_line(told.plain)
    assert "on no list by that" in on_one_line(told.plain)


def test_who_has_it_already_is_told_so_or_how_to_start_again() -> None:
    there = bodies(LetterKind.KNOWN)
    gone = replace(reader(), state=SubscriberState.LEFT)
    back = renderer().letter_bodies(letter(LetterKind.KNOWN), reader=gone, links=LINKS)
    assert "You have it already, and nothing was changed" in on_one_line(there.plain)
    assert "You had it once, and nothing was changed" in on_one_line(back.plain)
    for told in (there, back):
        assert f"\n{CHANGE}\n" in told.plain.replace("\r", "")


def test_an_address_that_is_left_learns_whom_to_write_to_and_gets_no_key() -> None:
    told = bodies(LetterKind.MOVED)
    assert "If that was not you, write to us at once:" in told.plain
    for text in (told.plain, told.html):
        assert SITE.sender in text
        assert CHANGE not in text
        assert LEAVE not in text


@pytest.mark.parametrize("until", ["", "soon", "2026-02-30"])
def test_a_question_without_a_date_is_asked_all_the_same(until: str) -> None:
    assert "If you do nothing, the mails stop. Your" in on_one_line(bodies(LetterKind.STILL_READING, until=until).plain)


def test_the_question_names_the_last_sign_of_life() -> None:
    somebody = reader(heard_at=at(date(2025, 9, 1)))
    told = renderer().letter_bodies(letter(LetterKind.STILL_READING), reader=somebody, links=LINKS)
    assert "You have not voted or changed anything since Monday 1 September 2025." in on_one_line(told.plain)


@kinds
def test_a_letter_is_a_whole_page_with_headings_in_order(kind: LetterKind) -> None:
    shown = Page(bodies(kind).html)
    assert [tag.name for tag in shown.all("h1", "h2", "h3")] == ["h1", "h2"]
    assert shown.all("html")[0].attributes["lang"] == "en"
    assert "{" not in shown.all("body")[0].text


@kinds
def test_whoever_wants_plain_text_gets_letters_so(kind: LetterKind) -> None:
    found = renderer().letter(letter(kind), reader=reader(plain=True), links=LINKS, message_id="<1@x>", now=NOW)
    assert parsed(found.content).get_content_type() == "text/plain"


@kinds
def test_a_letter_whose_template_fails_says_so(kind: LetterKind, tmp_path: Path) -> None:
    (tmp_path / f"letter-{kind}.txt.j2").write_text("{{ nothing }}")
    with pytest.raises(RenderingError, match=f"letter-{kind}"):
        envelope(kind, MailRenderer(SITE, environment(tmp_path)))


@pytest.mark.parametrize(
    ("wanted", "kind", "told"),
    [
        (Schedule(), EditionKind.DAILY, "every day at 07:00 (UTC)"),
        (Schedule(days=frozenset(range(5))), EditionKind.DAILY, "from Monday to Friday at 07:00 (UTC)"),
        (
            Schedule(days=frozenset({0, 2}), send_at=time(18, 30), timezone=ZoneInfo("Europe/Berlin")),
            EditionKind.DAILY,
            "on Monday and Wednesday at 18:30 (Europe/Berlin)",
        ),
        (Schedule(days=frozenset({5})), EditionKind.WEEKLY, "once a week, on Saturday at 07:00 (UTC)"),
        (Schedule(), EditionKind.WEEKLY, "once a week at 07:00 (UTC)"),
    ],
)
def test_when_an_edition_comes_is_said_in_words(wanted: Schedule, kind: EditionKind, told: str) -> None:
    assert ENGLISH.schedule(wanted, kind) == told


def test_a_reader_with_another_schedule_is_told_theirs() -> None:
    somebody = replace(reader(), kind=EditionKind.WEEKLY, size=30)
    told = renderer().letter_bodies(letter(LetterKind.WELCOME), reader=somebody, links=LINKS)
    assert "once a week at 07:00 (UTC), with at most 30 papers" in on_one_line(told.plain)
