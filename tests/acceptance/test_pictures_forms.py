"""What a reader fills in, looks up and follows, in a real browser: 375 and 1280 pixels wide, light and dark.

Papers are those of the bundled sample, and some whose titles run from right to left. Pictures stand in docs/look/; a
long page is shown by its beginning, and a preview from where the edition begins.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

pytest.importorskip("playwright.sync_api", reason="no Playwright here")
pytest.importorskip("PIL.Image", reason="without Pillow the pictures would be too large to keep")

from playwright.sync_api import Browser, Route

from digest.browse import indexing
from digest.papers import Paper
from tests.acceptance.browser import SCHEMES, WIDTHS, sample
from tests.acceptance.conftest import ROOT, Figures
from tests.acceptance.test_pictures import kept
from tests.embedded import embedded
from tests.fakes import MONDAY, paper
from tests.store.builders import announce, announced
from tests.web.joiners import FILLED, SITE, Visit, link

_TALLEST = 2000  # pixels of a page that are shown
_HEIGHT = 812
_DARK, _PICTURE_BYTES = 60, 250_000
_INTEREST = "language-model agents that use tools, plan and browse the web"
_RIGHT_TO_LEFT = (
    (
        "למידה עמוקה של 12 שפות: סקירה ומדדים",
        "נועה לוי, Ada Ames",
        "אנו סוקרים 12 שפות ומציגים מדדים (2026). הקוד פתוח.",
    ),
    (
        "شبكات عصبية للبيان: دراسة على 3,000 رسم",
        "سلمى حداد, Bo Bell",
        "ندرس شبكات عصبية على 3,000 رسم، والنتائج أفضل بنسبة 12%.",
    ),
    ("BERT של עברית: כמה רחוק מגיעים?", "נועה לוי", "מודל אחד, 40 משימות. התוצאות טובות מאלה של mBERT ב־3 נקודות."),
)


def _from_right_to_left() -> list[Paper]:
    return [
        paper(title, number=9100 + place, authors=tuple(authors.split(", ")), abstract=abstract, categories=("cs.CL",))
        for place, (title, authors, abstract) in enumerate(_RIGHT_TO_LEFT)
    ]


@dataclass(frozen=True, slots=True)
class _Shown:
    """An answer as a browser gets it, and how it is looked at."""

    content: bytes
    type: str
    top: str = ""  # a selector of what a picture begins with


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, _Shown]]:
    """Every page by its name, and by their addresses the stylesheets and the script that they ask for."""
    store = embedded(tmp_path_factory.mktemp("forms") / "digest.db")
    try:
        announce(store, *map(announced, sample()))
        indexing.index(store)
        pages = _looked_at(Visit(store))
        announce(store, *(announced(each, day=MONDAY + timedelta(days=1)) for each in _from_right_to_left()))
        later = Visit(store)
        later.later = timedelta(days=1)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("digest.web.pages.direction", lambda language: "rtl")  # as if English were
            yield pages | {"rtl": _shown(later, "/")}
    finally:
        store.close()


def _looked_at(visit: Visit) -> dict[str, _Shown]:
    files = {path: _shown(visit, path) for path in ("/static/style.css", "/static/feed.css", "/static/zone.js")}
    form = visit.form() | FILLED | {"about": _INTEREST, "categories": ""}
    preview = visit.post("/subscribe/preview", **form)
    visit.join(about=_INTEREST, categories="")
    visit.post(link(visit.mails()[0]))
    (first,) = [mail for mail in visit.mails() if b"\r\nList-Id:" in mail.content]
    edition, settings = (_path(first.content, kind) for kind in ("e", "settings"))
    visit.post(f"{edition}/1/more")
    (feed,) = re.findall(r'href="http://[^/]+(/feed/\w+\.atom)"', visit.post(f"{settings}/make-feed").text)[:1]
    return files | {
        "subscribe": _shown(visit, "/subscribe"),
        "preview": _Shown(preview.content, "text/html; charset=utf-8", top="#today"),
        "settings": _shown(visit, settings),
        "left-out": _shown(visit, f"{settings}/left-out"),
        "search": _shown(visit, "/search?q=agents"),
        "vote": _shown(visit, f"{edition}/2/more"),
        "feed": _shown(visit, feed),
    }


def _path(mail: bytes, kind: str) -> str:
    found = re.search(rf"{SITE.url}(/{kind}/[\w.-]+)", mail.decode().replace("=\r\n", ""))
    assert found is not None
    return found[1]


def _shown(visit: Visit, path: str) -> _Shown:
    answer = visit.ask("GET", path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, path
    return _Shown(answer.content, answer.headers["content-type"])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["subscribe", "preview", "settings", "left-out", "search", "vote", "feed", "rtl"])
def test_a_page_fits_its_window_and_is_pictured(
    answers: dict[str, _Shown],
    chromium: Browser,
    tmp_path: Path,
    name: str,
    width: int,
    scheme: Literal["light", "dark"],
    figure: Figures,
) -> None:
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": _HEIGHT}, locale="en-GB")
    page = context.new_page()

    def answered(route: Route) -> None:
        path = route.request.url.removeprefix(SITE.url)
        found = answers[name if path == "/" else path]
        route.fulfill(body=found.content, content_type=found.type)

    page.route("**/*", answered)
    page.goto(f"{SITE.url}/")
    height = page.evaluate("document.documentElement.scrollHeight")
    top = page.evaluate("of => of ? document.querySelector(of).offsetTop - 20 : 0", answers[name].top)
    shot, picture = tmp_path / "shot.png", ROOT / "docs" / "look" / f"page-{name}-{width}-{scheme}.png"
    shown = {"x": 0, "y": top, "width": width, "height": min(height - top, _TALLEST), "scale": 1}
    taken = context.new_cdp_session(page).send(  # Playwright's own screenshot waits for ever on XML
        "Page.captureScreenshot", {"clip": shown, "captureBeyondViewport": True}
    )
    shot.write_bytes(b64decode(taken["data"]))
    kept(shot, picture)

    ink = page.evaluate("getComputedStyle(document.body || document.documentElement).backgroundColor")
    assert (int(re.findall(r"\d+", ink)[0]) < _DARK) is (scheme == "dark")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert 2_000 < picture.stat().st_size < _PICTURE_BYTES
    figure(f"{name} at {width} px, {scheme}", f"{height} px high, no sideways scroll; {picture.relative_to(ROOT)}")
    context.close()
