"""What the stories about the web door begin with."""

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from digest import membership, tokens
from digest.app import App
from digest.config import Settings
from digest.editions import Recommendation
from digest.papers import Paper
from digest.rendering.settings import SiteSettings
from digest.store import DatabaseSettings, Store
from digest.subscribers import SubscriberState
from digest.web import web_app
from digest.websettings import WebSettings
from tests.fakes import MONDAY, at, paper
from tests.store.builders import keep, recommended, slate

NOW = at(MONDAY)
READER = "ana@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass
class Door:
    """The web door over a store with one reader."""

    store: Store
    file: Path
    site: SiteSettings = field(default_factory=lambda: SiteSettings(sender="digest@example.org"))
    web: WebSettings = field(default_factory=WebSettings)

    @property
    def app(self) -> Starlette:
        settings = Settings(site=self.site, web=self.web)
        return web_app(lambda: App(settings, now=NOW, store=self.store))

    @property
    def token(self) -> str:
        return self.signed(tokens.UNSUBSCRIBE, self.reader_number)

    @property
    def settings(self) -> str:
        return f"/settings/{self.signed(tokens.SETTINGS, self.reader_number)}"

    def signed(self, purpose: str, number: int) -> str:
        with self.store.begin() as tx:
            return tokens.sign(tx.secrets.get_or_make(tokens.KEY), purpose, number)

    def edition(self, *items: Recommendation | Paper, empty: bool = False, **values: Any) -> str:
        """Keep an edition of these, or of two papers, for the reader; the path of its page."""
        usual = () if empty else (paper("Flat minima", number=1), paper("Sharp minima", number=2))
        chosen = [item if isinstance(item, Recommendation) else recommended(item) for item in items or usual]
        named: list[Paper] = list(values.get("also_new", ()))
        keep(self.store, *(item.paper for item in chosen), *named)
        with self.store.begin() as tx:
            reader = tx.subscribers.get(self.reader_number)
            number = tx.editions.keep(slate(reader, *chosen, **values), now=NOW)
        assert number is not None
        return f"/e/{self.signed(tokens.EDITION, number)}"

    @property
    def link(self) -> str:
        return f"/unsubscribe/{self.token}"

    @property
    def reader_number(self) -> int:
        return membership.find(self.store, READER).id

    def state(self) -> SubscriberState:
        return membership.find(self.store, READER).state

    def ask(self, method: str, path: str, **values: object) -> httpx.Response:
        return ask(self.app, method, path, **values)

    def kept(self) -> str:
        """Everything in the database."""
        connection = sqlite3.connect(self.file)
        try:
            return "\n".join(connection.iterdump())
        finally:
            connection.close()


def chosen_for(interest: str, item: Paper) -> Recommendation:
    """A paper chosen for the interest of that name."""
    return replace(recommended(item), interest=interest)


def ask(app: Starlette, method: str, path: str, **values: Any) -> httpx.Response:
    """One request without cookies, following no redirect; a failure inside the app is a failure of the test."""

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://digest.example") as client:
            return await client.request(method, path, **values)

    return asyncio.run(asked())


def our_log(caplog: pytest.LogCaptureFixture) -> str:
    """Everything that was logged, but by the tests' own HTTP client."""
    lines = logging.Formatter("%(name)s %(message)s")
    return "\n".join(lines.format(record) for record in caplog.records if not record.name.startswith("http"))


@contextmanager
def opened(folder: Path, template: Path) -> Iterator[Door]:
    """A door on a copy of a database that has its schema already."""
    file = Path(shutil.copy(template, folder / "digest.db"))
    store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
    membership.add(store, READER, host="example.org", now=NOW)
    try:
        yield Door(store, file)
    finally:
        store.close()
