"""What a command loads: looking something up does not wait for what ranks papers."""

import subprocess
import sys
from types import ModuleType

import pytest

from digest import browse, membership, upkeep
from digest.store import Transaction
from digest.store.newcomers import Newcomer
from digest.subscribers import EditionKind, ProfileField, Schedule, SubscriberState
from digest.transport import returns
from tests.shell import Shell
from tests.store.builders import NOW

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


ELSEWHERE = ("babel", "sqlalchemy.dialects.postgresql", "psycopg", "asyncpg", "digest.editions", "digest.namesakes")
OF_OTHERS = (
    "announcements",
    "deliveries",
    "editions",
    "feeds",
    "groups",
    "history",
    "shadow",
    "suppressions",
    "weekly",
)


@pytest.mark.parametrize("asked", [(), ("--json",), ("--state", "active", "--category", "cs.LG")])
def test_a_list_of_many_subscribers_loads_no_other_engine_no_language_and_no_other_subject(
    digest: Shell, asked: tuple[str, ...]
) -> None:
    many = [
        Newcomer(
            address=f"reader{number}@example.org",
            state=SubscriberState.ACTIVE,
            schedule=Schedule(),
            size=5,
            kind=EditionKind.DAILY,
            plain=False,
            language="en",
            next_due_at=NOW,
            feed_uri=f"tag:example.org,2026:{number}",
            words={ProfileField.CATEGORY: ["cs.LG"]},
        )
        for number in range(150)
    ]
    with digest.store() as store, store.begin() as tx:
        assert tx.newcomers.add(many, now=NOW) == len(many)
    unwanted = (*HEAVY, *ELSEWHERE, *(f"digest.store.{name}" for name in OF_OTHERS))
    arguments = ["--config", str(digest.folder / "config.toml"), "subscriber", "list", *asked]
    program = (
        f"import sys; from digest.cli import main; code = main.run({arguments!r});"
        f"print(code, sorted(set({unwanted!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.count("@example.org") == len(many)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_a_transaction_gives_every_subject_that_it_tells_of_and_nothing_else(digest: Shell) -> None:
    with digest.store() as store, store.read() as tx:
        for name, kind in Transaction.__annotations__.items():
            assert type(getattr(tx, name)).__name__ == kind
            assert getattr(tx, name) is getattr(tx, name)
        with pytest.raises(AttributeError, match="a transaction has no nonsense"):
            tx.nonsense  # type: ignore[attr-defined]  # noqa: B018 - that is the test


@pytest.mark.parametrize("package", [browse, membership, upkeep, returns], ids=lambda package: package.__name__)
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
