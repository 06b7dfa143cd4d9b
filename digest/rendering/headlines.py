"""The first and the last lines of an edition: what is in it, and what became of everything else."""

from collections.abc import Sequence
from datetime import date, timedelta

from digest.editions import Edition, ReasonKind, Recommendation, Slot
from digest.mail import Letter
from digest.rendering.plain import one_line, shortened
from digest.rendering.settings import SiteSettings
from digest.rendering.words import Words, short_title
from digest.subscribers import EditionKind, Subscriber

_NAMED = 3  # papers in the first line
_AUTHOR = ReasonKind.AUTHOR
_RULES = (ReasonKind.ORGANISATION, ReasonKind.INCLUDE)
_SHOWN_NAME = 60  # characters of a followed author's name in a subject
_ASKED_FOR = frozenset({Slot.MUST_READ, Slot.EVERYTHING, Slot.RECLAIMED})
_FROM_ELSEWHERE = frozenset({Slot.CARRIED, Slot.RECLAIMED})  # which are not of the papers that were read for it


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
        papers, asked = words.papers(len(self._titles)), _count(edition, _ASKED_FOR)
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
        return " ".join(filter(None, (self._how_many(), *self._particulars())))

    def _how_many(self) -> str:
        words, edition, chosen = self._words, self._edition, len(self._titles)
        weekly = edition.kind is EditionKind.WEEKLY
        papers, count = words.papers(edition.papers_read), words.number(chosen)
        if not chosen:
            form = words.gettext("None of the {papers} read is for you.")
            if weekly:
                form = words.gettext("None of the {papers} of this week is for you.")
        elif weekly:
            form = words.ngettext(
                "{count} of the {papers} of this week is for you.",
                "{count} of the {papers} of this week are for you.",
                chosen,
            )
        else:
            form = words.ngettext(
                "{count} of the {papers} read is for you.", "{count} of the {papers} read are for you.", chosen
            )
        return _begun(form.format(papers=papers, count=count))

    def _particulars(self) -> Sequence[str]:
        words, edition = self._words, self._edition
        items, day = edition.recommendations, edition.slot_date
        followed = sum(bool(_followed(item)) for item in items)
        carried = _count(edition, {Slot.CARRIED})
        earlier = sum(item.announced < day and item.slot is not Slot.CARRIED for item in items)
        if earlier == len(items) or edition.kind is EditionKind.WEEKLY:
            earlier = 0
        trending = len(edition.trending)
        forms = (
            words.ngettext("{count} is by an author you follow.", "{count} are by authors you follow.", followed),
            words.ngettext("{count} came on an earlier day.", "{count} came on an earlier day.", earlier),
            words.ngettext(
                "{count} is from an edition that could not be sent.",
                "{count} are from an edition that could not be sent.",
                carried,
            ),
            words.ngettext("{count} more is trending.", "{count} more are trending.", trending),
        )
        counts = (followed, earlier, carried, trending)
        return [
            _begun(form.format(count=words.number(count))) for form, count in zip(forms, counts, strict=True) if count
        ]

    def ledger(self) -> str:
        """What became of all the papers that were read."""
        words, edition = self._words, self._edition
        chosen = len(edition.recommendations)
        left_out = max(edition.papers_read - chosen + _count(edition, _FROM_ELSEWHERE), 0)
        where = words.listed([f"{one_line(name)} ({words.figures(count)})" for name, count in edition.considered])
        form = words.gettext("{papers} read. {chosen} sent, {left_out} left out.")
        if where and not edition.coverage:
            form = words.gettext("{papers} read in {where}. {chosen} sent, {left_out} left out.")
        told = form.format(
            papers=words.papers(edition.papers_read),
            where=where,
            chosen=words.figures(chosen),
            left_out=words.figures(left_out),
        )
        if not edition.coverage:
            return told
        lines = [words.coverage(edition.coverage, today=edition.slot_date), told]
        if all(line.seen == line.expected and line.since is None for line in edition.coverage):
            lines.append(words.gettext("Nothing is missing."))
        return " ".join(lines)


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
    """The followed author of a paper, "" if there is none; the reader's own rules are its strongest reasons."""
    for reason in item.reasons:
        if reason.kind is _AUTHOR:
            return shortened(one_line(reason.label), _SHOWN_NAME)
        if reason.kind not in _RULES:
            break
    return ""


def _count(edition: Edition, slots: frozenset[Slot] | set[Slot]) -> int:
    return sum(item.slot in slots for item in edition.recommendations)


def _begun(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]
