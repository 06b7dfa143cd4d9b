"""What an edition brought, read for a feed: kept columns in, lines out.

Nearly all papers are there because they are like one thing, by words that all speak for it. Where that holds for a
whole edition its columns say all that is told, and none of its hundred reasons needs to be made.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate, repeat
from operator import gt, le
from typing import Any

from digest.editions import ReasonKind, Slot
from digest.store.columns import of_bits
from digest.store.kept_items import KINDS_BY_LETTER, Kept
from digest.store.papers import KeptPaper
from digest.store.told_items import told
from digest.tellings import Likeness, Line, lines

_AKIN = frozenset(letter for letter, kind in KINDS_BY_LETTER.items() if kind in {ReasonKind.LIKED, ReasonKind.INTEREST})
# Of these nothing is told unless they have words (`told_items`).
_SILENT = _AKIN | {
    letter for letter, kind in KINDS_BY_LETTER.items() if kind in {ReasonKind.DISLIKED, ReasonKind.BACKGROUND}
}
_UNTOLD = {"g"}  # what few papers have, and feeds do not tell (`kept_items`): where its code is
_SLOTS = {slot.value: slot for slot in Slot}
_NEW = tuple.__new__  # a NamedTuple of values that are in order already, in half the time
_day = lru_cache(maxsize=64)(date.fromisoformat)


def told_lines(kept: Kept, papers: Mapping[int, KeptPaper]) -> list[Line]:
    """The papers in their order, by row. KeyError where one is missing."""
    if isinstance(kept, list) or not _is_plain(kept):
        return lines(told(kept, papers))
    days, slots, interests = list(map(_day, kept["days"])), [_SLOTS[slot] for slot in kept["slots"]], kept["interests"]
    columns = zip(
        [papers[row].paper for row in kept["p"]],
        [days[place] for place in kept["d"]],
        repeat(False),
        [interests[place] for place in kept["i"]],
        [slots[place] for place in kept["w"]],
        _likenesses(kept),
        repeat(None),
    )
    return list(map(_NEW, repeat(Line), columns))


def _likenesses(kept: Mapping[str, Any]) -> Iterator[Likeness]:
    places, letters, labels, names, words = kept["t"], kept["k"], kept["labels"], kept["r"], kept["words"]
    ends = list(accumulate(kept["m"]))
    columns = zip(
        [KINDS_BY_LETTER[letters[place]] for place in places],
        [labels[names[place]] for place in places],
        [words[first:end] for first, end in zip([0, *ends], ends, strict=False)],
        strict=True,
    )
    return map(_NEW, repeat(Likeness), columns)


def _is_plain(kept: Mapping[str, Any]) -> bool:
    """Whether each paper is like one thing, and all of its words speak for that."""
    places, letters, more = kept["t"], kept["k"], kept.get("more")
    if more is not None and not all(each.keys() <= _UNTOLD for each in more.values()):
        return False
    if not _SILENT.issuperset(letters) or not _is_one_each(places, kept["n"]):
        return False
    return _AKIN.issuperset([letters[place] for place in places]) and _all_speak_for_it(kept)


def _is_one_each(places: Sequence[int], counts: Sequence[int]) -> bool:
    """Whether of as many reasons as each paper has one and no other is at one of the places."""
    ends = list(accumulate(counts))
    return len(places) == len(ends) and all(map(gt, ends, places)) and all(map(le, ends, places[1:]))


def _all_speak_for_it(kept: Mapping[str, Any]) -> bool:
    numbers, reasons, before = of_bits(kept["x"]), len(kept["r"]), 2 * len(kept["p"])
    contributions, shares = numbers[before : before + reasons], numbers[before + reasons :]
    return min([contributions[place] for place in kept["t"]], default=1.0) > 0 and min(shares, default=1.0) > 0
