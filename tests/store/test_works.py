"""One work under several names: read as one, listed, and taken apart again."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa

from digest.batches import Announces
from digest.identity import PaperId, Rule, entry_id, paper_id
from digest.ingest.harvest import harvest
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper
from digest.store import Store
from digest.store import tables as t
from digest.store.works import Merge
from digest.subscribers import Verdict
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, edition, keep, reader

LATER, LATEST = NOW + timedelta(days=1), NOW + timedelta(days=2)
TITLE = "Graph networks predict the colour of molecules"
ARXIV = paper_id("2603.10001")
JOURNAL, PREPRINT = PaperId("doi:10.1038/s41586-026-00001-2"), PaperId("doi:10.1101/2026.02.01.123456")
ENTRY = entry_id("https://lab.example.org/feed", "42")


def work(key: PaperId, *also: PaperId, title: str = TITLE, **values: Any) -> Paper:
    """One telling of the work."""
    return paper(title, **({"id": key, "also": also} | values))


@dataclass
class Listing:
    """A source with one page."""

    papers: tuple[Paper, ...]
    kind: AnnouncementKind = AnnouncementKind.NEW
    name: str = "crossref"
    streams: tuple[str, ...] = ("nature",)
    gate: str = "crossref"
    ledger: str = "crossref"
    is_reference: bool = False

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        told = (
            Announcement(source=self.name, stream=stream, paper=item, kind=self.kind, day=MONDAY)
            for item in self.papers
        )
        return Page(announcements=tuple(told), cursor=Cursor(since=now.date()))

    def announces(self, day: date) -> Announces:
        return Announces.PERHAPS

    def shown_at(self, day: date) -> datetime:
        return NOW


def tell(store: Store, *papers: Paper, now: datetime = NOW, source: str = "crossref") -> None:
    """A source announces papers, and its page is kept as every harvest keeps it."""
    listing = Listing(papers, name=source)
    told = harvest(store, listing, listing.streams[0], now, lambda stream, count: None)
    assert told.problem is None


def fresh(store: Store) -> list[PaperId]:
    with store.read() as tx:
        return [item.kept.paper.id for item in tx.announcements.fresh_since(0)]


def read_as(store: Store, *keys: PaperId) -> list[PaperId]:
    """The id that each kept paper is read as."""
    with store.read() as tx:
        rows = tx.papers.rows(keys)
        works = tx.works.kept_as(rows.values())
    return [works[rows[key]] for key in keys]


def merge(store: Store, one: PaperId, into: PaperId, rule: Rule = Rule.OPERATOR, now: datetime = NOW) -> bool:
    with store.begin() as tx:
        rows = tx.papers.rows([one, into])
        return tx.works.merge(rows[one], rows[into], rule, now=now)


def split(store: Store, key: PaperId, now: datetime = LATER) -> bool:
    with store.begin() as tx:
        return tx.works.split(tx.papers.rows([key])[key], now=now)


def merges(store: Store, key: PaperId) -> list[Merge]:
    with store.read() as tx:
        return tx.works.merges(tx.papers.rows([key])[key])


def merged(store: Store, key: PaperId) -> list[tuple[PaperId, PaperId, Rule]]:
    return [(merge.paper, merge.into, merge.rule) for merge in merges(store, key)]


def others(count: int) -> list[PaperId]:
    """Keys of different works."""
    return [paper_id(f"2603.2000{number}") for number in range(count)]


# ------------------------------------------------------------ a journal first, arXiv later


@pytest.fixture
def two(store: Store) -> Store:
    """A work that was told by its journal, and a day later by arXiv with the journal's DOI."""
    tell(store, work(JOURNAL))
    tell(store, work(ARXIV, JOURNAL), now=LATER, source="arxiv")
    return store


def test_a_paper_told_by_its_doi_and_then_by_arxiv_is_one_work_that_arxiv_leads(two: Store) -> None:
    assert read_as(two, JOURNAL, ARXIV) == [ARXIV, ARXIV]
    assert merges(two, JOURNAL) == [
        Merge(paper=JOURNAL, into=ARXIV, rule=Rule.NAMED, merged_at=LATER, split_at=None),
    ]
    assert merges(two, ARXIV) == merges(two, JOURNAL)


def test_it_is_fresh_once(two: Store) -> None:
    assert fresh(two) == [ARXIV]


@pytest.mark.parametrize("told", [JOURNAL, ARXIV])
def test_whoever_has_seen_it_under_either_name_has_seen_it(two: Store, told: PaperId) -> None:
    someone = reader(two)
    edition(two, someone, work(told))
    with two.read() as tx:
        assert tx.subscribers.seen(someone.id) == {ARXIV}


@pytest.mark.parametrize("liked", [(JOURNAL,), (ARXIV,), (JOURNAL, ARXIV)])
def test_whoever_likes_it_under_either_name_likes_one_paper(two: Store, liked: tuple[PaperId, ...]) -> None:
    someone = reader(two)
    with two.begin() as tx:
        for key in liked:
            tx.subscribers.vote(someone.id, tx.papers.rows([key])[key], Verdict.LIKE, now=NOW)
        assert tx.subscribers.profiles([someone.id])[someone.id].liked == (ARXIV,)


def test_what_is_told_of_a_merged_paper_is_kept_with_the_one_it_is_read_as(two: Store) -> None:
    tell(two, work(JOURNAL, journal_ref="Nature 1 (2026)"), now=LATEST)
    with two.read() as tx:
        kept = tx.papers.get([JOURNAL, ARXIV])
    assert (kept[ARXIV].paper.journal_ref, kept[JOURNAL].paper.journal_ref) == ("Nature 1 (2026)", "")
    assert len(merges(two, ARXIV)) == 1


def test_a_doi_that_arxiv_has_named_before_is_a_name_and_no_second_paper(store: Store) -> None:
    tell(store, work(ARXIV, JOURNAL), source="arxiv")
    tell(store, work(JOURNAL), now=LATER)
    assert fresh(store) == [ARXIV]
    assert merges(store, ARXIV) == []
    with store.read() as tx:
        assert tx.papers.rows([JOURNAL]) == {}
        assert tx.works.names(tx.papers.rows([ARXIV])[ARXIV]) == [ARXIV, JOURNAL]


def test_a_preprint_and_its_journal_are_one_work_that_the_preprint_leads(store: Store) -> None:
    tell(store, work(JOURNAL))
    tell(store, work(PREPRINT, JOURNAL), now=LATER, source="biorxiv")
    assert read_as(store, JOURNAL, PREPRINT) == [PREPRINT, PREPRINT]


# ------------------------------------------------------------ by title and author


def test_an_entry_without_a_doi_is_found_by_its_title_and_first_author(store: Store) -> None:
    tell(
        store, work(ARXIV, title='$k$-NN graphs, in na\\"ive and other colours', authors=("Ada Ames",)), source="arxiv"
    )
    tell(
        store, work(ENTRY, title="K-NN Graphs, in Naïve and Other Colours.", authors=("AMES, A.", "et al.")), now=LATER
    )
    assert read_as(store, ENTRY) == [ARXIV]
    assert fresh(store) == [ARXIV]
    assert merged(store, ARXIV) == [(ENTRY, ARXIV, Rule.TITLE)]


def test_a_stronger_name_takes_over_what_is_found_by_its_title(store: Store) -> None:
    tell(store, work(ENTRY))
    tell(store, work(ARXIV), now=LATER, source="arxiv")
    assert merged(store, ENTRY) == [(ENTRY, ARXIV, Rule.TITLE)]
    assert fresh(store) == [ARXIV]


@pytest.mark.parametrize(
    "told",
    [
        work(ENTRY, title="Graph networks predict the smell of molecules"),
        work(ENTRY, authors=("Eva Ems", "Ada Ames")),
        work(ENTRY, authors=()),
    ],
    ids=["another title", "another first author", "no author"],
)
def test_less_than_title_and_first_author_joins_nothing(store: Store, told: Paper) -> None:
    tell(store, work(ARXIV), source="arxiv")
    tell(store, told)
    assert read_as(store, ENTRY) == [ENTRY]


@pytest.mark.parametrize(
    "title", ["Editorial: graphs in the laboratory of today", "Graph networks today", f"Reply to {TITLE}"]
)
def test_a_title_that_many_works_have_joins_nothing(store: Store, title: str) -> None:
    tell(store, work(ARXIV, title=title), source="arxiv")
    tell(store, work(ENTRY, title=title), now=LATER)
    assert read_as(store, ENTRY) == [ENTRY]


# ------------------------------------------------------------ in any order


TELLINGS = (work(ARXIV, JOURNAL), work(PREPRINT, JOURNAL), work(JOURNAL), work(ENTRY))


@pytest.mark.parametrize("order", list(permutations(range(len(TELLINGS)))))
def test_whoever_tells_it_first_it_is_one_work_that_arxiv_leads(store: Store, order: tuple[int, ...]) -> None:
    for now in (NOW, LATER):
        for number in order:
            tell(store, TELLINGS[number], now=now, source=f"source {number}")
    with store.read() as tx:
        kept = list(tx.papers.rows(telling.id for telling in TELLINGS))
    assert set(read_as(store, *kept)) == {ARXIV}
    assert fresh(store) == [ARXIV]


def test_one_that_names_a_weaker_and_a_stronger_is_kept_with_the_strongest(store: Store) -> None:
    tell(store, work(JOURNAL), work(ARXIV, title="Molecules and the colours of their graphs"))
    tell(store, work(PREPRINT, JOURNAL, ARXIV), now=LATER)
    assert read_as(store, JOURNAL, ARXIV) == [ARXIV, ARXIV]
    assert fresh(store) == [ARXIV]


# ------------------------------------------------------------ what is never one


TWO_ARXIV = (paper_id("2603.10001"), paper_id("2603.10002"))
TWO_JOURNALS = (PaperId("doi:10.1038/s1"), PaperId("doi:10.1126/s2"))


@pytest.mark.parametrize("pair", [TWO_ARXIV, TWO_JOURNALS], ids=["arXiv", "journals"])
def test_two_ids_of_one_kind_are_never_merged_by_their_title(store: Store, pair: tuple[PaperId, PaperId]) -> None:
    tell(store, work(pair[0]))
    tell(store, work(pair[1]), now=LATER)
    tell(store, work(pair[0]), now=LATEST)
    assert read_as(store, *pair) == list(pair)
    assert fresh(store) == list(pair)


@pytest.mark.parametrize("pair", [TWO_ARXIV, TWO_JOURNALS], ids=["arXiv", "journals"])
@pytest.mark.parametrize("title", [TITLE, "A page about two papers of ours"])
def test_nor_by_a_third_that_names_both(store: Store, pair: tuple[PaperId, PaperId], title: str) -> None:
    for number, key in enumerate(pair):
        tell(store, work(key, title=f"Graphs of molecules, part {number} of two"))
    for now in (LATER, LATEST):
        tell(store, work(ENTRY, *pair, title=title), now=now)
    assert read_as(store, *pair) == list(pair)


# ------------------------------------------------------------ at the same time


@pytest.mark.parametrize("first", [JOURNAL, ARXIV])
def test_what_two_sources_kept_at_once_is_one_work_when_the_one_that_names_both_tells_it_again(
    store: Store, first: PaperId
) -> None:
    tellings = {JOURNAL: work(JOURNAL), ARXIV: work(ARXIV, JOURNAL)}
    second = next(key for key in tellings if key != first)
    keep(store, tellings[first])  # neither had known of the other
    keep(store, tellings[second])
    assert read_as(store, JOURNAL, ARXIV) == [JOURNAL, ARXIV]
    tell(store, tellings[ARXIV], now=LATER)
    assert read_as(store, JOURNAL, ARXIV) == [ARXIV, ARXIV]


def test_what_was_kept_under_a_name_that_another_has_is_one_work_with_it_when_it_is_told_again(store: Store) -> None:
    keep(store, work(ARXIV, JOURNAL))
    keep(store, work(JOURNAL))  # its source had not known that arXiv names it
    tell(store, work(JOURNAL), now=LATER)
    assert read_as(store, JOURNAL, ARXIV) == [ARXIV, ARXIV]


def test_two_names_on_one_page_are_one_work_when_they_are_told_again(store: Store) -> None:
    for now in (NOW, LATER):
        tell(store, work(JOURNAL), work(ARXIV, JOURNAL), now=now)
    assert read_as(store, JOURNAL, ARXIV) == [ARXIV, ARXIV]


# ------------------------------------------------------------ taking apart


def test_a_split_has_both_stand_for_themselves_as_before(store: Store) -> None:
    papers = [work(JOURNAL, abstract="As printed."), work(ARXIV, abstract="As posted.", title=f"{TITLE}, we find")]
    keep(store, *papers)
    with store.read() as tx:
        before = tx.papers.get([JOURNAL, ARXIV])
    merge(store, JOURNAL, ARXIV)
    assert split(store, JOURNAL)
    assert read_as(store, JOURNAL, ARXIV) == [JOURNAL, ARXIV]
    with store.read() as tx:
        assert tx.papers.get([JOURNAL, ARXIV]) == before


def test_what_was_split_is_fresh_seen_and_liked_as_two_again(two: Store) -> None:
    someone = reader(two)
    edition(two, someone, work(JOURNAL))
    with two.begin() as tx:
        tx.subscribers.vote(someone.id, tx.papers.rows([JOURNAL])[JOURNAL], Verdict.LIKE, now=NOW)
    split(two, JOURNAL)
    assert fresh(two) == [JOURNAL, ARXIV]
    with two.read() as tx:
        assert tx.subscribers.seen(someone.id) == {JOURNAL}
        assert tx.subscribers.profiles([someone.id])[someone.id].liked == (JOURNAL,)


@pytest.mark.parametrize("again", [work(JOURNAL), work(ARXIV, JOURNAL)], ids=["the journal", "arXiv"])
def test_no_rule_merges_again_what_was_split(two: Store, again: Paper) -> None:
    split(two, JOURNAL)
    tell(two, replace(again, comment="Told again."), now=LATEST)
    assert read_as(two, JOURNAL, ARXIV) == [JOURNAL, ARXIV]
    with two.read() as tx:
        assert tx.papers.get([again.id])[again.id].paper.comment == "Told again."
    assert not merge(two, ARXIV, JOURNAL, Rule.NAMED)
    assert not merge(two, JOURNAL, ARXIV, Rule.TITLE)


def test_an_entry_that_was_joined_by_its_title_can_be_split_off_for_good(store: Store) -> None:
    tell(store, work(ARXIV), source="arxiv")
    tell(store, work(ENTRY), now=LATER)
    split(store, ENTRY)
    tell(store, work(ENTRY), now=LATEST)
    assert read_as(store, ENTRY, ARXIV) == [ENTRY, ARXIV]


def test_an_operator_can_merge_again_and_every_merge_is_listed(two: Store) -> None:
    split(two, JOURNAL, now=LATEST)
    assert merge(two, JOURNAL, ARXIV, now=LATEST)
    assert read_as(two, JOURNAL) == [ARXIV]
    assert merges(two, ARXIV) == [
        Merge(paper=JOURNAL, into=ARXIV, rule=Rule.NAMED, merged_at=LATER, split_at=LATEST),
        Merge(paper=JOURNAL, into=ARXIV, rule=Rule.OPERATOR, merged_at=LATEST, split_at=None),
    ]


def test_only_what_is_merged_can_be_split(two: Store) -> None:
    assert not split(two, ARXIV)
    assert split(two, JOURNAL)
    assert not split(two, JOURNAL)


def test_what_is_one_already_is_not_merged_twice(two: Store) -> None:
    assert not merge(two, JOURNAL, ARXIV)
    assert not merge(two, ARXIV, JOURNAL)
    assert len(merges(two, JOURNAL)) == 1


# ------------------------------------------------------------ chains and circles


def test_a_chain_is_read_as_its_end_whatever_was_merged_first(store: Store) -> None:
    a, b, c, d = keys = others(4)
    keep(store, *(work(key, title=f"{TITLE} {key}") for key in keys))
    for one, into in ((a, b), (c, d), (a, c)):
        assert merge(store, one, into)
    assert read_as(store, *keys) == [d, d, d, d]
    assert split(store, b)  # b was read as d because a was merged into c
    assert read_as(store, *keys) == [b, b, d, d]


def test_what_was_split_in_the_middle_of_a_chain_is_not_merged_with_its_end(store: Store) -> None:
    a, b, c = keys = others(3)
    keep(store, *(work(key, title=f"{TITLE} {key}") for key in keys))
    merge(store, a, b)
    merge(store, b, c)
    split(store, a)
    assert not merge(store, a, c, Rule.TITLE)
    assert not merge(store, c, a, Rule.NAMED)
    assert read_as(store, *keys) == [a, c, c]
    assert merge(store, a, c)


def test_a_circle_is_read_as_one_and_the_same_paper_from_everywhere(store: Store) -> None:
    a, b, c = keys = others(3)
    keep(store, *(work(key, title=f"{TITLE} {key}") for key in keys))
    circle = [(a, b), (b, c), (c, a)]  # what transactions at once may leave
    with store._engine.begin() as connection:
        rows = {key: number for number, key in connection.execute(sa.select(t.paper.c.id, t.paper.c.canonical_key))}
        for one, into in circle:
            values = {"paper_id": rows[one], "into_id": rows[into], "rule": "named", "merged_at": NOW}
            connection.execute(sa.insert(t.merge).values(values))
    assert read_as(store, *keys) == [a, a, a]
    for key in keys:
        assert read_as(store, key) == [a]
    assert not merge(store, a, c)
