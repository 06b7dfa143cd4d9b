"""What a command loads: looking something up does not wait for what ranks papers."""

import subprocess
import sys
from types import ModuleType

import pytest

from digest import browse, membership, upkeep
from tests.shell import Shell

HEAVY = ("httpx", "jinja2", "lxml", "numpy", "scipy", "sklearn", "alembic", "rich")


@pytest.mark.parametrize(
    "command",
    [
        ("subscriber", "list"),
        ("delivery", "list"),
        ("batch", "list"),
        ("suppression", "list"),
        ("audit", "list"),
        ("status",),
    ],
)
def test_looking_something_up_loads_nothing_that_ranks_or_asks(digest: Shell, command: tuple[str, ...]) -> None:
    arguments = ["--config", str(digest.folder / "config.toml"), *command]
    program = (
        f"import sys; from digest.cli import main; code = main.run({arguments!r});"
        f"print(code, sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


@pytest.mark.parametrize("package", [browse, membership, upkeep], ids=lambda package: package.__name__)
def test_a_package_gives_every_name_it_tells_of(package: ModuleType) -> None:
    for name in package.__all__:
        assert not isinstance(getattr(package, name), ModuleType), name
    assert set(package.__all__) <= set(dir(package))


def test_a_module_of_the_same_name_takes_nothing_away() -> None:
    program = "import digest.browse.search; from digest import browse; print(callable(browse.search))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'digest\.browse' has no attribute 'nonsense'"):
        browse.nonsense  # type: ignore[attr-defined]  # noqa: B018 - that is the test
