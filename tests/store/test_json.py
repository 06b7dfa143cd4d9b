"""JSON that is kept is read as it was written, whoever reads it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.store import types

LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text()
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@settings(deadline=None)
@given(ANYTHING)
def test_what_is_written_is_read(value: Any) -> None:
    assert types.read_json(json.dumps(value)) == value


@pytest.mark.parametrize("value", ["\ud800", float("inf"), -float("inf")])
def test_what_python_writes_beyond_json_is_read_too(value: object) -> None:
    assert types.read_json(json.dumps([value])) == [value]


def test_what_is_no_json_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        types.read_json("[1,")
