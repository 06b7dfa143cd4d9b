"""How often the server looks whether there is something to do."""

from dataclasses import dataclass

_LARGEST_BATCH = 20_000  # readers; their profiles are in memory at once


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """Fixed intervals: who is due, and which listing is, stands in the database and the sources' calendars."""

    ingest_seconds: float = 600.0  # a listing that is due and not there yet is asked for this often
    reread_seconds: float = 21600.0  # and one that was read is read again, for what came late
    edition_seconds: float = 60.0  # compose for whom it is time, and deliver what is open
    sweep_seconds: float = 300.0  # look for what was abandoned, and tell the operator of what is wrong
    batch_subscribers: int = 2000  # composed in one job of a worker: what the day costs once is paid for each batch

    def __post_init__(self) -> None:
        for name in ("ingest_seconds", "reread_seconds", "edition_seconds", "sweep_seconds"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: expected more than 0")
        if not 1 <= self.batch_subscribers <= _LARGEST_BATCH:
            raise ValueError(f"batch_subscribers: expected 1 to {_LARGEST_BATCH}")
