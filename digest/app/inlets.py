"""The sources that the settings name, each behind its gate: one client, one pace and one budget for all of a gate."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from digest import __version__
from digest.config import Settings
from digest.sources import Source
from digest.sources.arxiv import FRIENDS, Arxiv, ArxivDetails
from digest.sources.arxiv_authors import ArxivAuthorFeeds
from digest.sources.arxiv_backfill import ArxivBackfill
from digest.sources.arxiv_query import ArxivQuery
from digest.sources.arxiv_rss import ArxivRss
from digest.sources.biorxiv import Biorxiv
from digest.sources.client import Budget, Pace, PoliteClient
from digest.sources.crossref import Crossref
from digest.sources.enriching import Enricher
from digest.sources.feeds import Feeds
from digest.sources.files import Files
from digest.sources.huggingface import HuggingFace
from digest.sources.openalex import OpenAlex
from digest.sources.semantic_scholar import SemanticScholar
from digest.sources.zotero import Zotero
from digest.store import Store

_A_DAY = timedelta(days=1)
GATES_OF_SOURCES = {
    source.name: source.gate for source in (ArxivRss, Arxiv, ArxivDetails, ArxivAuthorFeeds, ArxivBackfill)
}  # the others are their own gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """How one other side is asked."""

    name: str
    interval_seconds: float = 1.0
    cooldown: timedelta = timedelta(minutes=10)
    friends: frozenset[str] | None = frozenset()  # None: wherever a public host leads
    headers: Mapping[str, str] | None = None
    most: int | None = None  # requests
    within: timedelta = _A_DAY

    @property
    def rate(self) -> str:
        """What the gate lets through, in words."""
        pace = f"one request in {self.interval_seconds:g} s" if self.interval_seconds else "one request at a time"
        return f"{pace}, {self.most} in {self.within.total_seconds():g} s" if self.most else pace


def gates(settings: Settings) -> dict[str, Gate]:
    """Every gate there is, by name."""
    arxiv, huggingface, openalex = settings.arxiv, settings.huggingface, settings.openalex
    known = (
        Gate(
            name="arxiv",
            interval_seconds=arxiv.interval_seconds,
            cooldown=timedelta(seconds=arxiv.cooldown_seconds),
            friends=FRIENDS,
        ),
        Gate(
            name="huggingface",
            interval_seconds=0.0,
            most=huggingface.requests,
            within=timedelta(seconds=huggingface.within_seconds),
        ),
        Gate(name="biorxiv", interval_seconds=settings.biorxiv.interval_seconds),
        Gate(name="crossref", interval_seconds=settings.crossref.interval_seconds),
        Gate(name="zotero", interval_seconds=settings.imports.interval_seconds, headers={"Zotero-API-Version": "3"}),
        Gate(name="imports", interval_seconds=settings.imports.interval_seconds, friends=None),
        Gate(name="feeds", interval_seconds=settings.feeds.interval_seconds, friends=None),
        Gate(
            name="semantic-scholar",
            interval_seconds=settings.semantic_scholar.interval_seconds,
            headers={"x-api-key": settings.semantic_scholar.api_key},
        ),
        Gate(name="openalex", interval_seconds=0.1, most=openalex.requests_per_day),
    )
    return {gate.name: gate for gate in known}


class Inlets:
    """What the settings have papers and signals come from, while it is open."""

    def __init__(self, settings: Settings, store: Store, stack: ExitStack) -> None:
        self._settings = settings
        self._store = store
        self._stack = stack
        self._clients: dict[str, PoliteClient] = {}

    def sources(self) -> list[Source]:
        """Those that are harvested, the ones that answer sooner before the reference of the same ledger."""
        s = self._settings
        found: list[Source] = [ArxivRss(s.arxiv, self._client("arxiv")), Arxiv(s.arxiv, self._client("arxiv"))]
        if s.arxiv.author_details:
            found.append(ArxivDetails(s.arxiv, self._client("arxiv")))
        if s.arxiv.author_feeds:
            found.append(ArxivAuthorFeeds(s.arxiv, self._client("arxiv")))
        if s.huggingface.enabled:
            found.append(HuggingFace(s.huggingface, self._client("huggingface")))
        if s.biorxiv.servers:
            found.append(Biorxiv(s.biorxiv, self._client("biorxiv")))
        if s.crossref.venues:
            found.append(Crossref(s.crossref, self._client("crossref"), mail_to=s.site.sender))
        if s.feeds.urls:
            found.append(Feeds(s.feeds, self._client("feeds")))
        if s.files.paths:
            found.append(Files(s.files))
        return found

    def enrichers(self) -> list[Enricher]:
        """Those that are asked for signals of papers that are kept."""
        s = self._settings
        found: list[Enricher] = []
        if s.semantic_scholar.api_key:
            found.append(SemanticScholar(s.semantic_scholar, self._client("semantic-scholar")))
        if s.openalex.enabled:
            found.append(OpenAlex(s.openalex, self._client("openalex"), mail_to=s.site.sender))
        return found

    def reference(self) -> Arxiv:
        return Arxiv(self._settings.arxiv, self._client("arxiv"))

    def author_feed(self, name: str) -> ArxivAuthorFeeds:
        """The papers of one author, by an arXiv author id or an ORCID; ValueError if it is neither."""
        return ArxivAuthorFeeds(replace(self._settings.arxiv, author_feeds=(name,)), self._client("arxiv"))

    def zotero(self, key: str) -> Zotero:
        """The libraries that a key opens, or those that everybody may read."""
        gate = gates(self._settings)["zotero"]
        headers = {**(gate.headers or {}), **({"Zotero-API-Key": key} if key else {})}
        return Zotero(self._settings.imports.zotero_url, self._opened(replace(gate, headers=headers)))

    def files(self) -> PoliteClient:
        """What gets a library from any address."""
        return self._client("imports")

    def query(self) -> ArxivQuery:
        return ArxivQuery(self._settings.arxiv, self._client("arxiv"))

    def backfill(self, categories: Sequence[str], first: date, last: date) -> ArxivBackfill:
        return ArxivBackfill(self._settings.arxiv, self._client("arxiv"), categories, first, last)

    def _client(self, gate: str) -> PoliteClient:
        if gate not in self._clients:
            self._clients[gate] = self._opened(gates(self._settings)[gate])
        return self._clients[gate]

    def _opened(self, gate: Gate) -> PoliteClient:
        """A client that goes on at the pace, and with the budget, of the last run."""
        site = self._settings.site
        with self._store.read() as tx:
            kept = tx.harvests.gate(gate.name)
        budget = Budget(gate.most, gate.within, used=kept.budget_used, began=kept.budget_began) if gate.most else None

        def recall() -> datetime | None:
            with self._store.read() as tx:
                return tx.harvests.gate(gate.name).last_request_at

        def note(at: datetime) -> None:
            used, began = (budget.used, budget.began) if budget else (0, None)
            with self._store.begin() as tx:
                tx.harvests.note_request(gate.name, at, used=used, began=began)

        client = PoliteClient(
            gate.name,
            user_agent=f"paperround/{__version__} (+{site.url}; mailto:{site.sender})",
            pace=Pace(gate.interval_seconds, recall=recall, note=note),
            cooldown=gate.cooldown,
            friends=gate.friends,
            headers=gate.headers or {},
            budget=budget,
        )
        self._stack.callback(client.close)
        return client


@contextmanager
def inlets(settings: Settings, store: Store) -> Iterator[Inlets]:
    """The sources, whose connections are closed at the end."""
    with ExitStack() as stack:
        yield Inlets(settings, store, stack)
