"""The past as the store tells it: when papers came, when they were listed, and who voted."""

from datetime import timedelta

from digest.identity import Rule
from digest.papers import AnnouncementKind
from digest.store import Store
from digest.subscribers import Verdict
from tests.fakes import MONDAY, at, paper
from tests.store.builders import NOW, announce, announced, keep, reader

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


def test_a_paper_is_known_from_the_first_day_that_anything_was_said_of_it(store: Store) -> None:
    listed, found, looked_up = paper(), paper(), paper()
    announce(store, announced(listed, day=WEDNESDAY), announced(found, day=TUESDAY, kind=AnnouncementKind.FOUND))
    announce(store, announced(listed, day=TUESDAY, kind=AnnouncementKind.TRENDING, source="huggingface"))
    keep(store, looked_up, now=at(MONDAY))

    with store.read() as tx:
        rows = tx.papers.rows([listed.id, found.id, looked_up.id])
        known, listings = tx.history.known_from(), tx.history.listed_on()

    assert known == {rows[listed.id]: TUESDAY, rows[found.id]: TUESDAY, rows[looked_up.id]: MONDAY}
    assert listings == {rows[listed.id]: WEDNESDAY}


def test_a_work_was_listed_when_the_first_of_its_papers_was(store: Store) -> None:
    first, again, twin = paper(), paper(), paper()
    announce(store, announced(first, day=TUESDAY), announced(twin, day=MONDAY), announced(again, day=WEDNESDAY))
    announce(store, announced(first, day=WEDNESDAY, stream="cs.CL", kind=AnnouncementKind.CROSS_LIST))
    with store.begin() as tx:
        rows = tx.papers.rows([first.id, again.id, twin.id])
        tx.works.merge(rows[twin.id], rows[first.id], Rule.OPERATOR, now=NOW)

    with store.read() as tx:
        assert tx.history.listed_on() == {rows[first.id]: MONDAY, rows[again.id]: WEDNESDAY}


def test_terms_are_given_for_what_is_asked_for(store: Store) -> None:
    one, other = paper("graphs"), paper("robots")
    keep(store, one, other)

    with store.read() as tx:
        kept = tx.papers.get([one.id, other.id])
        assert tx.history.terms([kept[one.id].row]) == {kept[one.id].row: kept[one.id].terms}


def test_only_those_who_voted_are_voters(store: Store) -> None:
    liked, silent, fond = paper(), reader(store), reader(store)
    keep(store, liked)
    with store.begin() as tx:
        tx.subscribers.vote(fond.id, tx.papers.rows([liked.id])[liked.id], Verdict.LIKE, now=NOW)

    with store.read() as tx:
        assert tx.history.voters() == [fond.id]
    assert silent.id != fond.id
