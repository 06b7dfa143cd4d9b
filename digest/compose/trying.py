"""Today's edition for somebody who is nobody yet: a profile in, what they would get out. Nothing is kept."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from digest.compose.background import background, count_what_is_not
from digest.compose.day import drafted, unkept
from digest.compose.desk import desk
from digest.editions import Edition
from digest.relevance.readers import Reader, Voted
from digest.relevance.settings import RelevanceSettings
from digest.relevance.text import TermCounts
from digest.store import Store, Transaction
from digest.subscribers import Profile, Schedule, Subscriber, SubscriberState

_NOBODY = 0  # the number that no subscriber has


def try_out(
    store: Store,
    settings: RelevanceSettings,
    profile: Profile,
    schedule: Schedule,
    *,
    size: int,
    now: datetime,
    model_folder: Path | None = None,
) -> Edition | None:
    """What would be sent of the newest listing; None where nothing was announced that the profile lets in."""
    somebody = Subscriber(
        id=_NOBODY,
        address="",
        state=SubscriberState.PENDING,
        schedule=schedule,
        size=size,
        next_due_at=now,
        read_through=None,
        feed_uri="",
        created_at=now,
    )
    count_what_is_not(store)
    with store.read() as tx:
        laid = replace(desk(tx, [somebody]), readers={_NOBODY: _reader(tx, profile)})
    if not laid.offered(somebody):
        return None
    day = [(somebody, schedule.local_date(now))]
    ((slate, _),) = drafted(laid, background(store, settings, model_folder), settings, day, now)
    return unkept(slate, now)


def _reader(tx: Transaction, profile: Profile) -> Reader:
    kept = tx.papers.get((*profile.liked, *profile.disliked))
    voted = {key: Voted(each.row, each.paper.title, TermCounts.from_bytes(each.terms)) for key, each in kept.items()}
    return Reader(profile, voted)
