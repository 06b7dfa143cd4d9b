"""What is refused, and what was left out, is said in the reader's language."""

import pytest

from digest import membership
from digest.compose.seated import BELOW_THE_FOLD, IN_WORDS
from digest.errors import InvalidInput
from digest.rendering import catalogues
from digest.store.shadow import CARRIED, LeftOut
from digest.subscribers import MAIN
from digest.web.forms import Form
from digest.web.refusals import OTHERWISE, REFUSALS
from digest.web.views import LEFT_OUT
from tests.fakes import paper
from tests.rendering.pages import Page
from tests.store.builders import keep
from tests.web.builders import NOW, READER, Door

OTHERS = [language for language in catalogues.languages() if language != "en"]
WRONG = {
    "deliver": {"at": "25:00", "zone": "Mars/Base", "size": "many", "kind": "hourly", "least": "x"},
    "pause": {"until": "1999-01-01"},
    "erase": {},
    "add-interest": {"name": "x" * 50, "about": ""},
    "tune-interest": {"interest": "main", "name": "\u200b", "weight": "0", "most": "0"},
    "add-words": {"interest": "main", "field": "category", "value": "no/cat"},
    "reclaim": {"paper": "arxiv:2603.00001"},
    "move": {"address": "ana@"},
}


def told(html: str) -> list[str]:
    """What a page says is wrong with its fields."""
    return [tag.text for tag in Page(html).tags if tag.attributes.get("class") == "error"]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("deed", WRONG)
def test_what_is_wrong_with_a_field_is_said_in_the_readers_language(door: Door, deed: str, language: str) -> None:
    said = {}
    for tag in ("en", language):
        membership.reschedule(door.store, READER, now=NOW, language=tag)
        answer = door.ask("POST", f"{door.settings}/{deed}", data=WRONG[deed])
        assert answer.status_code == 422
        said[tag] = told(answer.text)
    assert said["en"]
    assert len(said["en"]) == len(said[language])
    assert not set(said["en"]) & set(said[language])


@pytest.mark.parametrize("language", OTHERS)
def test_who_joins_is_told_in_the_language_of_the_form(door: Door, language: str) -> None:
    form = {"email": "ana@", "zone": "Mars/Base", "categories": "no/cat", "at": "late"}
    english, other = (told(door.ask("POST", f"/subscribe?lang={tag}", data=form).text) for tag in ("en", language))
    assert len(english) == len(other) == 5  # no day is ticked either
    assert not set(english) & set(other)


@pytest.mark.parametrize("language", OTHERS)
def test_a_refusal_is_said_in_the_language_of_the_browser(door: Door, language: str) -> None:
    gettext = catalogues.words(language).gettext
    answer = door.ask("GET", "/no/such/page", headers={"Accept-Language": language})
    page = Page(answer.text)
    assert answer.status_code == 404
    assert page.all("html")[0].attributes["lang"] == language
    assert page.all("h1")[0].text == gettext(REFUSALS[404][0]) != REFUSALS[404][0]
    for heading, text in (*REFUSALS.values(), OTHERWISE):
        assert gettext(heading) != heading
        assert gettext(text) != text


def test_programs_are_refused_in_english(door: Door) -> None:
    answer = door.ask("GET", "/api/no/such", headers={"Accept-Language": "de"})
    assert answer.json()["title"] == REFUSALS[404][0]


@pytest.mark.parametrize("language", OTHERS)
def test_a_failure_is_told_in_the_language_of_the_browser(
    door: Door, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr("digest.membership.link_holder", lambda *_: 1 / 0)
    answer = door.ask("GET", door.link, headers={"Accept-Language": language})
    gettext = catalogues.words(language).gettext
    assert answer.status_code == 500
    assert Page(answer.text).all("h1")[0].text == gettext("Our mistake.") != "Our mistake."


def test_all_that_keeps_a_paper_out_has_a_translation() -> None:
    assert {BELOW_THE_FOLD, CARRIED, *IN_WORDS.values()} == LEFT_OUT


def test_what_was_left_out_is_told_why_in_the_readers_language(door: Door) -> None:
    edition, near = door.edition(), paper("Ants", number=77)
    keep(door.store, near)
    with door.store.begin() as tx:
        entry = LeftOut(paper=near.id, interest=MAIN, score=0.1, probability=0.25, why="the edition was full")
        tx.shadow.keep(int(edition[3:].partition("-")[0]), [entry])
    membership.reschedule(door.store, READER, now=NOW, language="de")
    text = Page(door.ask("GET", f"{door.settings}/left-out").text).all("main")[0].text
    assert "die Ausgabe war voll" in text


def test_a_share_has_the_decimal_sign_of_the_language(door: Door) -> None:
    tuned = {"interest": "main", "name": "main", "weight": "0.5", "most": ""}
    for language, shown in (("en", "0.5"), ("de", "0,5"), ("fr", "0,5")):
        membership.reschedule(door.store, READER, now=NOW, language=language)
        assert door.ask("POST", f"{door.settings}/tune-interest", data=tuned).status_code == 303
        page = Page(door.ask("GET", f"{door.settings}/interest?name=main").text)
        (field,) = [tag for tag in page.all("input") if tag.attributes.get("id") == "weight"]
        assert field.attributes["value"] == shown
        tuned["weight"] = shown  # as it is typed back


def test_what_was_typed_may_look_like_a_place_in_a_sentence() -> None:
    def refused(text: str) -> str:
        raise InvalidInput("not {text!r}", text=text)

    form = Form([("name", "{0} {name} {text.__class__}")])
    assert form.read("name", refused) is None
    assert form.errors == {"name": "Not '{0} {name} {text.__class__}'."}
