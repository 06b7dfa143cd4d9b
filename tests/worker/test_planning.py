"""The plan: what there is to do, read from the tables, whatever the queue holds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from digest.config import Settings
from digest.store import Store
from digest.ticks import ScheduleSettings
from digest.worker.planning import (
    PARTS,
    PRIORITY,
    UPKEEP,
    first_plan,
    is_time,
    members,
    plan,
    plan_editions,
    plan_mails,
)
from digest.worker.running import queue_app
from tests.fakes import paper
from tests.store.builders import NOW, announce, announced, edition, reader
from tests.worker.jobs import A_MINUTE_TO, EVERY, SIZE, begun, queued, run


def test_intervals_are_kept_to_the_minute() -> None:
    ticks = [minute for minute in range(1, 61) if is_time(60 * minute, 600.0)]

    assert ticks == [10, 20, 30, 40, 50, 60]
    assert all(is_time(60 * minute, seconds) for minute in range(9) for seconds in (0.5, 45.0, 60.0))
    assert all(is_time(0, seconds) for seconds in (60.0, 7200.0))


def test_every_number_belongs_to_one_composing() -> None:
    assert [number for part in range(3) for number in members(part, 7)] == list(range(21))


def test_the_plan_names_who_is_due_and_what_is_unsent(shared_store: Store) -> None:
    announce(shared_store, announced(paper()))
    for number in (7, 5 * SIZE, 5 * SIZE + 1):
        numbered_reader(shared_store, number)
    edition(shared_store, reader(shared_store, next_due_at=NOW + timedelta(days=1)))
    with shared_store.begin() as tx:
        tx.deliveries.intend(1, message_id="<1@example.org>", now=NOW)

    assert plan(shared_store, EVERY, now=NOW, timestamp=A_MINUTE_TO) == 3

    assert queued(shared_store) == [
        ("compose", {"part": 0, "size": SIZE}, "todo"),
        ("compose", {"part": 5, "size": SIZE}, "todo"),
        ("deliver", {"part": 1 % PARTS}, "todo"),
    ]


def test_sources_are_asked_before_anything_is_composed(shared_store: Store) -> None:
    announce(shared_store, announced(paper()))
    reader(shared_store)

    plan(shared_store, EVERY, now=NOW, timestamp=0)
    assert [task for task, _, _ in queued(shared_store)] == ["ingest", "sweep"]

    plan_editions(shared_store, EVERY, now=NOW)
    assert [task for task, _, _ in queued(shared_store)] == ["ingest", "sweep", "compose"]


def test_who_asks_every_minute_composes_every_minute(shared_store: Store) -> None:
    announce(shared_store, announced(paper()))
    reader(shared_store)

    plan(shared_store, ScheduleSettings(ingest_seconds=60.0), now=NOW, timestamp=A_MINUTE_TO)

    assert [task for task, _, _ in queued(shared_store)] == ["ingest", "compose"]


def numbered_reader(store: Store, number: int) -> None:
    """Somebody who is due now and has that number."""
    added = reader(store)
    run(store, f"UPDATE public.subscriber SET id = {number} WHERE id = {added.id}")


def test_planning_again_adds_nothing(shared_store: Store) -> None:
    announce(shared_store, announced(paper()))
    reader(shared_store)
    plan(shared_store, EVERY, now=NOW, timestamp=A_MINUTE_TO)
    before = queued(shared_store)

    assert plan(shared_store, EVERY, now=NOW, timestamp=A_MINUTE_TO) == 0
    assert plan_editions(shared_store, EVERY, now=NOW) == plan_mails(shared_store, now=NOW) == 0
    assert queued(shared_store) == before


def test_an_emptied_queue_is_filled_again(shared_store: Store) -> None:
    announce(shared_store, announced(paper()))
    reader(shared_store)
    plan(shared_store, EVERY, now=NOW, timestamp=A_MINUTE_TO)
    before = queued(shared_store)
    run(shared_store, "TRUNCATE procrastinate_jobs CASCADE")

    plan(shared_store, EVERY, now=NOW, timestamp=A_MINUTE_TO)

    assert queued(shared_store) == before


def test_who_has_nothing_to_read_is_looked_at_once_an_hour(shared_store: Store) -> None:
    announce(shared_store, announced(paper()))
    someone = reader(shared_store)
    with shared_store.begin() as tx:
        tx.subscribers.change(someone.id, read_through=tx.announcements.newest())

    plan(shared_store, EVERY, now=NOW, timestamp=A_MINUTE_TO)
    assert queued(shared_store) == []
    plan(shared_store, EVERY, now=NOW, timestamp=A_MINUTE_TO + 120)
    assert ("compose", {"part": 0, "size": SIZE}, "todo") in queued(shared_store)


def test_of_two_plans_at_once_each_is_carried_out_and_nothing_is_put_twice(shared_store: Store) -> None:
    announce(shared_store, announced(paper()))
    reader(shared_store)
    with ThreadPoolExecutor(2) as pool:
        ticks = [pool.submit(plan, shared_store, EVERY, now=NOW, timestamp=tick) for tick in (0, A_MINUTE_TO) * 2]

        assert sum(tick.result() for tick in ticks) == 3

    assert sorted(task for task, _, _ in queued(shared_store)) == ["compose", "ingest", "sweep"]


def test_mails_and_upkeep_do_not_wait_behind_a_thousand_composings(shared_store: Store, settings: Settings) -> None:
    announce(shared_store, announced(paper()))
    for number in range(1, 4):
        numbered_reader(shared_store, SIZE * number)
    edition(shared_store, reader(shared_store, next_due_at=NOW + timedelta(days=1)))
    with shared_store.begin() as tx:
        tx.deliveries.intend(1, message_id="<1@example.org>", now=NOW)
        tx.queue.put([first_plan()])
    plan_editions(shared_store, EVERY, now=NOW)
    plan(shared_store, ScheduleSettings(ingest_seconds=60.0), now=NOW, timestamp=0)

    assert begun(shared_store) == ["plan", "sweep", "ingest", "deliver", "compose", "compose", "compose"]

    tasks = queue_app(settings.database).tasks  # what the queue itself puts there every minute comes first too
    assert {name.partition(":")[2] for name, task in tasks.items() if task.priority == PRIORITY[UPKEEP]} == {
        "plan",
        "sweep",
        "tidy",
        "rescue",
    }
