"""Former texts: how a paper read is kept when a newer version takes its place, and not otherwise."""

from dataclasses import replace
from datetime import timedelta

from digest.papers import Paper, Version
from digest.store import Store
from tests.fakes import paper
from tests.store.builders import NOW, keep

FIRST = paper("Ants", number=1, abstract="We count ants.")


def version(number: int, abstract: str, title: str = "Ants") -> Paper:
    """The paper as a source tells of it at its newest version."""
    versions = tuple(Version(number=n, submitted_at=NOW) for n in range(1, number + 1))
    return replace(FIRST, title=title, abstract=abstract, versions=versions)


def former(store: Store) -> dict[int, tuple[str, str]]:
    with store.read() as tx:
        return tx.texts.of(tx.papers.rows([FIRST.id])[FIRST.id])


def test_each_newer_version_leaves_what_it_replaced(store: Store) -> None:
    keep(store, FIRST)
    keep(store, version(2, "We count more ants."))
    keep(store, version(3, "We count bees.", "Bees"), now=NOW + timedelta(days=1))

    assert former(store) == {1: ("Ants", "We count ants."), 2: ("Ants", "We count more ants.")}


def test_the_same_version_told_again_in_other_words_is_no_change_of_its_authors(store: Store) -> None:
    keep(store, FIRST)
    keep(store, replace(FIRST, abstract="We count $\\it{ants}$."))

    assert former(store) == {}


def test_a_new_version_with_the_same_text_leaves_nothing(store: Store) -> None:
    keep(store, FIRST)
    keep(store, version(2, FIRST.abstract))

    assert former(store) == {}


def test_a_version_that_was_missed_does_not_hide_what_was_read_before(store: Store) -> None:
    keep(store, FIRST)
    keep(store, version(4, "We count wasps."))

    assert former(store) == {1: ("Ants", "We count ants.")}


def test_an_abstract_that_was_missing_is_no_former_text(store: Store) -> None:
    keep(store, replace(FIRST, abstract=""))
    keep(store, version(2, "We count ants at last."))

    assert former(store) == {}
