"""Real authors are told from their namesakes, judged by hand."""

from pathlib import Path

from benchmarks import authors
from tests.acceptance.conftest import Figures


def test_pairs_said_to_be_one_person_are(shared: Path, figure: Figures) -> None:
    pairs = authors.judged()
    done = authors.run(
        authors.records(shared / "data" / "arxiv"), {p for pair in pairs for p in (pair.one, pair.other)}
    )
    clear = [pair for pair in pairs if pair.same is not None]
    tuned = authors.score([pair for pair in clear if pair.tuned], done.persons)
    held_out = authors.score([pair for pair in clear if not pair.tuned], done.persons)
    by_name = authors.score(clear, done.printed)

    figure("authors", f"{done.mentions:,} mentions of {done.known:,} persons, {done.seconds:.0f} s CPU")
    figure("authors, names tuned on", f"precision [95 %], right/said, recall: {tuned}")
    figure("authors, names held out", f"precision [95 %], right/said, recall: {held_out}")
    figure("authors, by printed name alone", f"precision [95 %], right/said, recall: {by_name}")
    assert len({pair.name for pair in clear}) >= 100
    assert len(clear) >= 300
    assert min(tuned.precision, held_out.precision) >= 0.95
    assert held_out.recall >= 0.75
