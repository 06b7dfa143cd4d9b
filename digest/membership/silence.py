"""Whoever has not been heard of for long is asked whether they still read; without an answer their mail pauses.

Nothing is tracked: to be heard of is to vote, to save, to answer, or to change something.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.mail import LetterKind
from digest.membership.settings import LetterSettings
from digest.store import Store
from digest.subscribers import SubscriberState

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking the silent."""

    asked: int = 0
    paused: int = 0


def ask_the_silent(store: Store, settings: LetterSettings, *, now: datetime, message_id: Callable[[], str]) -> Asked:
    """Ask who has been silent for `still_reading_days`, once in that time, and pause who was asked and did not answer.

    Nothing happens where the operator has not switched it on.
    """
    if not settings.still_reading_days:
        return Asked()
    silence, patience = timedelta(days=settings.still_reading_days), timedelta(days=settings.pause_after_days)
    asked = paused = 0
    with store.begin() as tx:
        for subscriber in tx.subscribers.silent(since=now - silence):
            question = tx.letters.last(subscriber.id, LetterKind.STILL_READING)
            today, heard = subscriber.schedule.local_date(now), subscriber.heard_at or subscriber.created_at
            if question is None or question <= subscriber.schedule.local_date(heard):
                details = {"until": (today + patience).isoformat()}
                letter = tx.letters.keep(subscriber.id, LetterKind.STILL_READING, today, now=now, details=details)
                if letter is not None:
                    tx.deliveries.intend_letter(
                        letter,
                        message_id=message_id(),
                        now=now,
                        expires_at=now + patience,
                    )
                    asked += 1
            elif today >= question + patience:
                tx.subscribers.change(subscriber.id, state=SubscriberState.PAUSED)
                log.info("paused subscriber=%d: silent, and asked on %s", subscriber.id, question)
                paused += 1
    return Asked(asked=asked, paused=paused)
