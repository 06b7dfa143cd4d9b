"""The mathematics of all real listings becomes text, and MathML on pages."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from benchmarks.mathematics import Tally, tallied, texts
from digest.rendering.latex import readable
from digest.rendering.mathml import mathml
from tests.acceptance.conftest import Figures

PAGES = 4_000  # texts with dollars that are written as MathML


@pytest.fixture(scope="module")
def listed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("listings")
    for path in (shared / "data" / "arxiv").glob("listing-*.jsonl.gz"):
        (folder / path.name).symlink_to(path)
    return list(texts(folder))


@pytest.fixture(scope="module")
def tally(listed: list[str]) -> Tally:
    return tallied(iter(listed))


def test_19_of_20_formulas_are_converted(tally: Tally, figure: Figures) -> None:
    figure("formulas in titles and abstracts", f"{tally.total:,}, {tally.converted:.2%} converted to text")
    figure("different formulas", f"{len(tally.formulas):,}, {tally.different_converted:.2%} converted to text")
    assert tally.total > 25_000
    assert tally.converted >= 0.95


def test_hardly_a_dollar_belongs_to_no_formula(tally: Tally) -> None:
    assert len(tally.dollars) < 0.01 * 2 * tally.total


def test_every_listed_text_can_be_read(listed: list[str]) -> None:
    for source in listed:
        readable.__wrapped__(source).encode()


def test_pages_show_the_formulas_as_mathml(listed: list[str], figure: Figures) -> None:
    sources = random.Random(6).sample([source for source in listed if "$" in source], PAGES)
    elements = [element for source in sources for element in _elements(mathml(source))]
    math = sum(element.endswith("}math") for element in elements)
    figure("formulas as MathML", f"{math:,} in {PAGES:,} texts, {elements.count('span'):,} as text or source")
    assert math > 0.98 * (math + elements.count("span"))


def _elements(text: str) -> Iterator[str]:
    yield from (str(element.tag) for element in etree.fromstring(f"<p>{text}</p>".encode()).iterdescendants()
                if str(element.tag) == "span" or str(element.tag).endswith("}math"))  # fmt: skip
