"""The same as `tests/web/test_api_schema.py`, for long."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.web.admin import OPERATIONS as ADMIN
from digest.web.api import OPERATIONS
from tests.acceptance.conftest import Figures
from tests.web.builders import Door, opened
from tests.web.test_api_schema import checked, filled

EXAMPLES = 200  # of each operation


@pytest.fixture
def library(tmp_path: Path, upgraded_file: Path) -> Iterator[Door]:
    with opened(tmp_path, upgraded_file) as door:
        filled(door)
        yield door


def test_both_apis_answer_as_their_documents_say(library: Door, figure: Figures) -> None:
    asked = sum(checked(library, "/api/openapi.json", each.id, EXAMPLES) for each in OPERATIONS)
    asked += sum(checked(library, "/api/admin/openapi.json", each.id, EXAMPLES) for each in ADMIN)
    figure("API requests that conform to the documents", asked)
