"""Papers as BibTeX (Patashnik 1988, *BibTeXing*; arXiv's own fields of https://info.arxiv.org/help/hypertex/bibstyles):
papers in, entries in UTF-8 out. TeX in titles and abstracts stays as its authors wrote it.
"""

import re
import unicodedata
from collections.abc import Iterator

from digest.authors import folded
from digest.exchange.values import arxiv_named, doi_named, one_line, parted, published_at
from digest.papers import Paper

_LITTLE = frozenset("a an the on in of for to and with from by is are at as via towards toward how what why".split())
_RAW = re.compile(r"(?<!\\)((?:\\\\)*)([&%#_$])")  # which TeX takes for a command, unless they are escaped already
_FORMULA = re.compile(r"(?<!\\)\$[^$]*(?<!\\)\$")
_BRACE = re.compile(r"(?<!\\)[{}]")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def bibtex(paper: Paper) -> str:
    """One entry, which ends with a line end: an article where a journal is known, else `@misc`."""
    kind = "article" if paper.journal_ref else "misc"
    fields = [(name, value) for name, value in _fields(paper) if value]
    width = max((len(name) for name, _ in fields), default=0)
    lines = ",\n".join(f"  {name:{width}} = {value}" for name, value in fields)
    return f"@{kind}{{{citation_key(paper)},\n{lines}\n}}\n"


def citation_key(paper: Paper) -> str:
    """What the paper is cited by, in ASCII: `yang2026transient`; where nothing of it can be written so, its id."""
    surname = _ascii(folded(paper.authors[0]).partition(" ")[0]) if paper.authors else ""
    when = published_at(paper)
    words = (_ascii(word) for word in re.findall(r"[^\W_]+", re.sub(r"\\[A-Za-z]+|\$[^$]*\$", " ", paper.title)))
    word = next((word for word in words if len(word) > 1 and word not in _LITTLE), "")
    named = f"{surname}{when.year if when else ''}{word}"
    return named if surname and word else _ascii(paper.id.replace(":", ""))


def _ascii(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text.casefold()))


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    when, arxiv = published_at(paper), arxiv_named(paper)
    yield "title", _braced(f"{{{_tex(paper.title)}}}")  # twice, so that no style changes its capitals
    yield "author", _braced(" and ".join(_name(name) for name in paper.authors if one_line(name)))
    yield "journal", _braced(_tex(paper.journal_ref))
    yield "year", f"{{{when.year}}}" if when else ""
    yield "month", _MONTHS[when.month - 1] if when else ""
    yield "eprint", _braced(arxiv)
    yield "archivePrefix", "{arXiv}" if arxiv else ""
    yield "primaryClass", _braced(_tex(paper.categories[0])) if arxiv and paper.categories else ""
    yield "doi", _braced(_bare(doi_named(paper)))
    yield "url", _braced(_bare(paper.abstract_url))
    yield "abstract", _braced(_tex(paper.abstract))


def _braced(value: str) -> str:
    return f"{{{value}}}" if value.strip("{}") else ""


def _name(name: str) -> str:
    """`Ning Yang`; what holds "and", or is no person's name, in braces, so that it is read as one."""
    plain = _tex(name)
    is_one = not folded(one_line(name)) or re.search(r"\band\b", plain, re.I) or plain.count(",") > 1
    if is_one:
        return f"{{{plain}}}"
    surname, given, suffix = (_tex(part) for part in parted(name))
    return ", ".join((surname, suffix, given)) if suffix else plain


def _tex(text: str) -> str:
    """One line of TeX whose braces match: what is raw outside formulas is escaped."""
    plain, written, end = _balanced(one_line(text)), "", 0
    for formula in _FORMULA.finditer(plain):
        written += _RAW.sub(r"\1\\\2", plain[end : formula.start()]) + formula[0]
        end = formula.end()
    return written + _RAW.sub(r"\1\\\2", plain[end:])


def _balanced(text: str) -> str:
    """The text, without any brace of its own where they do not match; a backslash at the end would escape ours."""
    depth, matches = 0, True
    for brace in text:  # BibTeX counts escaped braces as well
        depth += {"{": 1, "}": -1}.get(brace, 0)
        matches = matches and depth >= 0
    plain = text if matches and depth == 0 else re.sub(r"\\?[{}]", "", text)
    return plain.rstrip("\\")


def _bare(address: str) -> str:
    return _BRACE.sub("", one_line(address)).rstrip("\\")
