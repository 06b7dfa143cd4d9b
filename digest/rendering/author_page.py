"""The page of one author: all that is told of a person comes in, what its template shows goes out.

Figures of others are theirs and named so; ours are medians over the papers that were measured (docs/scores.md). Texts
are clean and on one line; the template escapes them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from urllib.parse import quote, urlencode

from digest import signals
from digest.authors import AuthorKey
from digest.namesakes import Person
from digest.records import AuthorDetails, Claim, Writer
from digest.rendering import told
from digest.rendering.author_links import author_href, author_key
from digest.rendering.latex import readable
from digest.rendering.plain import one_line, shortened, web_address
from digest.rendering.public import PublicPaper, public_paper
from digest.rendering.told import Fact
from digest.rendering.words import ENGLISH, N_, Words
from digest.signals import Signal, Value

_NAME_CHARACTERS = 120
_TITLE_CHARACTERS = 100  # of a paper that only tells people apart
_PLACE_CHARACTERS = 36  # of the address of somebody's own page: a line of a telephone
_HTTPS = "https://"
_CHART_WIDTH, _CHART_HEIGHT, _GAP = 272, 96, 4  # units of the picture, which is as wide as the rail in pixels
_MOST_YEARS = 24  # bars; what is older than that counts in the table alone
_FIGURES = {  # what stands large above the papers, in this order
    signals.PAPER_COUNT: N_("papers"),
    signals.CITATIONS: N_("citations"),
    signals.H_INDEX: N_("h-index"),
    signals.NOVELTY: N_("novelty"),
    signals.SCORE: N_("score"),
}
_KEY_PLACES = {  # where a person is known by a key (authors.AuthorKey)
    "orcid": "https://orcid.org/{}",
    "arxiv": "https://arxiv.org/a/{}",
    "s2": "https://www.semanticscholar.org/author/{}",
    "openalex": "https://openalex.org/{}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One of the large numbers."""

    value: str  # "4,902", "55 %"
    label: str
    notes: tuple[str, ...]  # who counted it and when, and what others say: "55 % by a file, 3 days ago"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The papers of one year, in units of the chart."""

    year: int
    papers: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Papers by year."""

    width: int
    height: int
    title: str  # what a screen reader says
    bars: tuple[Bar, ...]  # oldest first, with the years between that have none
    rows: tuple[tuple[int, str], ...]  # year and papers, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody a page names besides."""

    name: str
    href: str  # below the root; "" where there is no page
    papers: str  # how many
    category: str
    newest: str  # the title of one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where a page of papers stands among all of them."""

    shown: str  # "1 to 50 of 63 papers"
    elsewhere: str  # "The other 13 are known to Semantic Scholar and not kept here."
    before: str  # the path below the root of the page before; "" for the first
    after: str
    next_count: str  # how many stand on the next one


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorPage:
    """One author as the page shows them."""

    number: int
    href: str  # the first page, below the root
    feed: str  # the path of the feed without its form: "/author/12"
    name: str
    field: str  # the category most of the papers stand in
    fields: str  # the others, "cs.CL, math.ST"
    confirmed: str  # "Confirmed by the author, 22 January"; "" where nobody did
    own_page: str  # the https address that came with it, or ""
    own_place: str  # as it is shown: "ada.example.org/papers", "ada.example.org/…"
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]  # where they are from: "citations, h-index: Semantic Scholar, 12 days ago"
    keys: tuple[tuple[str, str], ...]  # how the person is known elsewhere: "orcid:0000-…", and where that is
    facts: tuple[Fact, ...]  # what else was told
    papers: tuple[PublicPaper, ...]
    paging: Paging
    chart: Chart | None  # None where all is of one year, which is no picture
    beside: tuple[Named, ...]
    beside_in_all: str  # "12 of 57"
    namesakes: tuple[Named, ...]
    follow: str  # below the root: where following begins, with the name filled in
    mail: str  # the subject of a letter to the operator, percent-encoded


def author_page(
    details: AuthorDetails, words: Words = ENGLISH, *, page: int, of: int, now: datetime, today: date
) -> AuthorPage:
    """Word what is told of a person; `page` from 1, of pages with `of` papers; `today` is the reader's date."""
    name = clean_name(details.name)
    fields = [shortened(one_line(category), _NAME_CHARACTERS) for category, _ in details.person.categories]
    here = f"/author/{author_key(details.number, details.name)}"
    figures = tuple(_figures(details, words, now))
    own_page = _own_page(details.claim)
    return AuthorPage(
        number=details.number,
        href=here,
        feed=f"/author/{details.number}",
        name=name,
        field=fields[0] if fields else "",
        fields=", ".join(fields[1:4]),
        confirmed=_confirmed(details.claim, words, today),
        own_page=own_page,
        own_place=_place(own_page),
        figures=figures,
        notes=tuple(_notes(figures)),
        keys=tuple(_elsewhere(details.person)),
        facts=told.facts([each for each in details.signals if each.name not in _FIGURES], words, now=now),
        papers=tuple(public_paper(record, words, today=today) for record in details.papers),
        paging=_paging(details, words, here, page, of),
        chart=_chart(details.years, words),
        beside=tuple(_named(each, words) for each in details.beside),
        beside_in_all=_part(len(details.beside), details.beside_in_all, words),
        namesakes=tuple(_named(each, words) for each in details.namesakes),
        follow=f"/subscribe?{urlencode({'author': name})}",
        mail=quote(words.gettext("My author page: {name}, number {number}").format(name=name, number=details.number)),
    )


def bearer(writer: Writer, words: Words = ENGLISH) -> Named:
    """Somebody who may bear a name that was asked for."""
    return _named(writer, words)


def clean_name(name: str) -> str:
    return shortened(one_line(readable(name)), _NAME_CHARACTERS)


def _confirmed(claim: Claim | None, words: Words, today: date) -> str:
    if claim is None:
        return ""
    # TRANSLATORS: the date stands alone, as in "22 January"
    return words.gettext("Confirmed by the author, {date}").format(date=words.dated(claim.since.date(), today=today))


def _own_page(claim: Claim | None) -> str:
    address = web_address(claim.page) if claim else ""
    return address if address.startswith(_HTTPS) else ""


def _place(address: str) -> str:
    """An https address for the eye: without its scheme, and of a long one the whole host, which says where it leads."""
    place = address.removeprefix(_HTTPS).rstrip("/")
    return place if len(place) <= _PLACE_CHARACTERS else f"{re.split('[/?#]', place, maxsplit=1)[0]}/…"


# ------------------------------------------------------------ numbers


def _figures(details: AuthorDetails, words: Words, now: datetime) -> Iterator[Figure]:
    """Those numbers that anybody has told."""
    ours = {signals.NOVELTY: details.novelty, signals.SCORE: details.score}
    for name, label in _FIGURES.items():
        theirs = sorted((s for s in details.signals if s.name == name), key=lambda s: s.observed_at, reverse=True)
        counted = [each for each in theirs if isinstance(each.value, int | float)]
        if name == signals.PAPER_COUNT:
            yield _papers_counted(details, counted, words, now)
        elif ours.get(name) is not None:
            notes = (_median(details.measured[name], words), *(_by(each, words, now) for each in counted))
            yield Figure(value=_value(name, round(ours[name] or 0), words), label=words.gettext(label), notes=notes)
        elif counted:
            first, *others = counted
            notes = (_source(first, words, now), *(_by(each, words, now) for each in others))
            yield Figure(value=_value(name, first.value, words), label=words.gettext(label), notes=notes)


def _notes(figures: Sequence[Figure]) -> Iterator[str]:
    """What is noted of the numbers, each note once with all the numbers it is of."""
    labels: dict[str, list[str]] = {}
    for figure in figures:
        for note in figure.notes:
            labels.setdefault(note, []).append(figure.label)
    yield from (f"{', '.join(of)}: {note}" for note, of in labels.items())


def _papers_counted(details: AuthorDetails, counted: Sequence[Signal], words: Words, now: datetime) -> Figure:
    """The most that anybody knows of: a source, or we ourselves."""
    label = words.ngettext("paper", "papers", details.kept)
    most = max(counted, key=_number, default=None)
    here = words.gettext("{count} kept here").format(count=words.figures(details.kept))
    others = tuple(_by(each, words, now) for each in counted if each is not most)
    if most is None or _number(most) <= details.kept:
        notes = (here, *(_by(each, words, now) for each in counted))
        return Figure(value=words.figures(details.kept), label=label, notes=notes)
    label = words.gettext(_FIGURES[signals.PAPER_COUNT])
    return Figure(value=told.valued(most.value, words), label=label, notes=(_source(most, words, now), *others, here))


def _number(signal: Signal) -> float:
    return float(signal.value) if isinstance(signal.value, int | float) else 0.0


def _value(name: str, value: Value, words: Words) -> str:
    """Novelty is of 100 and shown with its sign, whoever tells."""
    shown = told.valued(value, words)
    return words.gettext("{count}\u00a0%").format(count=shown) if name == signals.NOVELTY else shown


def _source(signal: Signal, words: Words, now: datetime) -> str:
    return f"{told.place(signal.source, words)}, {told.age(now - signal.observed_at, words)}"


def _by(signal: Signal, words: Words, now: datetime) -> str:
    """What another says, beside what stands large."""
    is_ours = signal.source == signals.OURS
    form = "{value}, {source}" if is_ours else words.gettext("{value} by {source}")
    return form.format(value=_value(signal.name, signal.value, words), source=_source(signal, words, now))


def _median(papers: int, words: Words) -> str:
    form = words.ngettext("measured here on {count} paper", "measured here, the median of {count} papers", papers)
    return form.format(count=words.figures(papers))


# ------------------------------------------------------------ lists


def _paging(details: AuthorDetails, words: Words, here: str, page: int, of: int) -> Paging:
    first, last = (page - 1) * of + 1, (page - 1) * of + len(details.papers)
    most = max((s for s in details.signals if s.name == signals.PAPER_COUNT), key=_number, default=None)
    known = max(details.kept, int(_number(most)) if most else 0)
    missing = known - details.kept
    form = words.ngettext("{first} to {last} of {count} paper", "{first} to {last} of {count} papers", known)
    figures = words.figures
    return Paging(
        shown=form.format(first=figures(first), last=figures(last), count=figures(known)),
        elsewhere=_missing(missing, most, words) if missing and most else "",
        before=_page(here, page - 1) if page > 1 else "",
        after=_page(here, page + 1) if page < ceil(details.kept / of) else "",
        next_count=figures(min(of, details.kept - last)),
    )


def _missing(papers: int, said: Signal, words: Words) -> str:
    form = words.ngettext(
        "{count} more is known to {place} and not kept here.",
        "{count} more are known to {place} and not kept here.",
        papers,
    )
    return form.format(count=words.figures(papers), place=told.place(said.source, words))


def _page(here: str, number: int) -> str:
    return here if number == 1 else f"{here}?page={number}"


def _named(writer: Writer, words: Words) -> Named:
    return Named(
        name=clean_name(writer.name),
        href=author_href(writer) if writer.number else "",
        papers=words.papers(writer.papers),
        category=shortened(one_line(writer.category), _NAME_CHARACTERS),
        newest=shortened(one_line(readable(writer.newest)), _TITLE_CHARACTERS),
    )


def _part(shown: int, of: int, words: Words) -> str:
    if shown == of:
        return words.figures(of)
    return words.gettext("{part} of {whole}").format(part=words.figures(shown), whole=words.figures(of))


def _elsewhere(person: Person) -> Iterator[tuple[str, str]]:
    for key in person.keys:
        kind, name = _key(key)
        if kind in _KEY_PLACES:
            yield f"{kind}:{name}", _KEY_PLACES[kind].format(quote(name, safe=""))


def _key(key: AuthorKey) -> tuple[str, str]:
    kind, _, name = one_line(key).partition(":")
    return kind, shortened(name, _NAME_CHARACTERS)


# ------------------------------------------------------------ the picture


def _chart(years: Mapping[int, int], words: Words) -> Chart | None:
    if len(years) < 2:
        return None
    last = max(years)
    first = max(min(years), last - _MOST_YEARS + 1)
    shown = range(first, last + 1)
    most = max(years.get(year, 0) for year in shown)
    step = _CHART_WIDTH / len(shown)
    bars = (
        _bar(year, years.get(year, 0), x=place * step, width=step - _GAP, most=most) for place, year in enumerate(shown)
    )
    title = words.gettext("Papers by year, {first} to {last}").format(first=first, last=last)
    rows = tuple((year, words.figures(years[year])) for year in sorted(years, reverse=True))
    return Chart(width=_CHART_WIDTH, height=_CHART_HEIGHT, title=title, bars=tuple(bars), rows=rows)


def _bar(year: int, papers: int, *, x: float, width: float, most: int) -> Bar:
    height = round(_CHART_HEIGHT * papers / most, 1)
    return Bar(
        year=year,
        papers=papers,
        x=round(x, 1),
        y=round(_CHART_HEIGHT - height, 1),
        width=round(width, 1),
        height=height,
    )
