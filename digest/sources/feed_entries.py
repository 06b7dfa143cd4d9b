"""One entry of a feed in, what it tells of a paper out: texts plain, addresses absolute, times in UTC.

Nothing here fails: what an entry does not say, or says unreadably, is empty.
"""

import html
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from digest.sources import markup
from digest.sources.author_lists import each_name
from digest.sources.jats import clean

_LONGEST_TITLE, _LONGEST_SUMMARY = 1000, 8000
_LONGEST_SOURCE = 200_000  # characters of an element that are looked at
# What stands in the namespaces that journals use; their addresses changed with each version.
_FAMILIES = (
    ("prism", "prism:"),
    ("purl.org/dc/terms", "dcterms:"),
    ("purl.org/dc/", "dc:"),
    ("purl.org/rss/1.0/modules/content", "content:"),
    ("w3.org/2005/atom", "atom:"),
)
_RSS = ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/", "http://backend.userland.com/rss2")
# "Nature, Published online: 05 March 2026; doi:10.1038/…", "Science, Volume 383, Issue 6688, Page 1-9, March 2026.",
# "Journal of Tides, Ahead of Print.", "Publication date: May 2026": where it is printed, and nothing of what it says.
_NOTICE = re.compile(
    r"[^;]{1,120}?, (?:Published online|Ahead of Print|Early ?View|Volume \S{1,12}, (?:Issue|Page)\b)"
    r"|(?:Publication date|Source|Author\(s\)):",
    re.I,
)
_LONGEST_NOTICE = 400
_RSS_DATES = (
    "pubdate",
    "dc:date",
    "dcterms:issued",
    "dcterms:created",
    "prism:publicationdate",
    "atom:published",
    "atom:updated",
)
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+", re.I)
_WRITTEN_OUT = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%Y/%m/%d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an entry tells."""

    title: str = ""  # on one line
    summary: str = ""  # plain text, a blank line between paragraphs, at most 8,000 characters
    guid: str = ""  # its name within the feed, where it has one
    link: str = ""  # http or https, or ""
    names: tuple[str, ...] = ()  # other places where the entry may name the work: DOIs and identifiers, as written
    authors: tuple[str, ...] = ()
    published: datetime | None = None  # UTC
    journal_ref: str = ""


# ------------------------------------------------------------ RSS


def rss_entry(item: etree._Element, place: str) -> Entry:
    """An item of RSS of any version."""
    told = _Fields(item)
    guid = told.line("guid", "dc:identifier") or _attribute(item, "about")
    authors = each_name(told.lines("dc:creator") or told.lines("author") or told.lines("atom:author"))
    published = _first_instant(told, *_RSS_DATES)
    return Entry(
        title=told.title("title", "dc:title", "prism:title"),
        summary=told.summary(authors, "description", "content:encoded", "dcterms:abstract", "dc:description"),
        guid=guid,
        link=_rss_link(item, told, place),
        names=(*told.lines("prism:doi"), *told.lines("dc:identifier"), *told.lines("prism:url")),
        authors=authors,
        published=published,
        journal_ref=_journal_ref(told, published),
    )


def _rss_link(item: etree._Element, told: "_Fields", place: str) -> str:
    guid = next(iter(told.elements["guid"]), None)
    is_permanent = guid is not None and (guid.get("isPermaLink") or "true").strip().lower() == "true"
    candidates = [
        *told.lines("link"),
        *_alternates(told.elements["atom:link"]),
        *(filter(_is_absolute, told.lines("guid")) if is_permanent else ()),
        *told.lines("prism:url"),
        *filter(_is_absolute, [_attribute(item, "about")]),
    ]
    return _first_address(candidates, _base(item, place))


def _journal_ref(told: "_Fields", published: datetime | None) -> str:
    """ "Science 383(6688), 1234-1239 (2026)", as far as it is told."""
    name, volume = told.line("prism:publicationname"), told.line("prism:volume")
    if not name:
        return ""
    issue, pages = told.line("prism:number"), told.line("prism:pagerange", "prism:startingpage")
    number = f" {volume}" * bool(volume) + f"({issue})" * bool(volume and issue)
    year = f" ({published.year})" if published else ""
    return f"{name}{number}" + f", {pages}" * bool(volume and pages) + year


# ------------------------------------------------------------ Atom


def atom_entry(entry: etree._Element, place: str) -> Entry:
    """An entry of Atom 1.0 or 0.3; authors that stand on the feed alone are its keepers, not who wrote a paper."""
    told = _Fields(entry)
    authors = each_name([_inner_line(each, "name") for each in told.elements["author"]] or told.lines("dc:creator"))
    base, guid = _base(entry, place), told.line("id")
    published = _first_instant(told, "published", "issued", "updated", "modified")
    links = [*_alternates(told.elements["link"]), *filter(_is_absolute, [guid])]
    return Entry(
        title=told.title("title"),
        summary=told.summary(authors, "summary", "content", "dcterms:abstract"),
        guid=guid,
        link=_first_address(links, base),
        names=(*told.lines("prism:doi"), *told.lines("dc:identifier")),
        authors=authors,
        published=published,
        journal_ref=_journal_ref(told, published),
    )


def _alternates(links: Sequence[etree._Element]) -> list[str]:
    """Where the entry itself is read, a page before any other format (RFC 4287 §4.2.7.2)."""
    usable = [link for link in links if (link.get("rel") or "alternate").lower() == "alternate"]
    usable.sort(key=lambda link: "html" not in (link.get("type") or "html"))
    return [clean(link.get("href") or "") for link in usable]


# ------------------------------------------------------------ JSON Feed


def json_entry(item: Mapping[str, object], place: str) -> Entry:
    """An item of a JSON Feed; 1.0 had one author, 1.1 has a list of them."""
    listed = item.get("authors")
    people = [*(listed if isinstance(listed, list) else ()), item.get("author")]
    html_text, plain = _text(item, "content_html"), _text(item, "content_text")
    summary = markup.plain_paragraphs(_text(item, "summary") or plain) or markup.paragraphs(html_text)
    guid = item.get("id")
    return Entry(
        title=_cut(markup.line(_text(item, "title")), _LONGEST_TITLE),
        summary=_cut(summary, _LONGEST_SUMMARY),
        guid=clean(str(guid)[:_LONGEST_SOURCE]) if isinstance(guid, str | int) else "",
        link=_first_address([_text(item, "url"), _text(item, "external_url")], place),
        names=(clean(_text(item, "external_url")),) if _text(item, "external_url") else (),
        authors=each_name(_text(person, "name") for person in people if isinstance(person, dict)),
        published=instant(_text(item, "date_published")) or instant(_text(item, "date_modified")),
    )


def _text(values: Mapping[str, object], key: str) -> str:
    value = values.get(key)
    return value[:_LONGEST_SOURCE] if isinstance(value, str) else ""


# ------------------------------------------------------------ elements


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace, in small letters; "" for what is no element."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


class _Fields:
    """What stands in an entry, by names that do not depend on prefixes: "title", "dc:creator", "prism:doi"."""

    def __init__(self, entry: etree._Element) -> None:
        self.elements: defaultdict[str, list[etree._Element]] = defaultdict(list)
        own = _namespace(entry)
        for child in entry:
            if isinstance(child.tag, str):
                self.elements[_family(_namespace(child), own) + local_name(child)].append(child)

    def lines(self, name: str) -> list[str]:
        """The texts of all elements of the name that hold any."""
        return [text for text in (_plain(element) for element in self.elements[name]) if text]

    def line(self, *names: str) -> str:
        """The first text under the first of the names that has one."""
        return next((text for name in names for text in self.lines(name)), "")

    def title(self, *names: str) -> str:
        found = (markup.line(_fragment(element)) for name in names for element in self.elements[name])
        return _cut(next(filter(None, found), ""), _LONGEST_TITLE)

    def summary(self, authors: Sequence[str], *names: str) -> str:
        """The first of the texts that says more than where it is printed and by whom."""
        found = (
            _without_notices(markup.paragraphs(_fragment(element)), authors)
            for name in names
            for element in self.elements[name]
        )
        return _cut(next(filter(None, found), ""), _LONGEST_SUMMARY)


def _namespace(element: etree._Element) -> str:
    return str(element.tag)[1:].partition("}")[0] if str(element.tag).startswith("{") else ""


def _family(namespace: str, own: str) -> str:
    if namespace in {"", own, *_RSS}:
        return ""
    return next((prefix for part, prefix in _FAMILIES if part in namespace.lower()), "other:")


def _plain(element: etree._Element) -> str:
    """The text of an element that should hold no markup."""
    return clean(html.unescape("".join(element.itertext())[:_LONGEST_SOURCE]))


def _fragment(element: etree._Element) -> str:
    """What an element holds, as HTML; Atom says in `type` what it is, and RSS never does."""
    said = (element.get("type") or "").strip().lower()
    if "/" in said and not said.startswith(("text/html", "text/plain", "application/xhtml")):
        return ""
    own = element.text or ""
    if len(element):  # markup that was not escaped
        found = html.escape(own) + "".join(etree.tostring(child, encoding="unicode") for child in element)
    else:
        found = html.escape(own) if said in {"text", "text/plain"} else own
    return found[:_LONGEST_SOURCE]


def _inner_line(element: etree._Element, name: str) -> str:
    return next((_plain(child) for child in element if local_name(child) == name), "")


def _attribute(element: etree._Element, name: str) -> str:
    found = (value for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name)
    return clean(str(next(found, "")))


def _is_absolute(text: str) -> bool:
    """Not "tag:…" or a number, which a base would make an address of."""
    return "://" in text


def _first_address(texts: Sequence[str], base: str) -> str:
    return next(filter(None, (markup.address(text, base) for text in texts)), "")


def _base(element: etree._Element, place: str) -> str:
    """What relative addresses are relative to: `xml:base`, else the feed's own address."""
    try:
        return markup.address(element.base or "", place) or place
    except ValueError:
        return place


# ------------------------------------------------------------ texts and times


def _without_notices(text: str, authors: Sequence[str]) -> str:
    return "\n\n".join(part for part in text.split("\n\n") if part and not _is_notice(part, authors))


def _is_notice(paragraph: str, authors: Sequence[str]) -> bool:
    if paragraph.startswith("by ") and authors and authors[0] in paragraph[: len(authors[0]) + 3]:
        return True
    return len(paragraph) <= _LONGEST_NOTICE and _NOTICE.match(paragraph) is not None


def _cut(text: str, most: int) -> str:
    """At most so many characters, whole words where that can be."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    return (head[: max(head.rfind(" "), head.rfind("\n"))] if " " in head[most // 2 :] else head).rstrip() + "…"


def _first_instant(told: _Fields, *names: str) -> datetime | None:
    return next((moment for name in names for text in told.lines(name) if (moment := instant(text))), None)


def instant(text: str) -> datetime | None:
    """The moment a date means, UTC: ISO 8601, RFC 822 with its habits, or written out; None where it means none.

    A day alone is its beginning in UTC, and so is a time without a zone.
    """
    short = text.strip()[:60]
    for read in _READERS:
        try:
            moment = read(short)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return aware.astimezone(UTC) if 1900 <= aware.year <= 2200 else None
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def _written(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(_WEEKDAY.sub("", text), form).replace(tzinfo=UTC)


_READERS = (datetime.fromisoformat, parsedate_to_datetime, *map(_written, _WRITTEN_OUT))
