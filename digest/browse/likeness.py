"""Papers by meaning: a paper or some words in, the papers with the nearest words out, and the words that they share.

Candidates are those that have some of the strongest stems, by the full-text index; they are put in order by the cosine
of their TF-IDF vectors of single stems, (1 + ln tf) · idf^1.5 as in `relevance.space`, with the document frequencies
that the index keeps. So one question reads some hundred papers, however many there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

import numpy as np
import numpy.typing as npt

from digest.browse.indexing import counted_terms, is_single, signed, stem_counts
from digest.browse.loading import records
from digest.browse.stems import stems
from digest.identity import PaperId
from digest.records import Record
from digest.relevance.space import IDF_POWER
from digest.relevance.text import TermCounts, count_words, spelled, stem_id, words
from digest.store import Store, Transaction
from digest.store.papers import KeptPaper
from digest.store.search import numbers_of
from digest.store.search_engines import Phrase, Wanted
from digest.store.search_tables import ALL_PAPERS

Numbers = npt.NDArray[np.int64]  # of stems, as the store has them: signed ones of 64 bits
Weights = npt.NDArray[np.float64]
_ASKED_BY = 10  # stems by which candidates are found
_POSTINGS = 4000  # papers that may have one of them, in all: what is looked at for one question
_CANDIDATES = 150  # papers compared: among them are 82 % of the five nearest of all
_SHARED = 5  # words named
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A paper that is near to another one."""

    record: Record
    cosine: float  # above 0, at most 1
    shared: tuple[str, ...]  # words of both as the other one writes them, what weighs most first


def like(store: Store, key: PaperId, *, limit: int, now: datetime) -> list[Alike]:
    """The papers nearest to a kept one, the nearest first, at most `limit`; nothing where it is not kept.

    As `now` is the moment to work at, what is announced later is left out: arXiv's listing has tomorrow's date at most.
    """
    with store.read() as tx:
        kept = tx.papers.get([key]).get(key)
        if kept is None:
            return []
        text = (kept.paper.title, kept.paper.abstract)
        question = _question(tx, counted_terms(kept), text)
        wanted = Wanted(last=numbers_of(None, now.date() + _DAY)[1], without=tx.search.document(kept.row))
        found = question.nearest(tx, wanted, limit=limit)
        loaded = records(tx, [near.key for near in found])
    by_key = {record.paper.id: record for record in loaded}
    return [
        Alike(record=by_key[near.key], cosine=near.cosine, shared=_named(near.shared, text))
        for near in found
        if near.key in by_key
    ]


def nearest(tx: Transaction, text: str, wanted: Wanted, *, limit: int) -> list[PaperId]:
    """The papers nearest to some words among those that match, the nearest first, at most `limit`."""
    return [near.key for near in _question(tx, count_words(text), [text]).nearest(tx, wanted, limit=limit)]


def nearest_to(tx: Transaction, kept: KeptPaper, wanted: Wanted, *, limit: int) -> list[PaperId]:
    """The papers nearest to a kept one among those that match."""
    question = _question(tx, counted_terms(kept), [kept.paper.title, kept.paper.abstract])
    others = replace(wanted, without=tx.search.document(kept.row))
    return [near.key for near in question.nearest(tx, others, limit=limit)]


# ------------------------------------------------------------ pieces


@dataclass(frozen=True, slots=True)
class _Near:
    key: PaperId
    cosine: float
    shared: tuple[int, ...]  # numbers of stems, what weighs most first


@dataclass(frozen=True, slots=True, eq=False)
class _Bags:
    """The stems of some papers, each paper's after those of the one before; every paper has one or more."""

    rows: Sequence[int]
    numbers: Numbers  # (n,)
    tf: Weights  # (n,), 1 + ln of how often each occurs
    starts: Numbers  # (papers,), where those of each paper begin

    @classmethod
    def of(cls, blobs: Mapping[int, bytes]) -> Self | None:
        """Of those papers that have any stems; None where none has."""
        counted = list(map(TermCounts.from_bytes, blobs.values()))
        every = TermCounts(*map(np.concatenate, zip(*((each.ids, each.times) for each in counted), strict=True)))
        papers = np.repeat(np.array(list(blobs)), [len(each.ids) for each in counted])[is_single(every)]
        numbers, times = stem_counts(every)
        starts = np.flatnonzero(np.diff(papers, prepend=-1))
        return (
            cls(papers[starts].tolist(), numbers, 1 + np.log(times.astype(np.float64)), starts) if len(starts) else None
        )

    def sums(self, values: Weights) -> Weights:
        """The sum over each paper's stems, shape (papers,)."""
        return np.add.reduceat(values, self.starts)


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    numbers: Numbers  # (n,) of the stems of what is asked, ascending
    weights: Weights  # (n,)
    papers: int  # in the index
    asked_by: Sequence[str]  # stems

    def nearest(self, tx: Transaction, wanted: Wanted, *, limit: int) -> list[_Near]:
        if not self.asked_by:
            return []
        any_of = tuple(Phrase((stem,)) for stem in self.asked_by)
        asked = replace(wanted, clauses=(*wanted.clauses, any_of))
        blobs = tx.search.terms(tx.search.nearest(asked, limit=_CANDIDATES, among=_POSTINGS))
        bags = _Bags.of(blobs) if blobs else None
        return list(self._compared(tx, bags, limit)) if bags else []

    def _compared(self, tx: Transaction, bags: _Bags, limit: int) -> Iterator[_Near]:
        weights = bags.tf * idf(tx.search.frequencies(bags.numbers), self.papers)
        parts = self._weights_of(bags.numbers) * weights
        lengths = np.sqrt(bags.sums(weights**2)) * np.sqrt(np.sum(self.weights**2))
        cosines = np.divide(bags.sums(parts), lengths, out=np.zeros(len(lengths)), where=lengths > 0)
        best = [place for place in np.argsort(-cosines, kind="stable")[:limit].tolist() if cosines[place] > 0]
        keys = tx.works.kept_as([bags.rows[place] for place in best])
        ends = np.append(bags.starts[1:], len(parts))
        for place in best:
            of = slice(bags.starts[place], ends[place])
            shared = _strongest(bags.numbers[of], parts[of])
            yield _Near(keys[bags.rows[place]], min(float(cosines[place]), 1.0), shared)

    def _weights_of(self, numbers: Numbers) -> Weights:
        """What each stem weighs in the question, shape (n,); 0 for those that it has not."""
        at = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return np.where(self.numbers[at] == numbers, self.weights[at], 0.0)


def _strongest(numbers: Numbers, parts: Weights) -> tuple[int, ...]:
    """The stems that make most of a cosine, at most _SHARED; both of shape (n,)."""
    order = np.argsort(-parts, kind="stable")[:_SHARED]
    return tuple(numbers[order[parts[order] > 0]].tolist())


def _question(tx: Transaction, counted: TermCounts, text: Sequence[str]) -> _Question:
    numbers, times = stem_counts(counted)  # ascending, as numbers without a sign
    told = tx.search.frequencies(np.append(numbers, ALL_PAPERS)).tolist()
    papers, known = told.pop(), dict(zip(numbers.tolist(), told, strict=True))
    weights = (1 + np.log(times)) * idf(np.array(told), papers)
    written = list(dict.fromkeys(word for part in text for word in words(part)))
    stem_of = {signed(stem_id(word)): stem for word, stem in zip(written, stems(written), strict=True)}
    strongest = [n for n in numbers[np.argsort(-weights, kind="stable")].tolist() if n in stem_of and known[n]]
    order = np.argsort(numbers)
    asked_by = [stem_of[number] for number in _affordable(strongest, known)]
    return _Question(numbers[order], weights[order], papers, asked_by)


def _affordable(strongest: Sequence[int], known: Mapping[int, int]) -> list[int]:
    """The strongest stems that few enough papers have in all; of words that are all frequent, the strongest one."""
    chosen, postings = list[int](), 0
    for number in strongest:
        if postings + known[number] <= _POSTINGS:
            chosen.append(number)
            postings += known[number]
        if len(chosen) == _ASKED_BY:
            break
    return chosen or list(strongest[:1])


def idf(known: Numbers, papers: int) -> Weights:
    """How much stems weigh that so many of the papers have; 0 for those that none has."""
    return np.where(known > 0, (np.log((1 + papers) / (1 + known)) + 1) ** IDF_POWER, 0.0)


def _named(numbers: Sequence[int], text: Sequence[str]) -> tuple[str, ...]:
    """The words behind stems, as they are written in a text."""
    unsigned = [number % 2**64 for number in numbers]
    written = spelled(unsigned, text)
    return tuple(written[number] for number in unsigned if number in written)
