"""What the papers of an edition were chosen from, stream by stream."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from digest.batches import Batch, BatchState
from digest.editions import Coverage, Recommendation
from digest.identity import PaperId
from digest.papers import Paper
from digest.relevance import rules
from digest.subscribers import Profile

_ELSEWHERE = {"huggingface"}  # a ledger of papers that others announce
_NOBODY = PaperId("entry:")
_NAMED_CATEGORIES = 5  # of a reader who has chosen none


class Streams:
    """What the ledger has of each stream that a reader follows; the same for all who wait for the same."""

    def __init__(self, batches: Iterable[Batch], profile: Profile, days: set[date]) -> None:
        """Of the batches of those days, and since when a stream is open."""
        by_stream: dict[str, list[Batch]] = {}
        for batch in batches:
            is_theirs = batch.source not in _ELSEWHERE and _follows(profile, batch.stream)
            if is_theirs and (batch.day in days or _is_worth_telling(batch)):
                by_stream.setdefault(batch.stream, []).append(batch)
        lines = (_line(stream, found, days) for stream, found in by_stream.items())
        self._lines = sorted((line for line in lines if line is not None), key=lambda line: (-line.seen, line.stream))
        self._places: dict[tuple[str, ...], list[int]] = {}  # by a paper's categories
        self._told: dict[tuple[int, int], Coverage] = {}  # by a stream's place and how many were chosen

    def coverage(self, chosen: Sequence[Recommendation]) -> tuple[Coverage, ...]:
        """The same with how many of the papers chosen for a reader stand in each stream."""
        counts = [0] * len(self._lines)
        for item in chosen:
            for place in self._of(item.paper.categories):
                counts[place] += 1
        return tuple([self._line(*line) for line in enumerate(counts)])

    def _of(self, categories: tuple[str, ...]) -> list[int]:
        """The places of the streams that a paper of these categories stands in."""
        if categories not in self._places:
            found = [n for n, line in enumerate(self._lines) if _stands_in(categories, line.stream)]
            self._places[categories] = found
        return self._places[categories]

    def _line(self, place: int, chosen: int) -> Coverage:
        if (place, chosen) not in self._told:
            self._told[place, chosen] = replace(self._lines[place], chosen=chosen)
        return self._told[place, chosen]


def _line(stream: str, batches: Sequence[Batch], days: set[date]) -> Coverage | None:
    of_days = [batch for batch in batches if batch.day in days]
    oldest = next((batch for batch in batches if _is_worth_telling(batch)), None)
    expected = sum(batch.expected for batch in of_days)
    if not expected and oldest is None:
        return None
    return Coverage(
        stream=stream,
        seen=sum(batch.arrived for batch in of_days),
        expected=expected,
        chosen=0,
        state=oldest.state if oldest else BatchState.COMPLETE,
        since=oldest.day if oldest else None,
    )


def _is_worth_telling(batch: Batch) -> bool:
    return batch.state in (BatchState.PARTIAL, BatchState.STALLED, BatchState.FAILED)


def _follows(profile: Profile, stream: str) -> bool:
    return rules.in_categories(Paper(id=_NOBODY, title="", categories=(stream,)), profile.categories)


def _stands_in(categories: Iterable[str], stream: str) -> bool:
    return any(category == stream or category.startswith(f"{stream}.") for category in categories)


def by_category(papers: Sequence[Paper], profile: Profile) -> tuple[tuple[str, int], ...]:
    """Papers by the reader's categories; by primary category, the largest first, where the reader chose none."""
    if profile.categories:
        return tuple((c, sum(rules.in_categories(paper, (c,)) for paper in papers)) for c in profile.categories)
    primary = Counter(paper.categories[0] if paper.categories else "no category" for paper in papers)
    named = sorted(primary.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = sum(count for _, count in named[_NAMED_CATEGORIES:])
    return tuple(named[:_NAMED_CATEGORIES] + ([("others", rest)] if rest else []))
