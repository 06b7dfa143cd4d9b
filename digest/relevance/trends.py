"""Which terms more of a category's papers hold this week than in the weeks before.

How many papers hold each term goes in, twice; the rising terms come out, best first. Pure: terms are strings of one or
more words. The formula, with a worked example, is in docs/scores.md.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEAST_PAPERS = 5  # of this week that hold a term; fewer may be one group's series
LEAST_RISE = 2.0  # times its share before; the commonest words pass any z at a tenth more, and that is no news
LEAST_Z = 2.8  # at which half a term a week passes, or less, where real papers are dealt to the weeks by chance
SAME_PAPERS = 0.9  # of a word's papers that hold a listed bigram: the word says nothing of its own
_JEFFREYS = 0.5  # papers with and without a term that are added, so that no share is 0 or 1
_ADDRESS_WORDS = frozenset("http https www com org io url github href".split())  # no topic rises in them


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequencies:
    """How many papers of one category and time hold each term."""

    papers: int  # in all, 0 or more
    by_term: Mapping[str, int]  # a term to the number of papers that hold it, 0 to `papers`

    def __post_init__(self) -> None:
        """ValueError for counts that no papers can have."""
        if self.papers < 0 or any(not 0 <= count <= self.papers for count in self.by_term.values()):
            raise ValueError(f"a term in less than no paper, or in more than all {self.papers}")

    def share(self, term: str) -> float:
        """The part of the papers that holds a term, 0 to 1; of no papers 0."""
        return self.by_term.get(term, 0) / self.papers if self.papers else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """A term on the rise."""

    term: str
    z: float  # standard deviations by which its log-odds rose, at least LEAST_Z
    this_week: int  # papers that hold it, at least LEAST_PAPERS
    before: int  # papers of the weeks before that held it, 0 or more


def rising(this_week: Frequencies, before: Frequencies) -> tuple[Rising, ...]:
    """The rising terms of one category, best first; none where there is nothing before to compare with.

    Left out are numbers, parts of addresses, and a word that a listed bigram holds with nearly the same papers: a
    bigram's papers are among those of each of its words, so their numbers tell.
    """
    if not before.papers:
        return ()
    told = [
        Rising(term=term, z=log_odds_z(term, this_week, before), this_week=count, before=before.by_term.get(term, 0))
        for term, count in this_week.by_term.items()
        if count >= LEAST_PAPERS and this_week.share(term) >= LEAST_RISE * before.share(term) and _is_topic(term)
    ]
    listed = [item for item in told if item.z >= LEAST_Z]
    return tuple(sorted(_without_parts(listed), key=lambda item: (-item.z, item.term)))


def log_odds_z(term: str, this_week: Frequencies, before: Frequencies) -> float:
    """The rise of a term's log-odds in standard deviations; below 0 where it fell, 0 where a time has no papers.

    Monroe, Colaresi and Quinn (2008), "Fightin' Words", eq. 16–22, with papers in the place of words: a paper holds a
    term or not, so that each term has a Beta prior. It is informative, the term's share in both times together, and
    weighs the geometric mean of both numbers of papers: a lighter one makes new terms unsure, a heavier one levels all.
    The variance is that of both posteriors in full, for a term may stand in most papers.
    """
    if not (this_week.papers and before.papers):
        return 0.0
    now, then = this_week.by_term.get(term, 0), before.by_term.get(term, 0)
    share = (now + then + _JEFFREYS) / (this_week.papers + before.papers + 2 * _JEFFREYS)
    weight = math.sqrt(this_week.papers * before.papers)  # in papers
    with_prior, without_prior = weight * share, weight * (1 - share)
    with_now, without_now = now + with_prior, this_week.papers - now + without_prior
    with_then, without_then = then + with_prior, before.papers - then + without_prior
    delta = math.log(with_now / without_now) - math.log(with_then / without_then)
    return delta / math.sqrt(1 / with_now + 1 / without_now + 1 / with_then + 1 / without_then)


def _is_topic(term: str) -> bool:
    words = term.split()
    return not any(word in _ADDRESS_WORDS for word in words) and not all(word.isdecimal() for word in words)


def _without_parts(listed: Iterable[Rising]) -> list[Rising]:
    """All but the words that stand in hardly a paper without a listed term of several words."""
    items = list(listed)
    held: dict[str, int] = {}
    for item in items:
        words = item.term.split()
        for word in words if len(words) > 1 else ():
            held[word] = max(held.get(word, 0), item.this_week)
    return [item for item in items if held.get(item.term, 0) < SAME_PAPERS * item.this_week]
