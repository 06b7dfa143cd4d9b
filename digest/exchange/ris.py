"""Papers as RIS (https://web.archive.org/web/20110930172154/http://www.refman.com/support/risformat_intro.asp): papers
in, records in UTF-8 out, with CRLF. Text is written as it comes in: TeX is to be made readable before.
"""

from collections.abc import Iterator

from digest.exchange.values import arxiv_named, doi_named, one_line, parted, published_at
from digest.papers import Paper

_END = "\r\n"


def ris(paper: Paper) -> str:
    """One record: a journal article, or else an unpublished work."""
    lines = [f"{tag}  - {value}" for tag, value in _lines(paper) if value]
    return _END.join([*lines, "ER  - ", ""])


def _lines(paper: Paper) -> Iterator[tuple[str, str]]:
    when, arxiv = published_at(paper), arxiv_named(paper)
    yield "TY", "JOUR" if paper.journal_ref else "UNPB"
    yield "TI", one_line(paper.title)
    for name in paper.authors:
        yield "AU", ", ".join(filter(None, parted(name)))
    yield "JO", one_line(paper.journal_ref)
    yield "PY", f"{when.year}" if when else ""
    yield "DA", f"{when:%Y/%m/%d}" if when else ""
    yield "AB", one_line(paper.abstract)
    for category in paper.categories:
        yield "KW", one_line(category)
    yield "M1", f"arXiv:{arxiv}" if arxiv else ""
    yield "DO", doi_named(paper)
    yield "UR", one_line(paper.abstract_url)
