"""A reader's own feed: an address that only they know, and the editions behind it.

A token is 160 random bits as 32 letters and digits; the store has its SHA-256 alone, which needs no salt because
nobody can try so many. Reading a feed changes nothing.
"""

import hashlib
import logging
import re
import secrets
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from digest import tokens
from digest.editions import Edition
from digest.errors import InvalidInput
from digest.store import Store, Transaction
from digest.subscribers import Subscriber, SubscriberState

log = logging.getLogger(__name__)
FORMS = ("atom", "rss", "json")
EDITIONS = 30  # the last ones, whose papers a feed has
_BYTES = 20  # of randomness: 160 bits, and no padding in base 32
_TOKEN = re.compile(r"[a-z2-7]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFeed:
    """What a feed address leads to."""

    reader: Subscriber
    editions: tuple[Edition, ...]  # newest first
    pages: Mapping[int, str]  # the token of each edition's page, by its number


def make(store: Store, who: Subscriber, *, now: datetime, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """The token of a new feed address; one made before leads nowhere any more. InvalidInput for who has left."""
    if who.state is SubscriberState.LEFT:
        raise InvalidInput("start again first; then you can have a feed")
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


def opened(store: Store, token: str) -> OpenedFeed | None:
    """The feed behind a token; None for one that was never given, is stopped, or belongs to somebody who has left."""
    if _TOKEN.fullmatch(token) is None:
        return None
    with store.read() as tx:
        number = tx.feeds.holder(_hashed(token))
        reader = tx.subscribers.numbered(number) if number is not None else None
        if reader is None or reader.state is SubscriberState.LEFT:
            return None
        editions = tuple(tx.editions.of(reader.id, limit=EDITIONS))
        return OpenedFeed(reader=reader, editions=editions, pages=_pages(tx, editions))


def address(site: str, token: str, form: str) -> str:
    """Where the holder of a token reads the feed as one of FORMS, of the digest that is published at `site`."""
    return f"{site.rstrip('/')}/feed/{token}.{form}"


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _pages(tx: Transaction, editions: tuple[Edition, ...]) -> dict[int, str]:
    secret = tx.secrets.get(tokens.KEY)
    return {each.id: tokens.sign(secret, tokens.FEED_EDITION, each.id) for each in editions} if secret else {}
