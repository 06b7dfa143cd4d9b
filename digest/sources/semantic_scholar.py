"""Semantic Scholar: papers in, their citations, one-sentence summaries, journal DOIs and authors out.

`POST {url}/graph/v1/paper/batch?fields=…` with {"ids": ["ARXIV:2409.00001", "DOI:10.1093/mind/lix.236.433"]},
https://api.semanticscholar.org/api-docs/graph. The answer is a list with an entry, or null, for each id. Without a key
it answers mostly 429, so it is asked with one (`x-api-key`, which the client sends) or not at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from digest import identity
from digest.authors import AuthorKey, Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Paper
from digest.signals import AFFILIATIONS, CITATIONS, H_INDEX, PAPER_COUNT, SUMMARY, Signal
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
from digest.sources.settings import SemanticScholarSettings

INFLUENTIAL = "influential-citations"  # a signal of its own: those of the citations that build on the paper
FIELDS = (
    "externalIds,citationCount,influentialCitationCount,tldr,authors.authorId,authors.name,authors.externalIds,"
    "authors.affiliations,authors.hIndex,authors.citationCount,authors.paperCount"
)
# "Attention is all you need". Where it knows none of the ids, as on the morning they are announced, it answers 400
# instead of a list of nulls; one that it surely knows keeps the answer a list.
_KNOWN = "ARXIV:1706.03762"
_MOST_AUTHORS = 500  # of one paper, documented; of more it may have told the first only

_Entry = Mapping[str, object]


class SemanticScholar:
    """What Semantic Scholar knows of papers on arXiv or with a DOI."""

    name = "semantic-scholar"
    gate = "semantic-scholar"
    batch_size = 499  # 500 are documented, and one of them is `_KNOWN`

    def __init__(self, settings: SemanticScholarSettings, client: PoliteClient) -> None:
        """`client` sends the key."""
        self._settings = settings
        self._client = client

    def signals(self, papers: Sequence[Paper], *, now: datetime) -> Enrichment:
        asked = [paper for paper in papers if names_of(paper)]
        if not asked:
            return Enrichment(unknown=frozenset(paper.id for paper in papers))
        url = f"{self._settings.url.rstrip('/')}/graph/v1/paper/batch"
        ids = [_id_of(names_of(paper)[0]) for paper in asked]
        body = self._client.post(url, {"fields": FIELDS}, {"ids": [*ids, _KNOWN]}, now=now)
        return self._enrichment(papers, _placed(asked, self._entries(body)), now)

    def _entries(self, body: bytes) -> list[_Entry]:
        """The answer's entries without the one for `_KNOWN`; an empty one stands for what it does not know."""
        answer = strict_json(body, source=self.name)
        if not isinstance(answer, list):
            said = text(mapping(answer).get("error")) or text(mapping(answer).get("message")) or "no list of papers"
            raise SourceError(self.name, f"answered: {said[:200]}")
        return [mapping(entry) for entry in answer[:-1]]

    def _enrichment(self, papers: Sequence[Paper], placed: Mapping[PaperId, _Entry], now: datetime) -> Enrichment:
        known = [(paper, placed[paper.id]) for paper in papers if paper.id in placed]
        signals = (signal for paper, entry in known for signal in self._signals(paper.id, entry, now))
        bylines = {paper.id: _bylines(entry) for paper, entry in known}
        also = {paper.id: tuple(n for n in _names(entry) if n not in names_of(paper)) for paper, entry in known}
        return Enrichment(
            signals=tuple(dict.fromkeys(signals)),  # an author of two papers is told of twice
            bylines={paper: authors for paper, authors in bylines.items() if authors},
            also={paper: names for paper, names in also.items() if names},
            unknown=frozenset(paper.id for paper in papers) - placed.keys(),
        )

    def _signals(self, paper: PaperId, entry: _Entry, now: datetime) -> Iterator[Signal]:
        values = {
            CITATIONS: count(entry.get("citationCount")),
            INFLUENTIAL: count(entry.get("influentialCitationCount")),
            SUMMARY: text(mapping(entry.get("tldr")).get("text")),
        }
        yield from told(self.name, paper, values, now=now)
        for author in map(mapping, listed(entry.get("authors"))):
            for key in _own_key(author):
                yield from told(self.name, key, _of_author(author), now=now)


def _id_of(name: PaperId) -> str:
    return f"{'ARXIV' if identity.scheme_of(name) == 'arxiv' else 'DOI'}:{value_of(name)}"


def _placed(papers: Sequence[Paper], entries: Sequence[_Entry]) -> dict[PaperId, _Entry]:
    """Which entry is about which paper: one that names it; else the one in its place, unless that names another."""
    in_place = list(zip(papers, entries, strict=True)) if len(papers) == len(entries) else []
    owners = {name: paper.id for paper in papers for name in names_of(paper)}
    placed = {paper.id: entry for paper, entry in in_place if set(names_of(paper)).intersection(_names(entry))}
    for entry in entries:
        for name in _names(entry):
            if name in owners:
                placed.setdefault(owners[name], entry)
    for paper, entry in in_place:
        names = _names(entry)
        if entry and not owners.keys() & set(names) and not _schemes(names) & _schemes(names_of(paper)):
            placed.setdefault(paper.id, entry)
    return placed


def _names(entry: _Entry) -> tuple[PaperId, ...]:
    """The arXiv id and the DOI in an entry."""
    ids = mapping(entry.get("externalIds"))
    arxiv = identity.arxiv_id(text(ids.get("ArXiv")))
    names = (identity.paper_id(arxiv) if arxiv else None, identity.doi_id(text(ids.get("DOI"))))
    return tuple(dict.fromkeys(filter(None, names)))


def _schemes(names: Sequence[PaperId]) -> set[str]:
    return {identity.scheme_of(name) for name in names}


def _bylines(entry: _Entry) -> tuple[Byline, ...]:
    """All authors of a paper in order; none where some are not told."""
    authors = [mapping(author) for author in listed(entry.get("authors"))]
    if len(authors) >= _MOST_AUTHORS or not all(text(author.get("name")) for author in authors):
        return ()
    return tuple(
        Byline(
            name=text(author.get("name")),
            affiliations=texts(listed(author.get("affiliations"))),
            keys=(*_own_key(author), *_orcids(author)),
        )
        for author in authors
    )


def _own_key(author: _Entry) -> tuple[AuthorKey, ...]:
    number = count(author.get("authorId"))
    return () if number is None else (AuthorKey(f"s2:{number}"),)


def _orcids(author: _Entry) -> tuple[AuthorKey, ...]:
    """An author's ORCID, told as a text or as a list like the other outside names."""
    orcid = mapping(author.get("externalIds")).get("ORCID")
    return tuple(dict.fromkeys(filter(None, map(orcid_key, listed(orcid) or [orcid]))))


def _of_author(author: _Entry) -> dict[str, int | tuple[str, ...] | None]:
    return {
        H_INDEX: count(author.get("hIndex")),
        CITATIONS: count(author.get("citationCount")),
        PAPER_COUNT: count(author.get("paperCount")),
        AFFILIATIONS: texts(listed(author.get("affiliations"))),
    }
