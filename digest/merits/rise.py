"""The terms that rise: those that more papers of a category hold in seven days than in the eight weeks before."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from digest.errors import InvalidInput
from digest.merits.listed import WEEK
from digest.papers import Paper
from digest.relevance.text import terms
from digest.relevance.trends import LEAST_PAPERS, Frequencies, Rising, rising
from digest.store import Store
from digest.store.upsert import chunks

WEEKS_BEFORE = 8
_OLD = timedelta(days=14)  # a paper that became known so long after it was submitted is no paper of that week
_AT_ONCE = 500  # papers read in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingWeek:
    """The rising terms of seven days."""

    first: date
    last: date
    papers: int  # of these days
    before: int  # of the weeks before
    by_category: Mapping[str, tuple[Rising, ...]]  # best first; only categories in which any term rises


def rising_terms(store: Store, *, last: date | None = None, categories: Sequence[str] = ()) -> RisingWeek:
    """The rising terms of the seven days that end on `last`, which is the day of the newest listing where it is None.

    A paper counts in each of its categories, once; `categories` are those asked for, `cs` stands for one for all of
    cs, and without any it is every category that its papers stand in. InvalidInput where there is no listing yet.
    """
    with store.read() as tx:
        days = tx.history.known_from()
        last = last or max(tx.history.listed_on().values(), default=None)
    if last is None:
        raise InvalidInput("nothing was listed yet; run: digest ingest")
    start = last - WEEK
    of_week = [row for row, day in days.items() if start < day <= last]
    of_before = [row for row, day in days.items() if start - WEEKS_BEFORE * WEEK < day <= start]
    now = _Tally(categories)
    now.take(_papers(store, of_week, days))
    now.drop_rare()
    then = _Tally(categories, only=now.terms)
    then.take(_papers(store, of_before, days))
    found = {name: rising(now.frequencies(name), then.frequencies(name)) for name in sorted(now.papers)}
    return RisingWeek(
        first=start + timedelta(days=1),
        last=last,
        papers=now.read,
        before=then.read,
        by_category={name: risen for name, risen in found.items() if risen},
    )


class _Tally:
    """How many papers of each category hold each term."""

    def __init__(self, asked: Sequence[str], only: Mapping[str, Counter[str]] | None = None) -> None:
        """`only` names the terms that are worth counting, by category."""
        self._asked = asked
        self._only = only
        self.read = 0  # papers of any of the categories
        self.papers = Counter[str]()
        self.terms: dict[str, Counter[str]] = defaultdict(Counter)

    def take(self, papers: Iterable[Paper]) -> None:
        for paper in papers:
            names = self._names(paper)
            if not names:
                continue
            self.read += 1
            self.papers.update(names)
            held = {*terms(paper.title), *terms(paper.abstract)}
            for name in names:
                self.terms[name].update(held if self._only is None else held & self._only[name].keys())

    def drop_rare(self) -> None:
        """Forget the terms of too few papers to be listed, which are most of them."""
        for name, counts in self.terms.items():
            self.terms[name] = Counter({term: papers for term, papers in counts.items() if papers >= LEAST_PAPERS})

    def frequencies(self, name: str) -> Frequencies:
        return Frequencies(papers=self.papers[name], by_term=self.terms.get(name, {}))

    def _names(self, paper: Paper) -> set[str]:
        """The categories in which a paper counts."""
        if self._asked:
            return {w for w in self._asked if any(c == w or c.startswith(f"{w}.") for c in paper.categories)}
        return {*paper.categories} if self._only is None else self._only.keys() & paper.categories


def _papers(store: Store, rows: Sequence[int], days: Mapping[int, date]) -> Iterator[Paper]:
    """The papers of these rows, but those that were old when they became known."""
    for part in chunks(sorted(rows), _AT_ONCE):
        with store.read() as tx:
            kept = tx.papers.by_row(part)
        for row, each in kept.items():
            submitted = each.paper.submitted_at
            if submitted is None or days[row] - submitted.date() <= _OLD:
                yield each.paper
