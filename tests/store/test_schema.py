"""The schema goes up and down on both engines, and an embedded database upgrades itself."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from digest.batches import Batch, BatchState
from digest.errors import StoreError
from digest.identity import PaperId, Rule
from digest.papers import Cursor
from digest.signals import UPVOTES, Signal
from digest.store import DatabaseSettings, Store, schema
from digest.store.harvests import GateState
from digest.store.search_tables import TEXT_TABLE
from digest.store.shadow import LeftOut
from digest.store.tables import metadata
from digest.subscribers import MAIN, Interest, Profile, ProfileField, Verdict, Vote
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, announce, announced, edition, keep, reader

BEFORE_THE_LEDGER = (
    """INSERT INTO paper (id, canonical_key, title, abstract, authors, categories, classes, comment, doi, journal_ref,
    first_seen_at, changed_at, terms) VALUES (1, 'arxiv:2603.00001', 'Ants', '', '[]', '["cs.LG"]', '[]', '', '', '',
    '2026-03-02 07:30:00+00:00', '2026-03-02 07:30:00+00:00', '')""",
    "INSERT INTO identifier (scheme, value, paper_id) VALUES ('arxiv', '2603.00001', 1)",
    """INSERT INTO announcement (id, source, stream, paper_id, kind, day, seen_at)
    VALUES (1, 'arxiv', 'cs.LG', 1, 'new', '2026-03-02', '2026-03-02 07:30:00+00:00')""",
    "INSERT INTO gate (source, rest_reason) VALUES ('arxiv', 'answered 429')",
    """INSERT INTO subscriber (id, address, address_key, state, timezone, send_at, days, size, next_due_at, feed_uri,
    created_at) VALUES (1, 'a@example.org', 'a@example.org', 'active', 'UTC', '07:00:00.000000', '[]', 5,
    '2026-03-03 07:00:00+00:00', 'tag:example.org,2026:feed/1', '2026-03-02 07:30:00+00:00')""",
    """INSERT INTO edition (id, subscriber_id, kind, slot_date, items, considered, papers_read, created_at)
    VALUES (1, 1, 'daily', '2026-03-02', '[]', '[]', 7, '2026-03-02 07:30:00+00:00')""",
)
BEFORE_THE_INTERESTS = (
    *BEFORE_THE_LEDGER,
    """INSERT INTO paper (id, canonical_key, title, abstract, authors, categories, classes, comment, doi, journal_ref,
    first_seen_at, changed_at, terms) VALUES (2, 'arxiv:2603.00002', 'Bees', '', '[]', '[]', '[]', '', '', '',
    '2026-03-02 07:30:00+00:00', '2026-03-02 07:30:00+00:00', '0123456789')""",
    *(
        f"""INSERT INTO subscriber (id, address, address_key, state, timezone, send_at, days, size, next_due_at,
        feed_uri, created_at) VALUES ({n}, '{n}@example.org', '{n}@example.org', 'active', 'UTC', '07:00:00.000000',
        '[]', 5, '2026-03-03 07:00:00+00:00', 'tag:example.org,2026:feed/{n}', '2026-03-02 07:30:00+00:00')"""
        for n in (2, 3)
    ),
    "INSERT INTO profile_entry (subscriber_id, field, value) VALUES (3, 'interest', 'ants')",
    "INSERT INTO profile_entry (subscriber_id, field, value) VALUES (3, 'category', 'cs.LG')",
    "INSERT INTO profile_entry (subscriber_id, field, value) VALUES (3, 'interest', 'bees')",
    """INSERT INTO feedback (subscriber_id, paper_id, verdict, given_at)
    VALUES (1, 2, 'dislike', '2026-03-02 07:30:00+00:00')""",
    """INSERT INTO feedback (subscriber_id, paper_id, verdict, given_at)
    VALUES (3, 1, 'like', '2026-03-02 07:30:00+00:00')""",
)
NEXT_REVISION = '''"""A change that SQLite can only make by building the tables anew."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade() -> None:
    rebuilt = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    for table in ("paper", "subscriber"):
        with op.batch_alter_table(table, recreate=rebuilt) as batch:
            batch.add_column(sa.Column("note", sa.Text(), server_default="", nullable=False))
'''


@pytest.fixture
def empty(empty_url: str) -> Iterator[Store]:
    opened = Store(DatabaseSettings(url=empty_url))
    yield opened
    opened.close()


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The release after this one, until undone: it has one migration more, which rebuilds tables that have children."""
    migrations = tmp_path / "next release"
    shutil.copytree(schema.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(file.name[:4] for file in migrations.glob("versions/[0-9]*.py"))
    text = NEXT_REVISION.replace("{newest}", newest)
    (migrations / "versions" / "9999_notes.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(schema, "MIGRATIONS", migrations)
    return monkeypatch


def ours(name: str) -> bool:
    """Not of the full-text index, which each engine has in its own way."""
    return not name.startswith(TEXT_TABLE)


def tables(store: Store) -> set[str]:
    return {name for name in sa.inspect(store._engine).get_table_names() if name != "alembic_version" and ours(name)}


def number_of_rows(store: Store) -> dict[str, int]:
    with store._engine.connect() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def inhabit(store: Store) -> None:
    """A row or more in every table that the verbs write."""
    item, other, someone = paper(doi="10.1000/x"), paper(), reader(store)
    announce(store, announced(item), announced(other))
    number = edition(store, someone, item)
    with store.begin() as tx:
        rows = tx.papers.rows([item.id, other.id])
        tx.works.merge(rows[other.id], rows[item.id], Rule.OPERATOR, now=NOW)
        tx.batches.keep([Batch(source="arxiv", stream="cs.LG", day=MONDAY, state=BatchState.COMPLETE, closes_at=NOW)])
        tx.signals.keep([Signal(subject=item.id, name=UPVOTES, value=1.0, source="huggingface", observed_at=NOW)])
        tx.signals.note_asked("openalex", rows.values(), now=NOW)
        tx.harvests.move("arxiv", "cs.LG", Cursor(since=MONDAY))
        tx.harvests.note_request("arxiv", NOW)
        tx.subscribers.vote(someone.id, rows[item.id], Verdict.LIKE, now=NOW)
        tx.secrets.get_or_make("key")
        tx.alarms.note("run-failed", MONDAY, "", NOW)
        tx.subscribers.add_words(someone.id, ProfileField.INTEREST, ["ants"])
        tx.shadow.keep(number, [LeftOut(paper=other.id, interest=MAIN, score=0.5, probability=None, why="low")])
        tx.deliveries.intend(number, message_id="<1@example.org>", now=NOW)


def test_the_schema_goes_up_down_and_up_again(empty: Store) -> None:
    way = schema.Schema(empty._engine)
    for _ in range(2):
        way.migrate("head")
        assert tables(empty) == set(metadata.tables)
        assert way.is_current()
        inhabit(empty)
        way.migrate("base")
        assert tables(empty) == set()
        assert way.revision() is None


def test_a_database_of_the_release_before_the_ledger_keeps_its_rows(empty: Store) -> None:
    way = schema.Schema(empty._engine)
    way.migrate("0002")
    with empty._engine.begin() as connection:
        for statement in BEFORE_THE_LEDGER:
            connection.execute(sa.text(statement))

    way.migrate("head")

    with empty.read() as tx:
        (fresh,) = tx.announcements.fresh_since(0)
        assert (fresh.kept.paper.title, fresh.kept.paper.url, fresh.kept.paper.bylines, fresh.late) == (
            "Ants",
            "",
            (),
            False,
        )
        assert tx.works.kept_as([fresh.kept.row]) == {fresh.kept.row: fresh.kept.paper.id}
        assert tx.harvests.gate("arxiv") == GateState(rest_reason="answered 429")
        found = tx.editions.get([1])[1]
        assert (found.papers_read, found.coverage, found.notices) == (7, (), ())
        assert tx.batches.open() == []


@pytest.fixture
def before_the_interests(empty: Store) -> Store:
    """A database of the release before: one reader who voted, one of whom nothing is known, one who did all."""
    schema.Schema(empty._engine).migrate("0003")
    with empty._engine.begin() as connection:
        for statement in BEFORE_THE_INTERESTS:
            connection.execute(sa.text(statement))
    return empty


def test_what_readers_said_before_there_were_interests_is_their_main_one(before_the_interests: Store) -> None:
    schema.Schema(before_the_interests._engine).migrate("head")

    ants, bees = PaperId("arxiv:2603.00001"), PaperId("arxiv:2603.00002")
    with before_the_interests.begin() as tx:
        assert tx.subscribers.profiles([1, 2, 3]) == {
            1: Profile(interests=(Interest(name=MAIN, disliked=(Vote(paper=bees, given_at=NOW),)),)),
            2: Profile(),
            3: Profile(
                interests=(
                    Interest(texts=("ants", "bees"), categories=("cs.LG",), liked=(Vote(paper=ants, given_at=NOW),)),
                )
            ),
        }
        tx.subscribers.add_words(2, ProfileField.INTEREST, ["ants"])
        tx.subscribers.add_words(3, ProfileField.INTEREST, ["ants", "wasps"])
        assert tx.subscribers.profiles([3])[3].interests[0].texts == ("ants", "bees", "wasps")
        assert tx.shadow.of(1, limit=9) == []


def test_every_paper_of_an_older_database_is_to_be_counted_again(before_the_interests: Store) -> None:
    schema.Schema(before_the_interests._engine).migrate("head")

    with before_the_interests.read() as tx:
        assert [(kept.paper.title, kept.terms) for kept in tx.papers.uncounted(9)] == [("Bees", b""), ("Ants", b"")]


def test_going_back_makes_one_profile_of_all_interests(before_the_interests: Store) -> None:
    way = schema.Schema(before_the_interests._engine)
    way.migrate("head")
    with before_the_interests.begin() as tx:
        tx.subscribers.add_words(3, ProfileField.INTEREST, ["ants", "wasps"], interest="insects")
        tx.subscribers.add_words(3, ProfileField.ORGANISATION, ["ETH Zurich"], interest="insects")

    way.migrate("0003")

    with before_the_interests._engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT subscriber_id, field, value FROM profile_entry ORDER BY id")).all()
        votes = connection.execute(sa.text("SELECT subscriber_id, paper_id FROM feedback ORDER BY paper_id")).all()
    assert [tuple(row) for row in kept] == [
        (3, "interest", "ants"),
        (3, "category", "cs.LG"),
        (3, "interest", "bees"),
        (3, "interest", "wasps"),
    ]
    assert [tuple(row) for row in votes] == [(3, 1), (1, 2)]


def test_tables_and_migrations_say_the_same(store: Store) -> None:
    with store._engine.connect() as connection:
        # On SQLite Alembic takes a default of '' for a change.
        options: dict[str, Any] = {"compare_type": True, "compare_server_default": not store.is_embedded}
        options["include_name"] = lambda name, kind, _: kind != "table" or ours(name)
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(empty: Store) -> None:
    assert empty.upgrade(now=NOW) is None
    inhabit(empty)
    before = number_of_rows(empty)
    assert empty.upgrade(now=NOW) is None
    empty.prepare(now=NOW)
    assert number_of_rows(empty) == before


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_an_embedded_database_makes_its_schema_itself(empty: Store, empty_url: str) -> None:
    empty.prepare(now=NOW)
    keep(empty, paper())
    file = Path(empty_url.removeprefix("sqlite:///"))
    assert list(file.parent.glob("*before*")) == []


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_another_database_is_upgraded_by_hand_only(empty: Store) -> None:
    with pytest.raises(StoreError, match=r"no current schema; run: digest db upgrade$"):
        empty.prepare(now=NOW)
    assert tables(empty) == set()
    empty.upgrade(now=NOW)
    empty.prepare(now=NOW)


def test_an_older_database_is_upgraded_and_loses_no_row(
    store: Store, database_url: str, next_release: pytest.MonkeyPatch
) -> None:
    inhabit(store)
    before = number_of_rows(store)
    newer = Store(DatabaseSettings(url=database_url))
    newer.upgrade(now=NOW)
    assert number_of_rows(newer) == before
    assert "note" in {column["name"] for column in sa.inspect(newer._engine).get_columns("paper")}
    with pytest.raises(StoreError, match=r"(?i)foreign key"), newer.begin() as tx:
        tx.subscribers.add_words(99, ProfileField.INTEREST, ["ants"])
    newer.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_older_embedded_database_is_copied_before_it_upgrades_itself(
    store: Store, database_url: str, next_release: pytest.MonkeyPatch
) -> None:
    inhabit(store)
    before = number_of_rows(store)
    store.close()
    newer = Store(DatabaseSettings(url=database_url))
    newer.prepare(now=NOW)
    newer.prepare(now=NOW + timedelta(days=1))
    newer.close()

    file = Path(database_url.removeprefix("sqlite:///"))
    (copy,) = file.parent.glob("*before*")
    assert copy.name == "paperround.db.before-9999-20260302T073000"
    next_release.undo()
    old = Store(DatabaseSettings(url=f"sqlite:///{copy}"))
    old.prepare(now=NOW)
    assert number_of_rows(old) == before
    old.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_is_migrated_without_its_copy(
    store: Store, database_url: str, next_release: pytest.MonkeyPatch
) -> None:
    inhabit(store)
    store.close()
    file = database_url.removeprefix("sqlite:///")
    Path(f"{file}.before-9999-20260302T073000").mkdir()
    newer = Store(DatabaseSettings(url=database_url))
    with pytest.raises(StoreError, match="the copy cannot be kept"):
        newer.prepare(now=NOW)
    newer.close()
    next_release.undo()
    store.prepare(now=NOW)


def test_a_migration_that_fails_leaves_everything_as_it_was(
    store: Store, database_url: str, next_release: pytest.MonkeyPatch
) -> None:
    inhabit(store)
    before = number_of_rows(store)
    (broken,) = schema.MIGRATIONS.glob("versions/9999*")
    broken.write_text(broken.read_text(encoding="utf-8") + '    op.execute("no such statement")\n', encoding="utf-8")
    newer = Store(DatabaseSettings(url=database_url))
    with pytest.raises(StoreError, match="syntax error"):
        newer.upgrade(now=NOW)
    newer.close()
    next_release.undo()
    store.prepare(now=NOW)
    assert number_of_rows(store) == before
    assert "note" not in {column["name"] for column in sa.inspect(store._engine).get_columns("paper")}


@pytest.mark.parametrize("step", ["prepare", "upgrade"])
def test_a_database_of_a_newer_release_is_refused(
    store: Store, database_url: str, next_release: pytest.MonkeyPatch, step: str
) -> None:
    store.upgrade(now=NOW)
    newer = Store(DatabaseSettings(url=database_url))
    newer.upgrade(now=NOW)
    newer.close()
    next_release.undo()
    older = Store(DatabaseSettings(url=database_url))
    with pytest.raises(StoreError, match=r"made by a newer release \(revision 9999\); install that release"):
        getattr(older, step)(now=NOW)
    older.close()


def test_an_embedded_database_is_in_wal_mode(upgraded_file: Path) -> None:
    connection = sqlite3.connect(upgraded_file)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
