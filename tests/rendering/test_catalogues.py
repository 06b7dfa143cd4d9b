"""Languages: everything the product says is in every catalogue, and mails and pages speak their reader's."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from digest import membership
from digest.editions import Edition
from digest.mail import Letter, LetterKind
from digest.rendering.catalogues import catalogue, languages, own_name, words
from digest.rendering.mail import MailBodies
from digest.subscribers import EditionKind, Schedule
from tests.fakes import MONDAY, paper
from tests.rendering.builders import (
    LINKS,
    NOW,
    anything,
    bodies,
    edition,
    hostile_editions,
    reader,
    renderer,
    three_papers,
    unhurried,
)
from tests.rendering.pages import Page
from tests.shell import ADDRESS, shell
from tests.web.builders import READER, Door, opened

ROOT = Path(__file__).resolve().parents[2]
TRANSLATED = [language for language in languages() if language != "en"]
in_every_language = pytest.mark.parametrize("language", TRANSLATED)
_COUNTS = {"count", "num"}  # which a singular need not name: "one more paper"
_AS_IT_IS = "Thank you to arXiv"  # the words that arXiv asks for
HEBREW, ARABIC = "למידה עמוקה של גרפים", "تعلم الرسوم البيانية"


@cache
def extracted() -> frozenset[tuple[str | None, str | tuple[str, ...]]]:
    """Every message of the code and the templates, with its context."""
    with (ROOT / "digest/locale/babel.cfg").open(encoding="utf-8") as file:
        mapping, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel does not say
    found = extract_from_dir(ROOT, mapping, options)
    return frozenset((context, message) for _, _, message, _, context in found if message)


def read(language: str) -> Catalog:
    with catalogue(language).open("rb") as file:
        return read_po(file, locale=language)


def entries(language: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], Message]]:
    """The forms of each message and of its translation."""
    for message in read(language):
        if message.id:
            yield _forms(message.id), _forms(message.string), message


def _forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    assert text is not None
    return (text,) if isinstance(text, str) else tuple(text)


def _places(form: str, message: Message) -> set[str]:
    if message.python_format:
        return set(re.findall(r"%\((\w+)\)s", form))
    return {name for _, name, _, _ in Formatter().parse(form) if name is not None}


# ------------------------------------------------------------ catalogues


def test_english_and_at_least_two_other_languages_are_spoken() -> None:
    assert {"de", "en", "fr"} <= set(languages())
    assert [own_name(language) for language in ("de", "en", "fr")] == ["Deutsch", "English", "Français"]


@in_every_language
def test_every_message_is_in_the_catalogue_and_nothing_else_is(language: str) -> None:
    known = {(message.context, _key(message.id)) for message in read(language) if message.id}
    assert known == {(context, _key(message)) for context, message in extracted()}


def _key(message: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)


@in_every_language
def test_every_message_is_translated_in_all_its_forms(language: str) -> None:
    plurals = read(language).num_plurals
    for forms, said, message in entries(language):
        assert not message.fuzzy, forms
        assert all(said), forms
        assert len(said) == (plurals if message.pluralizable else 1), forms


@in_every_language
def test_a_translation_has_the_places_of_its_message(language: str) -> None:
    for forms, said, message in entries(language):
        meant = _places(forms[-1], message)
        for place, form in enumerate(said):
            left_out = _COUNTS if message.pluralizable and place == 0 else set()
            assert _places(form, message) <= meant <= _places(form, message) | left_out, form


@in_every_language
def test_a_translation_is_text_and_no_markup(language: str) -> None:
    for _, said, _ in entries(language):
        assert not re.search('[<>&"\x00-\x1f]|[\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef]', "".join(said)), said


@in_every_language
def test_a_translation_says_something_else_than_the_english(language: str) -> None:
    same = {forms[0] for forms, said, _ in entries(language) if forms == said and re.search("[a-z]{2} [a-z]", forms[0])}
    assert {text for text in same if not text.startswith(_AS_IT_IS)} == {"{names} et al. ({count})"}


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("de", "de"), ("de-AT", "de"), ("fr-CA-x-a", "fr"), ("tlh", "en"), ("", "en"), ("../de", "en")],
)
def test_what_is_not_spoken_is_said_in_the_nearest_language_or_in_english(asked: str, spoken: str) -> None:
    assert words(asked).language == spoken
    assert words(asked) is words(spoken)


@unhurried
@given(anything)
def test_any_tag_is_answered_in_some_language(tag: str) -> None:
    assert words(tag).language in languages()


# ------------------------------------------------------------ counts and days


@pytest.mark.parametrize(
    ("language", "written"), [("en", "4,902 papers"), ("de", "4.902 Artikel"), ("fr", "4\u00a0902 articles")]
)
def test_a_count_is_written_as_the_language_has_it(language: str, written: str) -> None:
    assert words(language).papers(4902) == written


def test_french_has_its_singular_for_none_and_german_its_plural() -> None:
    assert [words("fr").changes(count) for count in (0, 1, 2)] == ["0 changement", "1 changement", "2 changements"]
    assert [words("de").changes(count) for count in (0, 1, 2)] == ["0 Änderungen", "1 Änderung", "2 Änderungen"]


@pytest.mark.parametrize("language", languages())
def test_small_counts_have_a_word_each(language: str) -> None:
    numbers = [words(language).number(count) for count in range(13)]
    assert len(set(numbers)) == 13
    assert all(number.isalpha() for number in numbers)
    assert words(language).number(13) == "13"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ("Sunday 1 March 2026", "Thursday 22 January", "22 January", "Thursday")),
        ("de", ("Sonntag, 1. März 2026", "Donnerstag, 22. Januar", "22. Januar", "Donnerstag")),
        ("fr", ("dimanche 1er mars 2026", "jeudi 22 janvier", "le 22 janvier", "jeudi")),
    ],
)
def test_days_are_written_in_the_order_of_the_language(language: str, written: tuple[str, ...]) -> None:
    said, thursday = words(language), date(2026, 1, 22)
    assert written == (
        said.day(date(2026, 3, 1)),
        said.day(thursday, today=MONDAY),
        said.lately(thursday, today=MONDAY),
        said.lately(thursday, today=thursday),
    )


def test_a_line_with_nothing_but_a_day_begins_with_a_capital() -> None:
    assert words("fr").dateline(MONDAY) == "Lundi 2 mars 2026"


@pytest.mark.parametrize(
    ("days", "german", "french"),
    [
        ({0}, "jeden Montag um 07:00 Uhr (UTC)", "le lundi à 07:00 (UTC)"),
        (
            {0, 2, 4},
            "jeden Montag, Mittwoch und Freitag um 07:00 Uhr (UTC)",
            "les lundi, mercredi et vendredi à 07:00 (UTC)",
        ),
        (set(range(7)), "jeden Tag um 07:00 Uhr (UTC)", "tous les jours à 07:00 (UTC)"),
    ],
)
def test_a_schedule_is_said_for_one_day_and_for_several(days: set[int], german: str, french: str) -> None:
    wanted = Schedule(days=frozenset(days))
    assert words("de").schedule(wanted, EditionKind.DAILY) == german
    assert words("fr").schedule(wanted, EditionKind.DAILY) == french


# ------------------------------------------------------------ mails


LETTERS = [Letter(id=1, subscriber_id=1, kind=kind, day=MONDAY, details={"until": "2026-03-20"}) for kind in LetterKind]


def every_mail(language: str, **values: Any) -> list[MailBodies]:
    """The approved edition on a day, of a week and with nothing in it, and each of the letters."""
    to, by, full = reader(language=language, **values), renderer(), three_papers()
    weekly = replace(full, kind=EditionKind.WEEKLY, slot_date=date(2026, 3, 1))
    empty = replace(full, recommendations=(), notices=(), trending=(), also_new=(), coverage=())
    mails = [by.bodies(each, reader=to, links=LINKS) for each in (full, weekly, empty)]
    return mails + [by.letter_bodies(letter, reader=to, links=LINKS) for letter in LETTERS]


def english_sentences(language: str) -> list[str]:
    """What we say in English in two words or more, without places, and otherwise in that language."""
    fixed = (forms[0] for forms, said, _ in entries(language) if forms != said)
    return [" ".join(text.split()) for text in fixed if re.fullmatch(r"[^{%]*\w\s[^{%]*", text)]


def said_in(mail: MailBodies) -> str:
    """All that is read of a mail, on one line."""
    (html,) = Page(mail.html).all("html")
    return " ".join(f"{mail.subject} {mail.plain} {html.text}".split())


@in_every_language
def test_no_english_sentence_of_ours_is_left_in_a_mail(language: str) -> None:
    fixed = english_sentences(language)
    assert len(fixed) > 50
    for said in map(said_in, (*every_mail(language), *every_mail(language, heard_at=NOW))):
        assert [text for text in fixed if text in said] == []


@pytest.mark.parametrize("language", languages())
def test_a_mail_names_its_language(language: str) -> None:
    for mail in every_mail(language):
        named = {tag.attributes["lang"] for tag in Page(mail.html).all("html", "div") if "lang" in tag.attributes}
        assert named == {language}


def test_a_german_mail_is_worded_in_german() -> None:
    mail = bodies(three_papers(), to=reader(language="de"))
    assert mail.subject == "Neu von Ada Ames, dazu 2 weitere Artikel"
    assert "400 Artikel gelesen, drei davon für Sie." in said_in(mail)
    assert "91\u00a0% · Sie folgen: Ada Ames" in mail.plain
    assert "cs.LG: 400 von 400 gesehen, 3 ausgewählt." in said_in(mail)


def test_a_french_mail_is_worded_in_french() -> None:
    mail = bodies(three_papers(), to=reader(language="fr"))
    assert mail.subject == "Un auteur que vous suivez\u00a0: Ada Ames, et 2 autres articles"
    assert "Sur 400 articles, trois sont pour vous." in said_in(mail)
    assert "Lundi 2 mars 2026" in mail.plain.splitlines()
    assert "correspond à vos mots «\u00a0flat minima\u00a0»" in mail.plain


def test_the_addresses_in_plain_text_stand_below_each_other_in_every_language() -> None:
    for language in languages():
        plain = bodies(edition("Flat minima"), to=reader(language=language)).plain
        votes = [line for line in plain.splitlines() if re.match(r" {5}\w+ +https://", line)]
        assert len(votes) == 4
        assert len({line.index("https://") for line in votes}) == 1


def test_a_reader_of_an_unknown_language_gets_the_english_mail() -> None:
    assert bodies(three_papers(), to=reader(language="tlh")) == bodies(three_papers())


@unhurried
@given(st.lists(st.tuples(hostile_editions, st.sampled_from(languages())), min_size=1, max_size=3))
def test_readers_of_many_languages_share_papers_and_no_mail_can_tell(letters: list[tuple[Edition, str]]) -> None:
    by = renderer()
    for letter, language in [*letters, *((letter, other) for letter, _ in letters for other in languages())]:
        given_to: dict[str, Any] = {
            "reader": reader(language=language),
            "links": LINKS,
            "message_id": "<1@x>",
            "now": NOW,
        }
        assert by.envelope(letter, **given_to) == renderer().envelope(letter, **given_to)


@pytest.mark.parametrize("language", languages())
def test_a_title_that_runs_from_right_to_left_keeps_its_direction(language: str) -> None:
    titles = [HEBREW, ARABIC]
    mail = bodies(edition(*titles, also_new=[paper(HEBREW, number=7)]), to=reader(language=language))
    page = Page(mail.html)
    headings = page.all("h3")
    assert [tag.text for tag in headings] == titles
    assert [tag.attributes.get("dir") for tag in headings] == ["rtl", "rtl"]
    assert [tag.attributes.get("dir") for tag in page.all("p") if tag.text == HEBREW] == ["rtl"]
    assert "dir" not in page.all("html")[0].attributes
    assert mail.plain.index(HEBREW) < mail.plain.index(ARABIC)


# ------------------------------------------------------------ pages and settings


@pytest.fixture
def door(tmp_path: Path, upgraded_file: Path) -> Iterator[Door]:
    with opened(tmp_path, upgraded_file) as made:
        yield made


def paths_of(door: Door) -> list[str]:
    edition = door.edition()
    settings = [f"{door.settings}{page}" for page in ("", "/interest?name=main", "/saved", "/judged", "/left-out")]
    return [edition, f"{edition}/1/more", f"{edition}/2/save", door.link, *settings]


@in_every_language
def test_no_english_sentence_of_ours_is_left_on_a_page(door: Door, language: str) -> None:
    paths = paths_of(door)
    membership.reschedule(door.store, READER, now=NOW, language=language)
    fixed = english_sentences(language)
    for path in paths:
        (html,) = Page(door.ask("GET", path).text).all("html")
        assert html.attributes["lang"] == language
        said = html.text
        assert [text for text in fixed if text in said] == [], path


def test_a_reader_chooses_a_language_on_the_page_of_the_settings(door: Door) -> None:
    form = {"at": "07:00", "zone": "UTC", "size": "15", "day": "mon", "kind": "weekly", "form": "html"}
    answer = door.ask("POST", f"{door.settings}/deliver", data=form | {"language": "fr"})
    page = Page(door.ask("GET", answer.headers["location"]).text)
    assert "Enregistré. La prochaine édition en tient compte." in page.all("main")[0].text
    assert [tag.text for tag in page.all("option") if "selected" in tag.attributes][-1] == "Français"
    assert door.ask("POST", f"{door.settings}/deliver", data=form).status_code == 303
    assert membership.find(door.store, READER).language == "fr"


def test_a_language_that_is_not_spoken_is_refused_on_the_page_with_those_that_are(door: Door) -> None:
    form = {"at": "07:00", "zone": "UTC", "size": "15", "day": "mon", "kind": "daily", "form": "html"}
    answer = door.ask("POST", f"{door.settings}/deliver", data=form | {"language": "tlh"})
    assert answer.status_code == 422
    assert "give one of de, en, fr" in answer.text
    assert membership.find(door.store, READER).language == "en"


def test_an_operator_sets_a_language_and_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with shell(tmp_path, monkeypatch, capsys) as digest:
        digest("subscriber", "add", ADDRESS)
        digest("subscriber", "set", ADDRESS, "--language", "DE")
        assert '"language": "de"' in digest("subscriber", "show", ADDRESS, "--json")
        assert "language\tde\n" in digest("subscriber", "show", ADDRESS)
        refusal = digest("subscriber", "set", ADDRESS, "--language", "tlh", expect=2)
        assert "give one of de, en, fr" in refusal
        assert '"language": "de"' in digest("subscriber", "show", ADDRESS, "--json")
