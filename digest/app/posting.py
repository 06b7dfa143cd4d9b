"""Delivering with one process or several, which load nothing that other verbs need: they begin in half the time."""

import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment

from digest.app.mailing import Mailing
from digest.app.parts import Counted, at_once, is_to_stop, told
from digest.config import Settings
from digest.deliver import Delivered, deliver
from digest.processes import Part
from digest.rendering.mail import MailRenderer
from digest.rendering.templates import environment
from digest.store import Store

WORTH_IT = 1000  # open deliveries; a process takes half a second to begin


def templates(settings: Settings) -> Environment:
    """Those of the product, with the operator's own in their place."""
    folder = settings.site.templates
    return environment(Path(folder) if folder else None)


def post(
    settings: Settings,
    store: Store,
    mailing: Mailing,
    *,
    now: datetime,
    part: Part | None,
    progress: Counted,
    stopping: Callable[[], bool],
    renderer: MailRenderer | None = None,
) -> Delivered:
    """Send what is open, or a part of it; `renderer` lends one that has papers at hand."""
    return deliver(
        store,
        renderer or MailRenderer(settings.site, templates(settings)),
        mailing.transport(),
        now=now,
        settings=settings.delivery,
        returns=settings.returns,
        sign=mailing.signer(),
        threads=mailing.threads,
        part=part,
        progress=progress,
        stopping=stopping,
    )


def post_in_parts(
    settings: Settings, *, now: datetime, processes: int, of: int, progress: Counted, stopping: Callable[[], bool]
) -> Delivered:
    """Have each of some processes send its part of the `of` deliveries that are open; what came of all of them.

    A child whose parent ends stops after the mail in hand.
    """
    parts = at_once(_part_of, settings, now=now, processes=processes, of=of, progress=progress, stopping=stopping)
    return _together(parts)


def _part_of(settings: Settings, now: datetime, part: Part) -> Delivered:
    """In a child."""
    with contextlib.closing(Store(settings.database)) as store:
        store.prepare(now=now)
        return post(settings, store, Mailing(settings), now=now, part=part, progress=told(), stopping=is_to_stop)


def _together(parts: Sequence[Delivered]) -> Delivered:
    return Delivered(
        outcomes=sum((part.outcomes for part in parts), Counter()),
        problem=next((part.problem for part in parts if part.problem is not None), None),
        unwritten=sum(part.unwritten for part in parts),
        stopped=any(part.stopped for part in parts),
    )
