"""Why a paper is in an edition, chosen but not yet worded: a recommendation's terms in, the few that are told out."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from digest.editions import Reason, ReasonKind, Recommendation, Slot

SHOWN_REASONS = 3
MATCHES = 3  # words shown as matching
_WEIGHED = 3  # reasons whose words they are taken from
_LIKED, _INTEREST, _NEWEST = ReasonKind.LIKED, ReasonKind.INTEREST, ReasonKind.NEWEST
_DISLIKED, _BACKGROUND = ReasonKind.DISLIKED, ReasonKind.BACKGROUND
_EXPLORATION = Slot.EXPLORATION


Said = TypeVar("Said")  # a reason in words, or quoted for a mail


def worded(
    item: Recommendation, because: Callable[[ReasonKind, str], Said], matching: Callable[[list[str]], Said]
) -> list[Said]:
    """At most SHOWN_REASONS of a paper, each said by one of the two that are given: by kind and label, or by the words
    that it shares with what the reader likes. Every one is a term of the score's sum.

    First the reader's own rules and what it is most like, then these words, at most MATCHES, and last the categories
    that it is the newest of. What somebody in a group likes is not told.
    """
    said: list[Said] = []
    after: list[Said] = []
    akin: list[Reason] = []
    for reason in item.reasons:
        kind = reason.kind  # by name: what is no plain tuple takes twice as long to take apart
        if kind is _LIKED or kind is _INTEREST:
            if reason.terms and reason.contribution > 0:
                akin.append(reason)
        elif kind is _NEWEST:
            after.append(because(kind, reason.label))
        elif kind is not _DISLIKED and kind is not _BACKGROUND:
            said.append(because(kind, reason.label))
    if akin:
        if item.slot is not _EXPLORATION and not item.group:  # that one is there for being unlike; a group has no "you"
            said.append(because(akin[0].kind, akin[0].label))
        if matches := matching_words(akin[:_WEIGHED]):
            said.append(matching(matches))
    said += after
    return said if len(said) <= SHOWN_REASONS else said[:SHOWN_REASONS]


def matching_words(reasons: Sequence[Reason]) -> list[str]:
    """The words that gave most over all the reasons, without those that are part of a longer one shown."""
    if len(reasons) == 1:  # as editions keep them: the strongest first
        return without_parts([word for word, share in reasons[0].terms if share > 0])
    totals = dict(reasons[0].terms) if reasons else {}
    for reason in reasons[1:]:
        for word, share in reason.terms:
            if word in totals:
                totals[word] += share
            else:
                totals[word] = share
    ordered = sorted(totals, key=totals.__getitem__, reverse=True)
    while ordered and totals[ordered[-1]] <= 0:
        ordered.pop()
    return without_parts(ordered)


def without_parts(words: list[str]) -> list[str]:
    """The first words that are no part of another one, as many as are shown."""
    if " " not in "".join(words):  # of single words none is part of another
        return words[:MATCHES]
    padded = " \n ".join(["", *words, ""])
    found: list[str] = []
    for word in words:
        if padded.count(f" {word} ") == 1:  # itself
            found.append(word)
            if len(found) == MATCHES:
                break
    return found
