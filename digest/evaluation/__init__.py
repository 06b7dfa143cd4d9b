"""Evaluation: how good the ranking is for the people who read here, by their own votes, beside what others use."""

from collections.abc import Callable
from datetime import datetime

from digest.evaluation.adopting import adopt
from digest.evaluation.backtest import LEARNERS, OURS, WORDS_ALONE, replay
from digest.evaluation.past import Archive, load, since
from digest.evaluation.plot import intervals
from digest.evaluation.report import DEPTH, ENOUGH_DAYS, Line, ReaderLine, Report, report
from digest.relevance.settings import RelevanceSettings
from digest.store import Store
from digest.subscribers import Subscriber

__all__ = [
    "ENOUGH_DAYS",
    "LEARNERS",
    "OURS",
    "WORDS_ALONE",
    "Line",
    "ReaderLine",
    "Report",
    "adopt",
    "chart",
    "evaluate",
]


def evaluate(
    store: Store,
    settings: RelevanceSettings,
    *,
    now: datetime,
    weeks: int,
    subscriber: Subscriber | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Report:
    """Rank the listings of the last weeks again, each with what was known before it; nothing is changed.

    A listing counts for a reader who liked a paper of it and left another one alone, and of whom something had been
    known before. `progress` is told how many days are done, of how many.
    """
    first, last = since(now, weeks), now.date()
    past = load(store, first=first, last=last, subscriber=subscriber)
    archive = Archive(store, past, window=settings.background_papers)
    return report(list(replay(past, archive, settings, progress)), first=first, last=last)


def chart(found: Report) -> str:
    """nDCG of every ranking with its interval, as SVG."""
    lines = [(line.name, line.ndcg) for line in found.lines]
    told = "; ".join(f"{name} {each.mean:.3f}, from {each.low:.3f} to {each.high:.3f}" for name, each in lines)
    over = "readers" if found.by_reader else "days"
    title = f"Ranking by the readers' own votes, {found.first} to {found.last}"
    return intervals(title, f"nDCG@{DEPTH}: {told}.", lines, x=f"nDCG@{DEPTH}, 95 % interval over {over}")
