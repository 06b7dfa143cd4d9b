"""The product at one moment: every verb with its crafts."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment

from digest import browse, membership, merits, outbox, processes, upkeep
from digest.app.composing import composed, model_folder
from digest.app.examination import examined
from digest.app.inlets import GATES_OF_SOURCES, gates, inlets
from digest.app.mailing import Mailing
from digest.app.outcome import Run, stoppable
from digest.app.parts import Counted
from digest.app.posting import WORTH_IT, post, post_in_parts, templates
from digest.app.previews import previewed
from digest.app.timing import timed
from digest.compose import Composed, Explanation, explain, preview, try_out
from digest.compose.background import background, prepare
from digest.config import Settings
from digest.deliver import Delivered, recover
from digest.editions import Edition
from digest.enrich import Enriched, enrich
from digest.errors import DigestError
from digest.evaluation import Report, evaluate
from digest.identity import PaperId
from digest.ingest import Backfilled, Ingested, Progress, backfill, fetch, ingest, wanted
from digest.membership import importing, joining
from digest.membership.returned import Tally, take_all
from digest.papers import Paper
from digest.processes import Part
from digest.relevance.space import Space
from digest.rendering.feed import FeedRenderer
from digest.rendering.mail import MailRenderer
from digest.sources import calendar
from digest.store import Store
from digest.store.gates import held
from digest.subscribers import MAIN, Profile, Schedule, Subscriber, Verdict
from digest.transport.returns.places import configured
from digest.upkeep.doctor.checks import examine
from digest.upkeep.doctor.values import Finding
from digest.upkeep.restore import is_unsettled, settle

log = logging.getLogger(__name__)
FORMATS = ("html", "text", "eml", "atom", "rss")
_FEED_EDITIONS = 30


class App:
    """The product at one moment; `now` is the moment every verb works at."""

    def __init__(self, settings: Settings, *, now: datetime, store: Store | None = None) -> None:
        """`store` lends an opened database, which stays open."""
        self.settings = settings
        self.now = now
        self._lent = store
        self._mailing = Mailing(settings)

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

    @timed("ingest")
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
        self.recover()  # what is read may change what mails in doubt are written from
        with inlets(self.settings, self.store) as opened:
            sources = opened.sources()
            asked = None
            if reread is not None and not is_unsettled(self.store):
                asked = wanted(self.store, sources, now=self.now, reread=reread)
            found = ingest(self.store, *sources, asked=asked, now=self.now, progress=stoppable(progress, stopping))
        if asked is None and found.read_all:
            settle(self.store, now=self.now)
        self.index(stopping)
        if found.papers:
            prepare(self.store, self.settings.relevance, self._model_folder())
        return found

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
            found = backfill(self.store, source, now=self.now, progress=progress, stopping=stopping)
        self.index(stopping)
        prepare(self.store, self.settings.relevance, self._model_folder())
        return found

    def enrich(
        self,
        progress: Callable[[str, int], None] = lambda source, papers: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Enriched:
        """Ask for signals of what is kept."""
        with inlets(self.settings, self.store) as opened:
            found = enrich(
                self.store,
                opened.enrichers(),
                self.settings.enrichment,
                now=self.now,
                progress=stoppable(progress, stopping),
            )
        self.index(stopping)
        return found

    def index(self, stopping: Callable[[], bool] = lambda: False, *, again: bool = False) -> int:
        """Have search find what was kept or changed, or `again` every paper, and readers what they wanted of it; how
        many papers that were."""
        importing.take_arrived(self.store, now=self.now)
        return browse.index(self.store, stopping=stopping, again=again)

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
            found = fetch(self.store, opened.query(), ids, now=self.now)
        self.index()
        return found

    def gates(self) -> list[browse.GateRecord]:
        """How every side that is asked over the network has been asked."""
        rates = {name: gate.rate for name, gate in gates(self.settings).items()}
        return browse.gates(self.store, rates, GATES_OF_SOURCES, now=self.now)

    @timed("compose")
    def compose(self, only: Collection[int] | None = None, progress: Counted = lambda done, of: None) -> Composed:
        """Keep an edition for everybody who is due, or for those of some numbers; else who joins is taken up first."""
        if is_unsettled(self.store):
            log.warning("restored from a backup: nothing is composed before all sources were read")
            return Composed()
        if only is None:
            self.admit()
        return composed(self.settings, self.store, now=self.now, only=only, progress=progress)

    def admit(self) -> None:
        """Take up who joins and who comes back."""
        membership.admit(self.store, now=self.now, message_id=self._mailing.message_id, host=self.feed_host)
        membership.wake(self.store, now=self.now)

    def ask_the_silent(self) -> membership.Asked:
        """Ask those not heard of for long whether they still read, if the operator wants that."""
        new_id = self._mailing.message_id
        return membership.ask_the_silent(self.store, self.settings.letters, now=self.now, message_id=new_id)

    def take_returned(self, messages: Iterable[bytes], *, recipient: str = "") -> Tally:
        """Act on bounces, complaints and replies."""
        goodbye = self._mailing.message_id if self.settings.letters.goodbye else None
        return take_all(self.store, messages, now=self.now, recipient=recipient, message_id=goodbye)

    def read_returned(self) -> Tally | None:
        """Act on what lies in the configured mailbox; None where there is none."""
        returns = self.settings.returns
        return self.take_returned(configured(returns)) if returns.is_read else None

    def leave_by_link(self, number: int) -> None:
        """Let the holder of a checked link go, with a goodbye where the operator wants one."""
        goodbye = self._mailing.message_id if self.settings.letters.goodbye else None
        membership.leave_by_link(self.store, number, now=self.now, message_id=goodbye)

    @timed("deliver")
    def deliver(
        self,
        progress: Counted = lambda done, of: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Delivered:
        processes = self.settings.delivery.processes
        waiting = self._waiting() if processes > 1 else 0
        if waiting < WORTH_IT:
            return self.deliver_part(None, progress, stopping)
        return post_in_parts(
            self.settings, now=self.now, processes=processes, of=waiting, progress=progress, stopping=stopping
        )

    def deliver_part(self, part: Part | None, progress: Counted, stopping: Callable[[], bool]) -> Delivered:
        """Send what is open, or a part of it, in this process."""
        return post(
            self.settings,
            self.store,
            self._mailing,
            now=self.now,
            part=part,
            progress=progress,
            stopping=stopping,
            renderer=self._mail,
        )

    def _waiting(self) -> int:
        with self.store.read() as tx:
            return len(tx.deliveries.due(self.now))

    def recover(self, is_gone: Callable[[str], bool] = processes.is_gone) -> int:
        """Make uncertain what abandoned runs have claimed, and keep its bytes; how many mails there were."""
        return recover(
            self.store,
            self._mail,
            now=self.now,
            returns=self.settings.returns,
            sign=self._mailing.signer(),
            is_gone=is_gone,
        )

    def tidy(self, *, dry: bool = False, stopping: Callable[[], bool] = lambda: False) -> Mapping[str, int]:
        """Delete what is older than the settings say; how many rows of each kind, or with `dry` how many there are."""
        newest = self.settings.relevance.background_papers
        return upkeep.tidy(self.store, self.settings.retention, now=self.now, newest=newest, dry=dry, stopping=stopping)

    def release_anew(self, deliveries: Sequence[int]) -> int:
        """Let go what is held, each as another mail; how many that were."""
        return outbox.release_anew(self.store, deliveries, message_id=self._mailing.message_id, now=self.now)

    def abandon(self) -> int:
        """The same for what this very process has claimed, right before it ends by force."""
        return self.recover(lambda holder: holder == processes.this_process())

    def run(
        self,
        reading: Progress = lambda stream, papers: None,
        choosing: Counted = lambda done, of: None,
        sending: Counted = lambda done, of: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Run:
        """Read what came back, ingest, compose for everyone due, deliver what is open, once."""
        returned, unread = self._returned()
        ingested = self.ingest(reading, stopping)
        composed = self.compose(progress=choosing)
        self.ask_the_silent()
        delivered = self.deliver(sending, stopping)
        return Run(ingested=ingested, composed=composed, delivered=delivered, returned=returned, unread=unread)

    def _returned(self) -> tuple[Tally | None, DigestError | None]:
        """What came back; a mailbox that cannot be read keeps nobody from their papers."""
        try:
            return self.read_returned(), None
        except DigestError as error:
            log.error("returned mail was not read: %s", error)
            return None, error

    def watch(
        self,
        *,
        ingested: Ingested | None = None,
        delivered: Delivered | None = None,
        returned: Tally | None = None,
        failure: Exception | None = None,
    ) -> None:
        """Tell the operator of what went wrong in the parts of a run that are given, and of what has been wrong for
        long; ping on a good day. Each is said once a day, however often this is called."""
        happened = upkeep.Happened(
            problems=ingested.problems if ingested is not None else (),
            relay=delivered.problem if delivered else None,
            outcomes=delivered.outcomes if delivered else {},
            unwritten=delivered.unwritten if delivered else 0,
            refused_us=len(returned.refused) if returned else 0,
            failure=failure,
        )
        stands = upkeep.standing(self.store, self._newest_listings(), now=self.now)
        upkeep.watch(self.store, self._mailing.voices(), self._mailing.ping(), happened, stands, now=self.now)

    def examine(self, config: Path) -> list[Finding]:
        """What the doctor finds; `config` is the file that the settings were read from."""
        return examine(examined(self.settings, self._mailing, self.store, config, now=self.now))

    # ------------------------------------------------------------ one reader

    def preview(self, email: str, form: str) -> bytes:
        """What a subscriber gets, as `html`, `text` or `eml`; or their feed, as `atom` or `rss`. Nothing is kept."""
        subscriber = membership.find(self.store, email)
        if form in ("atom", "rss"):
            editions = browse.editions(self.store, subscriber, limit=_FEED_EDITIONS)
            write = self._feed.atom if form == "atom" else self._feed.rss
            return write(editions, uri=subscriber.feed_uri, since=subscriber.created_at)
        edition = self.preview_edition(subscriber)
        return previewed(self._mail, edition, subscriber, form, message_id=self._mailing.message_id(), now=self.now)

    def preview_edition(self, subscriber: Subscriber) -> Edition:
        return preview(self.store, self.settings.relevance, subscriber, now=self.now, model_folder=self._model_folder())

    def try_out(self, profile: Profile, schedule: Schedule) -> Edition | None:
        """What somebody with that profile would get now; None where nothing was announced. Nothing is kept."""
        return try_out(
            self.store,
            self.settings.relevance,
            profile,
            schedule,
            size=membership.DEFAULT_SIZE,
            now=self.now,
            model_folder=self._model_folder(),
        )

    def confirm(self, token: str) -> joining.Opened | None:
        """Do what a mailed link says, once."""
        host, message_id = self.feed_host, self._mailing.message_id
        return joining.confirm(self.store, token, now=self.now, message_id=message_id, host=host)

    def explain(self, email: str, paper: PaperId) -> Explanation:
        subscriber = membership.find(self.store, email)
        return explain(
            self.store, self.settings.relevance, subscriber, paper, now=self.now, model_folder=self._model_folder()
        )

    def evaluate(self, email: str | None, *, weeks: int, progress: Counted = lambda done, of: None) -> Report:
        """How well the ranking served one subscriber, or everybody, in the last weeks."""
        subscriber = membership.find(self.store, email) if email else None
        return evaluate(
            self.store, self.settings.relevance, now=self.now, weeks=weeks, subscriber=subscriber, progress=progress
        )

    def _space(self) -> Space:
        return background(self.store, self.settings.relevance, self._model_folder())

    def _model_folder(self) -> Path | None:
        return model_folder(self.settings, self.store)

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

    def _newest_listings(self) -> dict[tuple[str, str], date]:
        """For each stream of arXiv's ledger, the day of its newest listing up to this day."""
        newest = calendar.newest_listing(self.now.date(), frozenset(self.settings.arxiv.deferred_days))
        return {("arxiv", stream): newest for stream in self.settings.arxiv.categories}

    @cached_property
    def _mail(self) -> MailRenderer:
        return MailRenderer(self.settings.site, self._templates)

    @cached_property
    def _feed(self) -> FeedRenderer:
        return FeedRenderer(self.settings.site, self._templates)

    @cached_property
    def _templates(self) -> Environment:
        return templates(self.settings)

    @property
    def feed_host(self) -> str:
        return urlsplit(self.settings.site.url).hostname or "localhost"
