"""From one engine to the other and back: every row, checked, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from digest.batches import Batch, BatchState
from digest.errors import StoreError
from digest.identity import Rule
from digest.papers import Cursor
from digest.signals import UPVOTES, Signal
from digest.store import DatabaseSettings, Store
from digest.store.copying import Content
from digest.store.group_lists import CommonList
from digest.store.metadata import metadata
from digest.store.shadow import LeftOut
from digest.subscribers import MAIN, ProfileField, Verdict
from tests.conftest import Databases
from tests.fakes import MONDAY, paper
from tests.shell import ADDRESS, shell
from tests.store.builders import NOW, announce, announced, edition, reader, recommended


def inhabit(store: Store) -> None:
    """Rows in most tables, with signs, times, JSON, bytes, numbers and nothing in them."""
    item, other, someone = paper("Ants & “ünïcode” 𝔘", doi="10.1000/x"), paper(), reader(store)
    announce(store, announced(item), announced(other))
    number = edition(store, someone, item)
    with store.begin() as tx:
        rows = tx.papers.rows([item.id, other.id])
        tx.works.merge(rows[other.id], rows[item.id], Rule.OPERATOR, now=NOW)
        tx.batches.keep([Batch(source="arxiv", stream="cs.LG", day=MONDAY, state=BatchState.COMPLETE, closes_at=NOW)])
        tx.signals.keep([Signal(subject=item.id, name=UPVOTES, value=0.1, source="huggingface", observed_at=NOW)])
        tx.harvests.move("arxiv", "cs.LG", Cursor(since=MONDAY))
        tx.subscribers.vote(someone.id, rows[item.id], Verdict.LIKE, now=NOW)
        tx.subscribers.add_words(someone.id, ProfileField.INTEREST, ["ants", "bees"])
        tx.secrets.get_or_make("key")
        tx.shadow.keep(number, [LeftOut(paper=other.id, interest=MAIN, score=0.1, probability=None, why="low")])
        tx.deliveries.intend(number, message_id="<1@example.org>", now=NOW)
        tx.alarms.note("run-failed", MONDAY, "", NOW + timedelta(microseconds=7))
        group = tx.groups.make("Ants’ lab", weekday=None, size=10, now=NOW)
        main = tx.subscribers.make_interest(someone.id, MAIN)
        assert group is not None
        tx.groups.add(group, [someone.id], now=NOW)
        tx.groups.share(group, main, quota=3, now=NOW)
        tx.groups.lists.keep(
            CommonList(
                group=group,
                day=MONDAY,
                recommendations=(recommended(item),),
                considered=(("cs.LG", 2),),
                papers_read=2,
                read_through=2,
                made_at=NOW,
            )
        )


def number_of_rows(store: Store) -> dict[str, int]:
    with store._engine.connect() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = Store(DatabaseSettings(url=url))
    store.upgrade(now=NOW)
    yield store
    store.close()


@pytest.fixture
def server(databases: Databases) -> Iterator[Store]:
    """An empty database of PostgreSQL."""
    with databases.fresh("upgraded") as url, opened(url) as store:
        yield store


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Store]:
    with opened(f"sqlite:///{tmp_path / 'from.db'}") as store:
        inhabit(store)
        yield store


def test_all_goes_to_the_server_and_comes_back_as_it_was(embedded: Store, server: Store, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    there = embedded.copy_into(server, lambda *step: told.append(step))

    with opened(f"sqlite:///{tmp_path / 'back.db'}") as back:
        assert server.copy_into(back) == there
        assert number_of_rows(back) == number_of_rows(server) == number_of_rows(embedded)
        with back.read() as now, embedded.read() as before:
            assert now.editions.get([1]) == before.editions.get([1])
            assert now.subscribers.profiles([1]) == before.subscribers.profiles([1])
    assert ("paper", 2, 2) in told


def test_what_is_numbered_next_has_a_number_that_nobody_had(embedded: Store, server: Store, tmp_path: Path) -> None:
    late = reader(embedded)
    with embedded.begin() as tx:
        tx.subscribers.remove(late.id)

    embedded.copy_into(server)
    with opened(f"sqlite:///{tmp_path / 'back.db'}") as back:
        server.copy_into(back)
        assert reader(back).id == reader(server).id == late.id + 1


def test_the_copy_waits_to_come_into_its_own_index(embedded: Store, server: Store) -> None:
    with embedded._engine.begin() as connection:
        connection.execute(sa.text("UPDATE search_entry SET stale = 0, document = paper_id"))

    embedded.copy_into(server)

    with server._engine.connect() as connection:
        found = connection.execute(sa.text("SELECT DISTINCT stale, document FROM search_entry")).all()
    assert [tuple(row) for row in found] == [(True, None)]


def test_a_target_that_holds_anything_is_left_alone(embedded: Store, server: Store) -> None:
    reader(server)

    with pytest.raises(StoreError, match="the target is not empty: it has rows in subscriber; nothing was copied"):
        embedded.copy_into(server)

    assert number_of_rows(server)["paper"] == 0


def test_a_target_of_another_release_is_refused(embedded: Store, databases: Databases) -> None:
    with databases.fresh("template0") as url:
        bare = Store(DatabaseSettings(url=url))
        with pytest.raises(StoreError, match="is not that of this release; run: digest db upgrade"):
            embedded.copy_into(bare)
        bare.close()


def test_a_copy_that_reads_otherwise_is_not_kept(embedded: Store, server: Store) -> None:
    with server._engine.begin() as connection:  # as a server would that changes what it is given
        connection.execute(
            sa.text(
                "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$"
                " BEGIN NEW.title = upper(NEW.title); RETURN NEW; END $$"
            )
        )
        connection.execute(sa.text("CREATE TRIGGER t BEFORE INSERT ON paper FOR EACH ROW EXECUTE FUNCTION shout()"))

    with pytest.raises(StoreError, match="paper: the copy has 2 rows and reads otherwise; nothing was kept"):
        embedded.copy_into(server)

    assert number_of_rows(server)["paper"] == 0


def test_the_command_moves_an_installation(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with shell(tmp_path, monkeypatch, capsys) as digest, databases.fresh("template0") as url:
        digest("subscriber", "add", ADDRESS, "--interest", "ants")
        before = digest("subscriber", "show", ADDRESS, "--json")

        assert "rows of" in digest("db", "copy", "--to", url)
        assert "the target is not empty" in digest("db", "copy", "--to", url, expect=1)

        monkeypatch.setenv("DIGEST_DATABASE_URL", url)
        assert digest("subscriber", "show", ADDRESS, "--json") == before


VALUES = st.one_of(
    st.none(), st.integers(), st.text(), st.binary(), st.dates(), st.floats(allow_nan=False), st.booleans()
)
ROW = st.fixed_dictionaries({"id": st.integers(), "value": VALUES})


@given(st.lists(ROW, max_size=5), st.randoms())
def test_content_is_the_same_in_any_order_and_other_for_other_rows(rows: list[dict[str, object]], dice: Random) -> None:
    mixed = list(rows)
    dice.shuffle(mixed)

    assert Content().of(mixed) == Content().of(rows)
    assert Content().of([*rows, {"id": 0, "value": date(2026, 3, 2)}]) != Content().of(
        [*rows, {"id": 0, "value": "2026-03-02"}]
    )
