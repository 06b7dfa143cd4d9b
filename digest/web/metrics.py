"""What Prometheus reads: how much there is of everything, and how the web answers.

Names follow https://prometheus.io/docs/practices/naming/. Counts of the database are of the moment of asking, at most
`FRESH_SECONDS` old; those of the web are of this process.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from digest import __version__
from digest.upkeep import Figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FRESH_SECONDS = 30.0
_SECONDS = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5)  # edges of how long answers take


class Metrics:
    """Counters of one process; `text` adds the figures of the product."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "paperround_http_responses",
            "Answers of the web door, by the form of the address and by status.",
            ("route", "status"),
            registry=self._registry,
        )
        self._took = Histogram(
            "paperround_http_response_seconds",
            "Time to the first byte of an answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._counted = cache(self._counters)  # as many as there are addresses and statuses

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is the form of the address, such as `/paper/{id}`, and never the address itself."""
        answers, took = self._counted(route, status)
        answers.inc()
        took.observe(seconds)

    def _counters(self, route: str, status: int) -> tuple[Counter, Histogram]:
        return self._answers.labels(route, str(status)), self._took.labels(route)

    def text(self, figures: Figures, *, now: datetime) -> bytes:
        """All of it as Prometheus reads it."""
        registry = CollectorRegistry()
        registry.register(_Product(figures, now))
        return generate_latest(registry) + generate_latest(self._registry)


class _Product(Collector):
    """Figures as gauges."""

    def __init__(self, figures: Figures, now: datetime) -> None:
        self._figures = figures
        self._now = now

    def collect(self) -> Iterator[Metric]:
        have = self._figures
        yield _states("paperround_build_info", "The release that answers.", {__version__: 1}, label="version")
        yield GaugeMetricFamily("paperround_papers", "Papers kept.", value=have.papers)
        yield GaugeMetricFamily("paperround_editions", "Editions kept since the beginning.", value=have.editions)
        yield GaugeMetricFamily("paperround_suppressions", "Addresses never written to.", value=have.suppressions)
        yield _states("paperround_subscribers", "Subscribers, by state.", have.subscribers)
        yield _states("paperround_batches", "Batches of the last 30 days, by state.", have.batches)
        yield _states("paperround_deliveries", "Mails, by state.", have.deliveries)
        yield _states("paperround_bounces", "Bounces, by kind.", have.bounces, label="kind")
        yield _states("paperround_votes", "Votes that stand, by verdict.", have.votes, label="verdict")
        yield GaugeMetricFamily(
            "paperround_oldest_waiting_seconds",
            "For how long the oldest open mail might have been sent; 0 where none is open.",
            value=self._since(have.waiting_since),
        )
        if have.newest_listing is not None:
            yield GaugeMetricFamily(
                "paperround_last_batch_closed_timestamp_seconds",
                "When a batch was last closed.",
                value=have.newest_listing.timestamp(),
            )
        rests = {gate: self._until(moment) for gate, moment in have.resting.items()}
        yield _states("paperround_source_rest_seconds", "For how long a source is not asked.", rests, label="source")
        depths = {queue: line.jobs for queue, line in have.lines.items()}
        yield _states("paperround_queue_jobs", "Jobs that no worker has begun, by queue.", depths, label="queue")
        ages = {queue: self._since(line.since) for queue, line in have.lines.items()}
        yield _states("paperround_queue_oldest_seconds", "For how long the oldest of them waits.", ages, label="queue")
        yield from self._work()

    def _work(self) -> Iterator[Metric]:
        """What ingest, compose and deliver took, in whatever process; a run of a worker is one of its jobs."""
        runs = CounterMetricFamily("paperround_work_runs", "Runs of ingest, compose and deliver.", labels=("work",))
        failures = CounterMetricFamily("paperround_work_failures", "Those that failed.", labels=("work",))
        spent = CounterMetricFamily("paperround_work_seconds", "What they took in all.", labels=("work",))
        for name, each in self._figures.work.items():
            runs.add_metric((name,), each.runs)
            failures.add_metric((name,), each.failures)
            spent.add_metric((name,), each.seconds)
        yield from (runs, failures, spent)
        took = {name: each.last_seconds for name, each in self._figures.work.items()}
        yield _states("paperround_work_last_seconds", "What the last of them took.", took, label="work")
        ended = {name: each.last_end_at.timestamp() for name, each in self._figures.work.items()}
        about = "When the last of them ended."
        yield _states("paperround_work_last_end_timestamp_seconds", about, ended, label="work")

    def _since(self, moment: datetime | None) -> float:
        return max(0.0, (self._now - moment).total_seconds()) if moment else 0.0

    def _until(self, moment: datetime) -> float:
        return max(0.0, (moment - self._now).total_seconds())


def _states(name: str, help_: str, found: Mapping[str, float], *, label: str = "state") -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_, labels=(label,))
    for state, count in found.items():
        family.add_metric((state,), count)
    return family


class Kept:
    """Figures that are counted again only when they are no longer fresh."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._found: tuple[float, Figures] | None = None

    def get(self, count: Callable[[], Figures]) -> Figures:
        """The kept ones, or what `count` finds."""
        now = self._clock()
        if self._found is None or now - self._found[0] > FRESH_SECONDS:
            self._found = (now, count())
        return self._found[1]
