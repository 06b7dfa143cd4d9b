"""The HTML of a mail: whole, small, readable in light and dark, and nothing in it that acts or calls home."""

import re
from dataclasses import replace

import pytest
from hypothesis import given

from digest.editions import Edition, ReasonKind, Slot
from tests.fakes import paper
from tests.rendering.builders import (
    HOSTILE,
    LEAVE,
    SITE,
    bodies,
    chosen,
    edition,
    hostile_editions,
    reason,
    site,
    site_names,
    three_papers,
    titles,
    unhurried,
)
from tests.rendering.pages import Page, contrast, pixels, styles

OURS = re.compile(
    r"https://arxiv\.org/(abs|pdf)/\d{4}\.\d{5}|mailto:digest@paperround\.example\?subject=change|" + re.escape(LEAVE)
)
MARKS = ("must-read", "to explore", "you asked for it back", "everything")
LONG = "A sentence that says what was done, and another 5,000 characters of it. " * 70


def page(*items: object) -> Page:
    return Page(bodies(edition(*items)).html)  # type: ignore[arg-type]


def test_every_paper_has_its_title_byline_reason_and_links() -> None:
    shown = page(chosen(paper("Flat minima", number=7), reason("Ada Ames", ReasonKind.AUTHOR)))
    text = shown.all("body")[0].text
    for part in ("Flat minima", "Ada Ames, Bo Berg · cs.LG", "author you follow: Ada Ames", "what we did and what we"):
        assert part in text
    links = [tag.attributes["href"] for tag in shown.all("a")]
    assert "https://arxiv.org/abs/2603.00007" in links
    assert "https://arxiv.org/pdf/2603.00007" in links


def test_a_withdrawn_paper_says_so() -> None:
    assert "A claim taken back Withdrawn" in Page(bodies(three_papers()).html).all("body")[0].text


def test_a_paper_without_an_abstract_says_where_to_look() -> None:
    assert "No abstract in the listing. Read it on arXiv." in page(paper(abstract="")).all("body")[0].text


def test_an_empty_edition_is_a_whole_page_too() -> None:
    assert "None of the 400 papers read is for you." in page().all("body")[0].text


def test_each_interest_has_its_section_and_what_is_marked_says_so() -> None:
    shown = page(
        chosen("A", interest="robots & arms", slot=Slot.MUST_READ),
        chosen("B", reason("Flat minima", ReasonKind.LIKED, terms=["flat"]), interest="sleep", slot=Slot.RECLAIMED),
        chosen("C", interest="robots & arms", slot=Slot.EXPLORATION),
        chosen("D", interest="sleep", slot=Slot.EVERYTHING),
    )
    assert [tag.text for tag in shown.all("h2")] == ["robots & arms 2 papers", "sleep 2 papers"]
    assert [tag.text for tag in shown.all("h3")] == ["A", "C", "B", "D"]
    assert [tag.text for tag in shown.all("p") if tag.inside and tag.text.startswith(MARKS)] == [
        "must-read",
        "to explore: unlike what you usually get",
        "you asked for it back · because you liked “Flat minima” · matches: flat",
        "everything in cs.LG",
    ]


def test_no_probability_and_no_score_stands_in_the_mail() -> None:
    item = chosen("A", reason("Flat minima", ReasonKind.LIKED, contribution=0.8125, terms=["flat"]), probability=0.9375)
    written = bodies(edition(item))
    assert not re.search(r"0\.9375|93\.75|94 ?%|0\.8125|81 ?%", written.html + written.plain)


def test_what_is_below_the_fold_is_named_with_its_link() -> None:
    shown = Page(bodies(edition("A", also_new=[paper("Near one", number=8), paper("Near two", number=9)])).html)
    assert [tag.text for tag in shown.all("h2")] == ["For you 1 paper", "Also new 2 papers"]
    links = {tag.text: tag.attributes["href"] for tag in shown.all("a") if tag.text.startswith("Near")}
    assert links == {"Near one": "https://arxiv.org/abs/2603.00008", "Near two": "https://arxiv.org/abs/2603.00009"}


def test_an_edition_without_anything_below_the_fold_says_nothing_of_it() -> None:
    assert "Also new" not in bodies(edition("A")).html


# ------------------------------------------------------------ what is in it


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<b>&amp;"])
def test_markup_in_a_title_is_shown_as_it_was_written(title: str) -> None:
    shown = page(title)
    assert shown.all("h3")[0].text == title
    assert not shown.all("script", "img", "b")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<b>&amp;"])
def test_markup_in_an_interest_a_reason_or_below_the_fold_is_shown_as_it_was_written(name: str) -> None:
    told = reason(name, ReasonKind.ORGANISATION)
    item = chosen(paper(categories=(name,)), told, interest=name, slot=Slot.EVERYTHING)
    letter = replace(edition(item, also_new=[paper(name)]), considered=((name, 1),))
    shown = Page(bodies(letter).html)
    assert shown.all("h2")[0].text == f"{name} 1 paper"
    text = shown.all("body")[0].text
    assert f"everything in {name} · organisation you follow: {name}" in text
    assert [tag.text for tag in shown.all("p")].count(name) == 1
    assert not shown.all("script", "img", "b")


@unhurried
@given(hostile_editions, site_names)
def test_whatever_the_world_sends_nothing_acts_and_all_links_are_ours(letter: Edition, name: str) -> None:
    html = bodies(letter, by=site(name=name)).html
    shown = Page(html)
    assert {tag.name for tag in shown.tags} <= set(
        "html head meta title style body div table tr td h1 h2 h3 p a span".split()
    )
    for tag in shown.tags:
        assert not any(name in ("src", "background", "srcset") or name.startswith("on") for name in tag.attributes)
        assert "url(" not in tag.attributes.get("style", "")
        assert OURS.fullmatch(tag.attributes.get("href", LEAVE))
    assert "url(" not in shown.all("style")[0].text
    assert html.encode()


def test_the_page_is_the_same_with_any_paper() -> None:
    def skeleton(title: str) -> list[str]:
        return [tag.name for tag in page(title).tags]

    assert {tuple(skeleton(title)) for title in HOSTILE} == {tuple(skeleton("Flat minima"))}


# ------------------------------------------------------------ how long it is


def test_100_papers_with_long_abstracts_stay_below_what_mail_programs_clip() -> None:
    letter = edition(*titles(100, abstract=LONG))
    html = bodies(letter).html
    assert len(html.encode()) <= 85_000
    assert [tag.text for tag in Page(html).all("h3")] == [item.paper.title for item in letter.recommendations]


def test_papers_beyond_the_whole_ones_are_counted_and_listed_by_title() -> None:
    whole, others = [tag.text for tag in page(*titles(100, abstract=LONG)).all("h2")]
    assert (whole, others) == ("For you 24 papers", "By title 76 more papers")


def test_30_papers_all_keep_an_abstract() -> None:
    shown = page(*titles(30, abstract=LONG))
    assert [tag.text for tag in shown.all("h2")] == ["For you 30 papers"]
    assert shown.all("body")[0].text.count("A sentence that says") >= 30


def test_hostile_lengths_do_not_fill_the_mail() -> None:
    monsters = [
        chosen(paper("x" * 5000, authors=("y" * 5000,) * 30), reason("z" * 5000, terms=["w" * 5000])) for _ in range(15)
    ]
    below = [paper("长" * 5000) for _ in range(5)]
    assert len(bodies(edition(*monsters, also_new=below)).html.encode()) <= 85_000


def test_100_papers_of_ten_interests_stay_below_what_mail_programs_clip() -> None:
    items = [
        chosen(item, interest=f"interest {number % 10}", slot=Slot.EVERYTHING)
        for number, item in enumerate(titles(100, abstract=LONG))
    ]
    html = bodies(edition(*items, also_new=titles(5))).html
    assert len(html.encode()) <= 85_000
    assert len(Page(html).all("h3")) == 100


# ------------------------------------------------------------ how it reads


def test_the_page_says_its_language_and_that_it_knows_the_dark() -> None:
    shown = Page(bodies(three_papers()).html)
    assert shown.all("html")[0].attributes["lang"] == "en"
    metas = {tag.attributes.get("name"): tag.attributes.get("content") for tag in shown.all("meta")}
    assert metas["color-scheme"] == metas["supported-color-schemes"] == "light dark"
    assert "@media (prefers-color-scheme: dark)" in shown.all("style")[0].text


def test_headings_come_in_order() -> None:
    shown = Page(bodies(three_papers()).html)
    assert [tag.name for tag in shown.all("h1", "h2", "h3", "h4")] == ["h1", "h2", "h3", "h3", "h3", "h2"]


def test_every_table_is_there_for_the_layout_only() -> None:
    tables = Page(bodies(edition(*titles(100, abstract=LONG))).html).all("table")
    assert tables
    assert {tag.attributes.get("role") for tag in tables} == {"presentation"}


def test_titles_and_abstracts_find_their_own_direction() -> None:
    shown = page(paper("ליבה חדשה", abstract="תקציר."))
    assert [(tag.name, tag.text) for tag in shown.tags if tag.attributes.get("dir") == "auto"] == [
        ("h3", "ליבה חדשה"),
        ("p", "תקציר."),
    ]


def test_two_links_of_one_name_are_told_apart() -> None:
    labels = [tag.attributes["aria-label"] for tag in page("Flat minima", "Noise").all("a") if tag.text == "PDF"]
    assert labels == ["PDF of Flat minima", "PDF of Noise"]


def test_no_text_is_smaller_than_14_pixels() -> None:
    for letter in (three_papers(), edition(*titles(100, abstract=LONG))):
        sizes = {
            pixels(tag.styles["font-size"]) for tag in Page(bodies(letter).html).texts() if "font-size" in tag.styles
        }
        assert min(sizes) == 14


def test_every_text_stands_out_in_light() -> None:
    shown = Page(bodies(three_papers()).html)
    ground = shown.all("body")[0].styles["background-color"]
    colours = {tag.styles["color"] for tag in shown.texts()}
    assert len(colours) == 5
    assert min(contrast(colour, ground) for colour in colours) >= 4.5


def test_every_text_stands_out_in_the_dark() -> None:
    dark = Page(bodies(three_papers()).html).all("style")[0].text.partition("prefers-color-scheme: dark")[2]
    rules = [styles(rule) for rule in re.findall(r"\{([^{}]*)\}", dark)]
    (ground,) = [rule["background-color"] for rule in rules if "background-color" in rule]
    colours = {rule["color"] for rule in rules if "color" in rule}
    assert len(colours) == 5
    assert min(contrast(colour, ground) for colour in colours) >= 4.5


def test_every_colour_of_text_has_its_counterpart_in_the_dark() -> None:
    shown = Page(bodies(edition(*titles(100, abstract=LONG))).html)
    dark = shown.all("style")[0].text.partition("prefers-color-scheme: dark")[2]
    for tag in shown.tags:
        if "color" in styles(tag.attributes.get("style", "")) and tag.name != "body":
            classes = tag.attributes["class"].split()
            assert any(re.search(rf"\.{name}\b[^{{}}]*\{{ color:", dark) for name in classes), tag


def test_the_colours_are_measured_as_they_should_be() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_the_sender_is_the_only_address_to_write_to() -> None:
    links = {tag.attributes["href"] for tag in page("A").all("a") if "mailto" in tag.attributes["href"]}
    assert links == {f"mailto:{SITE.sender}?subject=change"}


def test_both_links_for_leaving_go_to_the_readers_own_page() -> None:
    assert [tag.attributes["href"] for tag in page("A").all("a") if tag.text == "Unsubscribe"] == [LEAVE, LEAVE]
