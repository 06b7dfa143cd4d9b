"""The learner of a subscriber, kept on both engines."""

from digest.store import Store
from digest.subscribers import Learner
from tests.store.builders import reader


def test_everybody_begins_with_the_whole_kernel(store: Store) -> None:
    assert reader(store).learner is Learner.FULL


def test_a_learner_is_kept_for_one_reader_until_it_is_changed_again(store: Store) -> None:
    changed, other = reader(store), reader(store)

    for learner in (Learner.WORDS, Learner.WORDS, Learner.FULL):
        with store.begin() as tx:
            tx.subscribers.change(changed.id, learner=learner)
        with store.read() as tx:
            assert tx.subscribers.get(changed.id).learner is learner
            assert tx.subscribers.all() == [tx.subscribers.get(changed.id), other]


def test_a_change_of_something_else_leaves_the_learner(store: Store) -> None:
    who = reader(store)
    with store.begin() as tx:
        tx.subscribers.change(who.id, learner=Learner.WORDS)
        tx.subscribers.change(who.id, size=3)
        assert tx.subscribers.due(who.next_due_at)[0].learner is Learner.WORDS
