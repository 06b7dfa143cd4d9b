"""How papers are chosen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceSettings:
    """What is good enough, and what it is measured against."""

    threshold: float = 0.01  # the least raw score of a paper that is sent to somebody with a profile
    background_papers: int = 20000  # the newest so many papers are the background
