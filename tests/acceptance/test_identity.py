"""The fingerprint on the real listings, with all ids hidden, against what was judged by hand."""

from collections.abc import Hashable
from pathlib import Path

import pytest

from benchmarks import identity as benchmark
from benchmarks.identity import Record
from digest import identity
from tests.acceptance.conftest import Figures

Index = dict[Hashable, list[str]]


@pytest.fixture(scope="module")
def papers(shared: Path) -> dict[str, Record]:
    return benchmark.listed(shared / "data")


@pytest.fixture(scope="module")
def found(papers: dict[str, Record]) -> Index:
    return benchmark.index(identity.fingerprint, papers)


def test_at_most_one_paper_in_a_thousand_is_merged_with_another_work(
    papers: dict[str, Record], found: Index, figure: Figures
) -> None:
    made = benchmark.merges(found, len(papers), benchmark.judgements())
    assert made.unjudged == 0
    assert made.rate <= 0.001
    figure("false merges by title and author", f"{made.different} of {made.papers:,} papers ({made.rate:.4%})")


def test_papers_of_other_listings_are_found_without_their_ids(
    shared: Path, papers: dict[str, Record], found: Index, figure: Figures
) -> None:
    least = {"Hugging Face": 0.97, "revised": 0.70, "printed": 0.99}  # what was measured, rounded down
    places = benchmark.elsewhere(shared / "data", papers)
    assert set(places) == set(least)
    for place, records in places.items():
        seen = benchmark.lookup(identity.fingerprint, found, records, papers)
        figure(f"found by title and author, {place}", f"{seen.found:,} of {seen.known:,}, {seen.wrong} wrong")
        assert seen.share >= least[place]
        assert seen.wrong <= 0.001 * seen.found


def test_every_judgement_is_of_papers_that_were_listed(papers: dict[str, Record]) -> None:
    judged = benchmark.judgements()
    assert judged
    assert all(key in papers for pair in judged for key in pair)
    assert all(len(pair) == 2 for pair in judged)
