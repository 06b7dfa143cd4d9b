"""Everything the three verbs need, with a scripted source and relay at its ends."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path
from typing import Any

from digest import membership
from digest.batches import Batch
from digest.compose import Composed, compose
from digest.deliver import Delivered, DeliverySettings, deliver
from digest.editions import Edition
from digest.ingest import Ingested, ingest
from digest.relevance.settings import RelevanceSettings
from digest.rendering.mail import MailRenderer
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.store import Store
from digest.store.announcements import FreshPaper
from digest.subscribers import MAIN, Verdict
from tests.fakes import MONDAY, FakeSource, Outbox, at, paper

WEEK = MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = tuple(MONDAY + timedelta(days=n) for n in range(5))
SATURDAY, SUNDAY, NEXT_MONDAY = (MONDAY + timedelta(days=n) for n in (5, 6, 7))
MORNING = at(MONDAY)
THRESHOLD = 0.01  # beside a handful of papers nothing stands out as it does beside thousands: what fits is at .02
_message = count(1)


@dataclass
class World:
    """Everything the three verbs need, with a scripted source and relay at its ends."""

    store: Store
    source: FakeSource = field(default_factory=FakeSource)
    others: list[FakeSource] = field(default_factory=list)  # asked before it
    outbox: Outbox = field(default_factory=Outbox)
    settings: RelevanceSettings = field(default_factory=lambda: RelevanceSettings(threshold=THRESHOLD))
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    welcome: bool = False
    model_folder: Path | None = None  # where the model is kept from day to day; None: it is made anew
    renderer: MailRenderer = field(
        default_factory=lambda: MailRenderer(SiteSettings(sender="digest@example.org"), environment())
    )

    def subscribe(self, email: str, *, now: datetime = MORNING, **values: Any) -> None:
        membership.add(self.store, email, host="example.org", now=now, **values)

    def like(self, email: str, *ids: str, verdict: Verdict = Verdict.LIKE, interest: str = MAIN) -> None:
        membership.vote(self.store, self.source, email, ids, verdict, now=at(MONDAY), interest=interest)

    def ingest(self, now: datetime) -> Ingested:
        return ingest(self.store, *self.others, self.source, now=now)

    def compose(self, now: datetime) -> Composed:
        return compose(
            self.store,
            self.settings,
            now=now,
            message_id=lambda: f"<{next(_message)}@example.org>",
            model_folder=self.model_folder,
            welcome=self.welcome,
        )

    def deliver(self, now: datetime) -> Delivered:
        return deliver(self.store, self.renderer, self.outbox, now=now, settings=self.delivery, dice=lambda: 0.5)

    def run(self, now: datetime) -> tuple[Ingested, Composed, Delivered]:
        return self.ingest(now), self.compose(now), self.deliver(now)

    def batch(self, day: date, stream: str = "cs.LG", ledger: str = "arxiv") -> Batch:
        """What the ledger says of a day."""
        with self.store.read() as tx:
            return tx.batches.of(ledger, stream, since=day)[day]

    def ledger(self, stream: str = "cs.LG", ledger: str = "arxiv") -> dict[date, str]:
        """The state of every day that the ledger has."""
        with self.store.read() as tx:
            return {day: batch.state for day, batch in sorted(tx.batches.of(ledger, stream, since=date.min).items())}

    def fresh(self) -> dict[str, FreshPaper]:
        """What was announced as new or cross-listed, by title."""
        with self.store.read() as tx:
            return {item.kept.paper.title: item for item in tx.announcements.fresh_since(0)}

    def edition(self, email: str) -> Edition:
        """A reader's last one."""
        who = membership.find(self.store, email)
        with self.store.read() as tx:
            return tx.editions.of(who.id, limit=1)[0]

    def mail(self, number: int = -1) -> str:
        """The text of a mail that was sent, the last one by default, on one line."""
        message = message_from_bytes(self.outbox.sent[number].content, policy=policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        return " ".join(str(body.get_content()).split())

    def titles(self, email: str) -> list[list[str]]:
        """The titles of each edition, oldest first."""
        with self.store.read() as tx:
            subscriber = tx.subscribers.find(email)
            assert subscriber is not None
            return [
                [item.paper.title for item in edition.recommendations]
                for edition in reversed(tx.editions.of(subscriber.id, limit=99))
            ]


def with_feed(world: World) -> FakeSource:
    """A faster source of the same ledger, which shows a listing two hours after the reference."""
    rss = FakeSource(name="arxiv-rss", is_reference=False, shown_hour=5)
    world.others = [rss]
    return rss


def known_days(world: World, papers: int, days: int) -> date:
    """So many days with so many papers each, all read; the day after them."""
    for number in range(days):
        day = MONDAY + timedelta(days=number)
        world.source.announce(day, *(paper() for _ in range(papers)))
        world.ingest(at(day))
    return MONDAY + timedelta(days=days)
