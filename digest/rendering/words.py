"""The product's own voice: counts, dates, reasons and first lines, in one language.

Every sentence is one message with named places, and every count has its plural forms, so that a catalogue
(`catalogues`) can say it in another language: `Words("de", translations)`. Without one the messages are the English
text. Names of days and months, and how thousands are parted, are those of Unicode's CLDR.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache, partial
from gettext import NullTranslations

from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.numbers import format_decimal

from digest.batches import BatchState
from digest.editions import Coverage, Notice, ReasonKind, Recommendation, Slot
from digest.mail import LetterKind
from digest.papers import AnnouncementKind, Paper
from digest.rendering import reasons
from digest.rendering.latex import readable
from digest.rendering.plain import one_line, shortened
from digest.subscribers import EVERY_DAY, EditionKind, Schedule
from digest.tellings import Line

_LABEL = 60  # characters of a name or a title inside a sentence
LONGEST_MATCHES = 2 * _LABEL  # characters of the words that a paper shares with what the reader likes
_STREAMS = 6  # named one by one
_NAME = 100  # characters of a name in a byline
_WORKDAYS = frozenset(range(5))
_REMEMBERED = 20_000  # labels, which the papers of one reader share
_SOURCES = {"huggingface": "Hugging Face"}


def N_(message: str) -> str:
    """A message that is translated where it is said: named here, so that it is found for the catalogues."""
    return message


def counted(count: int, noun: str) -> str:
    """`3 papers`, `1 paper`: what the command line prints, in English."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


@lru_cache(maxsize=_REMEMBERED)
def short_title(title: str) -> str:
    """The part before the colon, or as much of the title as fits into a sentence."""
    head, _, _ = title.partition(": ")
    return shortened(head if len(head) >= 8 else title, _LABEL)


def _figures(locale: Locale, count: int) -> str:
    """A count with its thousands parted: `4,902`, `4.902`; where by a thin blank (U+202F), by one that fonts have."""
    return format_decimal(count, locale=locale).replace("\u202f", "\u00a0")


class Words:
    """What is said, in one language."""

    def __init__(self, language: str = "en", translations: NullTranslations | None = None) -> None:
        """`language` as BCP 47 writes it; without `translations` everything is said in English."""
        self.language = language
        spoken = translations or NullTranslations()
        self.gettext = spoken.gettext
        self.ngettext = spoken.ngettext
        self.pgettext = spoken.pgettext
        locale = Locale.parse(language, sep="-")
        self._days: dict[int, str] = dict(get_day_names(locale=locale))
        short = get_day_names("abbreviated", context="stand-alone", locale=locale)
        self.short_days = tuple(short[day] for day in range(7))  # Monday first
        self._months: dict[int, str] = dict(get_month_names(locale=locale))
        # TRANSLATORS: the first day of a month, as in "1 March"
        self._first = self.pgettext("day of the month", "1")
        # What every mail says many times is kept in words.
        self.because = lru_cache(maxsize=_REMEMBERED)(self._phrase)
        self.because_of_group = lru_cache(maxsize=_REMEMBERED)(self._phrase_of_group)
        self._announced = lru_cache(maxsize=_REMEMBERED)(self._announcement)
        self._told_day = lru_cache(maxsize=_REMEMBERED)(self._day)
        self.upvotes = lru_cache(maxsize=_REMEMBERED)(self._upvotes)
        self.papers = lru_cache(maxsize=_REMEMBERED)(self._papers)
        self.figures = lru_cache(maxsize=_REMEMBERED)(partial(_figures, locale))
        self.round_matches = self.gettext("matches: {words}").split("{words}")
        # TRANSLATORS: 0 to 12 as they stand within a sentence, for papers; parted by blanks
        self._numbers = self.gettext("no one two three four five six seven eight nine ten eleven twelve").split()
        shown = [1, *range(1, 100), 99]  # nobody can promise 0 or 100
        self._percents = tuple(self.gettext("{count}\u00a0%").format(count=count) for count in shown)

    # ------------------------------------------------------------ counts, days, lists

    def number(self, count: int) -> str:
        """A count in words up to twelve, then in figures."""
        return self._numbers[count] if 0 <= count < len(self._numbers) else self.figures(count)

    def _papers(self, count: int) -> str:
        """`3 papers`, `1 paper`."""
        return self.ngettext("{count} paper", "{count} papers", count).format(count=self.figures(count))

    def changes(self, count: int) -> str:
        return self.ngettext("{count} change", "{count} changes", count).format(count=self.figures(count))

    def weekday(self, when: date) -> str:
        return self._days[when.weekday()]

    def day(self, when: date, *, today: date | None = None) -> str:
        """`Thursday 22 January`, with the year unless it is today's."""
        return self._told_day(when, today is not None and when.year == today.year)

    def _day(self, when: date, of_this_year: bool) -> str:
        form = self.gettext("{weekday} {day} {month} {year}")
        if of_this_year:
            form = self.gettext("{weekday} {day} {month}")
        return form.format(weekday=self.weekday(when), year=when.year, **self._date(when))

    def dated(self, when: date, *, today: date) -> str:
        """`22 January`, with the year unless it is today's; without an article in languages that have one."""
        form = self.pgettext("date", "{day} {month}")
        if when.year != today.year:
            form = self.pgettext("date", "{day} {month} {year}")
        return form.format(year=when.year, **self._date(when))

    def month(self, when: date) -> str:
        """`January 2026`."""
        return self.gettext("{month} {year}").format(month=self._months[when.month], year=when.year)

    def dateline(self, when: date) -> str:
        """A day with its year on a line of its own, which begins as a sentence does."""
        day = self.day(when)
        return day[:1].upper() + day[1:]

    def lately(self, when: date, *, today: date) -> str:
        """`Thursday` within a week, else `22 January`."""
        if 0 <= (today - when).days < 7:
            return self.weekday(when)
        # TRANSLATORS: stands alone and after "since"
        return self.gettext("{day} {month}").format(**self._date(when))

    def _date(self, when: date) -> dict[str, str]:
        return {"day": self._first if when.day == 1 else str(when.day), "month": self._months[when.month]}

    def listed(self, items: Sequence[str]) -> str:
        """`a`, `a and b`, `a, b and c`."""
        if len(items) < 2:
            return "".join(items)
        return self.gettext("{items} and {last}").format(items=", ".join(items[:-1]), last=items[-1])

    def schedule(self, wanted: Schedule, kind: EditionKind) -> str:
        """When somebody gets an edition: `every day at 07:00 (Europe/Berlin)`."""
        at, zone = f"{wanted.send_at:%H:%M}", wanted.timezone.key
        monday = date(2001, 1, 1)
        days = self.listed([self.weekday(monday.replace(day=1 + n)) for n in sorted(wanted.days)])
        if kind is EditionKind.WEEKLY and len(wanted.days) > 1:
            form = self.gettext("once a week at {at} ({zone})")
        elif kind is EditionKind.WEEKLY:
            # TRANSLATORS: one day
            form = self.gettext("once a week, on {days} at {at} ({zone})")
        elif wanted.days == EVERY_DAY:
            form = self.gettext("every day at {at} ({zone})")
        elif wanted.days == _WORKDAYS:
            form = self.gettext("from Monday to Friday at {at} ({zone})")
        else:
            # TRANSLATORS: the forms are for one day and for several
            several = len(wanted.days)
            form = self.ngettext("on {days} at {at} ({zone})", "on {days} at {at} ({zone})", several)
        return form.format(days=days, at=at, zone=zone)

    # ------------------------------------------------------------ a paper

    def byline(self, authors: Sequence[str]) -> str:
        """The first three names, and how many there are where there are more."""
        if not authors:
            return self.gettext("Authors not named in the listing")
        names = ", ".join(shortened(name, _NAME) for name in authors[:3])
        if len(authors) <= 3:
            return names
        return self.gettext("{names} et al. ({count})").format(names=names, count=self.figures(len(authors)))

    def no_abstract(self, place: str) -> str:
        """What stands where an abstract would."""
        if not place:
            return self.gettext("No abstract in the listing.")
        return self.gettext("No abstract in the listing. Read it on {place}.").format(place=place)

    def announced(self, item: Recommendation | Line, today: date, kind: EditionKind = EditionKind.DAILY) -> str:
        """When it was, if not today; in an edition of a week always."""
        if not item.late and item.announced >= today and kind is EditionKind.DAILY:
            return ""
        return self._announced(item.announced, today, item.late)

    def _announcement(self, day: date, today: date, late: bool) -> str:
        when = self.day(day, today=today)
        if late:
            return self.gettext("late: it belongs to the listing of {day}").format(day=when)
        return self.gettext("announced {day}").format(day=when)

    def percent(self, probability: float) -> str:
        """A probability as `91 %`, with a blank that does not break; never 0 or 100."""
        return self._percents[round(100 * probability)]

    def mark(self, item: Recommendation | Line, read: Iterable[str]) -> str:
        """Why a paper has its place although others are likelier; "" for one that was simply chosen.

        `read` are the categories that the edition was chosen from; `cs` stands for all of cs.
        """
        match item.slot:
            case Slot.CHOSEN | Slot.COMMON:
                return ""
            case Slot.EVERYTHING:
                return self._everything(item.paper, read)
            case Slot.MUST_READ:
                return self.gettext("must-read")
            case Slot.EXPLORATION:
                return self.gettext("unlike what you usually get")
            case Slot.RECLAIMED:
                return self.gettext("you asked for it back")
            case Slot.CARRIED:
                return self.gettext("from an edition that could not be sent")
        return ""

    def _everything(self, paper: Paper, read: Iterable[str]) -> str:
        asked = [wanted for wanted in read if any(_is_of(category, wanted) for category in paper.categories)]
        if len(asked) != 1:
            return self.gettext("everything in its category")
        return self.gettext("everything in {category}").format(category=_label(asked[0]))

    def why(self, item: Recommendation) -> tuple[str, ...]:
        """At most three short reasons, the reader's own rules first (`reasons`), and who else got it."""
        told = reasons.worded(item, self.because_of_group if item.group else self.because, self.matching)
        return (*told, self.sent_to(item)) if item.sent_to else tuple(told)

    def matching(self, matches: list[str]) -> str:
        """`matches: sharpness, flat minima`."""
        return matches_listed(", ".join(matches)).join(self.round_matches)

    def sent_to(self, item: Recommendation) -> str:
        """How many others of a group got a paper; in a list for all of them, how many of these did."""
        count = item.sent_to
        if item.slot is Slot.COMMON:
            form = self.ngettext("sent to {count} of you", "sent to {count} of you", count)
        else:
            form = self.ngettext("also sent to {count} in your group", "also sent to {count} in your group", count)
        return form.format(count=self.figures(count))

    def _phrase_of_group(self, kind: ReasonKind, label: str) -> str:
        match kind:
            case ReasonKind.AUTHOR:
                return self.gettext("author your group follows: {name}").format(name=_label(label))
            case ReasonKind.ORGANISATION:
                return self.gettext("organisation your group follows: {name}").format(name=_label(label))
            case ReasonKind.INCLUDE:
                return self.gettext("has the term your group asked for: {term}").format(term=_label(label))
        return self._phrase(kind, label)

    def _phrase(self, kind: ReasonKind, label: str) -> str:
        match kind:
            case ReasonKind.AUTHOR:
                return self.gettext("author you follow: {name}").format(name=_label(label))
            case ReasonKind.ORGANISATION:
                return self.gettext("organisation you follow: {name}").format(name=_label(label))
            case ReasonKind.INCLUDE:
                return self.gettext("has the term you asked for: {term}").format(term=_label(label))
            case ReasonKind.INTEREST:
                words = shortened(one_line(readable(label)), _LABEL)
                return self.gettext("fits your words “{words}”").format(words=words)
            case ReasonKind.NEWEST:
                return self.gettext("newest in {category}").format(category=_label(label))
        title = short_title(one_line(readable(label)))
        return self.gettext("because you liked “{title}”").format(title=title)

    # ------------------------------------------------------------ sections

    def _upvotes(self, count: int, source: str) -> str:
        """`87 upvotes on Hugging Face`."""
        form = self.ngettext("{count} upvote on {place}", "{count} upvotes on {place}", count)
        return form.format(count=self.figures(count), place=_SOURCES.get(source) or _label(source))

    def happened(self, notice: Notice, title: str) -> str:
        """`“Flat minima” has a new version, v3.`"""
        paper, number = notice.paper, notice.paper.newest_version
        if notice.kind is AnnouncementKind.WITHDRAWN:
            form = self.gettext("“{title}” was withdrawn by its authors.")
        elif notice.kind is AnnouncementKind.PUBLISHED:
            form = self.gettext("“{title}” was published ({where}).")
            if not _where(paper):
                form = self.gettext("“{title}” was published.")
        else:
            form = self.gettext("“{title}” has a new version, v{number}.")
            if not number:
                form = self.gettext("“{title}” has a new version.")
        return form.format(title=title, where=_where(paper), number=number)

    def change(self, notice: Notice) -> str:
        """What happened, as a word or two before the title."""
        if notice.kind is AnnouncementKind.WITHDRAWN:
            return self.gettext("Withdrawn")
        if notice.kind is AnnouncementKind.PUBLISHED:
            return self.gettext("Published")
        return self.gettext("New version")

    def change_details(self, notice: Notice, today: date) -> str:
        """When it happened, and where or by whom: `v3 · Wednesday`."""
        paper = notice.paper
        if notice.kind is AnnouncementKind.WITHDRAWN:
            told = self.gettext("by its authors")
        elif notice.kind is AnnouncementKind.PUBLISHED:
            told = _where(paper)
        else:
            told = f"v{paper.newest_version}" if paper.newest_version else ""
        return " · ".join(filter(None, (told, self.lately(notice.day, today=today))))

    def coverage(self, lines: Sequence[Coverage], *, today: date) -> str:
        """What the ledger has, by stream: `cs.LG: 234 of 234 seen, 12 chosen; math.AP: stalled since Tuesday`."""
        told = [self._line(line, today) for line in lines[:_STREAMS]]
        if rest := lines[_STREAMS:]:
            form = self.ngettext(
                "{count} other listing: {seen} of {expected} seen",
                "{count} other listings: {seen} of {expected} seen",
                len(rest),
            )
            seen, expected = sum(line.seen for line in rest), sum(line.expected for line in rest)
            figures = self.figures
            told.append(form.format(count=figures(len(rest)), seen=figures(seen), expected=figures(expected)))
            told += [self._line(line, today) for line in rest if line.since]
        return "; ".join(told) + "."

    def _line(self, line: Coverage, today: date) -> str:
        parts, figures = [], self.figures
        if line.expected:
            form = self.gettext("{seen} of {expected} seen, {chosen} chosen")
            seen, expected, chosen = map(figures, (line.seen, line.expected, line.chosen))
            parts.append(form.format(seen=seen, expected=expected, chosen=chosen))
        if line.since:
            parts.append(self._open(line.state).format(day=self.lately(line.since, today=today)))
        return self.gettext("{stream}: {facts}").format(stream=one_line(line.stream), facts=", ".join(parts))

    def _open(self, state: BatchState) -> str:
        match state:
            case BatchState.PARTIAL:
                return self.gettext("partial since {day}")
            case BatchState.STALLED:
                return self.gettext("stalled since {day}")
            case BatchState.FAILED:
                return self.gettext("failed since {day}")
        return self.gettext("open since {day}")

    # ------------------------------------------------------------ letters

    def letter_subject(self, kind: LetterKind) -> str:
        match kind:
            case LetterKind.WELCOME:
                return self.gettext("What comes, when, and how to change it")
            case LetterKind.GOODBYE:
                return self.gettext("You are out")
            case LetterKind.CONFIRM:
                return self.gettext("Press once to start")
            case LetterKind.KNOWN:
                return self.gettext("You are on the list already")
            case LetterKind.MOVE:
                return self.gettext("Press once to move here")
            case LetterKind.MOVED:
                return self.gettext("Your papers go elsewhere now")
        return self.gettext("Are you still reading?")


ENGLISH = Words()


def why(item: Recommendation) -> tuple[str, ...]:
    """The reasons in English, for the command line."""
    return ENGLISH.why(item)


def _is_of(category: str, wanted: str) -> bool:
    return category == wanted or category.startswith(f"{wanted}.")


def _where(paper: Paper) -> str:
    """Where it was published, as far as is known."""
    return shortened(one_line(paper.journal_ref) or (f"doi:{one_line(paper.doi)}" if paper.doi else ""), _LABEL)


@lru_cache(maxsize=_REMEMBERED)
def _label(text: str) -> str:
    return shortened(one_line(text), _LABEL)


def matches_listed(matches: str) -> str:
    """Words that a paper shares, as many as fit on a line."""
    return shortened(one_line(matches), LONGEST_MATCHES)
