"""The first and the last lines of an edition: what is in it, and what became of everything else."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from digest.editions import Coverage, Edition, ReasonKind, Recommendation, Slot
from digest.mail import Letter
from digest.rendering import common_list
from digest.rendering.plain import one_line, shortened
from digest.rendering.settings import SiteSettings
from digest.rendering.words import Words, short_title
from digest.subscribers import EditionKind, Subscriber

_ALIKE = 4096  # sentences kept
_NAMED = 3  # papers in the first line
_AUTHOR = ReasonKind.AUTHOR
_RULES = (ReasonKind.ORGANISATION, ReasonKind.INCLUDE)
_LIKED = ReasonKind.LIKED  # which most papers begin with
_SHOWN_NAME = 60  # characters of a followed author's name in a subject
_ASKED_FOR = (Slot.MUST_READ, Slot.EVERYTHING, Slot.RECLAIMED)
_FROM_ELSEWHERE = (Slot.CARRIED, Slot.RECLAIMED)  # which are not of the papers that were read for it


class Headlines:
    """One edition in a few sentences."""

    def __init__(self, words: Words, edition: Edition, *, first: Recommendation | None, titles: Sequence[str]) -> None:
        """`first` is the paper that is shown first, `titles` are those of all of them in the order of the page."""
        self._words = words
        self._edition = edition
        self._first = first
        self._titles = titles

    def subject(self) -> str:
        """What the reader sees in a list of mails."""
        words, edition = self._words, self._edition
        if edition.kind is EditionKind.COMMON:
            return common_list.subject(words, edition, week_of(edition.slot_date))
        if edition.kind is EditionKind.WEEKLY:
            return self._subject_of_week()
        weekday, others = words.weekday(edition.slot_date), len(self._titles) - 1
        if self._first is None:
            form = words.gettext("Nothing for {weekday}")
            if edition.notices:
                form = words.gettext("News of papers you liked, {weekday}")
            return form.format(weekday=weekday)
        if name := _followed(self._first):
            form = words.gettext("An author you follow: {name}")
            if others:
                form = words.ngettext(
                    "An author you follow: {name}, and {count} more",
                    "An author you follow: {name}, and {count} more",
                    others,
                )
            return form.format(name=name, count=words.figures(others))
        form = words.gettext("{title} for {weekday}")
        if others:
            form = words.ngettext(
                "{title}, and {count} more for {weekday}", "{title}, and {count} more for {weekday}", others
            )
        return form.format(title=short_title(self._titles[0]), count=words.figures(others), weekday=weekday)

    def _subject_of_week(self) -> str:
        words, edition = self._words, self._edition
        week = week_of(edition.slot_date)
        if not self._titles:
            form = words.gettext("Week {week}: nothing for you")
            if edition.notices:
                form = words.gettext("Week {week}: news of papers you liked")
            return form.format(week=week)
        asked = sum(item.slot in _ASKED_FOR and not item.group for item in edition.recommendations)
        papers = words.papers(len(self._titles))
        form = words.gettext("Week {week}: {papers}")
        if asked:
            form = words.ngettext(
                "Week {week}: {papers}, {count} you asked for", "Week {week}: {papers}, {count} you asked for", asked
            )
        return form.format(week=week, papers=papers, count=words.figures(asked))

    def preheader(self, noticed: Sequence[str]) -> str:
        """The line that a list of mails shows beside the subject; `noticed` are the titles that have news."""
        words, named = self._words, [short_title(title) for title in self._titles[:_NAMED]]
        if more := len(self._titles) - len(named):
            form = words.ngettext("{titles} and {count} more.", "{titles} and {count} more.", more)
            return form.format(titles=", ".join(named), count=words.number(more))
        if told := named or [short_title(title) for title in noticed[:_NAMED]]:
            return words.gettext("{titles}.").format(titles=words.listed(told))
        return words.gettext("Nothing for you today.")

    def date(self) -> str:
        """The day on the nameplate, and of a week its number."""
        words, when = self._words, self._edition.slot_date
        if self._edition.kind is EditionKind.DAILY:
            return words.dateline(when)
        return words.gettext("Week {week}, {day}").format(week=week_of(when), day=words.day(when))

    def standfirst(self) -> str:
        """How many papers, of how many, and what is particular about them."""
        edition = self._edition
        if edition.kind is EditionKind.COMMON:
            return common_list.standfirst(self._words, edition)
        return _standfirst(
            self._words, len(self._titles), edition.papers_read, edition.kind is EditionKind.WEEKLY, self._particulars()
        )

    def _particulars(self) -> "_Particulars":
        edition = self._edition
        items, day = edition.recommendations, edition.slot_date
        earlier = sum([item.announced < day and item.slot is not Slot.CARRIED for item in items])
        if earlier == len(items) or edition.kind is EditionKind.WEEKLY:
            earlier = 0
        return _Particulars(
            followed=sum([_followed(item) != "" for item in items]),
            earlier=earlier,
            carried=_count(edition, (Slot.CARRIED,)),
            trending=len(edition.trending),
        )

    def ledger(self) -> str:
        """What became of all the papers that were read."""
        edition = self._edition
        chosen = len(edition.recommendations)
        left_out = max(edition.papers_read - chosen + _count(edition, _FROM_ELSEWHERE), 0)
        read = _read(self._words, edition.papers_read, chosen, left_out, () if edition.coverage else edition.considered)
        return _covered(self._words, edition.coverage, edition.slot_date, read) if edition.coverage else read


class _Particulars(NamedTuple):
    """How many papers of an edition are there for what reason."""

    followed: int
    earlier: int
    carried: int
    trending: int


# What many readers of a day are told alike is put in words once.


@lru_cache(maxsize=_ALIKE)
def _standfirst(words: Words, chosen: int, papers_read: int, is_of_week: bool, particulars: _Particulars) -> str:
    sentences = [_how_many(words, chosen, papers_read, is_of_week), *_particular_sentences(words, particulars)]
    return " ".join(map(_begun, sentences))


def _how_many(words: Words, chosen: int, papers_read: int, is_of_week: bool) -> str:
    if not chosen:
        form = words.gettext("None of the {papers} read is for you.")
        if is_of_week:
            form = words.gettext("None of the {papers} of this week is for you.")
    elif is_of_week:
        form = words.ngettext(
            "{count} of the {papers} of this week is for you.",
            "{count} of the {papers} of this week are for you.",
            chosen,
        )
    else:
        form = words.ngettext(
            "{count} of the {papers} read is for you.", "{count} of the {papers} read are for you.", chosen
        )
    return form.format(papers=words.papers(papers_read), count=words.number(chosen))


def _particular_sentences(words: Words, counts: _Particulars) -> Iterator[str]:
    """A sentence for each count that is not 0."""
    forms = (
        words.ngettext("{count} is by an author you follow.", "{count} are by authors you follow.", counts.followed),
        words.ngettext("{count} came on an earlier day.", "{count} came on an earlier day.", counts.earlier),
        words.ngettext(
            "{count} is from an edition that could not be sent.",
            "{count} are from an edition that could not be sent.",
            counts.carried,
        ),
        words.ngettext("{count} more is trending.", "{count} more are trending.", counts.trending),
    )
    for form, count in zip(forms, counts, strict=True):
        if count:
            yield form.format(count=words.number(count))


@lru_cache(maxsize=_ALIKE)
def _read(words: Words, papers_read: int, chosen: int, left_out: int, considered: tuple[tuple[str, int], ...]) -> str:
    """How many were read, and where, if that is told; what became of them."""
    where = words.listed([f"{one_line(name)} ({words.figures(count)})" for name, count in considered])
    form = words.gettext("{papers} read. {chosen} sent, {left_out} left out.")
    if where:
        form = words.gettext("{papers} read in {where}. {chosen} sent, {left_out} left out.")
    figures = {"chosen": words.figures(chosen), "left_out": words.figures(left_out)}
    return form.format(papers=words.papers(papers_read), where=where, **figures)


@lru_cache(maxsize=_ALIKE)
def _covered(words: Words, coverage: tuple[Coverage, ...], today: date, read: str) -> str:
    """The same with what the sources had named."""
    told = [words.coverage(coverage, today=today), read]
    if all(line.seen == line.expected and line.since is None for line in coverage):
        told.append(words.gettext("Nothing is missing."))
    return " ".join(told)


def why_you(words: Words, site: SiteSettings, reader: Subscriber) -> str:
    """Whose list this is, and since when the reader is on it."""
    told = words.gettext(
        "Sent to {address}, which has been on the list of {name} since {day}. "
        "No tracking: we cannot see whether you opened this."
    )
    since = words.day(reader.schedule.local_date(reader.created_at))
    return told.format(address=one_line(reader.address), name=one_line(site.name), day=since)


def why_goodbye(words: Words, site: SiteSettings, reader: Subscriber) -> str:
    """Why somebody who left gets one more mail."""
    told = words.gettext("Sent to {address}, because it left the list of {name}. This is the last mail.")
    return told.format(address=one_line(reader.address), name=one_line(site.name))


def why_asked(words: Words, site: SiteSettings, reader: Subscriber) -> str:
    """Why an address gets a letter that is on no list, or asked for something."""
    told = words.gettext(
        "Sent to {address}, because somebody typed it on the pages of {name}. It is on no list by that."
    )
    return told.format(address=one_line(reader.address), name=one_line(site.name))


def why_moved(words: Words, site: SiteSettings, reader: Subscriber) -> str:
    """Why an address that is left gets one more mail."""
    told = words.gettext(
        "Sent to {address}, because the list of {name} has another address instead. This is the last mail."
    )
    return told.format(address=one_line(reader.address), name=one_line(site.name))


def until(words: Words, letter: Letter) -> str:
    """The last day that a letter names, `Thursday 22 January`; "" where it names none."""
    try:
        return words.day(date.fromisoformat(letter.details["until"]), today=letter.day)
    except (KeyError, TypeError, ValueError):
        return ""


def week_of(slot_date: date) -> int:
    """The ISO week that an edition is about: that of the day before, so that Monday's tells of the week before."""
    return (slot_date - timedelta(days=1)).isocalendar().week


def _followed(item: Recommendation) -> str:
    """The author that the reader follows, "" if there is none; the reader's own rules are its strongest reasons."""
    if item.group or not item.reasons or item.reasons[0].kind is _LIKED:
        return ""
    for reason in item.reasons:
        if reason.kind is _AUTHOR:
            return shortened(one_line(reason.label), _SHOWN_NAME)
        if reason.kind not in _RULES:
            break
    return ""


def _count(edition: Edition, slots: Collection[Slot]) -> int:
    found = [item.slot for item in edition.recommendations]
    return sum([found.count(slot) for slot in slots])


def _begun(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]
