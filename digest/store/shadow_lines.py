"""What an edition has left out, as it is kept: all its lines in a few lists, each of one column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from digest.identity import PaperId
from digest.store.columns import NOTHING, in_bits, numbered, of_bits, with_nothing


class LeftOut(NamedTuple):
    """A paper that an edition might have brought, and what kept it out."""

    paper: PaperId  # which must be kept
    interest: str  # the name of the one it ranked highest for
    score: float  # raw, unbounded, finite
    probability: float | None  # 0 to 1; None where scores are not calibrated
    why: str  # in plain words: "below the threshold"


class Line(NamedTuple):
    """The same with the paper's row number."""

    paper: int
    interest: str
    score: float
    probability: float | None
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Many of them by column, all of one length: an edition has fifty, and nobody asks for most."""

    papers: Sequence[int]  # rows
    interests: Sequence[str]
    scores: Sequence[float]
    probabilities: Sequence[float | None]
    whys: Sequence[str]

    @staticmethod
    def of(entries: Sequence[LeftOut], rows: Mapping[PaperId, int]) -> "Lines":
        """What is told of papers by their keys."""
        papers, *told = zip(*entries, strict=True) if entries else ((),) * 5
        return Lines([rows[paper] for paper in papers], *told)


def packed(lines: Lines) -> dict[str, Any]:
    """{"p": paper rows, "x": scores and then probabilities (`columns.in_bits`), "i" and "w": places in "interests" and
    in "whys"}.

    What was kept before has "s", scores, and "c", probabilities or null, in place of "x".
    """
    interests, of_interest = numbered(lines.interests)
    whys, of_why = numbered(lines.whys)
    chances = [NOTHING if chance is None else chance for chance in lines.probabilities]
    return {
        "p": lines.papers,
        "x": in_bits([*lines.scores, *chances]),
        "i": of_interest,
        "w": of_why,
        "interests": interests,
        "whys": whys,
    }


def unpacked(kept: Mapping[str, Any] | None) -> Iterator[Line]:
    """The inverse; nothing of nothing."""
    if kept is None:
        return
    interests, whys = kept["interests"], kept["whys"]
    columns = zip(kept["p"], kept["i"], *_numbers(kept), kept["w"], strict=True)
    for paper, interest, score, probability, why in columns:
        yield Line(paper, interests[interest], score, probability, whys[why])


def legible(kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same line by line and by name, for whoever reads it."""
    return [line._asdict() for line in unpacked(kept)]


def _numbers(kept: Mapping[str, Any]) -> tuple[Sequence[float], Sequence[float | None]]:
    """Scores and probabilities."""
    if "x" not in kept:
        return kept["s"], kept["c"]
    numbers, count = of_bits(kept["x"]), len(kept["p"])
    return numbers[:count], with_nothing(numbers[count:])
