"""Composing with one process or several, each for its own readers."""

import contextlib
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from digest.app.mailing import Mailing
from digest.app.parts import Counted, at_once, is_to_stop, told
from digest.compose import Composed, compose, compose_editions, compose_lists
from digest.config import Settings
from digest.errors import Stopped
from digest.processes import Part
from digest.store import Store

WORTH_IT = 20_000  # readers who are due: each process reads what its readers like for itself, which takes some seconds


def composed(
    settings: Settings, store: Store, *, now: datetime, only: Collection[int] | None, progress: Counted
) -> Composed:
    """Keep what is due at `now`, of all readers or `only` of those of some numbers (`compose`)."""
    processes, new_id = settings.relevance.processes, Mailing(settings).message_id
    folder = model_folder(settings, store)
    due = _due(store, now) if processes > 1 and only is None else 0
    if due < WORTH_IT:
        return compose(
            store,
            settings.relevance,
            now=now,
            message_id=new_id,
            model_folder=folder,
            welcome=settings.letters.welcome,
            only=only,
            progress=progress,
        )
    editions = at_once(_part_of, settings, now=now, processes=processes, of=due, progress=progress)
    lists = compose_lists(store, settings.relevance, now=now, message_id=new_id, model_folder=folder)
    return _together([*editions, Composed(kept=lists)])


def model_folder(settings: Settings, store: Store) -> Path | None:
    """Where the model is kept from run to run: where the settings say, or beside an SQLite database."""
    named, file = settings.relevance.model_folder, store.file
    return Path(named) if named else file and file.with_name(f"{file.name}.model")


def _due(store: Store, now: datetime) -> int:
    with store.read() as tx:
        return tx.counts.due(now)


def _part_of(settings: Settings, now: datetime, part: Part) -> Composed:
    """In a child, which ends with its parent: what is kept by then stays."""
    tell = told()

    def going_on(done: int, of: int) -> None:
        tell(done, of)
        if is_to_stop():
            raise Stopped("whoever composed with several processes has ended; the next run goes on there")

    with contextlib.closing(Store(settings.database)) as store:
        store.prepare(now=now)
        return compose_editions(
            store,
            settings.relevance,
            now=now,
            message_id=Mailing(settings).message_id,
            model_folder=model_folder(settings, store),
            welcome=settings.letters.welcome,
            part=part,
            progress=going_on,
        )


def _together(parts: Sequence[Composed]) -> Composed:
    return Composed(
        kept=sum(part.kept for part in parts),
        empty=sum(part.empty for part in parts),
        waiting=sum(part.waiting for part in parts),
    )
