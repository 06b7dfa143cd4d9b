"""A worker: takes jobs from the queue until it is asked to stop, some at once, each in a thread."""

import asyncio
import contextlib
import logging
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from procrastinate import App as QueueApp
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException

from digest.app import App
from digest.config import Settings
from digest.errors import StoreError
from digest.store import Store
from digest.store.queue import connection_arguments
from digest.store.settings import DatabaseSettings
from digest.worker.planning import SPACE, UPKEEP, first_plan
from digest.worker.tasks import BENCH, Bench, tasks

_LOOK = 0.2  # seconds between two looks whether to stop
_CONNECTIONS = 4  # of the queue's own: its statements are short


def work(
    settings: Settings,
    store: Store,
    *,
    queues: Sequence[str],
    concurrency: int,
    stopping: threading.Event,
    clock: Callable[[], datetime],
) -> None:
    """Do the jobs of these queues, at most `concurrency` at once, until `stopping`; then those in hand are finished.

    StoreError where the database or its queue cannot be reached any more; whoever runs this starts it again.
    """
    lost = threading.Event()

    def leave() -> None:
        lost.set()
        stopping.set()

    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # it tells of every job, and the verbs of what they do
    with _with_a_model(settings) as own:
        bench = Bench(
            make_app=lambda: App(own, now=clock(), store=store),
            schedule=own.schedule,
            stopping=stopping.is_set,
            leave=leave,
        )
        with store.begin() as tx:  # everything at once, without waiting for the next minute
            if not tx.queue.is_there():
                raise StoreError(f"{store.place} has no queue yet; run: digest db upgrade")
            tx.queue.put([first_plan()])
        try:
            asyncio.run(_work(queue_app(own.database), bench, [*queues, UPKEEP], concurrency, stopping))
        except ConnectorException as error:
            raise StoreError(f"{store.place}: the queue cannot be reached: {error.__cause__ or error}") from error
    if lost.is_set():
        raise StoreError(f"{store.place} was lost in sending; what was in hand is uncertain for the next start")


def clock_of(store: Store, start: datetime) -> Callable[[], datetime]:
    """The database's clock, so that all machines agree; it is as many minutes off as `start` is, where that is given
    for another time than the present.
    """

    def here() -> datetime:
        with store.begin() as tx:
            return tx.queue.now()

    ahead = timedelta(minutes=round((start - here()) / timedelta(minutes=1)))
    return lambda: here() + ahead


def queue_app(settings: DatabaseSettings) -> QueueApp:
    """The application of the queue, with all tasks."""
    given = connection_arguments(settings)
    found = {"options": given["options"]}
    made = QueueApp(
        connector=PsycopgConnector(conninfo=given["conninfo"], kwargs=found, min_size=1, max_size=_CONNECTIONS)
    )
    made.add_tasks_from(tasks(), namespace=SPACE)
    return made


async def _work(
    app: QueueApp, bench: Bench, queues: Sequence[str], concurrency: int, stopping: threading.Event
) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(concurrency, thread_name_prefix="job"))
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                queues=queues,
                concurrency=concurrency,
                delete_jobs="successful",
                additional_context={BENCH: bench},
                install_signal_handlers=False,  # who calls listens
            )
        )
        try:
            while not (worker.done() or stopping.is_set()):
                await asyncio.wait({worker}, timeout=_LOOK)
        finally:
            stopping.set()
            worker.cancel()  # by which it takes no other job, and waits for those in hand
            with contextlib.suppress(asyncio.CancelledError):
                await worker


@contextlib.contextmanager
def _with_a_model(settings: Settings) -> Iterator[Settings]:
    """The settings with a folder for the model, where none is named: it is made once for all jobs of this worker."""
    if settings.relevance.model_folder:
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="paperround-") as folder:
        yield replace(settings, relevance=replace(settings.relevance, model_folder=f"{folder}/model"))
