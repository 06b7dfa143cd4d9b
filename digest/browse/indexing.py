"""Papers that were kept or changed come into the full-text index, a few at a time."""

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt

from digest.browse.stems import CODE_TAG, authors_tokens, category_tags, cut, stems
from digest.papers import Paper
from digest.relevance.text import TermCounts, count_paper, is_pair, is_stem, words
from digest.signals import CODE
from digest.store import Store, Transaction
from digest.store.papers import KeptPaper
from digest.store.search import Entry
from digest.store.search_engines import Part

AT_ONCE = 1000  # papers of one transaction


def index(
    store: Store,
    progress: Callable[[int], None] = lambda papers: None,
    stopping: Callable[[], bool] = lambda: False,
    *,
    again: bool = False,
) -> int:
    """Bring every paper into the index that reads otherwise there, or `again` all of them, newest first, and return how
    many those were.

    Other writers get their turn after every AT_ONCE papers; what is not done when `stopping` says so, or when the
    process ends, is done by the next call.
    """
    if again:
        with store.begin() as tx:
            tx.search.mark_all()
    done = 0
    while not stopping():
        with store.begin() as tx:
            taken = _take(tx)
        done += taken
        progress(done)
        if taken < AT_ONCE:
            break
    return done


def stem_counts(counted: TermCounts) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """The stems of a text, by their numbers as the store has them, and how often each occurs; both of shape (n,)."""
    single = is_single(counted)
    return counted.ids[single].view(np.int64), counted.times[single]


def is_single(counted: TermCounts) -> npt.NDArray[np.bool_]:
    """Which terms of a text, shape (n,), are stems of single words."""
    return is_stem(counted.ids) & ~is_pair(counted.ids)


def signed(number: int) -> int:
    """The number of a stem (relevance.text.stem_id) as the store has it: a signed one of 64 bits."""
    return number - 2**64 if number >= 2**63 else number


def counted_terms(kept: KeptPaper) -> TermCounts:
    """The counted terms of a paper, counted now where they are not kept."""
    return TermCounts.from_bytes(kept.terms) if kept.terms else count_paper(kept.paper.title, kept.paper.abstract)


def _take(tx: Transaction) -> int:
    rows = tx.search.stale(AT_ONCE)
    roots = tx.works.roots(rows)
    own = [row for row in rows if roots[row] == row]
    kept = tx.papers.by_row(own)
    days = tx.announcements.first_fresh(set(own))
    with_code = _with_code(tx, kept)
    tx.search.drop(set(rows) - set(own))
    tx.search.put([_entry(each, days.get(row), row in with_code) for row, each in kept.items()])
    return len(rows)


def _with_code(tx: Transaction, kept: Mapping[int, KeptPaper]) -> set[int]:
    told = tx.signals.newest(each.paper.id for each in kept.values())
    return {row for row, each in kept.items() if any(said.name == CODE for said in told.get(each.paper.id, ()))}


def _entry(kept: KeptPaper, announced: date | None, has_code: bool) -> Entry:
    paper = kept.paper
    title, abstract, authors = words(paper.title), words(paper.abstract), authors_tokens(paper.authors)
    return Entry(
        row=kept.row,
        day=announced or _submitted(paper),
        parts={
            Part.TITLE: stems(title),
            Part.AUTHORS: authors,
            Part.ABSTRACT: stems(abstract),
            Part.TAGS: [*category_tags(paper.categories), *([CODE_TAG] if has_code else [])],
        },
        words=frozenset(map(cut, (*title, *abstract, *authors))),
        terms=stem_counts(counted_terms(kept))[0].tolist(),
    )


def _submitted(paper: Paper) -> date:
    """The day of a paper that no listing has named as new; of one without any, the day on which its text was seen."""
    known = paper.submitted_at or paper.changed_at
    return known.date() if known else date.min
