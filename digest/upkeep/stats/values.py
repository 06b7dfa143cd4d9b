"""The figures of some weeks, from what the store counts by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from digest.store import Store
from digest.store.weekly import ByDay, Judged
from digest.subscribers import Verdict

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week, from Monday on; days are UTC, an edition's its reader's own."""

    monday: date
    papers: int  # that became known
    batches: int
    open_batches: int  # of them, not read whole
    editions: int
    mails: int  # that the relay took, letters too
    liked: int  # votes given in the week, on whatever
    disliked: int
    bounces: int
    joined: int
    left: int  # by themselves
    judged: Judged  # what the editions of the week brought

    @property
    def precision(self) -> float | None:
        """The share, 0 to 1, of what was brought that is liked by now; None where nothing was."""
        return precision(self.judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestStats:
    """What editions of all the weeks brought for the interests of one name."""

    name: str  # "" where the edition does not say
    judged: Judged
    by_week: tuple[float | None, ...]  # precision, 0 to 1, of each week


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Figures of some weeks, the oldest first."""

    weeks: tuple[Week, ...]
    interests: tuple[InterestStats, ...]  # the one that brought most papers first


def precision(judged: Judged) -> float | None:
    """Liked of brought; what was left alone counts against, as a reader had it before their eyes."""
    return judged.liked / judged.sent if judged.sent else None


def stats(store: Store, *, now: datetime, weeks: int) -> Stats:
    """The figures of the week of `now`, as far as it goes, and of those before it."""
    this = now.date() - timedelta(days=now.weekday())
    mondays = [this - _WEEK * back for back in range(weeks - 1, -1, -1)]
    with store.read() as tx:
        first, by_day = mondays[0], tx.weekly
        counts = {
            "papers": by_day.papers(first),
            "batches": by_day.batches(first),
            "open_batches": by_day.open_batches(first),
            "editions": by_day.editions(first),
            "mails": by_day.mails(first),
            "liked": by_day.votes(first, Verdict.LIKE),
            "disliked": by_day.votes(first, Verdict.DISLIKE),
            "bounces": by_day.bounces(first),
            "joined": by_day.joined(first),
            "left": by_day.left(first),
        }
        judged = by_day.judged(first)
    return Stats(
        weeks=tuple(_week(monday, counts, judged) for monday in mondays), interests=_interests(judged, mondays)
    )


def _week(monday: date, counts: Mapping[str, ByDay], judged: Mapping[tuple[date, str], Judged]) -> Week:
    summed = {name: sum(count for day, count in days.items() if _is_in(day, monday)) for name, days in counts.items()}
    brought = sum((each for (day, _), each in judged.items() if _is_in(day, monday)), Judged())
    return Week(monday=monday, judged=brought, **summed)


def _interests(judged: Mapping[tuple[date, str], Judged], mondays: list[date]) -> tuple[InterestStats, ...]:
    names = {name for _, name in judged}
    found = [
        InterestStats(
            name=name,
            judged=sum((each for (_, of), each in judged.items() if of == name), Judged()),
            by_week=tuple(precision(_of(name, monday, judged)) for monday in mondays),
        )
        for name in names
    ]
    return tuple(sorted(found, key=lambda each: (-each.judged.sent, each.name)))


def _of(name: str, monday: date, judged: Mapping[tuple[date, str], Judged]) -> Judged:
    return sum((each for (day, of), each in judged.items() if of == name and _is_in(day, monday)), Judged())


def _is_in(day: date, monday: date) -> bool:
    return monday <= day < monday + _WEEK
