"""What is known of a backup before it is put back, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from digest.errors import InvalidInput
from digest.store.departures import Stayed
from digest.store.schema import known_revisions

MOMENTS = (  # when something was last kept, in any schema there ever was
    "SELECT max(created_at) FROM edition",
    "SELECT max(seen_at) FROM announcement",
    "SELECT max(created_at) FROM subscriber",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What tells databases apart: the revision of the schema, and when something was last kept."""

    revision: str | None  # None: no schema of ours
    newest: datetime | None  # UTC; the newest edition, announcement or subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A database that was put back."""

    taken_at: datetime  # UTC; when the backup was made
    held: int  # deliveries that may have been sent since
    old: str  # where the database is that was there before; "" where there was none
    stayed: Stayed | None  # what that database knew of who stopped; None where it could not be asked


def usable(content: Content, name: str) -> None:
    """InvalidInput unless the backup is of this release or an older one."""
    if content.revision is None:
        raise InvalidInput(f"{name} holds no database of ours; give a file that digest backup has written")
    known = known_revisions()
    if content.revision not in known:
        raise InvalidInput(
            f"{name} is a backup of a newer release (revision {content.revision}; this one knows up to {known[-1]}): "
            "install that release, a downgrade would lose what only it can read"
        )


def refuse_newer(there: Content, backup: Content, place: str) -> None:
    """InvalidInput where the database that is there was used after the backup was made."""
    if there.newest is not None and (backup.newest is None or there.newest > backup.newest):
        said = f"{backup.newest:%Y-%m-%d %H:%M} UTC" if backup.newest else "its beginning"
        raise InvalidInput(
            f"{place} is newer: it goes to {there.newest:%Y-%m-%d %H:%M} UTC, the backup to {said}; "
            "with --replace the backup takes its place, and it is kept beside"
        )
