"""The web door, for every test here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.builders import Door, opened


@pytest.fixture
def door(tmp_path: Path, upgraded_file: Path) -> Iterator[Door]:
    with opened(tmp_path, upgraded_file) as made:
        yield made
