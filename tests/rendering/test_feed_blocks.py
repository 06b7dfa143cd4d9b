"""Feeds that are put together from shared blocks are those that feedgen writes, whatever the world sends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from digest.editions import Edition, ReasonKind, Slot
from digest.rendering.catalogues import words
from digest.rendering.feed import FeedLinks, FeedRenderer, FeedView
from digest.rendering.feed_entries import NotAtHand
from digest.rendering.templates import environment
from tests.fakes import MONDAY, paper
from tests.rendering.builders import (
    HOSTILE,
    NOW,
    READ,
    SITE,
    TEMPLATES,
    chosen,
    edition,
    hostile_editions,
    reason,
    three_papers,
    unhurried,
)
from tests.rendering.by_feedgen import ByFeedgen

TUESDAY = MONDAY + timedelta(days=1)
URI = "tag:paperround.example,2026:feed-1"
LINKS = FeedLinks(here="https://paperround.example/feed/a.atom?b&c", style="/static/feed.css", editions={1: READ})
FORMS = ("atom", "rss", "json")
OURS = FeedRenderer(SITE, TEMPLATES)
FEEDGEN = ByFeedgen(SITE, TEMPLATES)


def written(by: FeedRenderer | ByFeedgen, form: str, editions: Sequence[Edition], links: FeedLinks = LINKS) -> bytes:
    if form == "json":
        return by.json(editions, links=links)
    write = by.atom if form == "atom" else by.rss
    return write(editions, uri=URI, since=NOW, links=links)


def canonical(feed: bytes) -> bytes:
    return etree.tostring(etree.fromstring(feed), method="c14n")


@pytest.mark.parametrize("form", FORMS)
@unhurried
@given(st.lists(hostile_editions, max_size=1), st.booleans())
def test_the_same_xml_comes_of_blocks_and_of_feedgen(form: str, editions: list[Edition], has_links: bool) -> None:
    numbered = [replace(each, id=number) for number, each in enumerate(editions, start=1)]
    links = LINKS if has_links else FeedLinks()
    ours, feedgens = (written(by, form, numbered, links) for by in (OURS, FEEDGEN))
    assert ours == feedgens
    if form != "json":
        assert canonical(ours) == canonical(feedgens)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("slot", list(Slot))
def test_reasons_marks_and_notes_of_every_kind_are_escaped_as_feedgen_has_them(form: str, slot: Slot) -> None:
    items = [
        chosen(paper(text), *(reason(label) for label in HOSTILE[: number % 4]), announced=day, slot=slot)
        for number, text in enumerate(HOSTILE)
        for day in (MONDAY, TUESDAY)
    ]
    made = [edition(*items, day=TUESDAY)]
    assert written(OURS, form, made) == written(FEEDGEN, form, made)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["de", "ar", "zh"])
def test_every_language_has_blocks_of_its_own(form: str, language: str) -> None:
    spoken = words(language)
    ours, feedgens = FeedRenderer(SITE, TEMPLATES, spoken), ByFeedgen(SITE, TEMPLATES, spoken)
    assert written(ours, form, [three_papers()]) == written(feedgens, form, [three_papers()])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "template",
    [
        "<p>{{ paper.title }}<br>{{ note }}</p><ul>{% for each in why %}<li>{{ each }}{% endfor %}</ul><i>{{ votes }}",
        "{{ why | join(', ') }}{{ why | join('; ') }} {% if votes %}<a href='{{ votes }}/more'>+</a>{% endif %}",
        "<!-- {{ note }} --><updated>x</updated><published>y</published><pubDate>z</pubDate></entry></item>",
        "",
    ],
)
def test_a_template_of_the_operator_comes_out_as_feedgen_has_it(tmp_path: Path, form: str, template: str) -> None:
    (tmp_path / "feed_entry.html.j2").write_text(template, encoding="utf-8")
    own = environment(tmp_path)
    item = chosen(paper("A <b>"), reason("x & 'y'"), reason('"z"'), announced=MONDAY)
    made = [edition(item, day=TUESDAY)]
    ours, feedgens = (written(by(SITE, own), form, made) for by in (FeedRenderer, ByFeedgen))
    assert ours == feedgens


NAMES = ("ants", "bees & 'wasps'", '<"crickets">')


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "template",
    [
        "<p>{{ why | join(' · ') }}</p>",
        "<p>{% for each in why %}{{ loop.index }}. {{ each }} {% endfor %}</p>",
        "<p>{% if why | length > 1 %}Reasons{% else %}Reason{% endif %}: {{ why | join(', ') }}</p>",
        "<p>{% if why | length == 2 %}Both: {% endif %}{{ why | join(', ') }}</p>",
        "<p>{{ why | first }}</p>",
        "{% for each in why %}<p>{{ each }}{% endfor %}</p>",
        "{% for each in why | reverse %}<p>{{ each }}</p>{% endfor %}",
        "{{ why | join('1') }}{{ why | join('2') }}{{ why | join('1') }}100 %",
        "{% if paper.title == 'Odd' %}{{ why | last }}{% else %}{{ why | join(' - ') }}{% endif %}",
    ],
)
def test_however_many_reasons_there_are_a_template_comes_out_as_feedgen_has_it(
    tmp_path: Path, form: str, template: str
) -> None:
    (tmp_path / "feed_entry.html.j2").write_text("{% if why %}" + template + "{% endif %}", encoding="utf-8")
    own = environment(tmp_path)
    ours, feedgens = (by(SITE, own) for by in (FeedRenderer, ByFeedgen))
    for title in ("Even", "Odd", "Even"):
        for slot in (Slot.CHOSEN, Slot.MUST_READ):
            for count in (2, 1, 3, 0):
                item = chosen(paper(title), *(reason(name, ReasonKind.AUTHOR) for name in NAMES[:count]), slot=slot)
                made = [edition(item, day=TUESDAY)]
                assert written(ours, form, made) == written(feedgens, form, made)


@pytest.mark.parametrize("form", FORMS)
def test_one_block_serves_a_paper_for_however_many_reasons(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, item = FeedRenderer(SITE, TEMPLATES), paper("Shared")
    made = [
        [edition(chosen(item, *(reason(name, ReasonKind.AUTHOR) for name in NAMES[:count])))] for count in (2, 1, 3)
    ]
    written(ours, form, made[0])
    told = [written(FEEDGEN, form, each) for each in made]
    monkeypatch.setattr("digest.rendering.feed_blocks.render", None)  # whoever renders now fails
    assert [written(ours, form, each) for each in made] == told


@pytest.mark.parametrize("form", FORMS)
def test_who_is_in_a_hurry_gets_what_is_at_hand_and_no_more(form: str) -> None:
    ours = FeedRenderer(SITE, TEMPLATES)
    made = [edition(chosen(paper("First"), reason("ants", ReasonKind.AUTHOR)))]
    with pytest.raises(NotAtHand):
        written(ours.hasty, form, made)
    assert written(ours, form, made) == written(ours.hasty, form, made)
    changed = [edition(chosen(paper("Second"), reason("ants", ReasonKind.AUTHOR)))]
    with pytest.raises(NotAtHand):
        written(ours.hasty, form, changed)


@pytest.mark.parametrize("form", FORMS)
def test_a_block_is_written_anew_when_its_paper_has_changed(form: str) -> None:
    ours = FeedRenderer(SITE, TEMPLATES)
    for title in ("First", "Second", "First"):
        made = [edition(paper(title, number=7))]
        assert written(ours, form, made) == written(FEEDGEN, form, made)


def test_what_two_readers_share_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, item = FeedRenderer(SITE, TEMPLATES), paper("Shared")
    first = written(ours, "atom", [edition(chosen(item, reason("ants", ReasonKind.AUTHOR)))])
    monkeypatch.setattr("digest.rendering.feed_blocks.render", None)  # whoever renders now fails
    second = written(
        ours, "atom", [edition(chosen(item, reason("bees", ReasonKind.AUTHOR)), id=2)], FeedLinks(editions={2: READ})
    )
    assert b"ants" in first
    assert b"ants" not in second
    assert b"bees" in second


def test_a_feed_can_have_a_title_of_its_own() -> None:
    feed = OURS.atom([], uri=URI, since=NOW, view=FeedView(title="Saved & <more>"))
    assert etree.fromstring(feed).findtext("{http://www.w3.org/2005/Atom}title") == "Saved & <more>"
