"""What sources told besides the text, as pages show it: a signal in; what it is, its value, source and age out."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from babel import Locale
from babel.numbers import get_decimal_symbol

from digest import signals
from digest.rendering.latex import readable
from digest.rendering.plain import one_line, shortened, web_address
from digest.rendering.words import N_, Words
from digest.signals import Signal, Value

_NAMES = {
    signals.UPVOTES: N_("Upvotes"),
    signals.COMMENTS: N_("Comments"),
    signals.CITATIONS: N_("Citations"),
    "influential-citations": N_("Influential citations"),
    signals.STARS: N_("Stars"),
    signals.H_INDEX: N_("h-index"),
    signals.PAPER_COUNT: N_("Papers"),
    signals.CODE: N_("Code"),
    signals.PROJECT: N_("Project"),
    signals.SUMMARY: N_("Summary"),
    signals.ORGANISATION: N_("Organisation"),
    signals.NOVELTY: N_("Novelty"),
    signals.SCORE: N_("Score"),
    signals.KEYWORDS: N_("Keywords"),
    signals.TOPICS: N_("Topics"),
    signals.INSTITUTIONS: N_("Institutions"),
    signals.AFFILIATIONS: N_("Affiliations"),
}
_PLACES = {"huggingface": "Hugging Face", "semantic-scholar": "Semantic Scholar", "openalex": "OpenAlex"}
_OWN_PLACES = {"text": N_("its own text"), "file": N_("a file"), signals.OURS: N_("measured here")}
_NAME_CHARACTERS = 60  # of a source, or of a signal we do not know
_VALUE_CHARACTERS = 300  # a sentence
_LISTED = 8  # words of a list
_MONTH, _YEAR = 30.44, 365.25  # days, on average


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing a source told, in words."""

    what: str
    value: str
    links: tuple[str, ...]  # http or https addresses, where the value is made of them
    place: str  # who told
    age: str  # "12 days ago"
    is_count: bool  # the value is a number


def facts(said: Iterable[Signal], words: Words, *, now: datetime) -> tuple[Fact, ...]:
    """Word each signal that says something: counts first, then links, then words, as `signals` names them."""
    order = {name: place for place, name in enumerate(_NAMES)}
    in_order = sorted(said, key=lambda signal: (order.get(signal.name, len(order)), signal.name, signal.source))
    found = (fact(signal, words, now=now) for signal in in_order)
    return tuple(each for each in found if each.value)


def fact(signal: Signal, words: Words, *, now: datetime) -> Fact:
    """Word one signal; its value is "" where it says nothing."""
    name = _NAMES.get(signal.name)
    is_link = signal.name in (signals.CODE, signals.PROJECT)
    links = addresses(signal.value) if is_link else ()
    return Fact(
        what=words.gettext(name) if name else _label(signal.name),
        value=links[0] if links else "" if is_link else valued(signal.value, words),
        links=links,
        place=place(signal.source, words),
        age=age(now - signal.observed_at, words),
        is_count=isinstance(signal.value, int | float),
    )


def place(source: str, words: Words) -> str:
    """Who told: `Hugging Face`."""
    own = _OWN_PLACES.get(source)
    return words.gettext(own) if own else _PLACES.get(source) or _label(source)


def valued(value: Value, words: Words) -> str:
    """`4,902`, `0.5`, a text, or a list's first words and how many more there are."""
    if isinstance(value, tuple):
        items = list(filter(None, map(_label, value)))
        more = len(items) - _LISTED
        form = words.ngettext("{items} and {count} more", "{items} and {count} more", more)
        listed = ", ".join(items[:_LISTED])
        return form.format(items=listed, count=words.figures(more)) if more > 0 else listed
    if isinstance(value, int | float):
        return figure(value, words)
    return shortened(one_line(readable(value)), _VALUE_CHARACTERS)


def figure(value: float, words: Words) -> str:
    """`4,902`, `55`, `55.2`, `0.31`; "" for what is no finite number."""
    if not math.isfinite(value):
        return ""
    if value == int(value):
        return words.figures(int(value))
    return pointed(f"{value:.2g}" if abs(value) < 1 else f"{value:.1f}", words)


def pointed(figures: str, words: Words) -> str:
    """Figures with the decimal sign of the language: `0.5` as `0,5`."""
    return figures.replace(".", _point(words.language))


@cache
def _point(language: str) -> str:
    return get_decimal_symbol(Locale.parse(language, sep="-"))


def addresses(value: Value | None) -> tuple[str, ...]:
    """The addresses that a link may point to."""
    told = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
    return tuple(filter(None, map(web_address, told)))


def age(passed: timedelta, words: Words) -> str:
    """How long ago: `just now`, `14 minutes ago`, `3 hours ago`, `12 days ago`, `5 months ago`, `2 years ago`."""
    minutes, days = int(passed.total_seconds() // 60), passed.days
    if minutes < 1:
        return words.gettext("just now")
    if minutes < 60:
        return words.ngettext("{count} minute ago", "{count} minutes ago", minutes).format(count=minutes)
    if days < 1:
        hours = minutes // 60
        return words.ngettext("{count} hour ago", "{count} hours ago", hours).format(count=hours)
    if days < 2 * _MONTH:
        return words.ngettext("{count} day ago", "{count} days ago", days).format(count=days)
    if days < 2 * _YEAR:
        months = int(days / _MONTH)
        return words.ngettext("{count} month ago", "{count} months ago", months).format(count=months)
    years = int(days / _YEAR)
    return words.ngettext("{count} year ago", "{count} years ago", years).format(count=years)


def _label(text: str) -> str:
    return shortened(one_line(text), _NAME_CHARACTERS)
