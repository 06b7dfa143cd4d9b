"""What the holder of a settings link sees: what they get, what is known of them, and what they said of papers."""

from dataclasses import dataclass
from datetime import datetime

from digest import tokens
from digest.editions import Edition
from digest.papers import Paper
from digest.store import Store
from digest.store.saved import SavedPaper
from digest.store.shadow import Shadowed
from digest.subscribers import MAIN, Interest, Profile, Subscriber, Verdict

_EDITIONS = 30  # shown as sent
_LEFT_OUT = 200  # lines of the shadow log shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An edition, and the token of its page."""

    edition: Edition
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a reader gets, and what is known of them."""

    subscriber: Subscriber
    profile: Profile
    saved: int
    sent: tuple[Sent, ...]  # the last ones, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A paper that a reader has judged."""

    paper: Paper
    verdict: Verdict
    given_at: datetime  # UTC
    interest: str


def settings_holder(store: Store, token: str) -> Subscriber | None:
    """Whose settings link it is; None for a token that we did not sign. Nothing is changed."""
    with store.read() as tx:
        secret = tx.secrets.get(tokens.KEY)
        number = tokens.check(secret, tokens.SETTINGS, token) if secret else None
        return tx.subscribers.numbered(number) if number else None


def standing(store: Store, reader: int) -> Standing:
    """All that the first page of the settings shows."""
    with store.read() as tx:
        secret = tx.secrets.get(tokens.KEY) or b""
        return Standing(
            subscriber=tx.subscribers.get(reader),
            profile=tx.subscribers.profiles([reader])[reader],
            saved=tx.saved.count(reader),
            sent=tuple(
                Sent(edition=edition, token=tokens.sign(secret, tokens.EDITION, edition.id))
                for edition in tx.editions.of(reader, limit=_EDITIONS, lists=True)
            ),
        )


def interest(store: Store, reader: int, name: str) -> Interest | None:
    """The interest of that name, in any case of letters; `main` is there for everybody, if only as an empty one."""
    with store.read() as tx:
        found = tx.subscribers.profiles([reader])[reader].interest(name)
    return Interest() if found is None and name.casefold() == MAIN else found


def saved(store: Store, reader: int, *, limit: int, offset: int) -> tuple[list[SavedPaper], int]:
    """A page of what a reader has saved, newest first, and how many there are in all."""
    with store.read() as tx:
        return tx.saved.of(reader, limit=limit, offset=offset), tx.saved.count(reader)


def judged(store: Store, reader: int, *, limit: int, offset: int) -> tuple[list[Judged], int]:
    """A page of the verdicts of a reader, newest first, and how many there are in all."""
    with store.read() as tx:
        profile = tx.subscribers.profiles([reader])[reader]
        votes = [
            (vote, verdict, each.name)
            for each in profile.interests
            for verdict, given in ((Verdict.LIKE, each.liked), (Verdict.DISLIKE, each.disliked))
            for vote in given
        ]
        votes.sort(key=lambda said: (said[0].given_at, said[0].paper), reverse=True)
        shown = votes[offset : offset + limit]
        kept = tx.papers.get(vote.paper for vote, _, _ in shown)
    return [
        Judged(paper=kept[vote.paper].paper, verdict=verdict, given_at=vote.given_at, interest=name)
        for vote, verdict, name in shown
    ], len(votes)


def left_out(store: Store, reader: int) -> list[Shadowed]:
    """What came near to a reader's last editions and was left out, newest edition first."""
    with store.read() as tx:
        return tx.shadow.of(reader, limit=_LEFT_OUT)
