"""The rules a reader states outright: terms to include or exclude, authors to follow, categories."""

import re
import unicodedata
from collections.abc import Iterable

from digest.papers import Paper
from digest.subscribers import Profile

FOLLOW_BONUS = 2.5  # for each followed author; more than text scores can differ
INCLUDE_BONUS = 2.5  # for each included term


def folded(text: str) -> str:
    """Words in lower case, without accents and punctuation, one blank before, between and after them."""
    decomposed = unicodedata.normalize("NFKD", text)  # before the case: a mathematical letter has none of its own
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    words = re.findall(r"\w+", plain.casefold())
    return f" {' '.join(words)} "


def matching_terms(paper: Paper, terms: Iterable[str]) -> list[str]:
    """Those of the terms that stand in the paper's title or abstract as whole words."""
    texts = folded(paper.title), folded(paper.abstract)
    return [term for term in terms if folded(term).strip() and any(folded(term) in text for text in texts)]


def followed_authors(paper: Paper, follow: Iterable[str]) -> list[str]:
    """Those of the names that are authors of the paper, spelled as the reader did."""
    names = {folded(name) for name in paper.authors} - {folded("")}
    return [name for name in follow if folded(name) in names]


def in_categories(paper: Paper, profile: Profile) -> bool:
    """Whether the reader's categories, if there are any, let the paper in; `cs` lets in `cs.LG`."""
    return not profile.categories or any(
        category == wanted or category.startswith(f"{wanted}.")
        for wanted in profile.categories
        for category in paper.categories
    )


def is_excluded(paper: Paper, profile: Profile) -> bool:
    return bool(profile.exclude and matching_terms(paper, profile.exclude))
