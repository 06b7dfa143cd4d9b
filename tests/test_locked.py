"""The lists in deploy/: the versions that the tests run with, all that a running product needs, with their hashes."""

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploying import DEPLOY, ROOT

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ;.*?)?((?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", re.M)


def pins(text: str) -> dict[str, tuple[str, int]]:
    """Version and number of hashes, by name."""
    return {canonicalize_name(name): (version, hashes.count("--hash")) for name, version, hashes in _PIN.findall(text)}


BUILD, RUN = "requirements-build.txt", "requirements.txt"
_BUILDER = "setuptools"  # of libraries without a wheel; no test runs with it


def locked(name: str) -> dict[str, tuple[str, int]]:
    return pins((DEPLOY / name).read_text())


@pytest.mark.parametrize("name", [BUILD, RUN])
def test_they_are_the_versions_that_the_tests_run_with(name: str) -> None:
    tested = {each: version for each, (version, _) in pins((ROOT / "constraints.txt").read_text()).items()}
    here = {each: version for each, (version, _) in locked(name).items() if each != _BUILDER}
    assert here == {each: tested.get(each) for each in here}, "run deploy/lock.sh"


@pytest.mark.parametrize("name", [BUILD, RUN])
def test_each_has_a_hash_of_its_source_or_of_a_wheel(name: str) -> None:
    assert len(locked(name)) == (DEPLOY / name).read_text().count("==")
    assert min(hashes for _, hashes in locked(name).values()) > 0


def test_nothing_that_a_running_product_needs_is_missing() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["postgres"]]
    assert needed(wanted) <= set(locked(RUN)), "run deploy/lock.sh"


def test_what_builds_it_is_there() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert needed(wanted) | {_BUILDER} <= set(locked(BUILD)), "run deploy/lock.sh"


def needed(lines: Iterable[str]) -> set[str]:
    """The names of these requirements and of all that they need, as they are installed here."""
    found: set[tuple[str, str]] = set()
    ahead = [Requirement(line) for line in lines]
    while ahead:
        each = ahead.pop()
        name = canonicalize_name(each.name)
        for extra in ("", *each.extras):
            if (name, extra) in found:
                continue
            found.add((name, extra))
            ahead += [one for one in map(Requirement, requires(name) or ()) if holds(one, extra)]
    return {name for name, _ in found}


def holds(requirement: Requirement, extra: str) -> bool:
    """Whether a distribution needs this, here, where it is installed with that extra."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


@pytest.mark.parametrize("recipe", ["container/Containerfile", "README.md", "github-actions.yml"])
def test_recipes_install_from_the_lists_and_from_nothing_else(recipe: str) -> None:
    text = re.sub(r"\\\n\s*", "", (DEPLOY / recipe).read_text())
    calls = re.findall(r"pip install (?=.*--)(.+?)(?: &&|$| \\)", text, re.M)
    assert len(calls) == 3
    assert all("--no-deps" in call for call in calls)
    lists = [f"deploy/{name}" for name in (BUILD, RUN) for call in calls if call.endswith(f"deploy/{name}")]
    assert lists == [f"deploy/{BUILD}", f"deploy/{RUN}"]
    assert all(("--require-hashes" in call) != ("--no-index" in call) for call in calls)
