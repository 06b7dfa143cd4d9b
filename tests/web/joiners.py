"""Somebody at the door who joins: what they see, press and are mailed."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from itertools import count

import httpx

from digest.app import App
from digest.config import Settings
from digest.mail import Envelope
from digest.relevance.settings import RelevanceSettings
from digest.rendering.settings import SiteSettings
from digest.store import Store
from digest.subscribers import DAY_NAMES
from digest.web import web_app
from tests.fakes import Outbox
from tests.rendering.pages import Page
from tests.web.builders import NOW, ask

BO = "bo@example.org"
SITE = SiteSettings(url="http://digest.example", sender="digest@example.org", transactional_sender="door@example.org")
FILLED: dict[str, object] = {
    "about": "graph networks for molecules",
    "categories": "cs.LG",
    "at": "06:15",
    "zone": "Europe/Berlin",
    "day": list(DAY_NAMES),
}


class Visit:
    """Somebody at the door, whose clock goes on by ten seconds with each thing they do."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.outbox = Outbox()
        self.clock = (NOW + timedelta(seconds=10 * n) for n in count())
        self.now = NOW
        self.later = timedelta()
        self.app = web_app(self._app)

    def _app(self) -> App:
        settings = Settings(
            site=SITE, relevance=RelevanceSettings(threshold=0)
        )  # a day of five papers has no likely ones
        app = App(settings, now=self.now + self.later, store=self.store)
        app._mailing.transport = lambda: self.outbox  # type: ignore[method-assign]  # for this test
        return app

    def ask(self, method: str, path: str, **values: object) -> httpx.Response:
        self.now = next(self.clock)
        return ask(self.app, method, path.removeprefix(SITE.url), **values)

    def post(self, path: str, **values: object) -> httpx.Response:
        return self.ask("POST", path, data=values)

    def form(self) -> dict[str, str]:
        """What the form carries unseen."""
        return {"began": hidden(self.ask("GET", "/subscribe"), "began")}

    def join(self, email: object = BO, **values: object) -> httpx.Response:
        return self.post("/subscribe", **(self.form() | FILLED | {"email": email} | values))

    def mails(self, to: str = BO) -> list[Envelope]:
        """What a tick of the server's clock sends to somebody."""
        self.now = next(self.clock)
        self.outbox.sent.clear()
        app = self._app()
        app.compose()
        app.deliver()
        return [mail for mail in self.outbox.sent if mail.rcpt_to == to]


def hidden(answer: httpx.Response, name: str) -> str:
    return next(tag.attributes["value"] for tag in Page(answer.text).all("input") if tag.attributes.get("name") == name)


def text(answer: httpx.Response) -> str:
    return Page(answer.text).all("main")[0].text


def link(mail: Envelope, path: str = "confirm") -> str:
    """The link of that kind in a mail's plain text."""
    body = message_from_bytes(mail.content, policy=policy.default).get_body(("plain",))
    assert body is not None
    (found,) = re.findall(rf"^http://digest\.example(/{path}/\S+)$", body.get_content().replace("\r", ""), re.M)
    return str(found)


def today(answer: httpx.Response) -> str:
    """The edition that a preview shows."""
    return next(tag.text for tag in Page(answer.text).all("section") if tag.attributes.get("id") == "today")


def ticked(answer: httpx.Response) -> list[str]:
    """The papers that a form has ticked."""
    boxes = [tag.attributes for tag in Page(answer.text).all("input") if tag.attributes.get("name") == "paper"]
    return [box["value"] for box in boxes if "checked" in box]
