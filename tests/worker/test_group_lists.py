"""Common lists among the workers: planned by members' numbers, also of those who have no edition of their own then."""

from datetime import timedelta

from digest.compose.common import awaited
from digest.store import Store
from digest.worker.planning import plan_editions
from tests.store.builders import NOW, reader
from tests.worker.jobs import EVERY, SIZE, queued


def test_a_member_whose_list_is_due_is_planned_for(shared_store: Store) -> None:
    later = NOW + timedelta(days=3)
    member, other = reader(shared_store, next_due_at=later), reader(shared_store, next_due_at=later)
    with shared_store.begin() as tx:
        group = tx.groups.make("Robotics lab", weekday=NOW.weekday(), size=10, now=NOW)
        assert group is not None
        tx.groups.add(group, [member.id], now=NOW)
        tx.groups.share(group, tx.subscribers.make_interest(other.id, "walking"), quota=3, now=NOW)
        assert awaited(tx, NOW) == [member.id]

    plan_editions(shared_store, EVERY, now=NOW)
    assert queued(shared_store) == [("compose", {"part": member.id // SIZE, "size": SIZE}, "todo")]
