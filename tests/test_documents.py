"""What is written down is true: commands, settings, links, and the two commands of the README."""

import re
from dataclasses import fields
from datetime import timedelta
from itertools import takewhile
from pathlib import Path

import pytest
from sqlalchemy import Table

from digest.config import settings_known
from digest.membership.joining import LINKS_LAST
from digest.relevance import company, latent, rules, scoring, selection, space, text
from digest.relevance.calibration import Calibration, Curve
from digest.relevance.settings import RelevanceSettings
from digest.resources import shipped
from digest.store.metadata import metadata
from digest.upkeep.retention_settings import RetentionSettings
from tests.guide import DOCUMENTS, ROOT, every_command

COMMANDS = sorted(path for path, _ in every_command())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_operators_guide(command: str) -> None:
    assert f"`{command}`" in (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", text) + re.findall(r'src="([^"]+)"', text)

    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_heading_finds_it(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#]*)#([^)]+)\)", document.read_text(encoding="utf-8"))
    targets = [(document.parent / file if file else document, anchor) for file, anchor in links]

    assert [(str(file), anchor) for file, anchor in targets if anchor not in _anchors(file)] == []


def _anchors(document: Path) -> set[str]:
    """What the headings of a document are linked by: lower case, without punctuation, blanks as hyphens."""
    headings = re.findall(r"^#{1,4} (.*)$", document.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_names_both_commands_and_the_makefile_has_them() -> None:
    readme, makefile = (ROOT / "README.md").read_text(encoding="utf-8"), (ROOT / "Makefile").read_text(encoding="utf-8")

    assert "make demo" in readme
    assert "make test" in readme
    assert {"demo", "test"} <= set(re.findall(r"^(\w+):", makefile, re.M))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_target_of_make_that_a_document_names_is_one(document: Path) -> None:
    shown = re.findall(r"(?:^|`)make ([a-z]+)", document.read_text(encoding="utf-8"), re.M)
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)

    assert set(shown) <= set(targets)


def test_every_setting_is_explained_in_the_example() -> None:
    example = shipped("config.example.toml").read_text(encoding="utf-8")

    assert [setting.key for setting in settings_known() if f"\n{setting.key} = " not in example] == []


def test_every_floor_of_the_house_is_drawn() -> None:
    drawn = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    modules = {path.stem for path in (ROOT / "digest").iterdir() if not path.name.startswith(("_", "."))}

    assert [name for name in modules - {"templates"} if not re.search(rf"\b{name}\b", drawn)] == []


def test_the_pinned_set_up_names_versions_and_no_places() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert all(line.startswith("#") or re.fullmatch(r"[A-Za-z0-9._-]+==[\w.]+", line) for line in lines)


# ------------------------------------------------------------ numbers


def _named(document: str) -> dict[str, float]:
    """What a document says that a constant is: "`IDF_POWER` = 1.5"."""
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    return {name: float(value) for name, value in re.findall(r"`([A-Z_]+)` = ([0-9.]*[0-9])", text)}


def test_the_numbers_of_ranking_are_those_of_the_code() -> None:
    modules = (text, space, company, latent, scoring, rules, selection)
    constants = {name: value for each in modules for name, value in vars(each).items() if name.isupper()}
    told = _named("ranking.md")

    assert len(told) > 15
    assert told == {name: constants[name] for name in told}


def test_the_calibration_of_ranking_is_the_one_in_use() -> None:
    usual, written = Calibration.usual(), (ROOT / "docs" / "ranking.md").read_text(encoding="utf-8")
    shift, trust = abs(usual.shift_by_likes), usual.slope_by_likes

    formula = f"{usual.intercept} − {shift} ln L + ({usual.slope} + {trust} ln L) × asinh z".replace("-", "−")
    assert formula in written
    assert usual.curve is Curve.COMPRESSED
    assert f"from {usual.fewest_likes:g} to {usual.most_likes:g}" in written


def test_the_figures_of_ranking_are_those_of_the_benchmarks() -> None:
    ranking = (ROOT / "docs" / "ranking.md").read_text(encoding="utf-8")
    measured = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|:]+\([^)]*\)): [^|]*((?:\| \.[0-9]{3} ){4})\|$", ranking, re.M)

    assert len(rows) == 3
    for split, figures in rows:
        told = _figures_of(measured.partition(f"| {split} |")[2])
        assert re.findall(r"\.[0-9]{3}", figures) == [told[name] for name in PEERS]


PEERS = ("**ours**", "LinearSVC", "logistic regression", "centroid")


def _figures_of(rows: str) -> dict[str, str]:
    """nDCG@10 of each ranking, in the rows of one split; the first of them begins behind the name of the split."""
    lines = rows.splitlines()
    block = [lines[0], *takewhile(lambda line: line.startswith("|  |"), lines[1:])]
    cells = [line.removeprefix("|  |").split("|") for line in block]
    return {cell[0].strip(): cell[1].split()[0] for cell in cells}


def test_the_defaults_that_guides_name_are_the_defaults() -> None:
    ranking, privacy = ((ROOT / "docs" / each).read_text(encoding="utf-8") for each in ("ranking.md", "privacy.md"))
    relevance = RelevanceSettings()

    assert f"newest {relevance.background_papers:,} (`[relevance] background_papers`)" in ranking
    assert f"weight in {relevance.half_life_days:g} days" in " ".join(ranking.split())
    for each in fields(RetentionSettings):
        if f"`{each.name}`" in privacy:
            assert f"`{each.name}`, {each.default}" in privacy
    assert f"{LINKS_LAST / timedelta(hours=1):g} hours" in privacy


def test_every_table_that_holds_something_of_a_reader_stands_under_privacy() -> None:
    privacy = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    held = {table.name for table in metadata.sorted_tables if _is_of_readers(table)}

    assert {name for name in held if not re.search(rf"`{name}[`.]", privacy)} == set()


def _is_of_readers(table: Table) -> bool:
    """Whether its rows belong to a subscriber, directly or through others, or name an address."""
    owners = {key.column.table for key in table.foreign_keys} - {table}
    named = any("address" in column.name for column in table.columns)
    return table.name == "subscriber" or named or any(_is_of_readers(each) for each in owners)
