"""What the pages of authors ask of the store: one person, their papers, who writes with them, and who is hidden."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.identity import PaperId, Rule
from digest.namesakes import Person
from digest.papers import Version
from digest.records import Claim
from digest.signals import CLAIMED
from digest.store import Store
from tests.fakes import MONDAY, at, paper
from tests.store.builders import NOW, keep

OLD = paper("Old", number=1, versions=(Version(number=1, submitted_at=at(MONDAY.replace(year=2024))),))
NEW = paper("New", number=2, versions=(Version(number=1, submitted_at=at(MONDAY)),))
UNDATED = paper("Undated", number=3, versions=())


def person(number: int, *names: str) -> Person:
    return Person(id=number, names=names, papers=1, first_day=MONDAY, last_day=MONDAY)


@pytest.fixture
def filled(store: Store) -> Store:
    """Ada wrote all three, Bo two of them, Cy one."""
    keep(store, OLD, NEW, UNDATED)
    people = {1: "ames ada", 2: "berg bo", 3: "cole cy", 4: "ames alan", 5: "ames a"}
    with store.begin() as tx:
        rows = tx.papers.rows([OLD.id, NEW.id, UNDATED.id])
        old, new, undated = rows[OLD.id], rows[NEW.id], rows[UNDATED.id]
        written = [(old, 0, 1), (new, 0, 1), (undated, 0, 1), (old, 1, 2), (new, 1, 2), (new, 2, 3)]
        tx.people.keep({n: (person(n, name), name.title()) for n, name in people.items()}, written, {})
    return store


def test_the_papers_of_a_person_come_newest_first(filled: Store) -> None:
    with filled.read() as tx:
        assert [each.key for each in tx.people.written(1)] == [UNDATED.id, NEW.id, OLD.id]  # that one was kept today
        assert [each.submitted_at for each in tx.people.written(2)] == [NEW.submitted_at, OLD.submitted_at]
        assert tx.people.written(9) == []


def test_a_paper_read_as_another_one_is_not_listed_twice(filled: Store) -> None:
    with filled.begin() as tx:
        rows = tx.papers.rows([OLD.id, NEW.id])
        tx.works.merge(rows[OLD.id], rows[NEW.id], Rule.OPERATOR, now=NOW)
    with filled.read() as tx:
        assert [each.key for each in tx.people.written(2)] == [NEW.id]
        assert tx.works.read_as(OLD.id) == NEW.id
    with filled.begin() as tx:
        tx.works.split(tx.papers.rows([OLD.id])[OLD.id], now=NOW)
    with filled.read() as tx:
        assert [each.key for each in tx.people.written(2)] == [NEW.id, OLD.id]


def test_who_writes_with_a_person_is_counted_in_all_and_named_as_far_as_asked(filled: Store) -> None:
    with filled.read() as tx:
        assert tx.people.beside(1, limit=5) == ([(2, "Berg Bo", 2), (3, "Cole Cy", 1)], 2)
        assert tx.people.beside(1, limit=1) == ([(2, "Berg Bo", 2)], 2)
        assert tx.people.beside(4, limit=5) == ([], 0)


def test_a_hidden_person_is_named_without_a_number_and_can_be_shown_again(filled: Store) -> None:
    with filled.begin() as tx:
        assert tx.people.hide(2, NOW)
        assert not tx.people.hide(2, NOW)
        assert not tx.people.hide(99, NOW)
    with filled.read() as tx:
        kept = tx.people.get(2)
        assert kept is not None
        assert kept.hidden_at == NOW
        assert tx.people.beside(1, limit=1) == ([(0, "Berg Bo", 2)], 2)
        assert tx.people.of_paper(tx.papers.rows([NEW.id])[NEW.id]) == {0: 1, 2: 3}
    with filled.begin() as tx:
        assert tx.people.hide(2, None)
        assert not tx.people.hide(2, None)
    with filled.read() as tx:
        assert tx.people.of_paper(tx.papers.rows([NEW.id])[NEW.id]) == {0: 1, 1: 2, 2: 3}


def test_a_person_met_again_stays_hidden(filled: Store) -> None:
    with filled.begin() as tx:
        tx.people.hide(2, NOW)
        tx.people.keep({2: (replace(person(2, "berg bo"), papers=7), "Bo Berg")}, [], {})
    with filled.read() as tx:
        kept = tx.people.get(2)
        assert kept is not None
        assert (kept.person.papers, kept.hidden_at) == (7, NOW)


def test_those_of_a_block_are_found_by_first_name_or_by_having_none(filled: Store) -> None:
    with filled.read() as tx:
        assert [each.number for each in tx.people.like("ames|a", "ada", limit=9)] == [1, 5]
        assert [each.number for each in tx.people.like("ames|a", "", limit=9)] == [1, 4, 5]
        assert [each.number for each in tx.people.like("ames|a", "", limit=2)] == [1, 4]
        assert tx.people.get(99) is None


def test_the_paper_kept_last_tells_people_apart(filled: Store) -> None:
    with filled.read() as tx:
        assert tx.people.newest([1, 2, 3, 4]) == {1: "Undated", 2: "New", 3: "New"}


def test_a_name_leads_to_the_paper_it_is_read_as(filled: Store) -> None:
    keep(filled, replace(OLD, also=(PaperId("doi:10.1000/182"),)))
    with filled.read() as tx:
        assert tx.works.read_as(PaperId("doi:10.1000/182")) == OLD.id
        assert tx.works.read_as(OLD.id) == OLD.id
        assert tx.works.read_as(PaperId("arxiv:2603.99999")) is None


def test_a_claim_is_kept_in_place_of_the_one_before_and_forgotten_whole(filled: Store) -> None:
    first, second = Claim(since=NOW, page=""), Claim(since=NOW + timedelta(days=1), page="https://ada.example.org/")
    with filled.begin() as tx:
        tx.people.claim(1, first)
        tx.people.claim(2, first)
        tx.people.claim(1, second)
        assert tx.people.claims([1, 2, 3]) == {1: second, 2: first}
        assert len(tx.signals.history("person:1", CLAIMED)) == 1
        assert tx.people.unclaim(1)
        assert not tx.people.unclaim(1)
        assert tx.people.claims([1, 2, 3]) == {2: first}
