"""Several sources at once: each gate, ledger and stream costs itself alone, and only what is wanted is asked."""

import logging
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Lock, get_ident

import pytest

from digest.app import App
from digest.batches import BatchState
from digest.config import Settings
from digest.errors import SourceError, SourceHangs, SourceResting, Stopped
from digest.ingest import ingest, wanted
from digest.papers import Cursor, Page
from digest.sample import SampleArxiv
from digest.store import DatabaseSettings, Store
from tests.fakes import MONDAY, FakeSource, at, paper
from tests.world import FRIDAY, SATURDAY, SUNDAY, TUESDAY, World, with_feed

COMPLETE, FAILED, QUIET, STALLED = BatchState.COMPLETE, BatchState.FAILED, BatchState.QUIET, BatchState.STALLED
REREAD = timedelta(hours=6)


@pytest.fixture
def trends(world: World) -> FakeSource:
    """Another side of the network, with a ledger of its own and no calendar."""
    other = FakeSource(name="trends", gate="trends", ledger="trends", has_calendar=False)
    world.others = [other]
    return other


def asked(world: World, now: datetime) -> set[str]:
    return wanted(world.store, [*world.others, world.source], now=now, reread=REREAD)


def meanwhile(source: FakeSource, act: Callable[[], object]) -> None:
    """Do something inside every request of a source."""
    page = source.page

    def spied(stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        act()
        return page(stream, cursor, now=now)

    source.page = spied  # type: ignore[method-assign]  # for this test


# ------------------------------------------------------------ gates


def test_sources_behind_different_gates_are_asked_at_the_same_time(world: World, trends: FakeSource) -> None:
    together = Barrier(2)
    for source in (world.source, trends):
        source.announce(MONDAY, paper())
        meanwhile(source, lambda: together.wait(20))

    assert world.ingest(at(MONDAY)).papers == 2


def test_sources_behind_one_gate_are_asked_one_after_the_other(world: World) -> None:
    feed, busy = with_feed(world), Lock()
    for source in (world.source, feed):
        source.announce(MONDAY, paper(), paper(), paper())

        def alone() -> None:
            assert busy.acquire(blocking=False)
            busy.release()

        meanwhile(source, alone)

    assert [harvest.source for harvest in world.ingest(at(MONDAY)).harvests] == ["arxiv-rss", "arxiv"]


@pytest.mark.parametrize(
    "trouble",
    [
        SourceError("trends", "answered HTTP 500"),
        SourceHangs("trends", "no answer in time"),
        SourceResting("trends", "answered 429", until=at(MONDAY, hour=12)),
    ],
)
def test_the_trouble_behind_one_gate_keeps_no_paper_of_another_away(
    world: World, trends: FakeSource, trouble: SourceError
) -> None:
    world.source.announce(MONDAY, paper("Kept"))
    trends.failures = [trouble]

    ingested = world.ingest(at(TUESDAY, hour=1))

    assert ingested.problems == (trouble,)
    assert set(world.fresh()) == {"Kept"}
    assert world.batch(MONDAY).state is COMPLETE
    assert (world.batch(MONDAY, ledger="trends").state, world.batch(MONDAY, ledger="trends").why) == (
        FAILED,
        trouble.problem,
    )


def test_while_one_gate_rests_the_others_are_asked(world: World, trends: FakeSource) -> None:
    world.source.failures = [SourceResting("arxiv", "answered 429", until=at(MONDAY, hour=12, minute=0))]
    world.ingest(at(MONDAY))
    trends.announce(MONDAY, paper("Trending"))

    ingested = world.ingest(at(MONDAY, hour=8))

    assert set(world.fresh()) == {"Trending"}
    assert [(harvest.source, harvest.papers) for harvest in ingested.harvests] == [("trends", 1), ("arxiv", 0)]
    assert [str(problem) for problem in ingested.problems] == [
        "arxiv: answered 429; it is not asked before 2026-03-02 12:00:00 UTC"
    ]
    assert world.batch(MONDAY).why == "answered 429; it is not asked before 2026-03-02 12:00:00 UTC"


def test_a_source_that_hangs_is_asked_once_only_and_the_next_one_is_asked_all_the_same(world: World) -> None:
    feed = with_feed(world)
    world.source.streams = feed.streams = ("cs.LG", "math.AP", "cs.RO")
    world.source.announce(MONDAY, paper("Kept"))
    feed.failures = [SourceHangs("arxiv", "no answer in time")]

    ingested = world.ingest(at(MONDAY))

    assert (feed.requests, world.source.requests) == (1, 3)
    assert [str(problem) for problem in ingested.problems] == ["arxiv-rss cs.LG: no answer in time"]
    assert set(world.fresh()) == {"Kept"}


def test_a_gate_that_another_process_holds_is_not_asked(world: World, trends: FakeSource) -> None:
    world.source.announce(MONDAY, paper())
    with world.store.begin() as tx:
        tx.harvests.take("arxiv", "elsewhere:1:1", now=at(MONDAY), until=at(TUESDAY), is_gone=lambda holder: False)

    ingested = world.ingest(at(MONDAY))

    assert [str(problem) for problem in ingested.problems] == ["arxiv: another run is asking it"]
    assert (world.source.requests, trends.requests) == (0, 1)
    assert (world.batch(MONDAY).state, world.batch(MONDAY).why) == (FAILED, "another run is asking it")


def test_a_gate_is_free_again_after_a_run_that_was_stopped_between_two_pages(world: World) -> None:
    world.source.announce(MONDAY, *(paper(f"Number {n}") for n in range(5)))

    def stop(stream: str, papers: int) -> None:
        raise Stopped("asked to stop")

    with pytest.raises(Stopped):
        ingest(world.store, world.source, now=at(MONDAY), progress=stop)
    kept = len(world.fresh())
    ingested = world.ingest(at(MONDAY))

    assert (kept, ingested.papers, ingested.problems) == (2, 3, ())
    assert world.batch(MONDAY).arrived == 5


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT interrupts, although whoever started the tests in the background may have had it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_every_gate_after_the_page_in_hand(world: World, trends: FakeSource) -> None:
    go_on, this_thread = Event(), get_ident()
    for source in (world.source, trends):
        source.announce(MONDAY, *(paper(f"{source.name} {n}") for n in range(99)))
        meanwhile(source, lambda: go_on.wait(0.05))
    meanwhile(trends, lambda: None if trends.requests else signal.pthread_kill(this_thread, signal.SIGINT))

    with pytest.raises(KeyboardInterrupt):
        world.ingest(at(MONDAY))
    asked_before = world.source.requests + trends.requests
    go_on.set()
    ingested = world.ingest(at(MONDAY))

    assert asked_before < 20
    assert len(world.fresh()) == 198
    assert ingested.problems == ()


# ------------------------------------------------------------ ledgers


def test_two_ledgers_do_not_disturb_each_other(world: World, trends: FakeSource) -> None:
    world.source.announce(MONDAY, paper())
    world.ingest(at(MONDAY))
    trends.announce(TUESDAY, paper(), paper(), paper())

    world.ingest(at(TUESDAY, hour=23))
    world.ingest(at(TUESDAY + timedelta(days=1), hour=1))

    assert world.batch(TUESDAY).state is STALLED  # papers of the other ledger are no company
    assert (world.batch(TUESDAY, ledger="trends").state, world.batch(TUESDAY, ledger="trends").arrived) == (COMPLETE, 3)
    assert world.batch(MONDAY, ledger="trends").state is QUIET
    assert (world.batch(MONDAY).expected, world.batch(MONDAY).arrived) == (1, 1)


def test_an_unreadable_paper_of_one_ledger_is_missing_in_that_one_alone(world: World, trends: FakeSource) -> None:
    world.source.announce(MONDAY, paper())
    trends.announce(MONDAY, paper())
    trends.unreadable = {MONDAY: [paper().id]}

    world.ingest(at(TUESDAY, hour=1))

    assert world.batch(MONDAY).state is COMPLETE
    assert len(world.batch(MONDAY, ledger="trends").missing) == 1


def test_every_judgement_is_logged_with_what_it_rests_on(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "digest.ingest.ledger")
    world.source.announce(MONDAY, paper())
    world.ingest(at(MONDAY))
    world.ingest(at(TUESDAY))

    assert caplog.messages == [
        "batch source=arxiv stream=cs.LG day=2026-03-02 state=complete expected=1 arrived=1 late=0",
        "batch source=arxiv stream=cs.LG day=2026-03-03 state=stalled expected=0 arrived=0 late=0 "
        "why=the listing is empty although one was due",
    ]


# ------------------------------------------------------------ whom to ask


def test_everybody_is_wanted_who_was_never_read(world: World, trends: FakeSource) -> None:
    assert asked(world, at(MONDAY, hour=1)) == {"arxiv", "trends"}


def test_a_source_is_wanted_when_it_shows_the_next_listing_and_not_before(world: World) -> None:
    feed = with_feed(world)
    for source in (world.source, feed):
        source.announce(MONDAY, paper())
    world.ingest(at(MONDAY, hour=23))

    assert asked(world, at(MONDAY, hour=23, minute=59)) == set()
    assert asked(world, at(TUESDAY, hour=3, minute=0)) == {"arxiv"}
    assert asked(world, at(TUESDAY, hour=5, minute=0)) == {"arxiv", "arxiv-rss"}


def test_the_reference_alone_is_read_again_after_some_hours(world: World) -> None:
    feed = with_feed(world)
    for source in (world.source, feed):
        source.announce(MONDAY, paper())
    world.ingest(at(MONDAY, hour=6, minute=0))

    assert asked(world, at(MONDAY, hour=12, minute=0)) == set()
    assert asked(world, at(MONDAY, hour=12, minute=1)) == {"arxiv"}


def test_who_failed_is_wanted_at_once(world: World, trends: FakeSource) -> None:
    world.source.announce(MONDAY, paper())
    trends.announce(MONDAY, paper())
    trends.failures = [SourceError("trends", "answered HTTP 500")]
    world.ingest(at(MONDAY))

    assert asked(world, at(MONDAY, minute=31)) == {"trends"}


@pytest.mark.parametrize("still_shows_the_last", [False, True])
def test_while_a_listing_is_stalled_its_sources_are_wanted_again_and_again(
    world: World, still_shows_the_last: bool
) -> None:
    feed = with_feed(world)
    for source in (world.source, feed):
        source.announce(MONDAY, paper())
    world.ingest(at(MONDAY))
    if not still_shows_the_last:
        world.source.listings.clear()
    world.ingest(at(TUESDAY))

    wanted_meanwhile = asked(world, at(TUESDAY, minute=31))
    world.source.announce(TUESDAY, paper())
    world.ingest(at(TUESDAY, minute=40))

    assert wanted_meanwhile == {"arxiv", "arxiv-rss"}
    assert asked(world, at(TUESDAY, minute=41)) == set()


def test_a_weekend_is_read_once_a_day_and_then_left_alone(world: World) -> None:
    world.source.announce(FRIDAY, paper())
    world.ingest(at(FRIDAY))
    world.source.listings.clear()
    world.ingest(at(SATURDAY))

    assert asked(world, at(SATURDAY, minute=31)) == set()
    assert asked(world, at(SUNDAY)) == {"arxiv"}


def test_who_is_not_asked_is_left_as_it_was_and_the_ledger_is_judged_all_the_same(world: World) -> None:
    feed = with_feed(world)
    for source in (world.source, feed):
        source.announce(MONDAY, paper())
    ingest(world.store, feed, world.source, asked={"arxiv"}, now=at(MONDAY, hour=4))
    waiting = world.batch(MONDAY).state

    ingested = ingest(world.store, feed, world.source, asked=set(), now=at(MONDAY, hour=6))

    assert waiting is BatchState.WAITING
    assert (world.source.requests, feed.requests) == (1, 0)
    assert ingested.harvests == ()
    assert world.batch(MONDAY).state is COMPLETE


def test_the_product_asks_for_what_is_wanted_or_for_everything(tmp_path: Path) -> None:
    plain = Settings()
    with SampleArxiv(date(2026, 3, 9)) as sample:
        arxiv = replace(plain.arxiv, oai_url=sample.oai_url, rss_url=sample.rss_url, interval_seconds=0.0)
        settings = replace(
            plain,
            arxiv=replace(arxiv, categories=("cs.RO",)),
            huggingface=replace(plain.huggingface, enabled=False),
            database=DatabaseSettings(url=f"sqlite:///{tmp_path}/digest.db"),
        )
        told = []
        for hour, reread in ((7, REREAD), (8, REREAD), (9, None), (16, REREAD)):
            app = App(settings, now=at(date(2026, 3, 9), hour=hour))
            told.append([harvest.source for harvest in app.ingest(reread=reread).harvests])
            app.close()

    assert told == [["arxiv-rss", "arxiv"], [], ["arxiv-rss", "arxiv"], ["arxiv"]]


def test_what_is_wanted_is_the_same_on_either_engine(store: Store) -> None:
    source = FakeSource()
    source.announce(MONDAY, paper())
    ingest(store, source, now=at(MONDAY))

    assert wanted(store, [source], now=at(MONDAY, hour=8), reread=REREAD) == set()
    assert wanted(store, [source], now=at(TUESDAY, hour=8), reread=REREAD) == {"arxiv"}
