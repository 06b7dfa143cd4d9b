"""The list of addresses that get nothing for ever: by hand, by file, and what it means for subscribers."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import membership
from digest.errors import InvalidInput
from digest.mail import DeliveryState, Suppression, SuppressionReason, address_hash
from digest.membership import suppressed
from digest.membership.suppressed import BadLine, Imported
from digest.store import Store
from digest.subscribers import SubscriberState
from tests.fakes import paper
from tests.store.builders import NOW, edition, keep, reader

READER = "ana@example.org"
HASH = address_hash(READER)
DAY = timedelta(days=1)


def state(store: Store, address: str = READER) -> SubscriberState:
    return membership.find(store, address).state


def suppression(store: Store, address: str = READER) -> Suppression | None:
    with store.read() as tx:
        return tx.suppressions.get(address_hash(address))


# ---------------------------------------------------------------- by hand


@pytest.mark.parametrize("given_as", [READER, " ANA@EXAMPLE.ORG ", HASH, HASH.upper()])
def test_a_suppressed_reader_gets_nothing_more(store: Store, given_as: str) -> None:
    item, ana = paper(), reader(store, READER)
    keep(store, item)
    number = edition(store, ana, item)
    with store.begin() as tx:
        tx.deliveries.intend(number, message_id="<1@example.org>", now=NOW)

    assert suppressed.add(store, given_as, evidence="asked by telephone\n", now=NOW)

    assert state(store) is SubscriberState.SUPPRESSED
    with store.read() as tx:
        assert tx.deliveries.counts() == {DeliveryState.CANCELLED: 1}
    assert suppression(store) == Suppression(
        address_hash=HASH, reason=SuppressionReason.OPERATOR, evidence="asked by telephone", since=NOW
    )


def test_suppressing_twice_is_suppressing_once(store: Store) -> None:
    assert suppressed.add(store, READER, now=NOW)
    assert not suppressed.add(store, READER, reason=SuppressionReason.COMPLAINT, now=NOW + DAY)

    (kept,) = suppressed.listed(store)
    assert (kept.reason, kept.since) == (SuppressionReason.OPERATOR, NOW)


def test_nobody_else_is_suppressed(store: Store) -> None:
    reader(store, "bea@example.org")

    suppressed.add(store, READER, now=NOW)

    assert state(store, "bea@example.org") is SubscriberState.ACTIVE


def test_somebody_who_left_has_left(store: Store) -> None:
    reader(store, READER)
    membership.leave(store, READER)

    suppressed.add(store, READER, now=NOW)

    assert state(store) is SubscriberState.LEFT


def test_evidence_holds_no_address(store: Store) -> None:
    suppressed.add(store, READER, evidence="bea@example.org asked for it", now=NOW)

    assert [each.evidence for each in suppressed.listed(store)] == ["(address) asked for it"]


@pytest.mark.parametrize("given_as", [READER, HASH])
def test_a_removed_address_may_have_mail_and_its_reader_waits(store: Store, given_as: str) -> None:
    reader(store, READER)
    suppressed.add(store, READER, now=NOW)

    assert suppressed.remove(store, given_as)

    assert (state(store), suppression(store)) == (SubscriberState.PAUSED, None)
    assert membership.resume(store, READER, now=NOW).state is SubscriberState.ACTIVE


def test_an_address_without_a_reader_is_removed(store: Store) -> None:
    suppressed.add(store, READER, now=NOW)

    assert not suppressed.remove(store, READER)
    assert suppressed.listed(store) == []


def test_a_reader_who_is_suppressed_without_an_entry_is_let_back(store: Store) -> None:
    ana = reader(store, READER)
    with store.begin() as tx:
        tx.subscribers.change(ana.id, state=SubscriberState.SUPPRESSED)

    assert suppressed.remove(store, READER)
    assert state(store) is SubscriberState.PAUSED


def test_what_is_not_suppressed_cannot_be_removed(store: Store) -> None:
    reader(store, READER)

    with pytest.raises(InvalidInput, match=r"ana@example\.org is not suppressed; see: digest suppression list"):
        suppressed.remove(store, READER)
    assert state(store) is SubscriberState.ACTIVE


def test_an_address_that_is_none_is_refused(store: Store) -> None:
    with pytest.raises(InvalidInput, match="not an e-mail address"):
        suppressed.add(store, "ana", now=NOW)
    with pytest.raises(InvalidInput, match="not an e-mail address"):
        suppressed.remove(store, HASH[:-1])


def test_a_suppressed_address_is_refused_with_the_way_back(store: Store) -> None:
    suppressed.add(store, READER, evidence="5.1.1 no such user", reason=SuppressionReason.BOUNCE, now=NOW)

    with store.read() as tx, pytest.raises(InvalidInput) as caught:
        suppressed.refuse_suppressed(tx, READER)

    assert str(caught.value) == (
        "ana@example.org is suppressed since 2026-03-02 (bounce: 5.1.1 no such user);"
        " if that is settled, first: digest suppression remove ana@example.org"
    )
    with store.read() as tx:
        suppressed.refuse_suppressed(tx, "bea@example.org")


# ---------------------------------------------------------------- by file


def test_lines_of_addresses_and_hashes_are_imported(store: Store) -> None:
    reader(store, READER)

    done = suppressed.import_(
        store, f"# ours\n\n{READER}\r\n{address_hash('bea@example.org')}\nana@EXAMPLE.org\n", now=NOW
    )

    assert done == Imported(added=2, known=1, bad=())
    assert state(store) is SubscriberState.SUPPRESSED
    assert suppression(store, "bea@example.org") == Suppression(
        address_hash=address_hash("bea@example.org"), reason=SuppressionReason.OPERATOR, evidence="", since=NOW
    )


def test_named_columns_are_read_in_any_order(store: Store) -> None:
    text = '\ufeffReason,Address,Since,Evidence\ncomplaint,ana@example.org,2025-12-24T08:00:00+01:00,"abuse, by ARF"\n'

    assert suppressed.import_(store, text, now=NOW).added == 1

    assert suppression(store) == Suppression(
        address_hash=HASH,
        reason=SuppressionReason.COMPLAINT,
        evidence="abuse, by ARF",
        since=datetime(2025, 12, 24, 7, tzinfo=UTC),
    )


def test_bad_lines_are_told_by_number_with_what_to_write_and_the_good_ones_are_kept(store: Store) -> None:
    text = "\n".join(
        [
            "address,reason,since",
            "ana@example.org,bounce,2026-01-01",
            "not an address,bounce,",
            "bea@example.org,because,",
            "cyd@example.org,,yesterday",
            ",bounce,",
            "dan@example.org",
        ]
    )

    done = suppressed.import_(store, text, now=NOW)

    assert (done.added, [bad.number for bad in done.bad]) == (2, [3, 4, 5, 6])
    assert [bad.problem.partition(":")[0].partition(";")[0] for bad in done.bad] == [
        "that is not an e-mail address",
        "no such reason",
        "not a time",
        "no address",
    ]
    assert "give bounce, complaint, operator, erased" in done.bad[1].problem
    assert "give one such as 2026-02-03T07:30:00Z" in done.bad[2].problem
    assert suppression(store, "dan@example.org") is not None
    assert suppressed.import_(store, text, now=NOW).added == 0


def test_an_unknown_column_is_refused_before_anything_is_kept(store: Store) -> None:
    with pytest.raises(InvalidInput, match="unknown column 'colour'; nothing was imported; known are address, "):
        suppressed.import_(store, "address,colour\nana@example.org,red\n", now=NOW)

    assert suppressed.listed(store) == []


def test_what_is_exported_is_imported_as_it_was(store: Store) -> None:
    suppressed.add(store, READER, evidence='=SUM(A1), "quoted"', now=NOW)
    suppressed.add(store, "bea@example.org", evidence="-1+1", reason=SuppressionReason.BOUNCE, now=NOW + DAY)
    before = suppressed.listed(store)
    text = suppressed.exported(before)
    for address in (READER, "bea@example.org"):
        suppressed.remove(store, address)

    assert suppressed.import_(store, text, now=NOW + 2 * DAY) == Imported(added=2, known=0, bad=())

    assert suppressed.listed(store) == before
    assert READER not in text


def test_no_cell_of_an_export_is_a_formula(store: Store) -> None:
    for number, sign in enumerate("=+-@"):
        suppressed.add(store, f"r{number}@example.org", evidence=f"{sign}cmd", now=NOW)

    rows = list(csv.reader(io.StringIO(suppressed.exported(suppressed.listed(store)))))

    assert rows[0] == ["address_hash", "reason", "evidence", "since"]
    assert sorted(row[2] for row in rows[1:]) == ["'+cmd", "'-cmd", "'=cmd", "(address)"]


@given(st.text(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_imported_or_told(store: Store, text: str) -> None:
    try:
        done = suppressed.import_(store, text, now=NOW)
    except InvalidInput:
        return

    assert all(isinstance(bad, BadLine) and bad.number >= 1 and bad.problem for bad in done.bad)
