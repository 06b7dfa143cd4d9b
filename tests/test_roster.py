"""All subscribers as a table, out and in; and who stops, and who is forgotten."""

import csv
import io
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import membership
from digest.errors import InvalidInput
from digest.mail import SuppressionReason, address_hash
from digest.membership import data, roster
from digest.store import Store
from digest.store import tables as t
from digest.subscribers import EditionKind, ProfileField, SubscriberState
from tests.embedded import embedded
from tests.fakes import MONDAY, at, paper
from tests.shell import ADDRESS, Shell, shell
from tests.store.builders import NOW, reader
from tests.world import MORNING, TUESDAY, World

PEOPLE = """address,timezone,send_at,days,size,kind,plain,language,categories,interests
ana@example.org,Europe/Berlin,06:30,"mon,wed",20,daily,true,de,cs.RO cs.LG,"legged robots
'=HYPERLINK(""x"")"
bo@example.org,,,fri,,weekly,,,,
"""


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    with shell(tmp_path, monkeypatch, capsys) as opened:
        (tmp_path / "people.csv").write_text(PEOPLE)
        yield opened


def enrolled(store: Store, text: str) -> int:
    return roster.enrol(store, roster.read(store, text.encode()).new, host="example.org", now=NOW)


# ------------------------------------------------------------ in


def test_a_table_is_tried_imported_and_nothing_is_done_the_second_time(digest: Shell) -> None:
    said = digest("subscriber", "import", "people.csv", "--dry-run")
    assert said == "would add: 2, known already: 0, left out: 0, bad: 0; nothing was changed\n"
    assert digest("subscriber", "list") == "no subscribers\n"
    assert digest("subscriber", "import", "people.csv") == "added: 2, known already: 0, left out: 0, bad: 0\n"
    assert digest("subscriber", "import", "people.csv") == "added: 0, known already: 2, left out: 0, bad: 0\n"


def test_every_column_is_kept(store: Store) -> None:
    assert enrolled(store, PEOPLE) == 2
    ana, bo = membership.find(store, "ana@example.org"), membership.find(store, "bo@example.org")
    with store.read() as tx:
        (interest,) = tx.subscribers.profiles([ana.id])[ana.id].interests

    assert (ana.schedule.timezone.key, f"{ana.schedule.send_at:%H:%M}", ana.schedule.days) == (
        "Europe/Berlin",
        "06:30",
        frozenset({0, 2}),
    )
    assert (ana.size, ana.plain, ana.language, ana.state) == (20, True, "de", "active")
    assert (interest.categories, interest.texts) == (("cs.RO", "cs.LG"), ("legged robots", '\'=HYPERLINK("x")'))
    assert (bo.kind, bo.schedule.days, bo.size) == (EditionKind.WEEKLY, frozenset({4}), membership.DEFAULT_SIZE)


def test_who_joins_while_a_table_is_read_stays_as_they_are(store: Store) -> None:
    found = roster.read(store, PEOPLE.encode())
    who = reader(store, "ANA@example.org")

    assert roster.enrol(store, found.new, host="example.org", now=NOW) == 1
    with store.read() as tx:
        assert tx.subscribers.profiles([who.id])[who.id].interests == ()
        assert [each.address for each in tx.subscribers.all()] == ["ANA@example.org", "bo@example.org"]


def test_one_bad_line_keeps_all_out_unless_it_is_skipped(digest: Shell) -> None:
    lines = ["address,send_at,size", "ana@example.org,25:00,", "nobody,,", "bo@example.org,,", "cy@example.org,,1,2"]
    (digest.folder / "bad.csv").write_text("\n".join(lines))

    said = digest.both("subscriber", "import", "bad.csv", expect=2)

    assert digest.err.splitlines() == [
        "digest: bad.csv, line 2: send_at: not a time of day: '25:00'; give hours and minutes such as 07:00",
        "digest: bad.csv, line 3: address: that is not an e-mail address: 'nobody'",
        "digest: bad.csv, line 5: more cells than columns; put cells with commas between quotation marks",
    ]
    assert "added: 0" in said
    assert "--skip-bad" in said
    assert digest("subscriber", "list") == "no subscribers\n"
    assert digest.both("subscriber", "import", "bad.csv", "--skip-bad", expect=2).startswith("added: 1, ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name,age\n", "line 1: unknown column 'name'; known are address, state"),
        ("state\n", "line 1: expected a column address"),
        ("address,address\n", "line 1: expected a column address, and each column once"),
        ("", "line 1: expected a column address"),
    ],
)
def test_a_first_line_that_names_other_columns_is_refused(store: Store, text: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        roster.read(store, text.encode())
    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("state", "asleep", "state: 'asleep' is none of pending, active, paused, left, suppressed"),
        ("kind", "hourly", "kind: 'hourly' is none of daily, weekly"),
        ("plain", "perhaps", "plain: expected true or false, found 'perhaps'"),
        ("size", "9999999999", "size: not a number: '9999999999'"),
        ("size", "0", "size: an edition has 1 to 100 papers, not 0"),
        ("timezone", "Mars/Olympus", "timezone: no such time zone: 'Mars/Olympus'"),
        ("categories", "robots!", "categories: not an arXiv category: 'robots!'"),
    ],
)
def test_a_bad_cell_is_named_with_its_column(store: Store, column: str, value: str, problem: str) -> None:
    (bad,) = roster.read(store, f"address,{column}\nana@example.org,{value}\n".encode()).bad
    assert bad.number == 2
    assert bad.problem.startswith(problem)


def test_nobody_who_is_suppressed_comes_back_by_a_table(store: Store) -> None:
    data.erase_and_suppress(store, reader(store, ADDRESS), now=NOW)
    found = roster.read(store, f"address,state\n{ADDRESS},\ncy@example.org,suppressed\n".encode())
    assert (found.new, found.left_out) == ((), 1)
    assert found.bad[0].problem == f"{ADDRESS} is suppressed; see: digest suppression list"


@settings(deadline=None)
@given(st.one_of(st.binary(), st.text().map(lambda rest: f"address,size,interests\n{rest}".encode())))
def test_any_bytes_are_a_table_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    store = embedded(tmp_path_factory.mktemp("roster") / "digest.db")
    try:
        found = roster.read(store, content)
        assert len(found.new) == roster.enrol(store, found.new, host="example.org", now=NOW)
    except InvalidInput as refused:
        assert str(refused)  # noqa: PT017 (any sentence will do)
    finally:
        store.close()


# ------------------------------------------------------------ out


def test_the_export_is_read_elsewhere_as_it_was_written(store: Store, tmp_path: Path) -> None:
    enrolled(store, PEOPLE)
    cy = reader(store, "+cy@example.org")
    with store.begin() as tx:
        tx.subscribers.change(cy.id, state=SubscriberState.PAUSED)
        tx.subscribers.add_words(cy.id, ProfileField.INTEREST, ["@home", "'quoted"])
    text = roster.exported(store)
    elsewhere = embedded(tmp_path / "elsewhere.db")

    assert enrolled(elsewhere, text) == 3
    assert roster.exported(elsewhere) == text
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert "'+cy@example.org" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    elsewhere.close()


def test_the_exported_file_is_its_owner_s_alone(digest: Shell) -> None:
    digest("subscriber", "import", "people.csv")
    assert digest("subscriber", "export", "out.csv").startswith("wrote out.csv: ")
    assert stat.S_IMODE((digest.folder / "out.csv").stat().st_mode) == 0o600
    assert digest("subscriber", "export", "-").encode() == (digest.folder / "out.csv").read_bytes()


# ------------------------------------------------------------ who stops, and who is forgotten


def test_who_is_removed_gets_nothing_more_and_their_history_stays(world: World) -> None:
    world.subscribe(ADDRESS, categories=["cs.LG"])
    world.source.announce(MONDAY, paper("Tides in narrow channels"))
    world.ingest(MORNING)
    world.compose(MORNING)
    with world.store.read() as tx:
        ana = membership.find(world.store, ADDRESS)
        before = tx.holdings.of(ana.id)

    membership.leave(world.store, ADDRESS)
    world.deliver(MORNING)
    world.run(at(TUESDAY))

    assert len(world.outbox) == 0
    with world.store.read() as tx:
        after = tx.holdings.of(ana.id)
    for kept in ("edition", "seen", "interest", "profile_entry"):
        assert after[kept] == before[kept]


def test_of_who_is_erased_only_the_hash_is_left(store: Store) -> None:
    who, other = reader(store, ADDRESS), reader(store)
    with store.begin() as tx:
        tx.subscribers.add_words(who.id, ProfileField.INTEREST, ["a secret wish"])
        tx.joinings.ask(ADDRESS, {"texts": []}, now=NOW)

    data.erase_and_suppress(store, who, now=NOW)

    with store.read() as tx:
        assert tx.holdings.of(who.id) == {}
        (left,) = tx.suppressions.all()
        assert (left.address_hash, left.reason) == (address_hash(ADDRESS), SuppressionReason.ERASED)
        assert tx.subscribers.get(other.id) == other
        connection = tx._connection
        for table in t.metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                assert ADDRESS not in str(row)
                assert "a secret wish" not in str(row)
    with pytest.raises(InvalidInput, match="is suppressed since"):
        membership.add(store, ADDRESS, host="example.org", now=NOW)


def test_an_earlier_suppression_stays_as_it_was(store: Store) -> None:
    who = reader(store, ADDRESS)
    with store.begin() as tx:
        gone = replace(data.hash_of_erased(who, now=NOW), reason=SuppressionReason.COMPLAINT)
        tx.suppressions.add(gone)
    data.erase_and_suppress(store, who, now=NOW + timedelta(days=1))
    with store.read() as tx:
        assert tx.suppressions.all() == [gone]


def test_erasing_asks_for_a_yes_where_there_is_no_terminal(digest: Shell) -> None:
    digest("subscriber", "add", ADDRESS)
    assert "this cannot be undone; give --yes" in digest("subscriber", "erase", ADDRESS, expect=2)
    said = digest("subscriber", "erase", ADDRESS, "--yes")
    assert said == f"erased {ADDRESS}; the hash stays suppressed, see: digest suppression remove\n"
    assert digest("subscriber", "list") == "no subscribers\n"
    assert address_hash(ADDRESS) in digest("suppression", "list")
