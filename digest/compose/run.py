"""Compose for everybody who is due: their own editions first, then the common lists of their groups."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from digest.compose.common import compose_lists
from digest.compose.day import Composed, Progress, compose_editions
from digest.relevance.settings import RelevanceSettings
from digest.store import Store


def compose(
    store: Store,
    settings: RelevanceSettings,
    *,
    now: datetime,
    message_id: Callable[[], str],
    model_folder: Path | None = None,
    welcome: bool = False,
    only: Collection[int] | None = None,
    progress: Progress = lambda done, of: None,
) -> Composed:
    """Keep what is due at `now`, and the intent to mail it; `only` for the subscribers of some numbers.

    See `compose_editions` and `compose_lists`. Lists are counted among what was kept.
    """
    own = compose_editions(
        store,
        settings,
        now=now,
        message_id=message_id,
        model_folder=model_folder,
        welcome=welcome,
        only=only,
        progress=progress,
    )
    lists = compose_lists(store, settings, now=now, message_id=message_id, model_folder=model_folder, only=only)
    return replace(own, kept=own.kept + lists)
