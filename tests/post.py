"""A store with one reader and mails to her, about which something comes back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest import tokens
from digest.mail import DeliveryState, LetterKind, Suppression, address_hash
from digest.membership.returned import Outcome, take
from digest.store import Store
from digest.subscribers import SubscriberState
from tests.fakes import paper
from tests.store.builders import NOW, edition, keep, reader

READER = "ana@example.net"
DAY = timedelta(days=1)


@dataclass
class Post:
    """A store with one reader, and editions that were mailed to her."""

    store: Store
    reader: int
    deliveries: list[int] = field(default_factory=list)

    def mail(self, papers: int = 5) -> int:
        """Keep an edition of so many papers with the intent to mail it; the number of the delivery."""
        items = [paper() for _ in range(papers)]
        keep(self.store, *items)
        day = NOW.date() + len(self.deliveries) * DAY
        with self.store.read() as tx:
            ana = tx.subscribers.get(self.reader)
        number = edition(self.store, ana, *items, slot_date=day)
        with self.store.begin() as tx:
            tx.deliveries.intend(number, message_id=f"<{len(self.deliveries)}@example.org>", now=NOW)
        return self._newest()

    def letter(self) -> int:
        with self.store.begin() as tx:
            letter = tx.letters.keep(self.reader, LetterKind.STILL_READING, NOW.date(), now=NOW)
            assert letter is not None
            tx.deliveries.intend_letter(letter, message_id="<letter@example.org>", now=NOW)
        return self._newest()

    def _newest(self) -> int:
        with self.store.read() as tx:
            self.deliveries.append(tx.deliveries.listed(limit=1)[0].delivery.id)
        return self.deliveries[-1]

    def tag(self, purpose: str = tokens.BOUNCE, delivery: int = 0) -> str:
        return tokens.tagged_address(self.secret, purpose, delivery or self.deliveries[-1], "returns@example.org")

    @property
    def token(self) -> str:
        return tokens.sign(self.secret, tokens.UNSUBSCRIBE, self.reader)

    @property
    def secret(self) -> bytes:
        with self.store.begin() as tx:
            return tx.secrets.get_or_make(tokens.KEY)

    def take(self, content: bytes, now: datetime = NOW, recipient: str = "") -> Outcome:
        return take(self.store, content, now=now, recipient=recipient)

    @property
    def state(self) -> SubscriberState:
        with self.store.read() as tx:
            return tx.subscribers.get(self.reader).state

    def become(self, state: SubscriberState) -> None:
        with self.store.begin() as tx:
            tx.subscribers.change(self.reader, state=state)

    @property
    def suppression(self) -> Suppression | None:
        with self.store.read() as tx:
            return tx.suppressions.get(address_hash(READER))

    @property
    def votes(self) -> tuple[list[int], list[int]]:
        """The places of the papers that are liked, and disliked, in the last edition."""
        with self.store.read() as tx:
            (last,) = tx.editions.of(self.reader, limit=1)
            profile = tx.subscribers.profiles([self.reader])[self.reader]
        places = {item.paper.id: place for place, item in enumerate(last.recommendations, start=1)}
        return sorted(places[each] for each in profile.liked), sorted(places[each] for each in profile.disliked)

    @property
    def heard_at(self) -> datetime | None:
        with self.store.read() as tx:
            return tx.subscribers.get(self.reader).heard_at

    @property
    def open(self) -> list[DeliveryState]:
        with self.store.read() as tx:
            return sorted(record.delivery.state for record in tx.deliveries.listed())


def posted(store: Store) -> Post:
    """One mail of five papers."""
    made = Post(store, reader(store, READER).id)
    made.mail()
    return made
