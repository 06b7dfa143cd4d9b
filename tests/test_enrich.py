"""Signals asked for: which papers and authors a source is asked about, how often, and what its trouble costs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest import signals
from digest.authors import AuthorKey, Byline
from digest.enrich import Enriched, enrich
from digest.errors import SourceError, SourceResting
from digest.papers import Paper
from digest.signals import Signal
from digest.sources.enriching import Enrichment
from digest.sources.settings import EnrichmentSettings
from digest.store import Store
from tests.fakes import paper
from tests.store.builders import NOW, keep

ADA, BO = AuthorKey("fake:ada"), AuthorKey("fake:bo")


@dataclass
class FakeEnricher:
    """Knows the citations of every paper and the h-index of every author."""

    name: str = "fake"
    gate: str = "fake"
    batch_size: int = 2
    failures: list[SourceError] = field(default_factory=list)
    papers: list[str] = field(default_factory=list)  # asked about
    people: list[AuthorKey] = field(default_factory=list)

    def signals(self, papers: Sequence[Paper], *, now: datetime) -> Enrichment:
        if self.failures:
            raise self.failures.pop(0)
        self.papers += [each.id for each in papers]
        told = tuple(self._said(each.id, signals.CITATIONS, 3.0, now) for each in papers)
        signed = (Byline(name="Ada Ames", keys=(ADA,)), Byline(name="Bo Berg", keys=(BO,)))
        return Enrichment(signals=told, bylines={each.id: signed for each in papers})

    def author_signals(self, keys: Sequence[AuthorKey], *, now: datetime) -> tuple[Signal, ...]:
        self.people += keys
        return tuple(self._said(key, signals.H_INDEX, 12.0, now) for key in keys)

    def _said(self, subject: str, name: str, value: float, now: datetime) -> Signal:
        return Signal(subject=subject, name=name, value=value, source=self.name, observed_at=now)


def enriched(store: Store, *enrichers: FakeEnricher, now: datetime = NOW) -> Enriched:
    return enrich(store, enrichers, EnrichmentSettings(), now=now)


def test_every_paper_is_asked_about_once_and_again_after_a_week(store: Store) -> None:
    keep(store, *(paper() for _ in range(3)))
    fake = FakeEnricher()

    first, second = enriched(store, fake), enriched(store, fake)
    later = enriched(store, fake, now=NOW + timedelta(days=8))

    assert (len(fake.papers), len(set(fake.papers))) == (6, 3)
    assert (first.problems, second.signals, later.signals) == ((), 0, 0)


def test_an_author_is_asked_about_once_however_many_papers_name_them(store: Store) -> None:
    keep(store, *(paper() for _ in range(3)))
    fake = FakeEnricher()
    enriched(store, fake)

    assert fake.people == [ADA, BO]
    with store.read() as tx:
        assert [each.value for each in tx.signals.newest([ADA])[ADA]] == [12.0]


def test_one_that_fails_costs_itself_alone_and_is_asked_again(store: Store) -> None:
    keep(store, paper())
    broken, fine = FakeEnricher(name="broken", gate="broken"), FakeEnricher()
    broken.failures.append(SourceError("broken", "answered HTTP 500"))

    problems = enriched(store, broken, fine).problems
    enriched(store, broken, fine)

    assert [str(problem) for problem in problems] == ["broken: answered HTTP 500"]
    assert (len(broken.papers), len(fine.papers)) == (1, 1)


def test_rest_is_given_until_it_is_over(store: Store) -> None:
    keep(store, paper())
    fake = FakeEnricher()
    fake.failures.append(SourceResting("fake", "answered 429", until=NOW + timedelta(minutes=10)))

    enriched(store, fake)
    (resting,) = enriched(store, fake, now=NOW + timedelta(minutes=5)).problems
    enriched(store, fake, now=NOW + timedelta(minutes=11))

    assert isinstance(resting, SourceResting)
    assert len(fake.papers) == 1
