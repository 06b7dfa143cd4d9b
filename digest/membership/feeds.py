"""A reader's own feeds: an address that only they know, and the editions behind it.

One token serves all of a reader's feeds, which differ in what follows it: every paper, those of one interest by its
number (which a new name does not change), and those that were saved. So there is one thing to keep, renew and stop,
and the list of all (OPML) can be read where they are.

A token is 160 random bits as 32 letters and digits; the store has its SHA-256 alone, which needs no salt because
nobody can try so many. Reading a feed changes nothing.
"""

import hashlib
import logging
import re
import secrets
from base64 import b32encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from digest import tokens
from digest.editions import Edition, Recommendation
from digest.errors import InvalidInput
from digest.rendering.words import N_
from digest.store import Store, Transaction
from digest.store import feeds as kept
from digest.store.feeds import Brought, Revision
from digest.store.papers import KeptPaper
from digest.store.prepared import Glance
from digest.subscribers import EditionKind, Subscriber, SubscriberState
from digest.tellings import Telling, telling

log = logging.getLogger(__name__)
FORMS = ("atom", "rss", "json")
EDITIONS = 30  # the last ones, whose papers a feed has
MOST = 200  # papers that are looked for; whole editions, so there may be some more
ALL, SAVED = "", "saved"  # views: every paper, those that were saved; an interest is its number
_BYTES = 20  # of randomness: 160 bits, and no padding in base 32
_TOKEN = re.compile(r"[a-z2-7]{32}")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Which feed an address leads to, and what changes with it."""

    revision: Revision
    view: str
    interest: str | None = None  # the name of the one that the view is of


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Which feeds a token serves, besides those of all papers and of the saved."""

    interests: Mapping[int, str]  # names by number
    language: str  # the reader's (BCP 47)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFeed:
    """What a feed address leads to."""

    editions: Sequence[Telling]  # newest first
    pages: Mapping[int, str]  # the token of each edition's page, by its number


class Glances(Protocol):
    """A store, or what answers a part of its questions without waiting (`store.instant`)."""

    def glance(self) -> AbstractContextManager[Glance]:
        """For questions that need no transaction."""


def make(store: Store, who: Subscriber, *, now: datetime, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """The token of a new feed address; one made before leads nowhere any more. InvalidInput for who has left."""
    if who.state is SubscriberState.LEFT:
        raise InvalidInput(N_("start again first; then you can have a feed"))
    token = b32encode(random(_BYTES)).decode().lower()
    with store.begin() as tx:
        tx.feeds.keep(who.id, _hashed(token), now=now)
        tx.subscribers.change(who.id, heard_at=now)
    log.info("made a feed address for subscriber=%d", who.id)
    return token


def stop(store: Store, who: Subscriber, *, now: datetime) -> None:
    """Let the feed address lead nowhere; stopping twice is stopping once."""
    with store.begin() as tx:
        tx.feeds.remove(who.id)
        tx.subscribers.change(who.id, heard_at=now)
    log.info("stopped the feed of subscriber=%d", who.id)


def made_at(store: Store, who: Subscriber) -> datetime | None:
    """When the reader's feed address was made, UTC; None where there is none."""
    with store.read() as tx:
        return tx.feeds.made_at(who.id)


def standing(store: Store, token: str, view: str = ALL) -> Standing | None:
    """How the feed behind a token stands; None for one that was never given, is stopped, or belongs to somebody who
    has left, and for a view that there is not. It costs a query or two, whatever the feed holds."""
    found = standing_of_all(store, token)
    return found if found is None or view == ALL else _of_view(store, found.revision, view)


def standing_of_all(at: Glances, token: str) -> Standing | None:
    """The same for the feed of all papers, at a glance."""
    if _TOKEN.fullmatch(token) is None:
        return None
    with at.glance() as glance:
        found = kept.revision(glance, _hashed(token))
    return None if found is None or found.state == SubscriberState.LEFT else Standing(revision=found, view=ALL)


def _of_view(store: Store, found: Revision, view: str) -> Standing | None:
    with store.read() as tx:
        if view == SAVED:
            return Standing(revision=replace(found, more=tx.feeds.saved(found.subscriber)), view=view)
        name = tx.feeds.interests(found.subscriber).get(int(view)) if _NUMBER.fullmatch(view) else None
        return Standing(revision=replace(found, more=(name,)), view=view, interest=name) if name is not None else None


def opened(
    store: Store, stands: Standing, *, most: int = MOST, shelf: dict[int, KeptPaper] | None = None
) -> OpenedFeed:
    """What a feed holds that was found to stand so, at least `most` papers if there are as many.

    Papers that are on the shelf, by row, are not read again, and others are put there.
    """
    if stands.view == SAVED:
        with store.read() as tx:
            reader = tx.subscribers.get(stands.revision.subscriber)
            return OpenedFeed(editions=list(map(telling, _saved(tx, reader, most))), pages={})
    found = _brought(store, stands, most)
    papers = {} if shelf is None else shelf
    if unknown := kept.papers_of(found) - papers.keys():
        with store.read() as tx:
            papers |= tx.papers.by_row(unknown)
    return _opened(stands, found, papers)


def opened_at_once(
    at: Glances, stands: Standing, *, most: int = MOST, shelf: Mapping[int, KeptPaper]
) -> OpenedFeed | None:
    """The same of a feed of editions, at a glance; None where a paper is not on the shelf."""
    try:
        return _opened(stands, _brought(at, stands, most), shelf)
    except KeyError:
        return None


def _brought(at: Glances, stands: Standing, most: int) -> list[Brought]:
    # of an interest's papers nobody knows how many there are before they are read
    wanted = most if stands.interest is None else None
    with at.glance() as glance:
        return kept.brought(glance, stands.revision.subscriber, limit=EDITIONS, most=wanted)


def _opened(stands: Standing, found: Sequence[Brought], papers: Mapping[int, KeptPaper]) -> OpenedFeed:
    secret = stands.revision.secret
    pages = {each.id: tokens.sign(secret, tokens.FEED_EDITION, each.id) for each in found} if secret else {}
    return OpenedFeed(editions=[each.telling(papers) for each in found], pages=pages)


def named(store: Store, token: str) -> Named | None:
    """The feeds at a token; None for one that leads nowhere."""
    found = standing(store, token)
    if found is None:
        return None
    with store.read() as tx:
        interests = tx.feeds.interests(found.revision.subscriber)
    return Named(interests=interests, language=found.revision.language)


def address(site: str, token: str, form: str, view: str = ALL) -> str:
    """Where the holder of a token reads a feed as one of FORMS, of the digest that is published at `site`."""
    return f"{site.rstrip('/')}/feed/{token}{view and '/'}{view}.{form}"


def uri(stands: Standing) -> str:
    """The id of a feed, for ever."""
    return f"{stands.revision.feed_uri}{stands.view and '/'}{stands.view}"


def _saved(tx: Transaction, reader: Subscriber, most: int) -> Iterator[Edition]:
    """Each saved paper as if an edition had brought it when it was saved, the last first."""
    for each in tx.saved.of(reader.id, limit=most):
        day = reader.schedule.local_date(each.saved_at)
        item = Recommendation(paper=each.paper, score=0.0, reasons=(), announced=day)
        yield Edition(
            id=0,
            subscriber_id=reader.id,
            kind=EditionKind.DAILY,
            slot_date=day,
            recommendations=(item,),
            considered=(),
            papers_read=0,
            created_at=each.saved_at,
        )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
