"""Stats: what came, what was sent and what was said of it, by week and by interest. That a mail was opened is never
known: there is no picture, no pixel and no counting link in it.
"""

from digest.upkeep.stats.page import page
from digest.upkeep.stats.rows import COLUMNS, INTEREST_COLUMNS, as_csv, interest_row, week_row
from digest.upkeep.stats.values import InterestStats, Stats, Week, stats

__all__ = [
    "COLUMNS",
    "INTEREST_COLUMNS",
    "InterestStats",
    "Stats",
    "Week",
    "as_csv",
    "interest_row",
    "page",
    "stats",
    "week_row",
]
