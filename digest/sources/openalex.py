"""OpenAlex: papers in, their citations, institutions, topics and authors out; and authors in, their figures out.

`GET {url}/works?filter=doi:10.48550/arxiv.2409.00001|…&select=…` and `{url}/authors?filter=openalex:A5023888391|…`,
https://docs.openalex.org; `api_key` for a larger allowance than the daily one without, `mailto` for the polite pool.
It undercounts the citations of preprints.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from digest import identity
from digest.authors import AuthorKey, Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Paper
from digest.signals import CITATIONS, H_INDEX, INSTITUTIONS, PAPER_COUNT, TOPICS, Signal
from digest.sources.author_lists import one
from digest.sources.client import PoliteClient
from digest.sources.enriching import (
    Enrichment,
    count,
    listed,
    mapping,
    names_of,
    orcid_key,
    text,
    texts,
    told,
    value_of,
)
from digest.sources.jsontext import strict_json
from digest.sources.settings import OpenAlexSettings

_ARXIV_DOI = "10.48550/arxiv."
_OF_WORKS = "id,doi,cited_by_count,authorships,topics"
_OF_AUTHORS = "id,summary_stats,works_count,cited_by_count"
_MOST_AUTHORS = 100  # of a work in a list, documented; the others are cut off
_SYNTAX = frozenset("|,")  # of filters, which know no way to quote

_Told = Mapping[str, object]


class OpenAlex:
    """What OpenAlex knows of papers by their DOI (arXiv's own for a paper on arXiv), and of authors."""

    name = "openalex"
    gate = "openalex"
    batch_size = 100  # documented: so many values in a filter, and so many results on a page

    def __init__(self, settings: OpenAlexSettings, client: PoliteClient, *, mail_to: str = "") -> None:
        """`mail_to` is where OpenAlex writes to if the requests are a burden; "" leaves it out."""
        self._settings = settings
        self._client = client
        self._who = {name: value for name, value in (("api_key", settings.api_key), ("mailto", mail_to)) if value}

    def signals(self, papers: Sequence[Paper], *, now: datetime) -> Enrichment:
        everybody = frozenset(paper.id for paper in papers)
        dois = {doi: paper for paper in papers for doi in _doi_of(paper)}
        if not dois:
            return Enrichment(unknown=everybody)
        works = self._results("works", f"doi:{'|'.join(dois)}", _OF_WORKS, now)
        found = _by_paper(tuple(dois.values()), works)
        bylines = {paper: _bylines(work) for paper, work in found.items()}
        return Enrichment(
            signals=tuple(signal for paper, work in found.items() for signal in self._of_work(paper, work, now)),
            bylines={paper: authors for paper, authors in bylines.items() if authors},
            unknown=everybody - found.keys(),
        )

    def author_signals(self, keys: Sequence[AuthorKey], *, now: datetime) -> tuple[Signal, ...]:
        """The h-index and the counts of at most `batch_size` authors, by at most one request; raises as `signals` does.

        Keys that are not OpenAlex's own ("openalex:A…") are passed over.
        """
        ids = [key.removeprefix("openalex:") for key in keys if key == _author_key(key.removeprefix("openalex:"))]
        if not ids:
            return ()
        authors = self._results("authors", f"openalex:{'|'.join(dict.fromkeys(ids))}", _OF_AUTHORS, now)
        return tuple(signal for author in authors for signal in self._of_author(author, now))

    def _results(self, kind: str, wanted: str, fields: str, now: datetime) -> list[_Told]:
        params = {"filter": wanted, "per-page": str(self.batch_size), "select": fields} | self._who
        body = self._client.get(f"{self._settings.url.rstrip('/')}/{kind}", params, now=now)
        answer = mapping(strict_json(body, source=self.name))
        results = answer.get("results")
        if not isinstance(results, list):
            said = text(answer.get("message")) or text(answer.get("error")) or "no list of results"
            raise SourceError(self.name, f"answered: {said[:200]}")
        return [mapping(result) for result in results]

    def _of_work(self, paper: PaperId, work: _Told, now: datetime) -> tuple[Signal, ...]:
        institutions = (name for authorship in _authorships(work) for name in _institutions(authorship))
        values = {
            CITATIONS: count(work.get("cited_by_count")),
            INSTITUTIONS: texts(institutions),
            TOPICS: texts(mapping(topic).get("display_name") for topic in listed(work.get("topics"))),
        }
        return told(self.name, paper, values, now=now)

    def _of_author(self, author: _Told, now: datetime) -> tuple[Signal, ...]:
        key = _author_key(author.get("id"))
        values = {
            H_INDEX: count(mapping(author.get("summary_stats")).get("h_index")),
            PAPER_COUNT: count(author.get("works_count")),
            CITATIONS: count(author.get("cited_by_count")),
        }
        return told(self.name, key, values, now=now) if key else ()


def _doi_of(paper: Paper) -> Iterator[str]:
    """The DOI by which a paper is asked for: arXiv's where it is on arXiv, and none where a filter cannot hold it."""
    names = names_of(paper)
    if names:
        doi = _ARXIV_DOI + value_of(names[0]) if identity.scheme_of(names[0]) == "arxiv" else value_of(names[0])
        if _SYNTAX.isdisjoint(doi):
            yield doi


def _by_paper(papers: Sequence[Paper], works: Sequence[_Told]) -> dict[PaperId, _Told]:
    """The works that were asked for, by the paper they are; of two with the same DOI the first."""
    owners = {name: paper.id for paper in papers for name in names_of(paper)}
    found: dict[PaperId, _Told] = {}
    for work in works:
        name = identity.doi_id(text(work.get("doi")))
        if name in owners:
            found.setdefault(owners[name], work)
    return found


def _authorships(work: _Told) -> list[_Told]:
    return [mapping(authorship) for authorship in listed(work.get("authorships"))]


def _institutions(authorship: _Told) -> tuple[str, ...]:
    return texts(mapping(place).get("display_name") for place in listed(authorship.get("institutions")))


def _bylines(work: _Told) -> tuple[Byline, ...]:
    """All authors of a work in order; none where some are not told."""
    bylines = [_byline(authorship) for authorship in _authorships(work)]
    if len(bylines) >= _MOST_AUTHORS or not all(byline.name for byline in bylines):
        return ()
    return tuple(bylines)


def _byline(authorship: _Told) -> Byline:
    author = mapping(authorship.get("author"))
    keys = (_author_key(author.get("id")), orcid_key(author.get("orcid")))
    return Byline(
        name=_printed(text(authorship.get("raw_author_name"))) or text(author.get("display_name")),
        affiliations=_institutions(authorship),
        keys=tuple(filter(None, keys)),
    )


def _printed(raw: str) -> str:
    """A name as a paper or its deposit prints it, given name first: arXiv's deposits have the family's first."""
    name = " ".join(one(raw))
    family, _, given = name.partition(", ")
    return f"{given} {family}" if given and "," not in given else name


def _author_key(value: object) -> AuthorKey | None:
    """The key of an author by OpenAlex's id, bare ("A5023888391") or as an address."""
    bare = text(value).rpartition("/")[2]
    return AuthorKey(f"openalex:{bare}") if bare[:1] == "A" and bare[1:].isascii() and bare[1:].isdigit() else None
