"""The text of a day's papers, beside a refit of everything as arxiv-sanity-lite does it each day."""

import time
from collections.abc import Sequence

from benchmarks.scoring import WINDOW, sanity_rows
from digest.relevance.model import Model
from digest.relevance.scoring import Day
from digest.relevance.space import Space
from digest.relevance.text import TermCounts, count_paper


def measured(texts: Sequence[tuple[str, str]], papers: int) -> tuple[float, float]:
    """Seconds of CPU for the newest `papers` of (title, abstract): ours, and the refit of all texts.

    Ours counts their words, takes them into the model of the background, and weighs them.
    """
    archive = [count_paper(*text) for text in texts[:-papers]]
    first = max(len(archive) - WINDOW, 0)
    model = Model().grown({number: archive[number] for number in range(first, len(archive))}, window=WINDOW)
    ours = _taken_by_ours(model, texts[-papers:], len(archive))
    began = time.process_time()
    sanity_rows([" ".join(text) for text in texts])
    return ours, time.process_time() - began


def _taken_by_ours(model: Model, fresh: Sequence[tuple[str, str]], known: int) -> float:
    began = time.process_time()
    counted: list[TermCounts] = [count_paper(*text) for text in fresh]
    grown = model.grown(dict(enumerate(counted, start=known)), window=WINDOW)
    Day(Space(grown), counted, range(known, known + len(counted)))
    return time.process_time() - began
