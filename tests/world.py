"""Everything the three verbs need, with a scripted source and relay at its ends."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from digest import membership
from digest.compose import Composed, compose
from digest.deliver import Delivered, deliver
from digest.ingest import Ingested, ingest
from digest.relevance.settings import RelevanceSettings
from digest.rendering.mail import MailRenderer
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.store import Store
from digest.subscribers import Verdict
from tests.fakes import MONDAY, FakeSource, Outbox, at

TUESDAY, SATURDAY, SUNDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=5), MONDAY + timedelta(days=6)
MORNING = at(MONDAY)
_message = count(1)


@dataclass
class World:
    """Everything the three verbs need, with a scripted source and relay at its ends."""

    store: Store
    source: FakeSource = field(default_factory=FakeSource)
    outbox: Outbox = field(default_factory=Outbox)
    settings: RelevanceSettings = field(default_factory=RelevanceSettings)
    renderer: MailRenderer = field(
        default_factory=lambda: MailRenderer(SiteSettings(sender="digest@example.org"), environment())
    )

    def subscribe(self, email: str, *, now: datetime = MORNING, **values: object) -> None:
        membership.add(self.store, email, host="example.org", now=now, **values)  # type: ignore[arg-type]

    def like(self, email: str, *ids: str, verdict: Verdict = Verdict.LIKE) -> None:
        membership.vote(self.store, self.source, email, ids, verdict, now=at(MONDAY))

    def ingest(self, now: datetime) -> Ingested:
        return ingest(self.store, self.source, now=now)

    def compose(self, now: datetime) -> Composed:
        return compose(self.store, self.settings, now=now, message_id=lambda: f"<{next(_message)}@example.org>")

    def deliver(self, now: datetime) -> Delivered:
        return deliver(self.store, self.renderer, self.outbox, now=now)

    def run(self, now: datetime) -> tuple[Ingested, Composed, Delivered]:
        return self.ingest(now), self.compose(now), self.deliver(now)

    def titles(self, email: str) -> list[list[str]]:
        """The titles of each edition, oldest first."""
        with self.store.read() as tx:
            subscriber = tx.subscribers.find(email)
            assert subscriber is not None
            return [
                [item.paper.title for item in edition.recommendations]
                for edition in reversed(tx.editions.of(subscriber.id, limit=99))
            ]
