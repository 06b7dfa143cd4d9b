"""A database of the first schema, with readers and mails in it, becomes one of this release; nothing is sent again."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from digest.mail import DeliveryState
from digest.relevance.settings import RelevanceSettings
from digest.store import DatabaseSettings, Store, schema
from digest.subscribers import ProfileField
from tests.fakes import MONDAY, at, paper
from tests.world import TUESDAY, World

ANA, BEA = "ana@example.org", "bea@example.org"
MAIL = b"From: digest@example.org\r\nTo: bea@example.org\r\nSubject: Ants\r\n\r\nAnts in gardens\r\n"
SEEN_AT = f"{MONDAY} 07:30:00+00:00"


def of_paper(number: int, title: str) -> tuple[str, ...]:
    return (
        f"""INSERT INTO paper (id, canonical_key, title, abstract, authors, categories, classes, comment, doi,
        journal_ref, first_seen_at, changed_at, terms) VALUES ({number}, 'arxiv:2603.0000{number}', '{title}', '',
        '["Ada Ames"]', '["cs.LG"]', '[]', '', '', '', '{SEEN_AT}', '{SEEN_AT}', '')""",
        f"INSERT INTO identifier (scheme, value, paper_id) VALUES ('arxiv', '2603.0000{number}', {number})",
        f"INSERT INTO version (paper_id, number, submitted_at, withdrawn) VALUES ({number}, 1, '{SEEN_AT}', false)",
        f"""INSERT INTO announcement (id, source, stream, paper_id, kind, day, seen_at)
        VALUES ({number}, 'arxiv', 'cs.LG', {number}, 'new', '{MONDAY}', '{SEEN_AT}')""",
    )


def of_reader(number: int, address: str) -> tuple[str, ...]:
    """A reader, and the edition of Monday with the paper that was in it."""
    return (
        f"""INSERT INTO subscriber (id, address, address_key, state, timezone, send_at, days, size, next_due_at,
        read_through, feed_uri, created_at) VALUES ({number}, '{address}', '{address}', 'active', 'UTC',
        '07:00:00.000000', '[0, 1, 2, 3, 4]', 5, '{TUESDAY} 07:00:00+00:00', 2, 'tag:example.org,2026:feed/{number}',
        '{SEEN_AT}')""",
        f"INSERT INTO profile_entry (subscriber_id, field, value) VALUES ({number}, 'interest', 'ants in gardens')",
        f"""INSERT INTO edition (id, subscriber_id, kind, slot_date, items, considered, papers_read, created_at)
        VALUES ({number}, {number}, 'daily', '{MONDAY}', '[]', '[]', 2, '{SEEN_AT}')""",
        f"INSERT INTO seen (subscriber_id, paper_id, edition_id) VALUES ({number}, 1, {number})",
    )


FIRST_RELEASE = (
    *of_paper(1, "Ants in gardens"),
    *of_paper(2, "Bees in gardens"),
    *of_reader(1, ANA),
    *of_reader(2, BEA),
    f"INSERT INTO feedback (subscriber_id, paper_id, verdict, given_at) VALUES (1, 2, 'like', '{SEEN_AT}')",
    f"""INSERT INTO delivery (id, edition_id, channel, state, attempts, message_id, next_attempt_at, answer, sent_at)
    VALUES (1, 1, 'email', 'sent', 1, '<first.1@example.org>', '{SEEN_AT}', '250 OK', '{SEEN_AT}')""",
    f"""INSERT INTO delivery (id, edition_id, channel, state, attempts, message_id, content, next_attempt_at)
    VALUES (2, 2, 'email', 'uncertain', 1, '<first.2@example.org>', :content, '{SEEN_AT}')""",
    f"INSERT INTO cursor (source, stream, since, completed_at) VALUES ('arxiv', 'cs.LG', '{MONDAY}', '{SEEN_AT}')",
    f"INSERT INTO gate (source, last_request_at) VALUES ('arxiv', '{SEEN_AT}')",
)


@pytest.fixture
def upgraded(empty_url: str) -> Iterator[Store]:
    """What the first release left behind, brought up to date."""
    store = Store(DatabaseSettings(url=empty_url))
    schema.Schema(store._engine).migrate("0001")
    with store._engine.begin() as connection:
        for each in FIRST_RELEASE:
            statement = each.replace("+00:00", ".000000") if store.is_embedded else each  # as times are written there
            connection.execute(sa.text(statement), {"content": MAIL} if ":content" in statement else {})
        if not store.is_embedded:  # whose numbers go on behind the last one; a sequence has to be told
            for table in ("paper", "announcement", "subscriber", "edition", "delivery", "profile_entry"):
                connection.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 99)"))
    store.upgrade(now=at(TUESDAY))
    yield store
    store.close()


def test_everything_that_the_first_release_kept_is_there(upgraded: Store) -> None:
    upgraded.check_current()
    assert upgraded.damage() == ""
    with upgraded.read() as tx:
        ana, bea = sorted(tx.subscribers.all(), key=lambda each: each.address)
        assert (ana.address, bea.address, ana.feed_uri) == (ANA, BEA, "tag:example.org,2026:feed/1")
        (interest,) = tx.subscribers.profiles([ana.id])[ana.id].interests
        assert interest.texts == ("ants in gardens",)
        assert [str(vote.paper) for vote in interest.liked] == ["arxiv:2603.00002"]
        query = sa.text("SELECT state FROM delivery ORDER BY id")
        assert [*tx._connection.execute(query).scalars()] == [DeliveryState.SENT, DeliveryState.UNCERTAIN]


def test_the_next_day_brings_what_is_new_and_nothing_again(upgraded: Store) -> None:
    world = World(upgraded, settings=RelevanceSettings(threshold=0.0))
    world.source.announce(TUESDAY, paper("Ants in gardens", number=1), paper("Ants in gardens at night", number=3))

    world.run(at(TUESDAY))

    assert [mail.content for mail in world.outbox.sent].count(MAIL) == 1  # it was in doubt
    assert sorted(mail.rcpt_to for mail in world.outbox.sent if mail.content != MAIL) == [ANA, BEA]
    with upgraded.read() as tx:
        for reader in tx.subscribers.all():
            newest = tx.editions.of(reader.id, limit=1)[0]
            assert [str(item.paper.id) for item in newest.recommendations] == ["arxiv:2603.00003"]
    sent = len(world.outbox.sent)
    world.run(at(TUESDAY))
    assert len(world.outbox.sent) == sent


def test_what_is_learned_after_the_upgrade_stands_beside_what_was_known(upgraded: Store) -> None:
    with upgraded.begin() as tx:
        ana = next(each for each in tx.subscribers.all() if each.address == ANA)
        tx.subscribers.add_words(ana.id, ProfileField.INTEREST, ["bees"])
    with upgraded.read() as tx:
        assert tx.subscribers.profiles([ana.id])[ana.id].interests[0].texts == ("ants in gardens", "bees")
