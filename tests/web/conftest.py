"""The web door, for every test here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.builders import Door, opened


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path) as made:
        yield made
