"""A PostgreSQL with a queue."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest.config import Settings
from digest.rendering.settings import SiteSettings
from digest.store import DatabaseSettings, Store
from digest.transport.settings import OutboxSettings
from tests.conftest import Databases


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    with databases.fresh("upgraded") as fresh:
        yield fresh


@pytest.fixture
def shared_store(url: str) -> Iterator[Store]:
    opened = Store(DatabaseSettings(url=url))
    yield opened
    opened.close()


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return replace(
        Settings(),
        database=DatabaseSettings(url=url),
        site=SiteSettings(sender="digest@example.org"),
        outbox=OutboxSettings(folder=str(tmp_path / "outbox")),
    )
