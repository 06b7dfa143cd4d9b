"""What the page of a day, a week or a month says besides its papers: headings, counts, and what the ledger has."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from digest import signals
from digest.batches import Batch, BatchState
from digest.records import Record
from digest.rendering.plain import one_line
from digest.rendering.words import Words

_STREAMS = 4  # named one by one
_LISTING = re.compile(r"[A-Za-z][\w .-]{0,40}", re.A)  # what a stream may be called in public: no path, no address
_VOTES_FROM = "huggingface"


def heading(span: str, first: date, last: date, words: Words, *, today: date) -> str:
    """`Daily papers, Thursday 22 January`, `Week 4: 19 January to 25 January`, `January 2026`."""
    if span == "month":
        return words.month(first)
    if span == "week":
        form = words.gettext("Week {number}: {first} to {last}")
        begins, ends = words.dated(first, today=last), words.dated(last, today=today)
        return form.format(number=first.isocalendar().week, first=begins, last=ends)
    return words.gettext("Daily papers, {day}").format(day=words.day(first, today=today))


def short(span: str, first: date, words: Words, *, today: date) -> str:
    """The same for a link: `22 January`, `Week 4`, `January 2026`."""
    if span == "week":
        return words.gettext("Week {number}").format(number=first.isocalendar().week)
    return words.month(first) if span == "month" else words.dated(first, today=today)


def standfirst(total: int, voted: int, *, is_trending: bool, category: str, words: Words) -> str:
    """How many papers there are, and in which order."""
    papers = words.papers(total)
    if category:
        papers = words.gettext("{papers} in {category}").format(papers=papers, category=one_line(category))
    if not is_trending:
        return words.gettext("{papers}, the newest first.").format(papers=papers)
    if not voted:
        return words.gettext("{papers}. Nobody has voted for any of them yet, so the newest come first.").format(
            papers=papers
        )
    form = words.ngettext(
        "{papers}, {count} of them with votes of readers, which come first.",
        "{papers}, {count} of them with votes of readers, which come first.",
        voted,
    )
    return form.format(papers=papers, count=words.figures(voted))


def votes_age(records: Sequence[Record], words: Words, *, today: date) -> str:
    """Where the votes come from and when they last changed; "" where there are none."""
    said = [each for record in records if (each := record.said(signals.UPVOTES)) and each.value]
    if not said:
        return ""
    newest = max(said, key=lambda each: each.observed_at)
    day, at = words.dated(newest.observed_at.date(), today=today), f"{newest.observed_at:%H:%M}"
    if newest.source == _VOTES_FROM:
        return words.gettext("Votes are those of Hugging Face and last changed on {day}, {at} UTC.").format(
            day=day, at=at
        )
    return words.gettext("The votes last changed on {day}, {at} UTC.").format(day=day, at=at)


def ledger(batches: Sequence[Batch], words: Words, *, category: str = "") -> str:
    """`234 of 234 papers read in cs.LG. Nothing is missing.`, of those listings that named anything; "" for none.

    What readers point to elsewhere is no listing: `votes_age` tells of it.
    """
    listings = (each for each in batches if each.expected and each.source != _VOTES_FROM)
    told = [each for each in listings if category in ("", each.stream)]
    streams = list(dict.fromkeys(_public_name(each) for each in told))
    if not streams:
        return ""
    sums = {
        name: (
            sum(each.arrived for each in told if _public_name(each) == name),
            sum(each.expected for each in told if _public_name(each) == name),
        )
        for name in streams
    }
    lines = [_read(name, *sums[name], words) for name in streams[:_STREAMS]]
    if rest := streams[_STREAMS:]:
        form = words.ngettext(
            "{arrived} of {expected} in {count} other listing",
            "{arrived} of {expected} in {count} other listings",
            len(rest),
        )
        arrived, expected = (sum(sums[name][at] for name in rest) for at in (0, 1))
        lines.append(
            form.format(
                arrived=words.figures(arrived), expected=words.figures(expected), count=words.figures(len(rest))
            )
        )
    return f"{'; '.join(lines)}. {_missing(told, words)}"


def empty(batches: Sequence[Batch], words: Words, *, is_today: bool, is_due: bool) -> str:
    """Why a day has no papers; `is_due` is whether arXiv's calendar has a listing on it."""
    states = {each.state for each in batches}
    if states & {BatchState.STALLED, BatchState.FAILED, BatchState.PARTIAL}:
        return (
            words.gettext("Today’s listing could not be read yet. It is asked for again.")
            if is_today
            else words.gettext("The listing of this day could not be read yet. It is asked for again.")
        )
    if BatchState.WAITING in states or (is_today and is_due and not states):
        return (
            words.gettext("Today’s listing is not there yet.")
            if is_today
            else words.gettext("The listing of this day is not there yet.")
        )
    if not is_due:
        return (
            words.gettext("arXiv announced nothing today.")
            if is_today
            else words.gettext("arXiv announced nothing on this day.")
        )
    return words.gettext("Nothing was announced.") if states else words.gettext("Nothing is kept of this day.")


def next_listing(at: datetime, words: Words, *, today: date) -> str:
    """`Next listing: Friday 23 January, 03:45 UTC.`; `at` is when it can be read, UTC."""
    when = words.day(at.date(), today=today)
    return words.gettext("Next listing: {day}, {at} UTC.").format(day=when, at=f"{at:%H:%M}")


def is_public(stream: str) -> bool:
    """Whether a stream's name may be shown: paths and addresses are the operator's own, and may hold a secret."""
    return bool(_LISTING.fullmatch(stream))


def _read(name: str, arrived: int, expected: int, words: Words) -> str:
    form = words.ngettext(
        "{arrived} of {expected} paper read in {listing}", "{arrived} of {expected} papers read in {listing}", expected
    )
    return form.format(arrived=words.figures(arrived), expected=words.figures(expected), listing=name)


def _missing(batches: Sequence[Batch], words: Words) -> str:
    lacking = sum(max(each.expected - each.arrived, 0) for each in batches)
    if lacking:
        form = words.ngettext(
            "{count} is missing and is asked for again.", "{count} are missing and are asked for again.", lacking
        )
        return form.format(count=words.figures(lacking))
    if any(each.is_open for each in batches):
        return words.gettext("The listing is not closed yet.")
    return words.gettext("Nothing is missing.")


def _public_name(batch: Batch) -> str:
    """A stream's name, or that of its source where the name is the operator's own."""
    return batch.stream if is_public(batch.stream) else one_line(batch.source)
