"""JSON that is kept is read as it was written, whoever reads it."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions import Reason, ReasonKind
from digest.identity import PaperId
from digest.store import types
from digest.subscribers import Vote

LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text()
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@settings(deadline=None)
@given(ANYTHING)
def test_what_is_written_is_read(value: Any) -> None:
    assert types.read_json(json.dumps(value)) == value


@pytest.mark.parametrize("value", ["\ud800", float("inf"), -float("inf")])
def test_what_python_writes_beyond_json_is_read_too(value: object) -> None:
    assert types.read_json(json.dumps([value])) == [value]


@settings(deadline=None)
@given(ANYTHING)
def test_what_we_write_is_what_python_writes(value: Any) -> None:
    assert json.loads(types.write_json(value)) == types.read_json(types.write_json(value)) == value


@pytest.mark.parametrize(
    "value", ["\ud800", float("inf"), 2**70, {1: "one"}, Reason(ReasonKind.LIKED, "Ants", 0.5, (("ant", 0.1),))]
)
def test_what_only_python_writes_is_written_as_it_does(value: object) -> None:
    assert json.loads(types.write_json([value])) == json.loads(json.dumps([value]))


def test_no_number_is_no_number_still() -> None:
    (read,) = types.read_json(types.write_json([float("nan")]))
    assert read != read


@pytest.mark.parametrize("value", [date(2026, 5, 4), Vote(paper=PaperId("x"), given_at=datetime(2026, 5, 4)), {1, 2}])
def test_what_json_does_not_know_is_an_error(value: object) -> None:
    with pytest.raises(TypeError):
        types.write_json([value])


def test_what_is_no_json_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        types.read_json("[1,")
