"""Whatever goes wrong in a week, in whatever order sources are read: the ledger ends as what was announced."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.batches import CLOSED, BatchState
from digest.errors import SourceError, SourceHangs, SourceResting
from digest.papers import Paper
from digest.store import DatabaseSettings, Store
from tests.fakes import MONDAY, FakeSource, at, paper
from tests.world import FRIDAY, NEXT_MONDAY, TUESDAY, WEEK, World, with_feed

STREAMS = ("cs.LG", "math.AP")
HOURS = (4, 7, 20)


@dataclass(frozen=True)
class Told:
    """When two sources tell of one paper."""

    day: date  # of its listing, which the feed shows
    hour: int  # from when on they do
    lag: int  # days by which the reference is late
    in_feed: bool
    stream: str

    @property
    def counts_on(self) -> date:
        """The earliest day that a source gives."""
        return self.day if self.in_feed else self.day + timedelta(days=self.lag)


papers_told = st.lists(
    st.builds(
        Told,
        day=st.sampled_from(WEEK),
        hour=st.sampled_from(HOURS),
        lag=st.integers(0, 1),
        in_feed=st.booleans(),
        stream=st.sampled_from(STREAMS),
    ),
    max_size=8,
)
faults = st.sampled_from(["", "", "", "error", "hang", "rest", "broken off", "no run"])
troubles = st.lists(faults, min_size=len(WEEK) * len(HOURS), max_size=len(WEEK) * len(HOURS))


@contextmanager
def opened(template: Path) -> Iterator[World]:
    with TemporaryDirectory() as folder:
        store = Store(DatabaseSettings(url=f"sqlite:///{shutil.copy(template, Path(folder) / 'digest.db')}"))
        world = World(store)
        world.source.streams = with_feed(world).streams = STREAMS
        yield world
        store.close()


def announce(world: World, told: Told, item: Paper) -> None:
    world.source.announce(told.day + timedelta(days=told.lag), item)
    if told.in_feed:
        world.others[0].announce(told.day, item)


def spoil(source: FakeSource, fault: str, day: date, hour: int) -> None:
    source.page_size = 1 if fault == "broken off" else 2
    error = SourceError("arxiv", "answered HTTP 500")
    failures: dict[str, list[SourceError]] = {
        "error": [error],
        "hang": [SourceHangs("arxiv", "no answer in time")],
        "rest": [SourceResting("arxiv", "answered 429", until=at(day, hour + 1))],
        "broken off": [error, error],
    }
    source.failures = failures.get(fault, [])


@settings(deadline=None, max_examples=10)
@example(  # the reference, which is a day late, tells of a paper before the feed can
    listed=[Told(day=TUESDAY, hour=20, lag=1, in_feed=True, stream="cs.LG")],
    of_the_reference=[""] * 15,
    of_the_feed=[""] * 5 + ["error"] * 2 + [""] * 8,
)
@example(  # all that a closed batch had turns out to belong to the day before
    listed=[
        *[Told(day=MONDAY, hour=4, lag=0, in_feed=False, stream="cs.LG")] * 6,
        Told(day=MONDAY, hour=4, lag=1, in_feed=True, stream="cs.LG"),
    ],
    of_the_reference=[""] * 15,
    of_the_feed=["error"] * 5 + [""] * 10,
)
@given(listed=papers_told, of_the_reference=troubles, of_the_feed=troubles)
def test_a_week_of_faults_ends_with_a_ledger_that_says_what_was_announced(
    upgraded_file: Path, listed: list[Told], of_the_reference: list[str], of_the_feed: list[str]
) -> None:
    papers = [(told, paper(f"Paper {n}", categories=(told.stream,))) for n, told in enumerate(listed)]
    moments = [(day, hour) for day in WEEK for hour in HOURS]
    with opened(upgraded_file) as world:
        for (day, hour), fault, other in zip(moments, of_the_reference, of_the_feed, strict=True):
            for told, item in papers:
                if (told.day, told.hour) == (day, hour):
                    announce(world, told, item)
            spoil(world.source, fault, day, hour)
            spoil(world.others[0], other, day, hour)
            if "no run" not in (fault, other):
                world.ingest(at(day, hour))
                _never_closed_with_less_than_is_known(world, day)
        for source in (world.source, world.others[0]):
            source.failures = []
            source.announce(NEXT_MONDAY, *(paper("Last", categories=(stream,)) for stream in STREAMS))
        ingested = world.ingest(at(NEXT_MONDAY))

        assert ingested.is_whole
        with world.store.read() as tx:
            batches = tx.batches.between(MONDAY, FRIDAY)
            rows = tx.papers.rows(item.id for _, item in papers)
            announced = {key: [kind for _, _, kind, _ in tx.announcements.of(row)] for key, row in rows.items()}
        assert all(batch.state in CLOSED for batch in batches)
        assert {(b.stream, b.day): b.arrived for b in batches if b.arrived} == Counter(
            (told.stream, told.counts_on) for told in listed if told.counts_on <= FRIDAY
        )
        assert all(batch.expected == batch.arrived and not batch.missing for batch in batches)
        assert {key: kinds.count("new") for key, kinds in announced.items()} == {item.id: 1 for _, item in papers}


def _never_closed_with_less_than_is_known(world: World, day: date) -> None:
    with world.store.read() as tx:
        for batch in tx.batches.between(MONDAY, day):
            named = tx.announcements.named(["arxiv", "arxiv-rss"], batch.stream, since=batch.day).get(batch.day)
            assert batch.arrived == (named.papers if named else 0)
            assert (batch.state is BatchState.COMPLETE) <= bool(batch.arrived)
