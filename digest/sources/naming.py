"""Which work an address or an identifier from outside names: arXiv's id or a DOI, where it stands there literally."""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from digest import identity
from digest.identity import PaperId

_DOI_WITHIN = re.compile(r"(?<![\w.])10\.\d{4,9}(?:\.\d{1,9})*/[^\s\"<>]+", re.ASCII)
# What publishers put after a DOI in the addresses of their pages.
_PAGE = re.compile(
    r"(?:/(?:full|fulltext|full-text|full-xml|abstract|abs|meta|pdf|pdfdirect|epdf|html|references|summary)"
    r"|\.(?:full|full-text|abstract|short|pdf|html))$",
    re.I,
)
_LONGEST = 2000  # characters; no address and no identifier is longer


def first_arxiv(texts: Iterable[str]) -> PaperId | None:
    """The first text that names a paper on arXiv; a bare number is anybody's, so it must say "arXiv"."""
    found = (arxiv_id(text) for text in texts)
    return next((key for key in found if key), None)


def arxiv_id(text: str) -> PaperId | None:
    """The key of the paper on arXiv that a text is the address, the name or the DOI of."""
    if len(text) > _LONGEST or "arxiv" not in text.casefold():
        return None
    bare = identity.arxiv_id(text)
    named = identity.paper_id(bare) if bare else identity.doi_id(text)
    return named if named and identity.scheme_of(named) == "arxiv" else None


def first_doi(texts: Iterable[str]) -> PaperId | None:
    """The first text that is, or holds, a DOI."""
    found = (doi_id(text) for text in texts)
    return next((key for key in found if key), None)


def doi_id(text: str) -> PaperId | None:
    """The key of the work whose DOI a text is, or holds; of an address, only its path counts."""
    if len(text) > _LONGEST:
        return None
    whole = identity.doi_id(text)
    if whole and "://" not in text:
        return whole
    found = _DOI_WITHIN.search(unquote(_path(text)))
    return identity.doi_id(_bare(found[0])) if found else None


def _path(text: str) -> str:
    try:
        return urlsplit(text).path if "://" in text else text
    except ValueError:  # a bracket that is none
        return ""


def _bare(doi: str) -> str:
    """The DOI without what stands for one of its pages, such as ".full.pdf"."""
    for _ in range(3):
        doi = _PAGE.sub("", doi.rstrip("/"))
    return doi
