"""The web side in a real browser: somebody joins, reads, votes, changes what they get, follows and leaves.

Each page on the way is judged by axe-core at two widths and in both colours, and by two validators of HTML; none may be
wider than a small telephone. The same is done without scripts. Titles that would run scripts are only read.
"""

import re
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes
from pathlib import Path

import feedparser
import pytest

pytest.importorskip("playwright.sync_api", reason="no Playwright here")

from playwright.sync_api import Browser

from digest.papers import Paper
from tests.acceptance import browser
from tests.acceptance.browser import House, Visitor, house, visitor
from tests.acceptance.conftest import Figures
from tests.acceptance.mail_checks import hard, judges
from tests.fakes import paper
from tests.rendering.builders import HOSTILE

INTEREST = "language-model agents that use tools, plan and browse the web"
ANA, BO, CY = "ana@example.org", "bo@example.org", "cy@example.org"
_REFUSED = re.compile(r"status of (404|422)\b")  # that a page was answered with it, the browser tells as a complaint
_TYPING = 2_500  # ms; who is faster is taken for a program
ATTACKS = (
    "<script>window.executed = 1</script>",
    '"><img src=x onerror="window.executed = 1">',
    "'><svg onload=window.executed=1>",
    "javascript:window.executed=1",
    "</title></textarea></script><script>window.executed=1</script>",
    "$\\href{javascript:window.executed=1}{x}$ and $<img src=x onerror=window.executed=1>$",
    *(text for text in HOSTILE if text.isprintable()),  # no other characters come through a source
)


@pytest.fixture(scope="module")
def bench(request: pytest.FixtureRequest) -> judges.Bench:
    cache = request.config.cache
    assert cache is not None
    return judges.Bench.ready(cache.mkdir("mail_checks"))


@pytest.fixture(scope="module")
def axe(bench: judges.Bench) -> str:
    return (bench.folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[House]:
    """With a third of the sample announced today; the others are for later."""
    with house(tmp_path) as made:
        made.announce(browser.sample()[::3], _in(days=0))
        yield made


# ------------------------------------------------------------ the way of a reader


def fill_in(visit: Visitor) -> None:
    visit.page.get_by_label("What do you work on?").fill(INTEREST)
    visit.page.wait_for_timeout(_TYPING)
    visit.press("Show me today’s edition")


def join(ours: House, visit: Visitor, address: str, axe: str = "") -> None:
    """From the form to the button behind the mailed link."""
    visit.open(f"{ours.url}/subscribe")
    visit.look("the form", axe)
    fill_in(visit)
    assert visit.page.locator("#today article").count() > 0
    visit.look("the form with a preview", axe)
    visit.page.get_by_label("E-mail").fill(address)
    visit.press("Send it to me every morning")
    visit.look("said to everybody", axe)
    (letter,) = ours.mails(address)
    visit.open(letter.link("confirm"))
    visit.look("a button to confirm", axe)
    assert ours.mails(address) == []  # looking is not confirming
    visit.press("Yes, send it to me")
    assert "You are on the list" in visit.page.inner_text("main")
    visit.look("confirmed", axe)


def edition(visit: Visitor) -> list[str]:
    """The titles on the page of an edition, in their order."""
    titles: list[str] = visit.page.locator("article h3").all_inner_texts()
    return titles


def whole_way(ours: House, visit: Visitor, axe: str = "") -> None:
    """Two readers ask for the same; one of them votes, changes what they get, makes a feed, and leaves."""
    join(ours, visit, BO)
    join(ours, visit, ANA, axe)
    (first,) = ours.editions(ANA, days=0)
    liked = vote(visit, first.link("e"), axe)

    ours.announce(browser.sample()[1::3], _in(days=1))
    of_ana, of_bo = ours.editions(ANA, BO, days=1)
    visit.open(of_bo.link("e"))
    unchanged = edition(visit)
    visit.open(of_ana.link("e"))
    assert edition(visit) != unchanged
    assert liked.partition(":")[0][:30] in " ".join(visit.page.locator(".why").all_inner_texts())

    settings = of_ana.link("settings")
    change(visit, settings, axe)
    ours.announce(browser.sample()[2::3], _in(days=2))
    (smaller,) = ours.editions(ANA, days=2)
    visit.open(smaller.link("e"))
    assert len(edition(visit)) == 3
    follow(visit, settings, axe)
    leave(visit, smaller, axe)
    ours.announce([paper("Nobody tells Ana of this", number=9000)], _in(days=3))
    assert len(ours.editions(BO, days=3)) == 1
    assert ours.mails(ANA, days=4) == []


def _in(*, days: int) -> date:
    return browser.MORNING.date() + timedelta(days=days)


def vote(visit: Visitor, page: str, axe: str) -> str:
    """More like the last paper of the edition; its title."""
    visit.open(page)
    visit.look("an edition", axe)
    last = visit.page.locator("article").last
    title: str = last.locator("h3").inner_text()
    with visit.page.expect_navigation():
        last.get_by_role("button", name="More like this").click()
    visit.look("an edition after a vote", axe)
    place = visit.page.locator("article").count()
    visit.open(f"{page}/{place}/less")
    assert "Less like this?" in visit.page.inner_text("h1")
    visit.look("a vote from a mail", axe)
    return title


def change(visit: Visitor, settings: str, axe: str) -> None:
    visit.open(settings)
    visit.look("the settings", axe)
    visit.page.get_by_label("Papers, at most").first.fill("3")
    visit.press("Save", within="#delivery")
    assert "Saved." in visit.page.inner_text("main")
    visit.look("the settings after a change", axe)
    for page in ("saved", "judged", "left-out", "erasing", "interest?name=main"):
        visit.open(f"{settings}/{page}")
        visit.look(page.partition("?")[0], axe)


def follow(visit: Visitor, settings: str, axe: str) -> None:
    visit.open(settings)
    visit.press("Make a feed address")
    visit.look("a feed address", axe)
    address = visit.page.locator('#feed a[href$=".atom"]').first.get_attribute("href")
    assert address is not None
    with urllib.request.urlopen(address, timeout=30) as answer:
        read = feedparser.parse(answer.read())
    assert not read.bozo
    assert len(read.entries) > 3
    assert all(each.title and each.link for each in read.entries)


def left_at(letter: browser.Letter) -> str:
    """Where a mail program leads who wants to leave."""
    found = re.search(r"<(http[^>]+)>", message_from_bytes(letter.content)["List-Unsubscribe"])
    assert found is not None
    return found[1]


def leave(visit: Visitor, letter: browser.Letter, axe: str) -> None:
    visit.open(left_at(letter))
    visit.look("leaving", axe)
    visit.press("Leave")
    assert "Nothing more will come." in visit.page.inner_text("main")
    visit.look("left", axe)


def test_somebody_joins_reads_votes_changes_follows_and_leaves(
    ours: House, chromium: Browser, bench: judges.Bench, axe: str, tmp_path: Path, figure: Figures
) -> None:
    with visitor(chromium) as visit:
        whole_way(ours, visit, axe)
    judged(visit, bench, tmp_path)
    figure("pages of a reader's way, each judged", len(visit.seen))


def test_the_same_without_scripts(ours: House, chromium: Browser) -> None:
    with visitor(chromium, scripts=False) as visit:
        whole_way(ours, visit)
    assert visit.complaints == []


def judged(visit: Visitor, bench: judges.Bench, folder: Path) -> None:
    """Nothing is wrong with any page that was seen."""
    files = []
    for name, html in visit.seen.items():
        files.append(folder / f"{re.sub('[^a-z0-9]+', '-', name)}.html")
        files[-1].write_text(html, encoding="utf-8")
    assert visit.violations == []
    assert visit.sideways == []
    assert [each for each in visit.complaints if not _REFUSED.search(each)] == []
    assert bench.nu(files) == []
    assert bench.html_validate(files) == []


# ------------------------------------------------------------ pages beside the way


def test_pages_beside_the_way_are_accessible_and_valid(
    ours: House, chromium: Browser, bench: judges.Bench, axe: str, tmp_path: Path, figure: Figures
) -> None:
    """What is shown of a mistake, an undone vote, a new address, a pause, and after everything was erased."""
    with visitor(chromium) as visit:
        visit.open(f"{ours.url}/subscribe")
        visit.page.get_by_label("Categories").fill("no/cat")
        fill_in(visit)
        visit.look("the form with a mistake", axe)
        join(ours, visit, CY)
        (first,) = ours.editions(CY, days=0)
        take_back(visit, first.link("e"), axe)
        settings = first.link("settings")
        move(ours, visit, settings, axe)
        pause(visit, settings, left_at(first), axe)
        erase(visit, settings, axe)
    judged(visit, bench, tmp_path)
    figure("pages beside that way, each judged", len(visit.seen))


def take_back(visit: Visitor, page: str, axe: str) -> None:
    visit.open(f"{page}/1/save")
    visit.press("Save")
    visit.look("a paper that is saved", axe)
    visit.press("Undo")
    visit.look("a vote that was taken back", axe)


def move(ours: House, visit: Visitor, settings: str, axe: str) -> None:
    visit.open(settings)
    visit.page.get_by_label("Time zone").fill("Mars/Base")
    visit.press("Save", within="#delivery")
    visit.look("settings with a mistake", axe)
    visit.page.get_by_label("New e-mail address").fill(BO)
    visit.press("Send the letter")
    visit.look("a new address was asked for", axe)
    (letter,) = ours.mails(BO)
    visit.open(letter.link("confirm"))
    visit.look("a button to move", axe)


def pause(visit: Visitor, settings: str, leaving: str, axe: str) -> None:
    visit.open(leaving)
    visit.press("Pause instead")
    visit.look("on pause", axe)
    visit.open(leaving)
    visit.look("leaving while on pause", axe)
    visit.open(settings)
    visit.look("settings on pause", axe)


def erase(visit: Visitor, settings: str, axe: str) -> None:
    visit.open(f"{settings}/erasing")
    visit.page.get_by_label("Yes, forget me").check()
    visit.press("Erase everything")
    assert "You are forgotten." in visit.page.inner_text("h1")
    visit.look("erased", axe)
    assert visit.open(settings).status == 404
    visit.look("an old link", axe)


# ------------------------------------------------------------ pages for everybody

PUBLIC = (
    *("", "?sort=newest", "week", "month", "trends", "search", "search?q=agents", "search?q=no-such-word-anywhere"),
    *("paper/2603.00001", "author?name=Nobody", "subscribe", "no/such/page"),
)


def test_every_public_page_is_accessible_and_valid(
    ours: House, chromium: Browser, bench: judges.Bench, axe: str, tmp_path: Path, figure: Figures
) -> None:
    with visitor(chromium) as visit:
        for path in PUBLIC:
            visit.open(f"{ours.url}/{path}")
            visit.look(path or "today", axe)
        visit.open(f"{ours.url}/paper/2603.00001")
        with visit.page.expect_navigation():
            visit.page.locator('a[href*="/author"]').first.click()
        visit.look("an author", axe)
    judged(visit, bench, tmp_path)
    figure("public pages, each judged", len(visit.seen))


def test_pages_of_real_papers_are_accessible_and_valid(
    ours: House, chromium: Browser, bench: judges.Bench, axe: str, tmp_path: Path, shared: Path, figure: Figures
) -> None:
    papers = max(hard.by_day(shared / "data" / "arxiv").items())[1]
    ours.announce(papers, _in(days=0))
    with_most = max(papers, key=lambda each: each.abstract.count("$"))
    with visitor(chromium) as visit:
        for path in ("", "search?q=learning", f"paper/{with_most.arxiv_id}", "trends"):
            visit.open(f"{ours.url}/{path}")
            visit.look(f"real {path or 'today'}", axe)
    judged(visit, bench, tmp_path)
    figure("real papers on the pages that were judged", len(papers))


# ------------------------------------------------------------ what must not run


def hostile() -> list[Paper]:
    """Each attack in every field of a paper."""
    return [
        paper(text, number=8000 + n, abstract=text, authors=(text, "Ada Ames"), categories=("cs.LG",))
        for n, text in enumerate(ATTACKS)
    ]


def test_hostile_titles_are_only_read(ours: House, chromium: Browser, figure: Figures) -> None:
    """In a browser that heeds no policy of ours, a script that came through would run."""
    ours.announce(hostile(), _in(days=0))
    paths = [
        "/",
        "/?sort=newest",
        "/feed.atom",
        "/search?q=window",
        "/search?q=%22%3E%3Cimg%20onerror",
        "/trends",
        "/subscribe",
    ]
    paths += [f"/paper/2603.{8000 + n:05d}" for n in range(len(ATTACKS))]
    with visitor(chromium, bypass_csp=True) as visit:
        for path in paths:
            visit.open(f"{ours.url}{path}")
            assert visit.page.evaluate("window.executed") is None, path
            assert visit.page.locator('[href^="javascript:" i], [onerror], [onload]').count() == 0, path
    figure("pages of hostile papers on which nothing ran", len(paths))


def test_the_attacks_would_run_where_nothing_escapes_them(chromium: Browser) -> None:
    """Else the test above could not fail."""
    with visitor(chromium, bypass_csp=True) as visit:
        visit.page.set_content(f"<p>{ATTACKS[0]}")
        assert visit.page.evaluate("window.executed") == 1
