"""Membership: who reads, when, and what they care for."""

from typing import TYPE_CHECKING

from digest import lazily

if TYPE_CHECKING:
    from digest.membership.interests import Tuning, describe, drop_interest, make_interest, reclaim, tune, vote
    from digest.membership.joining import admit
    from digest.membership.people import (
        add,
        find,
        for_kind,
        leave,
        leave_by_link,
        link_holder,
        pause,
        reschedule,
        resume,
        wake,
    )
    from digest.membership.settings import DEFAULT_SIZE, LetterSettings
    from digest.membership.silence import Asked, ask_the_silent
    from digest.membership.typed import (
        MOST_PAPERS,
        MOST_WEIGHT,
        address,
        category,
        days,
        hour,
        interest_name,
        paper_key,
        size,
        timezone,
        words,
    )

lazily.give(
    __name__,
    {
        "interests": "Tuning describe drop_interest make_interest reclaim tune vote",
        "joining": "admit",
        "people": "add find for_kind leave leave_by_link link_holder pause reschedule resume wake",
        "settings": "DEFAULT_SIZE LetterSettings",
        "silence": "Asked ask_the_silent",
        "typed": "MOST_PAPERS MOST_WEIGHT address category days hour interest_name paper_key size timezone words",
    },
)

__all__ = [
    "DEFAULT_SIZE",
    "MOST_PAPERS",
    "MOST_WEIGHT",
    "Asked",
    "LetterSettings",
    "Tuning",
    "add",
    "address",
    "admit",
    "ask_the_silent",
    "category",
    "days",
    "describe",
    "drop_interest",
    "find",
    "for_kind",
    "hour",
    "interest_name",
    "leave",
    "leave_by_link",
    "link_holder",
    "make_interest",
    "paper_key",
    "pause",
    "reclaim",
    "reschedule",
    "resume",
    "size",
    "timezone",
    "tune",
    "vote",
    "wake",
    "words",
]
