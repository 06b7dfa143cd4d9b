"""Why a paper is in an edition, chosen but not yet worded: a recommendation's terms in, the few that are told out."""

from collections.abc import Sequence

from digest.editions import Reason, ReasonKind, Recommendation, Slot

MATCHES = 3  # words shown as matching
_WEIGHED = 3  # reasons whose words they are taken from
_LIKED, _INTEREST, _NEWEST = ReasonKind.LIKED, ReasonKind.INTEREST, ReasonKind.NEWEST
_DISLIKED, _BACKGROUND = ReasonKind.DISLIKED, ReasonKind.BACKGROUND
_EXPLORATION = Slot.EXPLORATION


Told = tuple[list[Reason], list[str], list[Reason]]


def told(item: Recommendation) -> Told:
    """The reasons of a paper that are shown; every one is a term of the score's sum.

    First the reader's own rules and what it is most like, then the words that it shares with what the reader likes, at
    most MATCHES, and last the categories that it is the newest of.
    """
    before: list[Reason] = []
    after: list[Reason] = []
    akin: list[Reason] = []
    for reason in item.reasons:
        kind, _, contribution, terms = reason
        if kind is _LIKED or kind is _INTEREST:
            if contribution > 0 and terms:
                akin.append(reason)
        elif kind is _NEWEST:
            after.append(reason)
        elif kind is not _DISLIKED and kind is not _BACKGROUND:
            before.append(reason)
    if not akin:
        return before, [], after
    if item.slot is not _EXPLORATION:  # that one is there for being unlike
        before.append(akin[0])
    return before, matching_words(akin[:_WEIGHED]), after


def matching_words(reasons: Sequence[Reason]) -> list[str]:
    """The words that gave most over all the reasons, without those that are part of a longer one shown."""
    if len(reasons) == 1:  # as editions keep them: the strongest first
        return _without_parts([word for word, share in reasons[0].terms if share > 0])
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
    return _without_parts(ordered)


def _without_parts(words: list[str]) -> list[str]:
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
