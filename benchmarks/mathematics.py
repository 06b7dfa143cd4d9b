"""Count how much of the mathematics in a folder of listings becomes text, and draw a sample to judge by hand.

    python -m benchmarks.mathematics --data DIR [--sample N --seed N --hard --output FILE] [--dollars]

DIR holds listings, `*.jsonl.gz`: {"title", "abstract"} a line. A formula is what stands between dollars (or \\( and
\\)) and is not money or prose; each occurrence counts. It is converted if it is written as text whole; otherwise its
source stays, for one of the reasons that are printed. The dollars that belong to no formula are counted as well, and
with --dollars printed with what stands around them, so that nothing is hidden among them.

The sample has a line for each formula, drawn by occurrence, or with --hard among the different ones that hold at least
three commands and scripts: source, what ours makes of it, and a verdict to fill in
(`benchmarks/judged/mathematics.tsv`): right, wrong (it says something else than the source, or cannot be told from
something else), or unclear.
"""

import argparse
import gzip
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from digest.rendering.latex import readable
from digest.rendering.latex.formula import formula
from digest.rendering.latex.segments import Segment, segments
from digest.rendering.latex.tree import Unreadable
from digest.rendering.mathml import mathml
from digest.rendering.plain import clean

_DOLLAR = re.compile(r"(?<!\\)\$")
_REASONS = 15  # printed
_MARKUP = re.compile(r"\\[A-Za-z]+|[\^_]")
_HARD = 3  # commands and scripts
_AROUND = 40  # characters on either side of a dollar


@dataclass(slots=True)
class Tally:
    """What the formulas of some texts came to."""

    formulas: Counter[Segment] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # by formula occurrence
    different_left: int = 0  # formulas that stay as source, each once
    dollars: list[str] = field(default_factory=list)  # that belong to no formula, with what stands around

    @property
    def total(self) -> int:
        return self.formulas.total()

    @property
    def converted(self) -> float:
        """The share of the occurrences, 0 to 1."""
        return 1 - self.reasons.total() / max(1, self.total)

    @property
    def different_converted(self) -> float:
        """The share of the different formulas, 0 to 1."""
        return 1 - self.different_left / max(1, len(self.formulas))


def texts(folder: Path) -> Iterator[str]:
    """The titles and abstracts of a folder's listings."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for told in map(json.loads, lines):
                yield from filter(None, (told.get("title"), told.get("abstract")))


def tallied(sources: Iterator[str]) -> Tally:
    """All formulas of the texts, and why some stay as source."""
    tally = Tally()
    for source in sources:
        for segment in segments(clean(source)):
            if segment.tex is not None:
                tally.formulas[segment] += 1
            else:
                tally.dollars += _dollars(segment.source)
    for segment, times in tally.formulas.items():
        if reason := refusal(segment):
            tally.reasons[reason] += times
            tally.different_left += 1
    return tally


def refusal(segment: Segment) -> str:
    """Why a formula stays as its source; empty if it does not."""
    try:
        written(segment)
    except Unreadable as reason:
        return str(reason)
    return ""


def written(segment: Segment) -> str:
    """A formula as text; raises `Unreadable`."""
    return formula(segment.tex or "", after_operand=segment.after_operand, before_operand=segment.before_operand)


def drawn(tally: Tally, size: int, seed: int, *, hard: bool = False) -> list[tuple[str, str]]:
    """Converted formulas without putting back, source and text on one line each: by occurrence, or hard ones."""
    pool = filter(_is_hard, tally.formulas) if hard else tally.formulas.elements()
    readable_ones = [segment for segment in pool if not refusal(segment)]
    chosen = random.Random(seed).sample(readable_ones, min(size, len(readable_ones)))
    return [(" ".join(segment.source.split()), written(segment)) for segment in chosen]


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--sample", type=int, default=0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--hard", action="store_true")
    options.add_argument("--output", type=Path)
    options.add_argument("--dollars", action="store_true")
    given = options.parse_args(arguments)

    everything = list(texts(given.data))
    if not everything:
        options.exit(2, f"{given.data}: there are no listings (*.jsonl.gz) here\n")
    tally = tallied(iter(everything))
    _print_shares(tally)
    _print_speed(everything)
    if given.dollars:
        print("\n".join(tally.dollars))
    lines = [f"{source}\t{text}\t" for source, text in drawn(tally, given.sample, given.seed, hard=given.hard)]
    if given.output:
        given.output.write_text("\n".join(["source\ttext\tverdict", *lines]) + "\n", encoding="utf-8")
    elif lines:
        print("\n".join(lines))


def _is_hard(segment: Segment) -> bool:
    return len(_MARKUP.findall(segment.source)) >= _HARD


def _dollars(prose: str) -> list[str]:
    around = ((found.start() - _AROUND, found.end() + _AROUND) for found in _DOLLAR.finditer(prose))
    return [" ".join(prose[max(0, start) : end].split()) for start, end in around]


def _print_shares(tally: Tally) -> None:
    print(f"{tally.total:,} formulas, {tally.converted:.2%} converted; ", end="")
    print(f"{len(tally.formulas):,} different ones, {tally.different_converted:.2%} converted; ", end="")
    print(f"{len(tally.dollars):,} dollars are money or prose")
    for reason, times in tally.reasons.most_common(_REASONS):
        print(f"{times:6,}  {reason}")


def _print_speed(everything: Sequence[str]) -> None:
    for name, write in (("text", readable.__wrapped__), ("MathML", mathml)):
        formula.cache_clear()
        start = time.process_time()
        for source in everything:
            write(source)
        seconds = time.process_time() - start
        print(f"{name}: {len(everything):,} texts in {seconds:.1f} s, {seconds / len(everything) * 1e6:.0f} µs each")


if __name__ == "__main__":
    main()
