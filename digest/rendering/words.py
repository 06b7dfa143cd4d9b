"""The product's own voice: counts, dates and reasons in words."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice

from digest.editions import Coverage, Notice, Reason, ReasonKind, Recommendation, Slot
from digest.papers import AnnouncementKind
from digest.rendering.latex import readable
from digest.rendering.plain import one_line, shortened

SHOWN_REASONS = 3
_MATCHES = 3  # words shown as matching
_LABEL = 60  # characters of a name or a title inside a sentence
_STREAMS = 6  # named one by one
_NAME = 100  # characters of a name in a byline
_RULES = {
    ReasonKind.AUTHOR: "author you follow",
    ReasonKind.ORGANISATION: "organisation you follow",
    ReasonKind.INCLUDE: "has the term you asked for",
}
_AKIN = (ReasonKind.LIKED, ReasonKind.INTEREST)
_MARKS = {
    Slot.MUST_READ: "must-read",
    Slot.EXPLORATION: "to explore: unlike what you usually get",
    Slot.RECLAIMED: "you asked for it back",
}
_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()


def number(count: int) -> str:
    """A count in words up to twelve, then in figures."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else f"{count:,}"


def counted(count: int, noun: str) -> str:
    """`3 papers`, `1 paper`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def day(when: date, *, today: date | None = None) -> str:
    """`Thursday 22 January`, with the year unless it is today's."""
    text = f"{when:%A} {when.day} {when:%B}"
    return text if today is not None and when.year == today.year else f"{text} {when.year}"


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def short_title(title: str) -> str:
    """The part before the colon, or as much of the title as fits into a sentence."""
    head, _, _ = title.partition(": ")
    return shortened(head if len(head) >= 8 else title, _LABEL)


def byline(authors: Sequence[str]) -> str:
    """The first three names, and how many there are where there are more."""
    if not authors:
        return "Authors not named in the listing"
    names = [shortened(name, _NAME) for name in authors[:3]]
    return ", ".join(names) + (f" et al. ({len(authors):,})" if len(authors) > 3 else "")


def coverage(lines: Sequence[Coverage], *, today: date) -> str:
    """What the ledger has, stream by stream: `cs.LG: 234 of 234 seen, 12 chosen; math.AP: stalled since Tuesday`."""
    told = [_line(line, today) for line in lines[:_STREAMS]]
    rest = lines[_STREAMS:]
    if rest:
        seen, expected = sum(line.seen for line in rest), sum(line.expected for line in rest)
        told.append(f"{counted(len(rest), 'other listing')}: {seen:,} of {expected:,} seen")
        told += [_line(line, today) for line in rest if line.since]
    return "; ".join(told) + "."


def _line(line: Coverage, today: date) -> str:
    parts = [f"{line.seen:,} of {line.expected:,} seen, {line.chosen:,} chosen"] if line.expected else []
    parts += [f"{line.state} since {_lately(line.since, today)}"] if line.since else []
    return f"{one_line(line.stream)}: {', '.join(parts)}"


def _lately(when: date, today: date) -> str:
    return f"{when:%A}" if 0 <= (today - when).days < 7 else f"{when.day} {when:%B}"


def happened(notice: Notice) -> str:
    """`has a new version, v3`, `was withdrawn`, `was published (doi:10.1000/x)`."""
    paper = notice.paper
    if notice.kind is AnnouncementKind.WITHDRAWN:
        return "was withdrawn by its authors"
    if notice.kind is AnnouncementKind.PUBLISHED:
        where = one_line(paper.journal_ref) or (f"doi:{one_line(paper.doi)}" if paper.doi else "")
        return f"was published{where and f' ({shortened(where, _LABEL)})'}"
    return f"has a new version{f', v{paper.newest_version}' if paper.newest_version else ''}"


def why(item: Recommendation) -> tuple[str, ...]:
    """At most three short reasons, the reader's own rules first; every one is a term of the score's sum."""
    stated = [f"{_RULES[reason.kind]}: {_label(reason)}" for reason in item.reasons if reason.kind in _RULES]
    akin = [r for r in item.reasons if r.kind in _AKIN and r.contribution > 0 and r.terms]
    newest = [f"newest in {_label(r)}" for r in item.reasons if r.kind is ReasonKind.NEWEST]
    likest = () if item.slot is Slot.EXPLORATION else akin[:1]  # that one is there for being unlike
    nearest = [_akin(reason) for reason in likest]
    words = matching_words(akin)
    matches = [f"matches: {shortened(one_line(', '.join(words)), 2 * _LABEL)}"] if words else []
    return tuple(islice([*stated, *nearest, *matches, *newest], SHOWN_REASONS))


def mark(item: Recommendation, read: Iterable[str]) -> str:
    """Why a paper has its place although others are likelier; "" for one that was simply chosen.

    `read` are the categories that the edition was chosen from; `cs` stands for all of cs.
    """
    if item.slot is Slot.EVERYTHING:
        asked = [wanted for wanted in read if any(_is_of(category, wanted) for category in item.paper.categories)]
        return f"everything in {shortened(one_line(asked[0]), _LABEL) if len(asked) == 1 else 'its category'}"
    return _MARKS.get(item.slot, "")


def _is_of(category: str, wanted: str) -> bool:
    return category == wanted or category.startswith(f"{wanted}.")


def matching_words(reasons: Sequence[Reason]) -> list[str]:
    """The words that gave most over all the reasons, without those that are part of a longer one shown."""
    totals: dict[str, float] = {}
    for reason in reasons:
        for word, share in reason.terms:
            totals[word] = totals.get(word, 0.0) + share
    ordered = sorted((word for word in totals if totals[word] > 0), key=lambda word: (-totals[word], word))
    whole = [w for w in ordered if not any(w != other and f" {w} " in f" {other} " for other in ordered)]
    return whole[:_MATCHES]


def _akin(reason: Reason) -> str:
    text = one_line(readable(reason.label))
    if reason.kind is ReasonKind.INTEREST:
        return f"fits your words “{shortened(text, _LABEL)}”"
    return f"because you liked “{short_title(text)}”"


def _label(reason: Reason) -> str:
    return shortened(one_line(reason.label), _LABEL)
