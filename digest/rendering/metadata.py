"""What machines are told of a page: a paper or a person in; names with values for `meta`, and JSON-LD, out.

Open Graph (https://ogp.me), the citation_* names of Google Scholar's inclusion guidelines and Zotero, and schema.org's
ScholarlyArticle and Person.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from digest.identity import doi_of, scheme_of
from digest.papers import Paper
from digest.rendering.latex import readable
from digest.rendering.plain import one_line, sentences, web_address
from digest.rendering.view import title_of

_AUTHORS = 200  # named to machines; a paper of thousands would make its page a list of names
_DESCRIPTION = 200  # characters, which is more than any preview shows
_INERT = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}  # so that no text ends the script it is in


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the head of a page holds for machines."""

    description: str  # at most 200 characters
    named: tuple[tuple[str, str], ...]  # `name` and `content`, in order
    graph: tuple[tuple[str, str], ...]  # `property` and `content`, in order
    linked: Markup  # JSON-LD, safe within a script element


def of_paper(paper: Paper, *, here: str, site: str, pages: Mapping[int, str]) -> Metadata:
    """`here` is the page's address, `site` the name of the digest, `pages` the addresses of authors' pages by place."""
    title, description = title_of(paper), _description(paper)
    return Metadata(
        description=description,
        named=tuple((f"citation_{name}", content) for name, content in _citation(paper, title, here) if content),
        graph=(*_graph("article", title, description, here, site), *_times(paper)),
        linked=_linked(_article(paper, title, here, pages)),
    )


def of_person(name: str, description: str, *, here: str, site: str, same_as: Sequence[str]) -> Metadata:
    """`same_as` are the addresses of the person elsewhere."""
    told = {"@type": "Person", "name": name, "url": here, "sameAs": list(same_as)}
    return Metadata(
        description=description,
        named=(),
        graph=_graph("profile", name, description, here, site),
        linked=_linked({name: value for name, value in told.items() if value}),
    )


def _graph(kind: str, title: str, description: str, here: str, site: str) -> tuple[tuple[str, str], ...]:
    told = (("type", kind), ("title", title), ("description", description), ("url", here), ("site_name", site))
    return tuple((f"og:{name}", content) for name, content in told if content)


def _times(paper: Paper) -> Iterator[tuple[str, str]]:
    for name, when in (("published", _first(paper)), ("modified", _last(paper))):
        if when:
            yield f"article:{name}_time", when.isoformat()


def _citation(paper: Paper, title: str, here: str) -> Iterator[tuple[str, str]]:
    first = _first(paper)
    yield "title", title
    for name in paper.authors[:_AUTHORS]:
        yield "author", one_line(name)
    yield "publication_date", f"{first:%Y/%m/%d}" if first else ""
    yield "journal_title", one_line(readable(paper.journal_ref))
    yield "doi", _doi(paper)
    yield "arxiv_id", paper.arxiv_id if scheme_of(paper.id) == "arxiv" else ""
    yield "keywords", "; ".join(map(one_line, paper.categories))
    yield "abstract_html_url", here
    yield "pdf_url", web_address(paper.pdf_url)


def _article(paper: Paper, title: str, here: str, pages: Mapping[int, str]) -> dict[str, Any]:
    first, last, doi = _first(paper), _last(paper), _doi(paper)
    same = (web_address(paper.abstract_url), f"https://doi.org/{doi}" if doi else "")
    told = {
        "@type": "ScholarlyArticle",
        "headline": title,
        "name": title,
        "url": here,
        "author": [_person(name, pages.get(place, "")) for place, name in enumerate(paper.authors[:_AUTHORS])],
        "datePublished": f"{first:%Y-%m-%d}" if first else "",
        "dateModified": f"{last:%Y-%m-%d}" if last else "",
        "abstract": one_line(readable(paper.abstract)),
        "keywords": list(map(one_line, paper.categories)),
        "identifier": one_line(paper.id),
        "sameAs": [address for address in dict.fromkeys(map(web_address, same)) if address],
        "version": str(paper.newest_version or ""),
    }
    return {name: value for name, value in told.items() if value}


def _person(name: str, page: str) -> dict[str, str]:
    return {"@type": "Person", "name": one_line(name)} | ({"url": page} if page else {})


def _linked(told: dict[str, Any]) -> Markup:
    """JSON in ASCII in which no character opens or closes an element, whatever the texts are."""
    written = json.dumps({"@context": "https://schema.org", **told})
    return Markup(written.translate(_INERT))  # noqa: S704 - escaped here


def _description(paper: Paper) -> str:
    return sentences(one_line(readable(paper.abstract)), _DESCRIPTION)


def _doi(paper: Paper) -> str:
    return one_line(paper.doi) or doi_of(paper.id)


def _first(paper: Paper) -> datetime | None:
    return next((version.submitted_at for version in paper.versions if version.submitted_at), None)


def _last(paper: Paper) -> datetime | None:
    return next((version.submitted_at for version in reversed(paper.versions) if version.submitted_at), None)
