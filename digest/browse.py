"""Browse: what readers and operators look up."""

from dataclasses import dataclass
from datetime import date

from digest.editions import Edition
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.papers import Paper
from digest.store import Store
from digest.subscribers import Profile, Subscriber, SubscriberState


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRecord:
    """A paper and every time it was announced."""

    paper: Paper
    announcements: tuple[tuple[str, str, str, date], ...]  # source, stream, kind, day


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberRecord:
    """A subscriber, their profile, the titles behind it, and their last edition."""

    subscriber: Subscriber
    profile: Profile
    titles: dict[PaperId, str]
    last_edition: Edition | None


def paper(store: Store, key: PaperId) -> PaperRecord:
    """A kept paper, or InvalidInput."""
    with store.read() as tx:
        kept = tx.papers.get([key]).get(key)
        if kept is None:
            raise InvalidInput(
                f"paper {key.removeprefix('arxiv:')} is not kept here; it comes with a listing of its categories"
            )
        return PaperRecord(paper=kept.paper, announcements=tuple(tx.papers.announcements(kept.row)))


def subscribers(store: Store, state: SubscriberState | None = None) -> list[SubscriberRecord]:
    """Everybody, or everybody in one state."""
    with store.read() as tx:
        found = tx.subscribers.all(state)
        profiles = tx.subscribers.profiles(subscriber.id for subscriber in found)
        return [SubscriberRecord(subscriber=s, profile=profiles[s.id], titles={}, last_edition=None) for s in found]


def subscriber(store: Store, who: Subscriber) -> SubscriberRecord:
    """One subscriber with everything that is known of them."""
    with store.read() as tx:
        profile = tx.subscribers.profiles([who.id])[who.id]
        voted = tx.papers.get((*profile.liked, *profile.disliked))
        editions = tx.editions.of(who.id, limit=1)
    return SubscriberRecord(
        subscriber=who,
        profile=profile,
        titles={key: kept.paper.title for key, kept in voted.items()},
        last_edition=editions[0] if editions else None,
    )


def editions(store: Store, who: Subscriber, *, limit: int) -> list[Edition]:
    """A subscriber's last editions, newest first."""
    with store.read() as tx:
        return tx.editions.of(who.id, limit=limit)
