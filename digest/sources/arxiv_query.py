"""arXiv's query API: words or ids in, papers out, by way of its Atom.

https://info.arxiv.org/help/api/user-manual.html; thank you to arXiv for use of its open access interoperability.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from lxml import etree

from digest import identity
from digest.authors import Byline
from digest.errors import InvalidInput, SourceError
from digest.identity import PaperId
from digest.papers import Paper, Skipped, Version
from digest.sources.arxiv import GATE
from digest.sources.arxiv_names import are_plain, author_names, one_author, unicode_name
from digest.sources.arxiv_text import dois, line_of, paragraphs, subjects
from digest.sources.client import PoliteClient
from digest.sources.settings import ArxivSettings
from digest.sources.xml import inner_text, strict_root, text_of

SLICE = 2_000  # papers in one answer, at most
DEEPEST = 30_000  # papers of one question, at most
_IDS = 100  # asked for at once, so that the address stays short
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_ID, _TITLE, _SUMMARY, _AUTHOR, _NAME, _CATEGORY, _PUBLISHED, _UPDATED = (
    f"{_ATOM}{tag}" for tag in ("id", "title", "summary", "author", "name", "category", "published", "updated")
)
_PRIMARY, _DOI, _COMMENT, _JOURNAL, _AFFILIATION = (
    f"{_ARXIV}{tag}" for tag in ("primary_category", "doi", "comment", "journal_ref", "affiliation")
)
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_VERSION = re.compile(r"v([1-9]\d{0,3})$", re.ASCII)


class ArxivQuery:
    """Searches, and papers by their ids."""

    name = "arxiv-api"
    gate = GATE

    def __init__(self, settings: ArxivSettings, client: PoliteClient) -> None:
        self._settings = settings
        self._client = client

    def search(self, query: str, *, limit: int, now: datetime) -> tuple[Paper, ...]:
        """The papers in which all the words stand, best first, at most `limit` (1 to 30,000); none is an answer too.

        Raises InvalidInput for words that cannot be searched for (`search_query`).
        """
        params = {"search_query": search_query(query), "sortBy": "relevance", "sortOrder": "descending"}
        return tuple(islice(self._all(params, min(limit, DEEPEST), now), limit))

    def papers(self, ids: Sequence[PaperId], *, now: datetime) -> dict[PaperId, Paper]:
        """The papers with these ids; those that arXiv does not know are not among them."""
        names = [key.removeprefix("arxiv:") for key in dict.fromkeys(ids) if identity.scheme_of(key) == "arxiv"]
        parts = [names[at : at + _IDS] for at in range(0, len(names), _IDS)]
        return {paper.id: paper for part in parts for paper in self._all({"id_list": ",".join(part)}, len(part), now)}

    def _all(self, params: dict[str, str], most: int, now: datetime) -> Iterator[Paper]:
        start = 0
        while start < most:
            size = min(SLICE, most - start)
            results = ask(
                self._client, self._settings.api_url, params, start=start, size=size, source=self.name, now=now
            )
            yield from results.papers
            start += results.received
            if start >= results.total:
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What an Atom feed in the API's format holds."""

    papers: tuple[Paper, ...]
    skipped: tuple[Skipped, ...] = ()
    total: int | None = None  # papers that answer the question, of which these are a part; None where it is not said
    title: str = ""
    author: str = ""  # of the feed itself, where it names one


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One answer to a question that may have more."""

    papers: tuple[Paper, ...]
    skipped: tuple[Skipped, ...]
    total: int  # papers that answer the question

    @property
    def received(self) -> int:
        """How far the next question must step."""
        return len(self.papers) + len(self.skipped)


def ask(
    client: PoliteClient, url: str, params: dict[str, str], *, start: int, size: int, source: str, now: datetime
) -> Results:
    """At most `size` (1 to 2,000) papers of a question, from the one numbered `start` (0 and up) on.

    Raises SourceError, also for an answer without papers where there should be some, which the API is known for.
    """
    query = urlencode(params | {"start": str(start), "max_results": str(size)}, quote_via=quote)
    answer = client.changed(f"{url}?{query}", None, now=now, also=frozenset({400}))
    feed = parse(answer.body, source=source)
    if answer.status != 200:
        raise SourceError(source, f"answered HTTP {answer.status}: {feed.title[:200]}")
    if feed.total is None:
        raise SourceError(source, "the answer does not say how many papers there are")
    results = Results(papers=feed.papers, skipped=feed.skipped, total=feed.total)
    if results.received == 0 and feed.total > start:
        raise SourceError(source, f"the answer holds no paper although {feed.total:,} were found; run again later")
    return results


# ------------------------------------------------------------ questions

_TERM = re.compile(r'(?:(?P<field>all|ti|au|abs|cat):\s*)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))', re.I)
_OPERATORS = frozenset({"OR", "NOT", "ANDNOT"})


def search_query(words: str) -> str:
    """What a person typed, in the API's language: every word and "quoted phrase" must stand in the paper.

    `ti:`, `au:`, `abs:` and `cat:` before one say where. Nothing else has a meaning, so nothing can be smuggled in.
    Raises InvalidInput where there is no word, or a category that is none, or an OR or NOT.
    """
    found = [_term(match) for match in _TERM.finditer(unicodedata.normalize("NFC", words)) if match["word"] != "AND"]
    terms = list(dict.fromkeys(filter(None, found)))
    if not terms:
        raise InvalidInput("A search needs at least one word.")
    return " AND ".join(terms)


def category_term(category: str) -> str:
    """A category (`cs.LG`) or a whole archive (`math`) in the API's language; InvalidInput if it is neither."""
    if subjects((category,))[0] != (category,):
        raise InvalidInput(f"{category[:40]!r} is not a category of arXiv, such as cs.LG.")
    return f"cat:{category}" if "." in category else f"(cat:{category} OR cat:{category}.*)"


def _term(match: re.Match[str]) -> str:
    field, text = (match["field"] or "all").lower(), match["phrase"] or match["word"] or ""
    if match["word"] in _OPERATORS:
        raise InvalidInput(f"A search cannot say {text}: all its words must stand in a paper.")
    if field == "cat":
        return category_term(text)
    plain = "".join(sign if _is_plain(sign) else " " for sign in text)
    kept = " ".join(filter(None, (word.strip("-.'") for word in plain.split())))
    return f'{field}:"{kept}"' if kept else ""


def _is_plain(sign: str) -> bool:
    return sign.isalnum() or sign in "-.'" or unicodedata.category(sign).startswith("M")


# ------------------------------------------------------------ answers


def parse(body: bytes, *, source: str) -> Feed:
    """The papers in the API's Atom; SourceError where it is something else, or says why arXiv refused."""
    root = strict_root(body, source=source, form="Atom", mixed=False)
    if root.tag != f"{_ATOM}feed":
        raise SourceError(source, f"the answer is not Atom but <{etree.QName(root).localname[:40]}>")
    papers: list[Paper] = []
    skipped: list[Skipped] = []
    for entry in root.iterfind(f"{_ATOM}entry"):
        try:
            papers.append(paper_of(entry))
        except ValueError as error:
            _refuse_error(entry, source)
            skipped.append(_skipped(entry, error))
    if skipped and not papers:
        raise SourceError(source, f"none of {len(skipped)} entries can be read; the first: {skipped[0].reason[:200]}")
    total = text_of(root.find(f"{_OPENSEARCH}totalResults"))
    return Feed(
        papers=tuple(papers),
        skipped=tuple(skipped),
        total=int(total) if re.fullmatch(r"\d{1,9}", total, re.ASCII) else None,
        title=_field(root, "title"),
        author=_field(root, f"author/{_ATOM}name"),
    )


def paper_of(entry: etree._Element) -> Paper:
    """What an entry tells of its paper; ValueError if it has no usable id or title.

    Of the versions it tells the first and the one it shows.
    """
    told, terms, authors = _sorted(entry)
    name, title = inner_text(told.get(_ID)).strip(), line_of(told.get(_TITLE))
    arxiv = identity.arxiv_id(name)
    if arxiv is None:
        raise ValueError("not an arXiv id")
    if not title:
        raise ValueError("no title")
    names, bylines = _signed(authors)
    categories, classes = subjects(tuple(terms))
    doi, also = dois(inner_text(told.get(_DOI)))
    return Paper(
        id=identity.paper_id(arxiv),
        also=also,
        title=title,
        abstract=paragraphs(inner_text(told.get(_SUMMARY))),
        authors=names,
        bylines=bylines,
        categories=categories,
        classes=classes,
        versions=_versions(told, name),
        comment=line_of(told.get(_COMMENT)),
        doi=doi,
        journal_ref=line_of(told.get(_JOURNAL)),
        partial=True,
    )


def _sorted(entry: etree._Element) -> tuple[dict[Any, etree._Element], list[str], list[etree._Element]]:
    """The first element of each name, the terms of subjects, the primary one first, and the authors.

    One pass over the entry: looking each of them up takes longer than all the rest of reading it.
    """
    told: dict[Any, etree._Element] = {}
    terms: list[str] = []
    authors: list[etree._Element] = []
    for element in entry:
        tag = element.tag
        if tag == _AUTHOR:
            authors.append(element)
        elif tag == _CATEGORY:
            terms.append(element.get("term", ""))
        elif tag == _PRIMARY:
            terms.insert(0, element.get("term", ""))
        elif tag not in told:
            told[tag] = element
    return told, terms, authors


def _refuse_error(entry: etree._Element, source: str) -> None:
    """The API says what is wrong with a question in the place of a paper."""
    if "arxiv.org/api/errors" in _field(entry, "id"):
        raise SourceError(source, f"refused the question: {_field(entry, 'summary')[:200]}")


def _skipped(entry: etree._Element, error: ValueError) -> Skipped:
    name = _field(entry, "id")
    arxiv = identity.arxiv_id(name)
    reason = f"{name[:60] or 'an entry without an id'}: {error}"
    return Skipped(reason=reason, paper=identity.paper_id(arxiv) if arxiv else None)


def _signed(authors: Sequence[etree._Element]) -> tuple[tuple[str, ...], tuple[Byline, ...]]:
    """The names, and bylines where affiliations are told; in the feed of an author all names stand in one element."""
    told = [author[0].text or "" for author in authors if len(author) == 1]
    if len(told) == len(authors) > 0 and are_plain(told):
        return tuple(told), ()
    apart = author_names if len(authors) == 1 else one_author
    names: list[str] = []
    places: dict[int, tuple[str, ...]] = {}  # of the author at that place in the order
    for author in authors:
        named = apart(inner_text(author.find(_NAME)))
        if len(author) > 1 and len(named) == 1:
            where = dict.fromkeys(unicode_name(inner_text(each)) for each in author.iterfind(_AFFILIATION))
            places[len(names)] = tuple(filter(None, where))
        names += named
    if not any(places.values()):
        return tuple(names), ()
    return tuple(names), tuple(Byline(name=n, affiliations=places.get(at, ())) for at, n in enumerate(names))


def _versions(told: dict[Any, etree._Element], name: str) -> tuple[Version, ...]:
    first = Version(number=1, submitted_at=_instant(inner_text(told.get(_PUBLISHED))))
    if name.endswith("v1"):
        return (first,)
    number = _VERSION.search(name)
    if number is None or number[1] == "1":
        return (first,)
    return first, Version(number=int(number[1]), submitted_at=_instant(inner_text(told.get(_UPDATED))))


def _instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is UTC:
            return moment
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _field(element: etree._Element, path: str) -> str:
    return text_of(element.find(_ATOM + path))
