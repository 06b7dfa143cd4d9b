"""A library on both engines, and a question to it."""

from datetime import timedelta

import pytest

from digest import browse
from digest.store import Store
from tests.fakes import MONDAY, paper
from tests.search.shelf import EVERY, NOW, Search
from tests.store.builders import announce, announced, keep


@pytest.fixture
def library(store: Store) -> Store:
    """Three papers, announced on three days."""
    days = [MONDAY - timedelta(days=400), MONDAY - timedelta(days=1), MONDAY]
    announce(store, *(announced(item, day=day) for item, day in zip(EVERY, days, strict=True)))
    browse.index(store)
    return store


@pytest.fixture
def search(library: Store) -> Search:
    return lambda text="", **asked: browse.search(library, text, now=NOW, **asked)


@pytest.fixture
def many(library: Store) -> Store:
    keep(library, *(paper(f"Ants, number {number}", abstract="Ants walk.") for number in range(120)))
    browse.index(library)
    return library
