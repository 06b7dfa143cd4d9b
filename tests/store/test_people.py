"""People come back as they were kept: by block and first name, by key, and with their papers."""

from dataclasses import replace

import pytest

from digest.authors import AuthorKey
from digest.errors import StoreError
from digest.namesakes import Person
from digest.store import Store
from tests.fakes import MONDAY, paper
from tests.store.builders import keep

ORCID = AuthorKey("orcid:0000-0002-1825-0097")
ADA = Person(
    id=1,
    names=("ames ada b", "ames ada"),
    keys=(ORCID, AuthorKey("s2:1741101")),
    coauthors=("berg bo", "łoś"),
    met=3,
    categories=(("cs.LG", 2), ("math.CO", 1)),
    papers=2,
    first_day=MONDAY,
    last_day=MONDAY,
)


def named(number: int, *names: str, keys: tuple[AuthorKey, ...] = ()) -> Person:
    return replace(ADA, id=number, names=names, keys=keys)


def write(store: Store, *people: Person, by: tuple[tuple[int, int, int], ...] = (), **met: int) -> None:
    with store.begin() as tx:
        tx.people.keep({person.id or 0: (person, f"Printed {person.id}") for person in people}, by, met)


def in_blocks(store: Store, *wanted: tuple[str, str]) -> list[int]:
    with store.read() as tx:
        return sorted(person.id or 0 for person in tx.people.in_blocks(wanted))


def test_a_person_comes_back_as_they_were_kept(store: Store) -> None:
    write(store, ADA)
    with store.read() as tx:
        assert tx.people.with_keys([ORCID]) == [ADA]
        assert tx.people.in_blocks([("ames|a", "ada")]) == [ADA]
        assert tx.people.by_name("ames|a") == [(1, "Printed 1", ADA, [])]


def test_a_person_kept_again_reads_as_told_last_under_the_name_first_printed(store: Store) -> None:
    write(store, ADA)
    grown = replace(ADA, names=("ames ada bea", *ADA.names), papers=3)
    with store.begin() as tx:
        tx.people.keep({1: (grown, "Another spelling")}, [], {})
    with store.read() as tx:
        assert tx.people.by_name("ames|a") == [(1, "Printed 1", grown, [])]


def test_a_block_gives_those_with_the_first_name_or_none_and_all_of_them_to_an_initial(store: Store) -> None:
    write(store, named(1, "ames ada"), named(2, "ames a"), named(3, "ames alan"), named(4, "berg ada"))
    assert in_blocks(store, ("ames|a", "ada")) == [1, 2]
    assert in_blocks(store, ("ames|a", "ada"), ("ames|a", "alan")) == [1, 2, 3]
    assert in_blocks(store, ("ames|a", "")) == [1, 2, 3]
    assert in_blocks(store, ("ames|a", "anna"), ("berg|a", "ada")) == [2, 4]
    assert in_blocks(store) == []


def test_a_person_with_two_of_the_keys_comes_once(store: Store) -> None:
    write(store, ADA, named(2, "berg bo", keys=(AuthorKey("s2:7"),)))
    with store.read() as tx:
        found = tx.people.with_keys([*ADA.keys, AuthorKey("s2:7"), AuthorKey("s2:8")])
        assert sorted(person.id or 0 for person in found) == [1, 2]
        assert tx.people.with_keys([]) == []


def test_persons_are_counted_by_block_and_names_as_often_as_they_were_met(store: Store) -> None:
    with store.read() as tx:
        assert (tx.people.mentions(), tx.people.next_number()) == (0, 1)
    write(store, named(1, "ames ada"), named(2, "ames alan"), named(7, "berg bo"), ada=2, bo=1)
    write(store, ada=5)
    with store.read() as tx:
        assert tx.people.in_block(["ames|a", "berg|b", "cole|c"]) == {"ames|a": 2, "berg|b": 1}
        assert tx.people.met(["ada", "bo", "cy"]) == {"ada": 5, "bo": 1}
        assert tx.people.mentions() == 6
        assert tx.people.next_number() == 8


def test_more_names_than_fit_into_one_statement_are_looked_up(store: Store) -> None:
    names = {f"ames{n} ada": n + 1 for n in range(1201)}
    with store.begin() as tx:
        tx.people.keep({}, [], names)
    with store.read() as tx:
        assert tx.people.met(names) == names


def test_papers_are_read_oldest_first_from_where_somebody_stopped(store: Store) -> None:
    keep(store, *(paper(number=n) for n in (3, 1, 2)))
    with store.read() as tx:
        first = tx.people.unread(0, limit=2)
        rest = tx.people.unread(first[-1], limit=2)
    assert [*first, *rest] == sorted([*first, *rest])
    assert (len(first), len(rest)) == (2, 1)


def test_the_papers_of_a_person_come_newest_first_each_place_with_its_last_author(store: Store) -> None:
    keep(store, old := paper(number=1))
    keep(store, new := paper(number=2))
    with store.read() as tx:
        rows = tx.papers.rows([old.id, new.id])
    write(store, ADA, named(2, "ames alan"), by=((rows[old.id], 0, 1), (rows[new.id], 0, 2)))
    write(store, by=((rows[new.id], 0, 1),))
    with store.read() as tx:
        assert [papers for *_, papers in tx.people.by_name("ames|a")] == [[new.id, old.id], []]


def test_an_authorship_of_nobody_is_refused_and_nothing_of_it_is_kept(store: Store) -> None:
    keep(store, paper(number=1))
    with pytest.raises(StoreError), store.begin() as tx:
        tx.people.keep({1: (ADA, "Ada Ames")}, [(1, 0, 99)], {"ames ada": 1})
    with store.read() as tx:
        assert tx.people.mentions() == 0
        assert tx.people.by_name("ames|a") == []
