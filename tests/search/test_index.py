"""The index follows what is kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa

from digest import browse
from digest.browse import indexing
from digest.identity import Rule
from digest.papers import Version
from digest.store import DatabaseSettings, Store, search_engines
from digest.store.schema import Schema
from tests.fakes import MONDAY, at, paper
from tests.search.shelf import EVERY, GRAPHS, NOW, WAVES, Search, titles
from tests.store.builders import announce, announced, keep

OLD_PAPER = """INSERT INTO paper (id, canonical_key, title, abstract, authors, categories, classes, comment, doi,
journal_ref, first_seen_at, changed_at, terms) VALUES (1, 'arxiv:2603.00001', 'Ants', '', '[]', '["cs.LG"]', '[]', '',
'', '', '2026-03-01 07:30:00+00:00', '2026-03-01 07:30:00+00:00', '')"""


def test_a_paper_is_found_by_its_new_words_alone_once_they_change(search: Search, library: Store) -> None:
    keep(library, paper("Sharp minima", number=90001, abstract="Another text.", categories=("math.OC",)))
    assert search("landscape").count == 2
    browse.index(library)
    assert titles(search("landscape")) == [WAVES.title]
    assert titles(search("sharp", category="math")) == ["Sharp minima"]


def test_a_merged_paper_is_found_as_the_one_it_is_read_as_and_again_once_it_is_split(
    search: Search, library: Store
) -> None:
    with library.begin() as tx:
        rows = tx.papers.rows([GRAPHS.id, WAVES.id])
        tx.works.merge(rows[WAVES.id], rows[GRAPHS.id], Rule.OPERATOR, now=NOW)
    assert titles(search("beach")) == [GRAPHS.title]
    browse.index(library)
    assert search("beach").by_meaning
    assert titles(search("molecules")) == [GRAPHS.title]
    with library.begin() as tx:
        tx.works.split(rows[WAVES.id], now=NOW)
    browse.index(library)
    assert titles(search("beach")) == [WAVES.title]


def test_a_paper_that_is_announced_after_it_was_kept_has_the_day_of_that(library: Store) -> None:
    item = paper("Beetles", versions=(Version(number=1, submitted_at=at(date(2020, 1, 1))),))
    keep(library, item)
    browse.index(library)
    assert titles(browse.search(library, "beetles", until=date(2020, 12, 31), now=NOW)) == ["Beetles"]
    announce(library, announced(item))
    browse.index(library)
    assert titles(browse.search(library, "beetles", since=MONDAY, now=NOW)) == ["Beetles"]


def test_papers_come_into_the_index_a_few_at_a_time_until_somebody_stops_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    keep(store, *EVERY)
    told: list[int] = []
    assert browse.index(store, told.append, lambda: bool(told)) == 2
    assert browse.index(store, told.append) == 1
    assert browse.index(store) == 0
    assert told == [2, 1]


def test_every_paper_can_be_read_again(search: Search, library: Store) -> None:
    assert browse.index(library, again=True, stopping=lambda: True) == 0
    assert titles(search("waves")) == [WAVES.title]
    assert browse.index(library) == 3
    assert titles(search("waves")) == [WAVES.title]


def test_two_that_bring_papers_in_at_once_bring_each_in_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    keep(store, *(paper(f"Ants, number {number}") for number in range(12)))
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(browse.index, store) for _ in range(2)]
    assert sum(each.result() for each in both) == 12
    assert browse.search(store, "ants", now=NOW).count == 12


def test_papers_of_an_older_database_come_in_with_the_next_run(empty_url: str) -> None:
    older = Store(DatabaseSettings(url=empty_url))
    way = Schema(older._engine)
    way.migrate("0006")
    with older._engine.begin() as connection:
        connection.execute(sa.text(OLD_PAPER))
    way.migrate("head")
    assert (browse.index(older), browse.search(older, "ants", now=NOW).count) == (1, 1)
    older.close()


def test_of_very_many_matches_the_newest_are_put_in_order(many: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_engines, "RANKED", 10)
    answer = browse.search(many, "ants", now=NOW)
    assert (len(answer.records), answer.count) == (browse.SEARCH_PAGE, 120)
