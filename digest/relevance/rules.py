"""The rules a reader states outright, looked up among a day's papers: terms, authors, organisations, categories."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from digest.papers import Paper
from digest.subscribers import Interest

ALWAYS = 2.5  # what each rule that wants a paper adds to its score; more than texts can give

Mask = npt.NDArray[np.bool_]  # shape (n_papers,)


def folded(text: str) -> str:
    """Words in lower case, without accents and punctuation, one blank before, between and after them."""
    words = re.findall(r"\w+", (text if text.isascii() else _plain(text)).casefold())
    return f" {' '.join(words)} "


def _plain(text: str) -> str:
    """Without accents."""
    decomposed = unicodedata.normalize("NFKD", text)  # before the case: a mathematical letter has none of its own
    return "".join(character for character in decomposed if not unicodedata.combining(character))


_asked = lru_cache(maxsize=1 << 12)(folded)  # what readers write is looked up again and again


def matching_terms(paper: Paper, terms: Iterable[str]) -> list[str]:
    """Those of the terms that stand in the paper's title or abstract as whole words."""
    if not terms:
        return []
    texts = folded(paper.title), folded(paper.abstract)
    return [term for term in terms if _asked(term).strip() and any(_asked(term) in text for text in texts)]


def followed_authors(paper: Paper, follow: Iterable[str]) -> list[str]:
    """Those of the names that are authors of the paper, spelled as the reader did."""
    if not follow:
        return []
    names = {folded(name) for name in paper.authors} - {folded("")}
    return [name for name in follow if _asked(name) in names]


def from_organisations(told: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Those of the organisations wanted that stand in what is told of the paper's, as whole words."""
    if not wanted:
        return []
    names = [folded(name) for name in told]
    return [name for name in wanted if _asked(name).strip() and any(_asked(name) in known for known in names)]


def in_categories(paper: Paper, categories: Sequence[str]) -> bool:
    """Whether categories, if there are any, let the paper in; `cs` lets in `cs.LG`."""
    return not categories or any(
        category == wanted or category.startswith(f"{wanted}.")
        for wanted in categories
        for category in paper.categories
    )


def organisations_of(paper: Paper) -> tuple[str, ...]:
    """Where the authors of a paper work, as far as the paper itself tells."""
    return tuple(dict.fromkeys(place for byline in paper.bylines for place in byline.affiliations))


class RuleBook:
    """A day's papers, looked up by what readers state; each question is answered once for all who ask it."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self._with_term: dict[str, list[int]] = {}
        self._from: dict[str, list[int]] = {}
        self._within: dict[tuple[str, ...], Mask] = {}

    @cached_property
    def _texts(self) -> list[str]:
        """Made when a reader states a term; so are the others."""
        return [folded(paper.title) + folded(paper.abstract) for paper in self._papers]

    @cached_property
    def _by_author(self) -> Mapping[str, list[int]]:
        rows: dict[str, list[int]] = defaultdict(list)
        for row, paper in enumerate(self._papers):
            for name in {folded(name) for name in paper.authors} - {folded("")}:
                rows[name].append(row)
        return rows

    @cached_property
    def _places(self) -> list[tuple[str, ...]]:
        return [tuple(map(folded, organisations_of(paper))) for paper in self._papers]

    def within(self, categories: tuple[str, ...]) -> Mask:
        """Which papers the categories let in."""
        if categories not in self._within:
            found = [in_categories(paper, categories) for paper in self._papers]
            self._within[categories] = np.array(found, dtype=bool)
        return self._within[categories]

    def wanted(self, interest: Interest) -> dict[int, float]:
        """What rules add to the score of papers, by row."""
        if not (interest.follow or interest.include or interest.organisations):
            return {}
        added: dict[int, float] = defaultdict(float)
        for rows in (
            *(self._by_author.get(_asked(name), []) for name in interest.follow),
            *(self._rows_with(term) for term in interest.include),
            *(self._rows_from(name) for name in interest.organisations),
        ):
            for row in rows:
                added[row] += ALWAYS
        return added

    def unwanted(self, interest: Interest) -> set[int]:
        """The rows of papers that have a term which the interest excludes."""
        return {row for term in interest.exclude for row in self._rows_with(term)}

    def _rows_with(self, term: str) -> list[int]:
        key = _asked(term)
        if key not in self._with_term:
            found = [row for row, text in enumerate(self._texts) if key in text] if key.strip() else []
            self._with_term[key] = found
        return self._with_term[key]

    def _rows_from(self, name: str) -> list[int]:
        key = _asked(name)
        if key not in self._from:
            found = [row for row, places in enumerate(self._places) if any(key in place for place in places)]
            self._from[key] = found if key.strip() else []
        return self._from[key]
