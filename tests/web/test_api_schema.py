"""Whatever the documents allow, and whatever they do not, is answered as they say: never by a failure of ours."""

from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from digest import browse
from digest.web.admin import OPERATIONS as ADMIN
from digest.web.api import OPERATIONS
from digest.websettings import WebSettings
from tests.fakes import paper
from tests.store.builders import announce, announced
from tests.web.builders import Door

KEY = "a-long-secret-key"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 12  # of each operation, some as the document allows and some not; `tests/acceptance` takes more


def filled(door: Door) -> None:
    """Give it papers and the key."""
    announce(door.store, *(announced(paper(f"Ants, part {part}", number=50000 + part)) for part in range(3)))
    browse.index(door.store)
    door.web = WebSettings(admin_key=KEY, searches_per_minute=1_000_000)


@pytest.fixture
def library(door: Door) -> Door:
    filled(door)
    return door


def checked(door: Door, path: str, operation_id: str, examples: int) -> int:
    """Ask for one operation in so many ways, and hold each answer against the document; how many there were."""
    headers = {"Authorization": f"Bearer {KEY}"} if "admin" in path else {}
    app = door.app
    document = schemathesis.openapi.from_asgi(path, app, headers=headers)
    operation = document.find_operation_by_id(operation_id)
    asked = 0

    @hypothesis.settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(data=st.data())
    def every(data: Any) -> None:
        nonlocal asked
        mode = data.draw(st.sampled_from(list(schemathesis.GenerationMode)))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        answer = case.call(headers=headers)
        assert answer.status_code < 500, case.as_curl_command()
        case.validate_response(answer, checks=CHECKS)
        asked += 1

    every()
    return asked


@pytest.mark.parametrize("operation", [each.id for each in OPERATIONS])
def test_the_public_api_answers_as_its_document_says(library: Door, operation: str) -> None:
    assert checked(library, "/api/openapi.json", operation, EXAMPLES) >= 1


@pytest.mark.parametrize("operation", [each.id for each in ADMIN])
def test_the_admin_api_answers_as_its_document_says(library: Door, operation: str) -> None:
    assert checked(library, "/api/admin/openapi.json", operation, EXAMPLES) >= 1
