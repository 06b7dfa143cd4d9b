"""What an edition has left out, as it is kept: all its lines in a few lists, each of one column."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from digest.identity import PaperId


class LeftOut(NamedTuple):  # an edition has fifty
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


def packed(entries: Sequence[LeftOut], rows: Mapping[PaperId, int]) -> dict[str, list[Any]]:
    """{"p": paper rows, "s": scores, "c": probabilities, "i": and "w": places in "interests" and in "whys"}."""
    papers, interests, scores, probabilities, whys = zip(*entries, strict=True) if entries else ((),) * 5
    of_interest, of_why = _numbered(interests), _numbered(whys)
    return {
        "p": [rows[paper] for paper in papers],
        "s": list(scores),
        "c": list(probabilities),
        "i": [of_interest[interest] for interest in interests],
        "w": [of_why[why] for why in whys],
        "interests": list(of_interest),
        "whys": list(of_why),
    }


def _numbered(names: Sequence[str]) -> dict[str, int]:
    """Each name once, by its place."""
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def unpacked(kept: Mapping[str, Sequence[Any]] | None) -> Iterator[Line]:
    """The inverse; nothing of nothing."""
    if kept is None:
        return
    interests, whys = kept["interests"], kept["whys"]
    columns = zip(kept["p"], kept["i"], kept["s"], kept["c"], kept["w"], strict=True)
    for paper, interest, score, probability, why in columns:
        yield Line(paper, interests[interest], score, probability, whys[why])
