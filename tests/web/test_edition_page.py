"""An edition in the browser: all of it, with the reader's word on each paper; POST alone changes anything."""

import re
from dataclasses import fields, replace
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import membership, tokens
from digest.authors import Byline
from digest.batches import BatchState
from digest.editions import Coverage, Notice, Recommendation, Trending
from digest.membership import standing
from digest.papers import AnnouncementKind, Paper
from digest.subscribers import MAIN
from tests.fakes import MONDAY, paper
from tests.rendering.builders import hostile_items, hostile_papers
from tests.rendering.pages import Page
from tests.store.builders import recommended
from tests.web.builders import NOW, READER, Door, chosen_for

DEEDS = ("more", "less", "save")
_days = (MONDAY + timedelta(days=n) for n in count(1))  # a reader has one edition a day
ONCE = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def shown(door: Door, path: str) -> Page:
    answer = door.ask("GET", path)
    assert answer.status_code == 200
    return Page(answer.text)


def text(page: Page, tag: str = "main") -> str:
    return page.all(tag)[0].text


def buttons(page: Page) -> list[str]:
    return [tag.text for tag in page.all("button")]


def liked(door: Door, name: str = MAIN) -> list[str]:
    found = standing.interest(door.store, door.reader_number, name)
    assert found is not None
    return [vote.paper for vote in found.liked]


# ------------------------------------------------------------ the page


def test_the_page_has_everything_that_the_edition_has(door: Door) -> None:
    lead = paper(
        "Flat minima",
        number=1,
        abstract="We look. " * 100,
        bylines=(Byline(name="Ada Ames", affiliations=("ETH Zurich", "MIT")), Byline(name="Bo Berg")),
    )
    likely = chosen_for("Robots", paper("Sharp minima", number=2, abstract=""))
    page = shown(
        door,
        door.edition(
            recommended(lead),
            likely,
            also_new=(below := paper("Just below", number=3),),
            papers_read=400,
            coverage=(Coverage(stream="cs.LG", seen=400, expected=400, chosen=2, state=BatchState.COMPLETE),),
        ),
    )

    assert [tag.text for tag in page.all("h1")] == ["Monday 2 March 2026"]
    assert [tag.text for tag in page.all("h2")] == [
        "For you 1 paper",
        "Robots 1 paper",
        "Also new 1 paper",
        "In this edition",
    ]
    assert [tag.text for tag in page.all("h3")] == ["Flat minima", "Sharp minima", below.title]
    assert page.all("p")[1].text.startswith("Two of the 400 papers read are for you.")
    assert "Ada Ames, Bo Berg · ETH Zurich and 1 more" in text(page)
    assert [tag.text for tag in page.all("summary")] == ["Rest of the abstract"]
    assert text(page).count("We look.") == 100
    assert "No abstract in the listing." in text(page)
    assert "400 of 400 seen" in text(page, "footer")
    assert "https://arxiv.org/pdf/2603.00001" in [tag.attributes["href"] for tag in page.all("a")]


def test_what_is_likely_is_said_in_per_cent_and_trends_and_news_are_there(door: Door) -> None:
    others = paper("Watched", number=8), paper("Changed", number=9)
    item = recommended(paper("Flat minima", number=1))
    link = door.edition(
        item,
        also_new=others,
        trending=(Trending(paper=others[0], upvotes=87, source="huggingface"),),
        notices=(Notice(paper=others[1], kind=AnnouncementKind.REPLACEMENT, day=MONDAY),),
    )
    page = text(shown(door, link))
    assert "Trending 1 paper Watched" in page
    assert "87 upvotes on Hugging Face" in page
    assert "Papers you liked 1 change Changed" in page


def test_formulas_are_mathematics_and_no_abstract_is_cut_within_one(door: Door) -> None:
    endless = paper("Of $R^2$ and <b>", number=1, abstract=f"It costs $x^2 + {'x + ' * 300}x$. That is much.")
    page = shown(door, door.edition(endless))
    (title,) = page.all("h3")
    assert title.text == "Of R² and <b>"
    assert len(page.all("math")) == 1
    assert page.all("msup")
    assert [tag.text for tag in page.all("summary")] == ["The whole abstract"]
    assert "$" not in text(page)


def test_links_to_the_settings_and_the_way_out_are_the_readers_own(door: Door) -> None:
    links = {tag.attributes["href"] for tag in shown(door, door.edition()).all("a")}
    assert {door.settings, door.link, f"{door.settings}/left-out", f"{door.settings}/saved"} <= links


def test_an_edition_without_papers_is_a_page_too(door: Door) -> None:
    page = shown(door, door.edition(empty=True, papers_read=198))
    assert "None of the 198 papers read is for you." in text(page)
    assert not page.all("article", "aside", "button")


def test_the_page_shows_what_its_reader_has_said(door: Door) -> None:
    link = door.edition()
    assert buttons(shown(door, link)) == ["More like this", "Less like this", "Save"] * 2
    door.ask("POST", f"{link}/1/save")
    door.ask("POST", f"{link}/2/less")

    page = shown(door, link)
    assert buttons(page) == ["Undo", "Less like this", "Undo", "More like this", "Undo", "Save"]
    undone = [tag.attributes["formaction"] for tag in page.all("button") if tag.text == "Undo"]
    assert undone == [f"{link}/1/more/undo", f"{link}/1/save/undo", f"{link}/2/less/undo"]


def keepable(item: Paper) -> Paper:
    """Without the lone surrogates that no database takes; sources let none through."""
    texts = {each.name: getattr(item, each.name) for each in fields(item)}
    sound: dict[str, Any] = {name: _sound(text) for name, text in texts.items() if type(text) is str}
    sound |= {name: tuple(map(_sound, texts[name])) for name in ("authors", "categories", "classes")}
    return replace(item, **sound)


def _sound(text: str) -> str:
    return text.encode(errors="replace").decode()


@ONCE
@given(items=st.lists(hostile_items(), max_size=3, unique_by=lambda item: item.paper.id), other=hostile_papers())
def test_any_title_name_and_abstract_is_inert(door: Door, items: list[Recommendation], other: Paper) -> None:
    chosen = [replace(item, paper=keepable(item.paper)) for item in items]
    link = door.edition(*chosen, empty=not items, also_new=(keepable(other),), slot_date=next(_days))
    page = shown(door, link)
    assert not page.all("script", "img", "style", "iframe")
    assert not any(name.startswith("on") for tag in page.tags for name in tag.attributes)
    for tag in page.all("a"):
        assert re.match(r"/(e|settings|unsubscribe)/1-|#|https?://|mailto:digest@", tag.attributes["href"])


# ------------------------------------------------------------ one paper


@pytest.mark.parametrize(("deed", "button"), [("more", "More like this"), ("less", "Less like this"), ("save", "Save")])
def test_a_link_of_a_mail_shows_the_paper_and_one_button(door: Door, deed: str, button: str) -> None:
    link = door.edition()
    page = shown(door, f"{link}/2/{deed}")
    assert [tag.text for tag in page.all("h2")] == ["Sharp minima"]
    assert buttons(page) == [button]
    assert [tag.attributes for tag in page.all("form")] == [{"method": "post", "action": f"{link}/2/{deed}"}]
    assert f"{link}#p2" in [tag.attributes["href"] for tag in page.all("a")]


@pytest.mark.parametrize("deed", DEEDS)
def test_pressing_acts_and_says_so_and_undo_takes_it_back(door: Door, deed: str) -> None:
    link = f"{door.edition()}/1/{deed}"
    asked, before = shown(door, link), door.kept()
    done = door.ask("POST", link, data={"any": "body"})

    assert (done.status_code, buttons(Page(done.text))) == (200, ["Undo"])
    assert "set-cookie" not in done.headers
    assert door.kept() != before
    assert text(shown(door, link)) == text(Page(done.text))
    undone = door.ask("POST", f"{link}/undo")
    assert (undone.status_code, "Taken back." in undone.text) == (200, True)
    assert buttons(shown(door, link)) == buttons(asked)


def test_a_vote_is_for_the_interest_of_the_paper(door: Door) -> None:
    membership.make_interest(door.store, READER, "Robots")
    link = door.edition(chosen_for("Robots", paper("Legs", number=5)))
    door.ask("POST", f"{link}/1/more")
    assert liked(door, "Robots") == ["arxiv:2603.00005"]


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    "body",
    [
        {"content": b"\x00\xff" * 8000},
        {"content": b"--x\r\nContent-Disp", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"data": {"List-Unsubscribe": "One-Click"}, "headers": {"Origin": "https://mail.example"}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
    ],
    ids=["binary", "cut", "a mail program", "another site"],
)
def test_a_vote_takes_any_body_from_anywhere(door: Door, deed: str, body: dict[str, object]) -> None:
    link = f"{door.edition()}/1/{deed}"
    assert door.ask("POST", link, **body).status_code == 200
    before = door.kept()
    assert door.ask("POST", link, **body).status_code == 200
    assert door.kept() == before


def test_a_body_that_is_too_long_votes_for_nothing(door: Door) -> None:
    link, before = f"{door.edition()}/1/more", door.kept()
    assert door.ask("POST", link, content=b"x" * 20_000).status_code == 413
    assert door.kept() == before


def test_who_votes_is_heard_of(door: Door) -> None:
    door.ask("POST", f"{door.edition()}/1/less")
    assert membership.find(door.store, READER).heard_at == NOW


# ------------------------------------------------------------ what is refused


def test_places_that_the_edition_does_not_have_are_no_pages(door: Door) -> None:
    link, before = door.edition(), door.kept()
    for place in ("0", "3", "-1", "01", "1.0", "x", "%F9", "١", "9" * 5000, "1%00"):
        for method in ("GET", "HEAD", "POST"):
            assert door.ask(method, f"{link}/{place}/more").status_code == 404, place
    for deed in ("MORE", "like", "undo", "%00"):
        assert door.ask("POST", f"{link}/1/{deed}").status_code == 404
    assert door.kept() == before


def test_wrong_and_unknown_links_get_one_and_the_same_page(door: Door) -> None:
    link, before = door.edition(), door.kept()
    number = link.rpartition("/")[2].partition("-")[0]
    tokens_ = [link[3:-1], f"{link[3:]}x", f"{number}-{'A' * 22}", door.token, tokens.PREVIEW, "x" * 5000, "%ff"]
    for rest in ("", "/1/more", "/1/save/undo"):
        answers = {(a.status_code, a.text) for a in (door.ask("GET", f"/e/{token}{rest}") for token in tokens_)}
        assert len(answers) == 1
        assert next(iter(answers))[0] == 404
        assert {door.ask("POST", f"/e/{token}/1/more").status_code for token in tokens_} == {404}
    assert door.kept() == before


def test_an_edition_that_is_no_longer_kept_says_so(door: Door) -> None:
    door.edition()
    link = f"/e/{door.signed(tokens.EDITION, 999)}"
    for path in (link, f"{link}/1/more"):
        answer = door.ask("GET", path)
        assert (answer.status_code, "no longer kept" in answer.text) == (410, True)
    assert door.ask("POST", f"{link}/1/more").status_code == 410


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "BREW"])
def test_other_methods_do_nothing(door: Door, method: str) -> None:
    link, before = door.edition(), door.kept()
    for path in (link, f"{link}/1/more", f"{link}/1/more/undo"):
        assert door.ask(method, path).status_code == 405
    assert door.ask("POST", link).status_code == 405
    assert door.kept() == before


@ONCE
@given(*[st.text(max_size=30)] * 3, st.binary(max_size=100), st.sampled_from(["GET", "HEAD", "POST"]))
def test_whatever_is_asked_is_answered_and_changes_nothing(
    door: Door, token: str, place: str, deed: str, body: bytes, method: str
) -> None:
    link, before = door.edition(slot_date=next(_days)), door.kept()
    place_, deed_ = quote(place, safe=""), quote(deed, safe="")
    paths = [f"/e/{quote(token, safe='')}/{place_}/{deed_}", f"{link}/{place_}/{deed_}", f"{link}/1/{deed_}x"]
    for path in paths:
        assert door.ask(method, path, content=body).status_code in (404, 405)
    assert door.kept() == before
