"""The product at one moment: every verb with its crafts."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment

from digest import __version__, browse, membership, merits, processes, tokens, upkeep
from digest.app.inlets import GATES_OF_SOURCES, gates, inlets
from digest.compose import Composed, Explanation, compose, explain, preview
from digest.compose.background import background
from digest.config import Settings
from digest.deliver import Delivered, deliver
from digest.editions import Edition
from digest.enrich import Enriched, enrich
from digest.errors import SourceError, Stopped
from digest.evaluation import Report, evaluate
from digest.identity import PaperId
from digest.ingest import Backfilled, Ingested, Progress, backfill, fetch, ingest, wanted
from digest.notices.mail import MailVoice
from digest.notices.web import Hooks, WebhookVoice
from digest.papers import Paper
from digest.relevance.space import Space
from digest.rendering.feed import FeedRenderer
from digest.rendering.mail import MailRenderer
from digest.rendering.templates import environment
from digest.sources import calendar
from digest.store import Store
from digest.store.gates import held
from digest.subscribers import MAIN, Subscriber, Verdict
from digest.transport import Transport
from digest.transport.folder import FolderTransport
from digest.transport.smtp import SmtpTransport

FORMATS = ("html", "text", "eml", "atom", "rss")
_FEED_EDITIONS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of one whole run; a part that failed did not keep the others from running."""

    ingested: Ingested
    composed: Composed
    delivered: Delivered

    @property
    def problems(self) -> tuple[SourceError, ...]:
        return self.ingested.problems


def _told(progress: Progress, stopping: Callable[[], bool]) -> Progress:
    def told(what: str, done: int) -> None:
        progress(what, done)
        if stopping():
            raise Stopped("asked to stop between two pages; the next run goes on there")

    return told


class App:
    """The product at one moment; `now` is the moment every verb works at."""

    def __init__(self, settings: Settings, *, now: datetime, store: Store | None = None) -> None:
        """`store` lends an opened database, which stays open."""
        self.settings = settings
        self.now = now
        self._lent = store

    @cached_property
    def store(self) -> Store:
        """The database, ready to be used."""
        if self._lent is not None:
            return self._lent
        store = Store(self.settings.database)
        store.prepare(now=self.now)
        return store

    def close(self) -> None:
        if "store" in self.__dict__ and self._lent is None:
            self.store.close()

    # ------------------------------------------------------------ the day

    def ingest(
        self,
        progress: Progress = lambda stream, papers: None,
        stopping: Callable[[], bool] = lambda: False,
        *,
        reread: timedelta | None = None,
    ) -> Ingested:
        """Read what is new, until `stopping` says so: then Stopped is raised between two pages.

        With `reread`, only sources are asked that have shown a listing since they were read, or not in that time.
        """
        with inlets(self.settings, self.store) as opened:
            sources = opened.sources()
            asked = None if reread is None else wanted(self.store, sources, now=self.now, reread=reread)
            return ingest(self.store, *sources, asked=asked, now=self.now, progress=_told(progress, stopping))

    def backfill(
        self,
        categories: Sequence[str],
        first: date,
        last: date,
        progress: Callable[[int, int, int], None] = lambda done, of, papers: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Backfilled:
        """Bring the papers submitted in some days, oldest first; what an earlier run has brought is not asked again."""
        with inlets(self.settings, self.store) as opened:
            source = opened.backfill(categories or self.settings.arxiv.categories, first, last)
            return backfill(self.store, source, now=self.now, progress=progress, stopping=stopping)

    def enrich(
        self,
        progress: Callable[[str, int], None] = lambda source, papers: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Enriched:
        """Ask for signals of what is kept."""
        with inlets(self.settings, self.store) as opened:
            return enrich(
                self.store,
                opened.enrichers(),
                self.settings.enrichment,
                now=self.now,
                progress=_told(progress, stopping),
            )

    def measure(self, *, days: int, progress: merits.Progress = lambda done, of: None) -> merits.Measured:
        """Measure the novelty and the score of the papers of the newest listings."""
        return merits.measure(self.store, self._space(), now=self.now, days=days, progress=progress)

    def appraise(self, record: browse.PaperRecord) -> merits.Appraisal:
        """What can be said of a kept paper beside others."""
        return merits.appraise(self.store, self._space(), record.paper.id, record.signals, now=self.now)

    def search(self, query: str, *, limit: int) -> tuple[Paper, ...]:
        """What arXiv's own search finds; nothing is kept."""
        with inlets(self.settings, self.store) as opened, held(self.store, opened.query().gate, self.now):
            return opened.query().search(query, limit=limit, now=self.now)

    def fetch(self, ids: Sequence[str]) -> tuple[Paper, ...]:
        """Keep papers by their arXiv ids."""
        with inlets(self.settings, self.store) as opened:
            return fetch(self.store, opened.query(), ids, now=self.now)

    def gates(self) -> list[browse.GateRecord]:
        """How every side that is asked over the network has been asked."""
        rates = {name: gate.rate for name, gate in gates(self.settings).items()}
        return browse.gates(self.store, rates, GATES_OF_SOURCES, now=self.now)

    def compose(self) -> Composed:
        return compose(
            self.store,
            self.settings.relevance,
            now=self.now,
            message_id=self._message_id,
            model_folder=self._model_folder(),
        )

    def deliver(
        self,
        progress: Callable[[int, int], None] = lambda done, of: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Delivered:
        return deliver(self.store, self._mail, self._transport(), now=self.now, progress=progress, stopping=stopping)

    def sweep(self) -> int:
        """Make uncertain what abandoned runs have claimed; how many there were."""
        with self.store.begin() as tx:
            return tx.deliveries.sweep(self.now, is_gone=processes.is_gone)

    def abandon(self) -> int:
        """Make uncertain what this very process has claimed, right before it ends by force."""
        with self.store.begin() as tx:
            return tx.deliveries.sweep(self.now, is_gone=lambda holder: holder == processes.this_process())

    def run(
        self,
        reading: Progress = lambda stream, papers: None,
        sending: Callable[[int, int], None] = lambda done, of: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Run:
        """Ingest, compose for everyone due, deliver what is open, once."""
        ingested = self.ingest(reading, stopping)
        return Run(ingested=ingested, composed=self.compose(), delivered=self.deliver(sending, stopping))

    def watch(
        self,
        *,
        ingested: Ingested | None = None,
        delivered: Delivered | None = None,
        failure: Exception | None = None,
    ) -> None:
        """Tell the operator of what went wrong in the parts of a run that are given, and of what has been wrong for
        long; ping on a good day. Each is said once a day, however often this is called."""
        happened = upkeep.Happened(
            problems=ingested.problems if ingested is not None else (),
            relay=delivered.problem if delivered else None,
            outcomes=delivered.outcomes if delivered else {},
            unwritten=delivered.unwritten if delivered else 0,
            failure=failure,
        )
        stands = upkeep.standing(self.store, self._newest_listings(), now=self.now)
        upkeep.watch(self.store, self._voices(), self._ping(), happened, stands, now=self.now)

    # ------------------------------------------------------------ one reader

    def preview(self, email: str, form: str) -> bytes:
        """What a subscriber gets, as `html`, `text` or `eml`; or their feed, as `atom` or `rss`. Nothing is kept."""
        subscriber = membership.find(self.store, email)
        if form in ("atom", "rss"):
            editions = browse.editions(self.store, subscriber, limit=_FEED_EDITIONS)
            write = self._feed.atom if form == "atom" else self._feed.rss
            return write(editions, uri=subscriber.feed_uri, since=subscriber.created_at)
        edition = self.preview_edition(subscriber)
        # A link that is refused: whoever sees a preview, or passes it on, cannot unsubscribe the reader by accident.
        link = tokens.unsubscribe_url(self.settings.site.url, tokens.PREVIEW)
        if form == "eml":
            return self._mail.envelope(
                edition, to=subscriber.address, unsubscribe_url=link, message_id=self._message_id(), now=self.now
            ).content
        bodies, _ = self._mail.bodies(edition, unsubscribe_url=link)
        return (bodies.html if form == "html" else bodies.plain).encode()

    def preview_edition(self, subscriber: Subscriber) -> Edition:
        return preview(self.store, self.settings.relevance, subscriber, now=self.now, model_folder=self._model_folder())

    def explain(self, email: str, paper: PaperId) -> Explanation:
        subscriber = membership.find(self.store, email)
        return explain(
            self.store, self.settings.relevance, subscriber, paper, now=self.now, model_folder=self._model_folder()
        )

    def evaluate(
        self, email: str | None, *, weeks: int, progress: Callable[[int, int], None] = lambda done, of: None
    ) -> Report:
        """How well the ranking served one subscriber, or everybody, in the last weeks."""
        subscriber = membership.find(self.store, email) if email else None
        return evaluate(
            self.store, self.settings.relevance, now=self.now, weeks=weeks, subscriber=subscriber, progress=progress
        )

    def _space(self) -> Space:
        return background(self.store, self.settings.relevance, self._model_folder())

    def _model_folder(self) -> Path | None:
        """Where the model is kept from run to run: where the settings say, or beside an SQLite database."""
        if self.settings.relevance.model_folder:
            return Path(self.settings.relevance.model_folder)
        file = self.store.file
        return file.with_name(f"{file.name}.model") if file else None

    def vote(self, email: str, ids: tuple[str, ...], verdict: Verdict, *, interest: str = MAIN) -> tuple[Paper, ...]:
        with inlets(self.settings, self.store) as opened:
            return membership.vote(self.store, opened.reference(), email, ids, verdict, now=self.now, interest=interest)

    def unharvested(self, categories: tuple[str, ...]) -> list[str]:
        """Those of the categories that no configured stream brings."""
        streams = self.settings.arxiv.categories
        return [
            c for c in categories if not any(s == c or s.startswith(f"{c}.") or c.startswith(f"{s}.") for s in streams)
        ]

    # ------------------------------------------------------------ crafts

    def _transport(self) -> Transport:
        if self.settings.smtp.host:
            return SmtpTransport(self.settings.smtp)
        return FolderTransport(Path(self.settings.outbox.folder))

    def _newest_listings(self) -> dict[tuple[str, str], date]:
        """For each stream of arXiv's ledger, the day of its newest listing up to this day."""
        newest = calendar.newest_listing(self.now.date(), frozenset(self.settings.arxiv.deferred_days))
        return {("arxiv", stream): newest for stream in self.settings.arxiv.categories}

    def _voices(self) -> list[upkeep.Voice]:
        """Who tells the operator, the one that answers soonest first."""
        alarms, site = self.settings.alarms, self.settings.site
        voices: list[upkeep.Voice] = []
        if alarms.webhook_url:
            voices.append(WebhookVoice(self._hooks, alarms.webhook_url, site=site.name))
        if alarms.mail_to:
            mailer = self._transport()
            voices.append(
                MailVoice(mailer, site=site.name, sender=site.sender, to=alarms.mail_to, message_id=self._message_id)
            )
        return voices

    def _ping(self) -> Callable[[], None] | None:
        url = self.settings.alarms.ping_url
        return (lambda: self._hooks.get(url)) if url else None

    @property
    def _hooks(self) -> Hooks:
        return Hooks(user_agent=f"paperround/{__version__} (+{self.settings.site.url})")

    @cached_property
    def _mail(self) -> MailRenderer:
        return MailRenderer(self.settings.site, self._templates)

    @cached_property
    def _feed(self) -> FeedRenderer:
        return FeedRenderer(self.settings.site, self._templates)

    @cached_property
    def _templates(self) -> Environment:
        folder = self.settings.site.templates
        return environment(Path(folder) if folder else None)

    def _message_id(self) -> str:
        domain = self.settings.site.sender.rpartition("@")[2].encode("idna").decode()
        return f"<{secrets.token_hex(16)}@{domain}>"

    @property
    def feed_host(self) -> str:
        return urlsplit(self.settings.site.url).hostname or "localhost"
