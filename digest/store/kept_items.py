"""What an edition or a common list brought, as it is kept in JSON: recommendations in, columns out, and back again.

There are two forms of it, and both are read for ever.

The first is a list, {"p": paper row, "d": day announced, "s": score, "r": [[kind, label, contribution,
terms], …], "w": slot, "c": probability, "i": interest}, "l": 1 if it was late, "g": where its code is, if that was
known, "u": the group that it was chosen for, if one, and "n": how many of a group got it, if that is told; the oldest
have none of "w", "c" and "i".

What is written now has a column for each of these, {"form": 2, …}. Of the papers: "p" rows; "d", "i" and "w", places in
"days", "interests" and "slots"; "n", how many reasons each has; "more", by a paper's place, what few have, as above. Of
all reasons, one paper's after the other's: "k" kinds, a letter each; "r" places in "labels", because one liked paper is
named with many; "t" those that have words, by place, and "m" how many these have in "words". "x" holds the numbers
(`columns.in_bits`): scores, probabilities (no number where there is none), contributions, shares of words. What brought
nothing is [] in either form.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain, repeat
from typing import Any, NamedTuple, TypedDict

from digest.editions import Reason, ReasonKind, Recommendation, Slot, recommended
from digest.identity import PaperId
from digest.store.columns import NOTHING, in_bits, numbered, of_bits, with_nothing
from digest.store.papers import KeptPaper

Kept = list[dict[str, Any]] | dict[str, Any]

FORM = 2
_LETTERS = {
    ReasonKind.AUTHOR: "a",
    ReasonKind.INCLUDE: "i",
    ReasonKind.ORGANISATION: "o",
    ReasonKind.LIKED: "l",
    ReasonKind.INTEREST: "w",
    ReasonKind.DISLIKED: "d",
    ReasonKind.BACKGROUND: "b",
    ReasonKind.NEWEST: "n",
}
KINDS_BY_LETTER = {letter: kind for kind, letter in _LETTERS.items()}
_KINDS = {kind.value: kind for kind in ReasonKind}
_SLOTS = {slot.value: slot for slot in Slot}
_day = lru_cache(maxsize=64)(date.fromisoformat)


class Fact(NamedTuple):
    """What is known of a kept paper without reading its reasons."""

    paper: int  # row
    interest: str
    score: float
    probability: float | None


# ---------------------------------------------------------------- keeping


def packed(items: Sequence[Recommendation], rows: Mapping[PaperId, int]) -> Kept:
    """Recommendations as they are kept, with the rows of their papers."""
    if not items:
        return []
    days, of_day = numbered([item.announced for item in items])
    interests, of_interest = numbered([item.interest for item in items])
    slots, of_slot = numbered([item.slot for item in items])
    numbers = [item.score for item in items]
    numbers += [NOTHING if item.probability is None else item.probability for item in items]
    kept = {
        "form": FORM,
        "p": [rows[item.paper.id] for item in items],
        "days": [day.isoformat() for day in days],
        "d": of_day,
        "interests": interests,
        "i": of_interest,
        "slots": [slot.value for slot in slots],
        "w": of_slot,
    }
    _add_reasons(kept, numbers, [item.reasons for item in items])
    if more := {str(place): _more(item) for place, item in enumerate(items) if _has_more(item)}:
        kept["more"] = more
    kept["x"] = in_bits(numbers)
    return kept


def _add_reasons(kept: dict[str, Any], numbers: list[float], of: Sequence[Sequence[Reason]]) -> None:
    """Add the columns of the reasons of some papers, and the numbers in them."""
    kinds, labels, contributions, terms = tuple(zip(*chain.from_iterable(of), strict=True)) or ((),) * 4
    told = [place for place, each in enumerate(terms) if each]
    shown = [terms[place] for place in told]
    shares = list(chain.from_iterable(shown))
    numbers += contributions
    numbers += [share for _, share in shares]
    kept["n"] = list(map(len, of))
    kept["k"] = "".join(map(_LETTERS.__getitem__, kinds))
    kept["labels"], kept["r"] = numbered(labels)
    kept["t"], kept["m"] = told, list(map(len, shown))
    kept["words"] = [word for word, _ in shares]


def _has_more(item: Recommendation) -> bool:
    return bool(item.late or item.code or item.group or item.sent_to)


def _more(item: Recommendation) -> dict[str, Any]:
    """What few papers have."""
    told = {"l": int(item.late), "g": item.code, "u": item.group, "n": item.sent_to}
    return {name: value for name, value in told.items() if value}


# ---------------------------------------------------------------- reading


def unpacked(kept: Kept, papers: Mapping[int, KeptPaper]) -> tuple[Recommendation, ...]:
    """Recommendations as they were kept, with their papers by row. KeyError where one is missing."""
    if isinstance(kept, list):
        return _of_old_form(kept, papers)
    read = _Read.of(kept)
    days, slots, interests = _each_day(kept), [_SLOTS[slot] for slot in kept["slots"]], kept["interests"]
    return recommended(
        len(kept["p"]),
        papers=[papers[row].paper for row in kept["p"]],
        scores=read.scores,
        reasons=_dealt(tuple(_each_reason(kept, read)), kept["n"]),
        announced=map(days.__getitem__, kept["d"]),
        probabilities=read.chances,
        interests=map(interests.__getitem__, kept["i"]),
        slots=map(slots.__getitem__, kept["w"]),
        **_of_few(_each_more(kept)),
    )


def papers_of(kept: Kept) -> list[int]:
    """The rows of the papers, in their order."""
    return [item["p"] for item in kept] if isinstance(kept, list) else kept["p"]


def facts_of(kept: Kept) -> list[Fact]:
    """What is known of each paper, in their order."""
    if isinstance(kept, list):
        return [Fact(item["p"], item.get("i") or "", item["s"], item.get("c")) for item in kept]
    read, names = _Read.of(kept), kept["interests"]
    told = zip(kept["p"], kept["i"], read.scores, read.chances, strict=True)
    return [Fact(paper, names[place], score, chance) for paper, place, score, chance in told]


def legible(kept: Kept) -> list[dict[str, Any]]:
    """The same in the old form, which says what is what to whoever reads it."""
    if isinstance(kept, list):
        return kept
    read = _Read.of(kept)
    days, slots, interests, more = kept["days"], kept["slots"], kept["interests"], kept.get("more", {})
    reasons = _dealt(tuple(_each_reason(kept, read)), kept["n"])
    return [
        {
            "p": row,
            "d": days[kept["d"][at]],
            "s": read.scores[at],
            "r": [[kind.value, label, share, [list(term) for term in terms]] for kind, label, share, terms in told],
            "w": slots[kept["w"][at]],
            "c": read.chances[at],
            "i": interests[kept["i"][at]],
            **more.get(str(at), {}),
        }
        for at, (row, told) in enumerate(zip(kept["p"], reasons, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class _Read:
    """The numbers of what was kept."""

    scores: Sequence[float]
    chances: Sequence[float | None]
    contributions: Sequence[float]
    shares: Sequence[float]

    @staticmethod
    def of(kept: Mapping[str, Any]) -> "_Read":
        numbers, papers, reasons = of_bits(kept["x"]), len(kept["p"]), len(kept["r"])
        last = 2 * papers + reasons
        chances = with_nothing(numbers[papers : 2 * papers])
        return _Read(numbers[:papers], chances, numbers[2 * papers : last], numbers[last:])


def _each_day(kept: Mapping[str, Any]) -> list[date]:
    return [_day(day) for day in kept["days"]]


def _each_reason(kept: Mapping[str, Any], read: _Read) -> Iterator[Reason]:
    """All reasons, one paper's after the other's."""
    kinds = map(KINDS_BY_LETTER.__getitem__, kept["k"])
    labels = map(kept["labels"].__getitem__, kept["r"])
    columns = zip(kinds, labels, read.contributions, _each_terms(kept, read), strict=True)
    return map(tuple.__new__, repeat(Reason), columns)  # an edition has a hundred: a third of what calls take


def _each_terms(kept: Mapping[str, Any], read: _Read) -> list[tuple[tuple[str, float], ...]]:
    """The words of all reasons; of most there are none."""
    terms: list[tuple[tuple[str, float], ...]] = [()] * len(kept["r"])
    words, first = tuple(zip(kept["words"], read.shares, strict=True)), 0
    for place, count in zip(kept["t"], kept["m"], strict=True):
        terms[place] = words[first : first + count]
        first += count
    return terms


def _dealt(reasons: tuple[Reason, ...], counts: Sequence[int]) -> list[tuple[Reason, ...]]:
    """So many to each paper."""
    found, first = [], 0
    for count in counts:
        found.append(reasons[first : first + count])
        first += count
    return found


def _of_old_form(kept: Sequence[Mapping[str, Any]], papers: Mapping[int, KeptPaper]) -> tuple[Recommendation, ...]:
    return recommended(
        len(kept),
        papers=[papers[item["p"]].paper for item in kept],
        scores=[item["s"] for item in kept],
        reasons=[_reasons_of_old_form(item) for item in kept],
        announced=[_day(item["d"]) for item in kept],
        probabilities=[item.get("c") for item in kept],
        interests=[item.get("i", "") for item in kept],
        slots=[_SLOTS[item.get("w", "chosen")] for item in kept],
        **_of_few(kept),
    )


def _reasons_of_old_form(item: Mapping[str, Any]) -> tuple[Reason, ...]:
    return tuple(
        Reason(_KINDS[kind], label, share, tuple(map(tuple, terms)) if terms else ())
        for kind, label, share, terms in item["r"]
    )


def _each_more(kept: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """By paper, what few have; nothing where none has any."""
    more = kept.get("more")
    return [more.get(str(place), {}) for place in range(len(kept["p"]))] if more else []


class _OfFew(TypedDict, total=False):
    late: list[bool]
    codes: list[str]
    groups: list[str]
    sent_to: list[int]


def _of_few(told: Sequence[Mapping[str, Any]]) -> _OfFew:
    """The columns of what few papers have."""
    if not told:
        return {}
    return {
        "late": [bool(each.get("l")) for each in told],
        "codes": [each.get("g", "") for each in told],
        "groups": [each.get("u", "") for each in told],
        "sent_to": [each.get("n", 0) for each in told],
    }
