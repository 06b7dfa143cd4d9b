"""The figures as rows of text, and as CSV that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Sequence

from digest.upkeep.stats.values import InterestStats, Stats, Week, precision

COLUMNS = (
    "week from",
    "papers",
    "batches",
    "not whole",
    "editions",
    "mails",
    "likes",
    "dislikes",
    "bounces",
    "joined",
    "left",
    "brought",
    "precision",
)
INTEREST_COLUMNS = ("interest", "brought", "liked", "disliked", "precision")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet computes (OWASP, CSV injection)


def week_row(week: Week) -> tuple[str, ...]:
    """The cells of COLUMNS."""
    counts = (
        week.papers,
        week.batches,
        week.open_batches,
        week.editions,
        week.mails,
        week.liked,
        week.disliked,
        week.bounces,
        week.joined,
        week.left,
        week.judged.sent,
    )
    return (week.monday.isoformat(), *map(str, counts), percent(week.precision))


def interest_row(each: InterestStats) -> tuple[str, ...]:
    """The cells of INTEREST_COLUMNS."""
    judged = each.judged
    counts = (judged.sent, judged.liked, judged.disliked)
    return (each.name or "(none named)", *map(str, counts), percent(precision(judged)))


def percent(share: float | None) -> str:
    """A share of 0 to 1 in percent; empty for None."""
    return "" if share is None else f"{100 * share:.1f} %"


def as_csv(found: Stats) -> str:
    """Both tables (RFC 4180), an empty line between them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(map(week_row, found.weeks))
    writer.writerow(())
    writer.writerow(INTEREST_COLUMNS)
    writer.writerows(_safe(interest_row(each)) for each in found.interests)
    return out.getvalue()


def _safe(cells: Sequence[str]) -> list[str]:
    return [f"'{cell}" if cell.startswith(_FORMULAS) else cell for cell in cells]
