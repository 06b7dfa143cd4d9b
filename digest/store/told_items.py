"""What an edition brought, read for a feed: as `kept_items.unpacked` has it, but of a paper's reasons those alone that
are ever told. Of seven that are kept six are not, and feeds are asked for all day long.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate, repeat
from typing import Any

from digest.editions import Reason, ReasonKind, Recommendation, Slot, recommended
from digest.store.columns import of_bits, or_nothing
from digest.store.kept_items import KINDS_BY_LETTER, Kept, unpacked
from digest.store.papers import KeptPaper

# Told without words too: the reader's own rules, and the categories that a paper is the newest of. What a paper is like
# is told where it has words, and the rest never (`rendering.reasons.worded`).
_ALWAYS = {ReasonKind.AUTHOR, ReasonKind.INCLUDE, ReasonKind.ORGANISATION, ReasonKind.NEWEST}
_LETTERS = frozenset(letter for letter, kind in KINDS_BY_LETTER.items() if kind in _ALWAYS)
_SLOTS = {slot.value: slot for slot in Slot}
_NONE: tuple[Reason, ...] = ()
_day = lru_cache(maxsize=64)(date.fromisoformat)


def told(kept: Kept, papers: Mapping[int, KeptPaper]) -> tuple[Recommendation, ...]:
    """Recommendations with their papers by row, and the reasons that may be told. KeyError where one is missing."""
    if isinstance(kept, list) or "more" in kept:  # the first form, and what few papers have
        return unpacked(kept, papers)
    count, numbers = len(kept["p"]), of_bits(kept["x"])
    days, interests = [_day(day) for day in kept["days"]], kept["interests"]
    slots = [_SLOTS[slot] for slot in kept["slots"]]
    return recommended(
        count,
        papers=[papers[row].paper for row in kept["p"]],
        scores=numbers[:count],
        reasons=_reasons(kept, numbers[2 * count :]),
        announced=[days[place] for place in kept["d"]],
        probabilities=map(or_nothing, numbers[count : 2 * count]),
        interests=[interests[place] for place in kept["i"]],
        slots=[slots[place] for place in kept["w"]],
    )


def _reasons(kept: Mapping[str, Any], numbers: Sequence[float]) -> list[tuple[Reason, ...]]:
    """Each paper's that may be told; the numbers are those of reasons and words."""
    letters, labels, names = kept["k"], kept["labels"], kept["r"]
    with_words, terms = kept["t"], _terms(kept, numbers[len(names) :])
    if _LETTERS.isdisjoint(letters):
        places = with_words
    else:
        ruled = [place for place, letter in enumerate(letters) if letter in _LETTERS]
        places = sorted({*with_words, *ruled})
        known = dict(zip(with_words, terms, strict=True))
        terms = [known.get(place, ()) for place in places]
    kinds = [KINDS_BY_LETTER[letters[place]] for place in places]
    values = zip(
        kinds, [labels[names[place]] for place in places], [numbers[place] for place in places], terms, strict=True
    )
    return _dealt(list(map(tuple.__new__, repeat(Reason), values)), places, kept["n"])


def _terms(kept: Mapping[str, Any], shares: Sequence[float]) -> list[tuple[tuple[str, float], ...]]:
    """The words of each reason that has any."""
    words, first = tuple(zip(kept["words"], shares, strict=True)), 0
    found: list[tuple[tuple[str, float], ...]] = []
    for count in kept["m"]:
        found.append(words[first : first + count])
        first += count
    return found


def _dealt(reasons: Sequence[Reason], places: Sequence[int], counts: Sequence[int]) -> list[tuple[Reason, ...]]:
    """Those of each paper, which has so many of the places."""
    ends, found = list(accumulate(counts)), [_NONE] * len(counts)
    for reason, place in zip(reasons, places, strict=True):
        at = bisect(ends, place)
        found[at] = (*found[at], reason) if found[at] else (reason,)
    return found
