"""Personal feeds: whose address each is, known by a hash alone, so that nobody reads one in the database; how it
stands, and the editions behind it.

What feed readers ask for again and again is asked at a glance (`Store.glance`), and not within a transaction.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from digest import tokens
from digest.store import tables as t
from digest.store.editions import coverage_of
from digest.store.kept_items import Kept
from digest.store.kept_items import papers_of as papers_in
from digest.store.papers import KeptPaper
from digest.store.prepared import Glance, Question
from digest.store.told_lines import told_lines
from digest.store.upsert import insert
from digest.subscribers import EditionKind
from digest.tellings import Telling


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What changes whenever a feed may have become another one."""

    subscriber: int
    state: str  # subscribers.SubscriberState
    language: str
    feed_uri: str
    created_at: datetime  # UTC; when the reader joined
    secret: bytes = field(repr=False)  # what links are signed with; b"" while there is none
    newest: int | None  # the number of the reader's last edition
    editions: int
    announcement: int | None  # the newest of all: papers are changed by what is announced
    more: tuple[Any, ...] = ()  # of a feed of something else than editions


class Brought(NamedTuple):
    """An edition as it is kept (`Editions`), with what it brought and nothing that it only named."""

    id: int
    kind: str
    slot_date: date
    items: Kept
    considered: list[list[Any]]
    created_at: datetime
    ledger: list[list[Any]] | None

    def telling(self, papers: Mapping[int, KeptPaper]) -> Telling:
        """What feeds tell of it, with papers by row."""
        return Telling(
            self.id,
            EditionKind(self.kind),
            self.slot_date,
            self.created_at,
            tuple([(category, count) for category, count in self.considered]),
            tuple([coverage_of(line) for line in self.ledger or ()]),
            told_lines(self.items, papers),
        )


def revision(at: Glance, token_hash: str) -> Revision | None:
    """How the feed of an address stands; None for nobody's."""
    row = next(iter(list(_REVISION.ask(at, token=token_hash))), None)
    if row is None:
        return None
    subscriber, state, language, feed_uri, created_at, secret, newest, editions, announcement = row
    return Revision(
        subscriber=subscriber,
        state=state,
        language=language,
        feed_uri=feed_uri,
        created_at=created_at,
        secret=secret or b"",
        newest=newest,
        editions=editions,
        announcement=announcement,
    )


def brought(at: Glance, subscriber: int, *, limit: int, most: int | None = None) -> list[Brought]:
    """A subscriber's last editions, newest first: enough of them to have brought `most` papers, at most `limit`."""
    found, papers = list[Brought](), 0
    with closing(_BROUGHT.ask(at, of=subscriber, most=limit)) as rows:
        for row in rows:
            found.append(Brought(*row))
            papers += len(papers_in(found[-1].items))
            if most is not None and papers >= most:
                break
    return found


def papers_of(editions: Iterable[Brought]) -> set[int]:
    """The rows of the papers that they brought."""
    return {paper for each in editions for paper in papers_in(each.items)}


class Feeds:
    """Feed addresses within one transaction; a subscriber has one or none."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, subscriber: int, token_hash: str, *, now: datetime) -> None:
        """Give a subscriber a feed address; the one they had leads nowhere from then on."""
        given = {"token_hash": token_hash, "made_at": now}
        made = insert(self._db, t.feed_token).values(subscriber_id=subscriber, **given)
        self._db.execute(made.on_conflict_do_update(index_elements=["subscriber_id"], set_=given))

    def holder(self, token_hash: str) -> int | None:
        """The number of the subscriber whose address it is; None for nobody's."""
        c = t.feed_token.c
        return self._db.execute(sa.select(c.subscriber_id).where(c.token_hash == token_hash)).scalar()

    def interests(self, subscriber: int) -> dict[int, str]:
        """A subscriber's interests by number, in the order they were made."""
        i = t.interest.c
        query = sa.select(i.id, i.name).where(i.subscriber_id == subscriber).order_by(i.id)
        return {row.id: row.name for row in self._db.execute(query)}

    def saved(self, subscriber: int) -> tuple[int, datetime | None]:
        """How many papers a subscriber has saved, and when the last of them."""
        s = t.saved.c
        query = sa.select(sa.func.count(), sa.func.max(s.saved_at)).where(s.subscriber_id == subscriber)
        count, last = self._db.execute(query).one()
        return count, last

    def made_at(self, subscriber: int) -> datetime | None:
        """When a subscriber's feed address was made, UTC; None where there is none."""
        c = t.feed_token.c
        return self._db.execute(sa.select(c.made_at).where(c.subscriber_id == subscriber)).scalar()

    def remove(self, subscriber: int) -> bool:
        """Let a subscriber's feed address lead nowhere; whether there was one."""
        gone = sa.delete(t.feed_token).where(t.feed_token.c.subscriber_id == subscriber)
        return self._db.execute(gone).rowcount > 0


def _brought() -> sa.Select[Any]:
    e = t.edition.c
    told = (e.id, e.kind, e.slot_date, e["items"], e.considered, e.created_at, e.ledger)
    query = sa.select(*told).where(e.subscriber_id == sa.bindparam("of"), e.kind != EditionKind.COMMON.value)
    return query.order_by(e.slot_date.desc(), e.id.desc()).limit(sa.bindparam("most"))


def _revision() -> sa.Select[Any]:
    s, f, e = t.subscriber.c, t.feed_token.c, t.edition.c
    newest = sa.select(sa.func.max(e.id)).where(e.subscriber_id == s.id).correlate(t.subscriber)
    count = sa.select(sa.func.count()).select_from(t.edition).where(e.subscriber_id == s.id).correlate(t.subscriber)
    announcement = sa.select(sa.func.max(t.announcement.c.id))
    return (
        sa.select(
            s.id,
            s.state,
            s.language,
            s.feed_uri,
            s.created_at,
            sa.select(t.secret.c.value).where(t.secret.c.name == tokens.KEY).scalar_subquery().label("secret"),
            newest.scalar_subquery().label("newest"),
            count.scalar_subquery().label("editions"),
            announcement.scalar_subquery().label("announcement"),
        )
        .join(t.feed_token, f.subscriber_id == s.id)
        .where(f.token_hash == sa.bindparam("token"))
    )


_REVISION, _BROUGHT = Question(_revision()), Question(_brought())
