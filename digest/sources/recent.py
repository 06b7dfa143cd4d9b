"""What counts as news in a source without a calendar, and the day it is announced under."""

from datetime import UTC, date, datetime, timedelta

RECENT = timedelta(days=30)  # what is dated further back is no news, whenever it is first seen


def is_recent(dated: datetime, now: datetime, within: timedelta = RECENT) -> bool:
    """Whether a date is not long past; one still to come is not."""
    return now - dated <= within


def day_of(dated: datetime | None, now: datetime) -> date:
    """The date itself, UTC, where it is recent and has come; else today."""
    told = dated is not None and dated <= now and is_recent(dated, now)
    return (dated if dated is not None and told else now).astimezone(UTC).date()
