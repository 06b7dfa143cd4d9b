"""A whole installation on loopback, and somebody with Debian's Chromium who uses it."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, Response

from digest.cli import main
from digest.papers import Announcement, AnnouncementKind, Paper
from digest.relevance.text import count_paper
from digest.sample import papers as sample_papers
from digest.store import DatabaseSettings, Store
from tests.embedded import empty_database
from tests.fakes import paper
from tests.smtp_server import Mailbox, smtp_server

WIDTHS = (375, 1280)
NARROWEST = 320
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_HEIGHT = 900
_EVERY_RULE: Mapping[str, Any] = {}
_OF_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}  # all else is alike in each colour scheme
_PATIENCE = 60.0  # seconds until the server answers
_GOODBYE = 15.0  # seconds until it has ended
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday, when editions for 7 in Berlin are due
_CONFIG = """
[site]
url = "{url}"
sender = "digest@example.org"
[database]
url = "sqlite:///{folder}/paperround.db"
[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
[relevance]
threshold = 0.0
[web]
signups_per_minute = 1000.0
"""


def sample() -> list[Paper]:
    """The papers of the bundled sample as they were first listed."""
    return [
        paper(
            each.title,
            number=number,
            abstract=each.abstract,
            authors=tuple(re.split(r", | and ", each.authors)),
            categories=each.categories,
        )
        for number, each in enumerate(sample_papers(), start=1)
    ]


@dataclass
class House:
    """`digest serve --no-scheduler` over a folder, and the commands of its operator; all clocks began at MORNING."""

    url: str
    folder: Path
    mailbox: Mailbox
    _began: float = field(default_factory=time.monotonic)

    def now(self, *, days: int = 0) -> datetime:
        """The present moment here, or the same of another day."""
        return MORNING + timedelta(days=days, seconds=time.monotonic() - self._began)

    def announce(self, papers: Sequence[Paper], day: date) -> None:
        """Keep papers as a harvest of that day does."""
        store, now = Store(DatabaseSettings(url=f"sqlite:///{self.folder}/paperround.db")), self.now()
        try:
            with store.begin() as tx:
                terms = {each.id: count_paper(each.title, each.abstract).to_bytes() for each in papers}
                tx.papers.keep(papers, terms, now=now)
                tx.announcements.note([_announced(each, day) for each in papers], now=now)
        finally:
            store.close()
        self("db", "index")

    def __call__(self, *arguments: str, days: int = 0) -> None:
        """A command, some days from now."""
        now = self.now(days=days).isoformat()
        assert main.run(["--config", str(self.folder / "config.toml"), "--now", now, *arguments]) == 0

    def mails(self, to: str, *, days: int = 0) -> list["Letter"]:
        """Compose and deliver, some days from now; what that brought to an address."""
        before = len(self.mailbox.taken)
        self("compose", days=days)
        self("deliver", days=days)
        return [Letter(content) for address, content in self.mailbox.taken[before:] if address == to]

    def editions(self, *readers: str, days: int) -> list["Letter"]:
        """Compose and deliver; the edition of each reader, and nothing where there is none."""
        before = len(self.mailbox.taken)
        self.mails("", days=days)
        taken = {to: Letter(content) for to, content in self.mailbox.taken[before:] if b"\nList-Id:" in content}
        return [taken[each] for each in readers if each in taken]


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody was sent."""

    content: bytes

    def link(self, path: str) -> str:
        """The first address in the plain text that goes below `path`."""
        body = message_from_bytes(self.content, policy=policy.default).get_body(("plain",))
        assert body is not None
        found = re.search(rf"http://\S+/{path}/[\w.-]+", body.get_content())
        assert found is not None, body.get_content()
        return found[0]


def _announced(item: Paper, day: date) -> Announcement:
    return Announcement(source="arxiv", stream=item.categories[0], paper=item, kind=AnnouncementKind.NEW, day=day)


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """It serves until the context ends."""
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with smtp_server(mailbox) as smtp:
        made = House(f"http://127.0.0.1:{port}", folder, mailbox)
        (folder / "config.toml").write_text(_CONFIG.format(url=made.url, folder=folder, smtp=smtp), encoding="utf-8")
        (folder / "paperround.db").write_bytes(empty_database())
        command = [str(Path(sys.executable).parent / "digest"), "--config", str(folder / "config.toml")]
        command += ["--now", made.now().isoformat()]
        log = (folder / "serve.log").open("wb")
        process = subprocess.Popen([*command, "serve", "--no-scheduler", "--port", str(port)], stderr=log)
        try:
            _wait_for(port, process)
            yield made
        finally:
            process.terminate()
            process.wait(_GOODBYE)
            log.close()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")


# ------------------------------------------------------------ somebody at the screen


@dataclass
class Visitor:
    """Somebody with a browser, who keeps the pages that were seen and all that the browser complained of."""

    context: BrowserContext
    page: Page = field(init=False)
    complaints: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)  # HTML by a name for the page
    violations: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    _documents: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", lambda each: self._documents.append(each) if _is_document(each) else None)

    def open(self, address: str) -> Response:
        answer = self.page.goto(address)
        assert answer is not None
        return answer

    def press(self, name: str, *, within: str = "body", exact: bool = True) -> None:
        """A button, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role("button", name=name, exact=exact).first.click()

    def look(self, name: str, axe: str = "") -> None:
        """Keep the page as it came; with axe's source, try it at all widths and colours."""
        self.seen[name] = self._documents[-1].text()
        if axe:
            self.page.evaluate(axe)
        for width in (NARROWEST, *WIDTHS):
            self.page.set_viewport_size({"width": width, "height": _HEIGHT})
            if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                self.sideways.append(f"{name} at {width} px")
            for scheme in SCHEMES if axe and width in WIDTHS else ():
                self.page.emulate_media(color_scheme=scheme)
                self._judge(f"{name}, {width} px, {scheme}", _EVERY_RULE if scheme == SCHEMES[0] else _OF_COLOURS)

    def _judge(self, name: str, rules: Mapping[str, Any]) -> None:
        asked = "rules => axe.run({resultTypes: ['violations'], ...rules}).then(told => told.violations)"
        found: list[dict[str, Any]] = self.page.evaluate(asked, rules)
        for each in found:
            places = "; ".join(node["html"][:200] for node in each["nodes"][:3])
            self.violations.append(f"{name}: {each['id']}: {each['help']}: {places}")


def _is_document(answer: Response) -> bool:
    return answer.request.resource_type == "document" and not 300 <= answer.status < 400


@contextmanager
def visitor(chromium: Browser, *, scripts: bool = True, bypass_csp: bool = False) -> Iterator[Visitor]:
    context = chromium.new_context(
        java_script_enabled=scripts, bypass_csp=bypass_csp, locale="en-GB", timezone_id="Europe/Berlin"
    )
    try:
        yield Visitor(context)
    finally:
        context.close()
