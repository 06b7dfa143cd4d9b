"""What a test needs of the machine it runs on."""

import os
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI") == "true"


def lacking(reason: str) -> NoReturn:
    """Skip the test; in CI, where everything was installed, it fails."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)
