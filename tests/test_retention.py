"""What is old goes, the oldest first; what is open, asked for or promised stays."""

import json
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from digest.compose.background import count_what_is_not
from digest.mail import Bounce, BounceKind, LetterKind
from digest.papers import Paper
from digest.relevance.text import TermCounts, count_paper
from digest.store import DatabaseSettings, Store, aging
from digest.store import tables as t
from digest.store.shadow import LeftOut
from digest.subscribers import MAIN, EditionKind, Subscriber, Verdict
from digest.upkeep import RetentionSettings, tidy
from tests.fakes import MONDAY, paper
from tests.shell import shell
from tests.store.builders import NOW, announce, announced, keep, reader, recommended, slate

DAYS = 100
SETTINGS = RetentionSettings(
    editions_days=DAYS, deliveries_days=DAYS, left_out_days=DAYS, returns_days=DAYS, alarms_days=DAYS, terms_days=0
)
LATER = NOW + timedelta(days=DAYS, seconds=1)  # when what is of NOW is old


def edition(store: Store, subscriber: Subscriber, day: int, *papers: Paper, now: datetime = NOW) -> int:
    """An edition of the so-manieth day, with its mail."""
    with store.begin() as tx:
        what = slate(subscriber, *map(recommended, papers), slot_date=MONDAY + timedelta(days=day))
        number = tx.editions.keep(what, now=now)
        assert number is not None
        tx.deliveries.intend(number, message_id=f"<{number}@example.org>", now=now)
    return number


def send_all(store: Store, now: datetime = NOW) -> None:
    with store.begin() as tx:
        for each in tx.deliveries.open(now, tx.deliveries.due(now)):
            tx.deliveries.sent(each, answer="250 taken", now=now)


def editions(store: Store) -> list[int]:
    with store._engine.connect() as connection:
        return list(connection.execute(sa.select(t.edition.c.id).order_by(t.edition.c.id)).scalars())


def rows(store: Store, table: sa.Table) -> int:
    with store._engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def tidied(store: Store, now: datetime = LATER, **values: Any) -> dict[str, int]:
    """What went, without what there was nothing of."""
    plain: dict[str, Any] = {"settings": SETTINGS, "now": now, "newest": 1}
    counts = tidy(store, **(plain | values))
    return {name: count for name, count in counts.items() if count}


def test_old_editions_go_and_the_last_one_of_each_reader_stays(store: Store) -> None:
    ana, ben = reader(store), reader(store)
    keep(store, item := paper())
    old = [edition(store, ana, 0, item), edition(store, ana, 1), edition(store, ben, 0)]
    new = edition(store, ana, 2, now=LATER)
    send_all(store, LATER)

    assert tidied(store, LATER + timedelta(days=2))["editions"] == 2

    assert editions(store) == [old[2], new]


def test_a_paper_is_never_sent_again_because_its_edition_went(store: Store) -> None:
    ana = reader(store)
    keep(store, item := paper())
    edition(store, ana, 0, item)
    last = edition(store, ana, 1)
    send_all(store)

    tidied(store)

    assert editions(store) == [last]
    with store.read() as tx:
        assert tx.subscribers.seen(ana.id) == {item.id}
        assert tx.editions.that_brought(ana.id, tx.papers.rows([item.id])[item.id]) is None


def test_an_edition_that_is_not_sent_yet_stays(store: Store) -> None:
    ana = reader(store)
    waiting = edition(store, ana, 0)
    edition(store, ana, 1)

    assert tidied(store) == {}
    assert waiting in editions(store)
    assert rows(store, t.delivery) == 2


def test_the_links_of_a_mail_lead_somewhere_for_sixty_days() -> None:
    for name in ("editions_days", "deliveries_days", "returns_days"):
        with pytest.raises(ValueError, match=f"{name}: expected 0 for ever, or 60 to 36500"):
            RetentionSettings(**{name: 59})
    with pytest.raises(ValueError, match="terms_days: expected 0 for ever, or 400"):
        RetentionSettings(terms_days=60)
    assert RetentionSettings(editions_days=60).editions_days == 60


def test_what_is_kept_for_ever_is_not_looked_at(store: Store) -> None:
    ana = reader(store)
    edition(store, ana, 0)
    edition(store, ana, 1)
    send_all(store)
    ever = RetentionSettings(**dict.fromkeys((each.name for each in fields(RetentionSettings)), 0))

    assert tidy(store, ever, now=NOW + timedelta(days=36500), newest=1) == {}


def test_a_dry_run_counts_what_a_real_one_deletes(store: Store) -> None:
    ana = reader(store)
    for day in range(3):
        edition(store, ana, day)
    send_all(store)

    counted = tidied(store, dry=True)

    assert counted["editions"] == 2
    assert len(editions(store)) == 3
    assert tidied(store)["editions"] == 2


def test_a_great_many_go_in_short_transactions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aging, "AT_ONCE", 2)
    ana = reader(store)
    for day in range(6):
        edition(store, ana, day)
    send_all(store)
    left = iter([False, False, True])

    # One look through the shadow log, one portion of editions, and then it is to stop.
    assert tidied(store, stopping=lambda: next(left, True)) == {"editions": 2}
    assert tidied(store)["editions"] == 3


def test_deliveries_go_before_their_editions_where_they_are_kept_shorter(store: Store) -> None:
    ana = reader(store)
    edition(store, ana, 0)
    send_all(store)
    with store.begin() as tx:
        bounce = Bounce(delivery_id=1, kind=BounceKind.SOFT, status="4.2.2", reason="full", fingerprint="f")
        tx.suppressions.note(bounce, subscriber=ana.id, now=LATER)

    assert tidied(store) == {"deliveries": 1}

    assert rows(store, t.bounce) == 1
    assert len(editions(store)) == 1


def test_the_last_welcome_stays_and_a_goodbye_goes(store: Store) -> None:
    ana = reader(store)
    with store.begin() as tx:
        for kind in (LetterKind.WELCOME, LetterKind.GOODBYE):
            number = tx.letters.keep(ana.id, kind, MONDAY, now=NOW)
            assert number is not None
            tx.deliveries.intend_letter(number, message_id=f"<{kind}@example.org>", now=NOW)
    send_all(store)

    assert tidied(store)["letters"] == 1

    with store.read() as tx:
        assert tx.letters.last(ana.id, LetterKind.WELCOME) == MONDAY


def test_what_was_asked_for_back_stays_in_the_shadow_log(store: Store) -> None:
    ana = reader(store)
    keep(store, wanted := paper(), unwanted := paper())
    number = edition(store, ana, 0)
    lines = [
        LeftOut(paper=each.id, interest=MAIN, score=0.1, probability=None, why="low") for each in (wanted, unwanted)
    ]
    with store.begin() as tx:
        tx.shadow.keep(number, lines)
        tx.shadow.reclaim(ana.id, tx.papers.rows([wanted.id])[wanted.id], now=LATER)

    assert tidied(store)["left_out"] == 1

    with store.read() as tx:
        assert [line.paper.id for line in tx.shadow.of(ana.id, limit=9)] == [wanted.id]


def test_an_edition_from_which_something_was_asked_for_back_stays(store: Store) -> None:
    ana = reader(store)
    keep(store, wanted := paper())
    number = edition(store, ana, 0)
    edition(store, ana, 1)
    send_all(store)
    with store.begin() as tx:
        tx.shadow.keep(number, [LeftOut(paper=wanted.id, interest=MAIN, score=0.1, probability=None, why="low")])
        tx.shadow.reclaim(ana.id, tx.papers.rows([wanted.id])[wanted.id], now=LATER)

    assert "editions" not in tidied(store)

    with store.read() as tx:
        assert tx.shadow.reclaimed([ana.id])[ana.id]


def test_reports_replies_and_alarms_go(store: Store) -> None:
    ana = reader(store)
    with store.begin() as tx:
        tx.suppressions.note_complaint("c", subscriber=ana.id, delivery=None, reason="spam", now=NOW)
        tx.suppressions.note_reply("reply", subscriber=ana.id, now=NOW)
        tx.alarms.note("run-failed", MONDAY, "", NOW)

    assert tidied(store, LATER + timedelta(days=1)) == {"bounces": 1, "replies": 1, "alarms": 1}


@pytest.fixture
def archive(store: Store) -> tuple[Store, list[Paper]]:
    """Five papers of one day, the second of which somebody likes."""
    ana, papers = reader(store), [paper(f"The habits of ants {number}") for number in range(5)]
    announce(store, *map(announced, papers))
    with store.begin() as tx:
        tx.subscribers.vote(ana.id, tx.papers.rows([papers[1].id])[papers[1].id], Verdict.LIKE, now=NOW)
    return store, papers


def terms(store: Store, item: Paper) -> TermCounts:
    with store.read() as tx:
        return TermCounts.from_bytes(tx.papers.get([item.id])[item.id].terms)


def without_terms(store: Store, papers: list[Paper]) -> list[int]:
    return [place for place, item in enumerate(papers) if not len(terms(store, item).ids)]


TERMS = RetentionSettings(terms_days=400)
MUCH_LATER = NOW + timedelta(days=401)


def test_terms_go_but_of_the_newest_papers_and_of_what_somebody_voted_on(archive: tuple[Store, list[Paper]]) -> None:
    store, papers = archive

    assert tidied(store, MUCH_LATER, settings=TERMS, newest=2, dry=True)["terms"] == 2
    assert tidied(store, MUCH_LATER, settings=TERMS, newest=2)["terms"] == 2

    assert without_terms(store, papers) == [0, 2]
    assert tidied(store, MUCH_LATER, settings=TERMS, newest=2) == {}


def test_dropped_terms_are_not_counted_again_until_somebody_votes(archive: tuple[Store, list[Paper]]) -> None:
    store, papers = archive
    tidied(store, MUCH_LATER, settings=TERMS, newest=2)
    count_what_is_not(store)
    assert without_terms(store, papers) == [0, 2]

    with store.begin() as tx:
        tx.subscribers.vote(1, tx.papers.rows([papers[0].id])[papers[0].id], Verdict.LIKE, now=MUCH_LATER)
    count_what_is_not(store)

    assert without_terms(store, papers) == [2]
    assert terms(store, papers[0]).to_bytes() == count_paper(papers[0].title, papers[0].abstract).to_bytes()


def test_a_weekly_reader_keeps_the_last_edition_too(store: Store) -> None:
    ana = reader(store)
    with store.begin() as tx:
        number = tx.editions.keep(slate(ana, kind=EditionKind.WEEKLY), now=NOW)

    assert tidied(store) == {}
    assert editions(store) == [number]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_papers_with_terms_are_found_by_their_own_index(store: Store) -> None:
    with store._engine.connect() as connection:
        query = f"SELECT id FROM paper WHERE id > 0 AND {t.WITH_TERMS} ORDER BY id LIMIT 500"
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
    assert "ix_paper_with_terms" in str(plan)


def test_the_command_counts_and_deletes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with shell(tmp_path, monkeypatch, capsys) as digest:
        kept = Store(DatabaseSettings(url=f"sqlite:///{tmp_path / 'paperround.db'}"))
        with kept.begin() as tx:
            tx.alarms.note("run-failed", MONDAY, "", NOW)
        kept.close()
        digest.now = "2028-01-01T00:00:00Z"

        assert "alarms\t1" in digest("db", "tidy", "--dry-run")
        assert json.loads(digest("db", "tidy", "--json"))["alarms"] == 1
        assert "alarms\t0" in digest("db", "tidy")
