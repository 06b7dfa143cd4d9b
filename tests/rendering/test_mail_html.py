"""The HTML of a mail: whole, small, readable in light and dark, and nothing in it that acts or calls home."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from digest.editions import Edition, Notice, ReasonKind, Recommendation, Slot, Trending
from digest.papers import AnnouncementKind, Paper
from digest.rendering.plain import web_address
from digest.subscribers import EditionKind
from tests.fakes import MONDAY, paper
from tests.rendering.builders import (
    BAD_ADDRESSES,
    CHANGE,
    HOSTILE,
    LEAVE,
    READ,
    bodies,
    chosen,
    edition,
    hostile_editions,
    reader,
    reason,
    site,
    site_names,
    three_papers,
    titles,
    unhurried,
)
from tests.rendering.pages import Page, contrast, pixels, styles

OURS = re.compile(
    rf"{re.escape(LEAVE)}|{re.escape(CHANGE)}(#pause|#feed)?|{re.escape(READ)}(/\d+/(more|less|save))?|https?://[!-~]+"
)
NOT_SEEN = re.compile(r"javascript:|data:", re.I)
WITHDRAWN, PUBLISHED = AnnouncementKind.WITHDRAWN, AnnouncementKind.PUBLISHED
REPLACED = AnnouncementKind.REPLACEMENT
LONG = "A sentence that says what was done, and another 5,000 characters of it. " * 70


def page(*items: Recommendation | Paper | str) -> Page:
    return Page(bodies(edition(*items)).html)


def test_every_paper_has_its_title_byline_reason_and_links() -> None:
    shown = page(chosen(paper("Flat minima", number=7), reason("Ada Ames", ReasonKind.AUTHOR)))
    text = shown.all("body")[0].text
    for part in ("Flat minima", "Ada Ames, Bo Berg · cs.LG", "author you follow: Ada Ames", "what we did and what we"):
        assert part in text
    links = [tag.attributes["href"] for tag in shown.all("a")]
    assert "https://arxiv.org/abs/2603.00007" in links
    assert "https://arxiv.org/pdf/2603.00007" in links


def test_a_withdrawn_paper_says_so() -> None:
    assert "A claim taken back Withdrawn Ada Ames" in Page(bodies(three_papers()).html).all("body")[0].text


def test_a_paper_without_an_abstract_says_where_to_look() -> None:
    assert "No abstract in the listing. Read it on arXiv." in page(paper(abstract="")).all("body")[0].text


def test_an_empty_edition_is_a_whole_page_too() -> None:
    assert "None of the 400 papers read is for you." in page().all("body")[0].text


def test_each_interest_has_its_section_and_what_is_marked_says_so() -> None:
    shown = page(
        chosen("A", interest="robots & arms"),
        chosen("B", reason("Flat minima", ReasonKind.LIKED, terms=["flat"]), interest="sleep", slot=Slot.RECLAIMED),
        chosen("C", interest="robots & arms", slot=Slot.EXPLORATION),
        chosen("D", interest="sleep", slot=Slot.EVERYTHING),
        chosen("E", reason("graph", ReasonKind.INCLUDE), interest="sleep", slot=Slot.MUST_READ),
        chosen("F", interest="sleep", slot=Slot.CARRIED),
    )
    assert [tag.text for tag in shown.all("h2")] == [
        "robots & arms 1 paper",
        "sleep 3 papers",
        "Must-reads 1 paper",
        "For a change 1 paper, outside your interests",
    ]
    assert [tag.text for tag in shown.all("h3")] == ["A", "B", "D", "F", "E", "C"]
    text = shown.all("body")[0].text
    for told in (
        "B Ada Ames, Bo Berg · cs.LG you asked for it back · because you liked “Flat minima” · matches: flat B:",
        "D Ada Ames, Bo Berg · cs.LG everything in cs.LG D:",
        "F Ada Ames, Bo Berg · cs.LG from an edition that could not be sent F:",
        "E Ada Ames, Bo Berg · cs.LG has the term you asked for: graph E:",
        "C Ada Ames, Bo Berg · cs.LG unlike what you usually get C:",
    ):
        assert told in text


@pytest.mark.parametrize(
    ("probability", "shown"), [(0.914, "91\u00a0%"), (0.001, "1\u00a0%"), (1.0, "99\u00a0%"), (0.0, "1\u00a0%")]
)
def test_how_likely_a_paper_is_stands_before_its_reasons(probability: float, shown: str) -> None:
    written = bodies(edition(chosen("A", reason("Ada Ames", ReasonKind.AUTHOR), probability=probability)))
    assert f">{shown}</span>\u2002author you follow: Ada Ames</p>" in written.html
    assert f"     {shown} · author you follow: Ada Ames\n" in written.plain
    assert "A percentage is how likely" in written.html


def test_where_nothing_is_known_of_a_reader_no_percentage_is_explained() -> None:
    written = bodies(edition("A"))
    assert "percentage" not in written.html + written.plain
    assert "%<" not in written.html


def test_every_paper_has_its_votes_by_its_place_in_the_edition() -> None:
    shown = page(*(chosen(title, interest=name) for title, name in (("A", "x"), ("B", "y"), ("C", "x"))))
    votes = [tag for tag in shown.all("a") if tag.attributes["href"].startswith(f"{READ}/")]
    assert [tag.attributes["href"].removeprefix(READ) for tag in votes] == [
        f"/{number}/{vote}" for number in (1, 3, 2) for vote in ("more", "less", "save")
    ]
    assert [tag.attributes["aria-label"] for tag in votes[:3]] == ["More like A", "Less like A", "Save A"]


def test_a_paper_whose_code_is_known_has_a_link_to_it_beside_its_own() -> None:
    item = chosen("Flat minima", code="https://github.com/ames/flat?a=1&b=2")
    links = [(tag.text, tag.attributes) for tag in page(item, "Noise").all("a")]
    beside = [text for text, _ in links if text in ("PDF", "Code", "More like this")]
    assert beside == ["PDF", "Code", "More like this", "PDF", "More like this"]
    (code,) = [attributes for text, attributes in links if text == "Code"]
    assert code["href"] == "https://github.com/ames/flat?a=1&b=2"
    assert code["aria-label"] == "Code of Flat minima"


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_what_is_no_address_of_code_is_no_link(address: str) -> None:
    written = bodies(edition(chosen("Flat minima", code=address)))
    for tag in Page(written.html).all("a"):
        assert OURS.fullmatch(tag.attributes["href"])
        assert not NOT_SEEN.match(tag.attributes["href"])
    assert not Page(written.html).all("script")


def test_what_is_trending_is_named_with_its_upvotes() -> None:
    shown = Page(bodies(three_papers()).html)
    assert "Trending 1 paper" in [tag.text for tag in shown.all("h2")]
    assert "What all look at 87 upvotes on Hugging Face · Ada Ames, Bo Berg" in shown.all("body")[0].text


def test_what_happened_to_a_liked_paper_begins_with_a_word_of_it() -> None:
    news = [
        Notice(paper=replace(paper(title), journal_ref="Nature 1"), kind=kind, day=MONDAY)
        for title, kind in (("A", WITHDRAWN), ("B", PUBLISHED), ("C", REPLACED))
    ]
    shown = Page(bodies(edition(notices=tuple(news))).html)
    assert "Papers you liked 3 changes" in [tag.text for tag in shown.all("h2")]
    text = shown.all("body")[0].text
    assert "Withdrawn A by its authors · Monday Published B Nature 1 · Monday New version C v1 · Monday" in text
    assert [tag.text for tag in shown.all("span") if tag.attributes.get("class") == "alert"] == ["Withdrawn"]


def test_an_edition_of_a_week_says_of_every_paper_when_it_was_announced() -> None:
    items = [chosen("A", announced=date(2026, 2, 24)), chosen("B")]
    text = Page(bodies(edition(*items, kind=EditionKind.WEEKLY)).html).all("body")[0].text
    assert "announced Tuesday 24 February" in text
    assert "announced Monday 2 March" in text


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
def test_markup_anywhere_is_shown_as_it_was_written(name: str) -> None:
    told = reason(name, ReasonKind.ORGANISATION)
    item = chosen(paper(categories=(name,)), told, interest=name, slot=Slot.EVERYTHING)
    trending = Trending(paper=paper(name), upvotes=2, source=name)
    notice = Notice(paper=paper(name, doi=name), kind=PUBLISHED, day=MONDAY)
    letter = edition(item, also_new=[paper(name)], trending=(trending,), notices=(notice,), considered=((name, 1),))
    shown = Page(bodies(letter).html)
    assert shown.all("h2")[0].text == f"{name} 1 paper"
    text = shown.all("body")[0].text
    assert f"everything in {name} · organisation you follow: {name}" in text
    assert f"2 upvotes on {name}" in text
    assert f"doi:{name}" in text
    assert text.count(name) == 10
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
        assert not NOT_SEEN.match(tag.attributes.get("href", LEAVE))
    assert "url(" not in shown.all("style")[0].text
    assert html.encode()


def test_the_page_is_the_same_with_any_paper() -> None:
    def skeleton(title: str) -> list[str]:
        return [tag.name for tag in page(title).tags]

    assert {tuple(skeleton(title)) for title in HOSTILE} == {tuple(skeleton("Flat minima"))}


@unhurried
@given(hostile_editions)
def test_the_links_to_papers_are_those_of_their_papers(letter: Edition) -> None:
    papers = [item.paper for item in letter.recommendations] + [each.paper for each in letter.trending]
    papers += [each.paper for each in letter.notices] + list(letter.also_new)
    known = {web_address(url) for each in papers for url in (each.abstract_url, each.pdf_url)}
    known |= {web_address(item.code) for item in letter.recommendations}
    links = {tag.attributes["href"].partition("#")[0] for tag in Page(bodies(letter).html).all("a")}
    votes = {f"{READ}/{n + 1}/{v}" for n in range(len(letter.recommendations)) for v in ("more", "less", "save")}
    assert links - {link.partition("#")[0] for link in known} <= {LEAVE, CHANGE, READ, *votes}


# ------------------------------------------------------------ how long it is


def test_100_papers_with_long_abstracts_stay_below_what_mail_programs_clip() -> None:
    letter = edition(*titles(100, abstract=LONG))
    html = bodies(letter).html
    assert len(html.encode()) <= 85_000
    assert [tag.text for tag in Page(html).all("h3")] == [item.paper.title for item in letter.recommendations]


def test_papers_beyond_the_whole_ones_are_counted_and_listed_by_title() -> None:
    whole, others = [tag.text for tag in page(*titles(100, abstract=LONG)).all("h2")]
    assert (whole, others) == ("For you 12 papers", "By title 88 more papers")


def test_a_paper_by_title_has_its_authors_and_a_reason() -> None:
    items = [chosen(item, reason("Ada Ames", ReasonKind.AUTHOR)) for item in titles(100, abstract=LONG)]
    text = page(*items).all("body")[0].text
    assert f"{items[-1].paper.title} Ada Ames, Bo Berg · author you follow: Ada Ames" in text


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
    assert " ".join(tag.name for tag in shown.all("h1", "h2", "h3", "h4")) == "h1 h2 h3 h2 h3 h2 h3 h2 h3 h2 h2"


def test_every_table_is_there_for_the_layout_only() -> None:
    tables = Page(bodies(edition(*titles(100, abstract=LONG))).html).all("table")
    assert tables
    assert {tag.attributes.get("role") for tag in tables} == {"presentation"}


def test_titles_bylines_and_abstracts_run_as_their_first_letter_does() -> None:
    shown = page(paper("ליבה חדשה", abstract="תקציר.", authors=("Ada Ames",)))
    rtl = [(tag.name, tag.attributes["align"], tag.text) for tag in shown.tags if tag.attributes.get("dir") == "rtl"]
    assert rtl == [("h3", "right", "ליבה חדשה"), ("p", "right", "תקציר.")]


def test_a_title_in_han_says_which_language_it_is() -> None:
    shown = page("图神经网络与分子", "グラフの学習", "분자와 그래프", "Graphs")
    assert [tag.attributes.get("lang") for tag in shown.all("h3")] == ["zh", "ja", "ko", None]


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


def test_the_foot_has_every_way_to_change_what_comes() -> None:
    links = {tag.text: tag.attributes["href"] for tag in page("A").all("a")}
    assert links["Change interests, hour or days"] == CHANGE
    assert links["Pause"] == f"{CHANGE}#pause"
    assert links["Your feed"] == f"{CHANGE}#feed"
    assert links["Browser"] == READ
    assert not [link for link in links.values() if "mailto" in link]


def test_who_publishes_it_stands_in_the_foot() -> None:
    by = site(
        postal_address="Example e.V.\n1 Street",
        imprint_url="https://paperround.example/imprint",
        privacy_url="https://paperround.example/privacy?x=1&y=2",
    )
    written = bodies(edition("A"), by=by)
    links = {tag.text: tag.attributes["href"] for tag in Page(written.html).all("a")}
    assert (links["Imprint"], links["Privacy"]) == (by.imprint_url, by.privacy_url)
    assert "Example e.V. 1 Street" in written.html
    assert f"\nExample e.V. 1 Street\nImprint: {by.imprint_url}\nPrivacy: {by.privacy_url}\n" in written.plain


def test_who_says_nothing_of_themselves_has_no_empty_line_for_it() -> None:
    written = bodies(edition("A"))
    assert "Imprint" not in written.html + written.plain
    assert "Privacy" not in written.html + written.plain


def test_both_links_for_leaving_go_to_the_readers_own_page() -> None:
    assert [tag.attributes["href"] for tag in page("A").all("a") if tag.text == "Unsubscribe"] == [LEAVE, LEAVE]


def test_whoever_wants_plain_text_gets_no_html() -> None:
    assert bodies(edition("A"), to=reader(plain=True)).html == ""
