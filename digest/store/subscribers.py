"""Subscribers, their interests and their votes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from digest.identity import PaperId
from digest.store import tables as t
from digest.store.among import among
from digest.store.upsert import MANY, chunks, insert
from digest.store.works import Works
from digest.subscribers import (
    MAIN,
    EditionKind,
    Interest,
    Learner,
    Profile,
    ProfileField,
    Schedule,
    Subscriber,
    SubscriberState,
    Verdict,
    Vote,
)


class Subscribers:
    """Subscribers within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._works = Works(connection)

    # ------------------------------------------------------------ people

    def add(
        self,
        address: str,
        *,
        schedule: Schedule,
        size: int,
        next_due_at: datetime,
        feed_uri: str,
        now: datetime,
        state: SubscriberState = SubscriberState.ACTIVE,
    ) -> Subscriber | None:
        """A new subscriber, or None if the address is known (in any case of letters)."""
        statement = insert(self._db, t.subscriber).values(
            address=address,
            address_key=address.casefold(),
            state=state.value,
            size=size,
            next_due_at=next_due_at,
            feed_uri=feed_uri,
            created_at=now,
            **_schedule_columns(schedule),
        )
        unless_known = statement.on_conflict_do_nothing(index_elements=["address_key"]).returning(t.subscriber.c.id)
        return None if self._db.execute(unless_known).scalar() is None else self.find(address)

    def find(self, address: str) -> Subscriber | None:
        """The subscriber with that address, in any case of letters."""
        query = sa.select(t.subscriber).where(t.subscriber.c.address_key == address.casefold())
        row = self._db.execute(query).one_or_none()
        return _subscriber(row) if row else None

    def get(self, subscriber: int) -> Subscriber:
        """The subscriber with that number, who must exist."""
        return _subscriber(self._db.execute(sa.select(t.subscriber).where(t.subscriber.c.id == subscriber)).one())

    def numbered(self, subscriber: int) -> Subscriber | None:
        """The subscriber with that number, if there is one."""
        row = self._db.execute(sa.select(t.subscriber).where(t.subscriber.c.id == subscriber)).one_or_none()
        return _subscriber(row) if row else None

    def some(self, subscribers: Iterable[int]) -> dict[int, Subscriber]:
        """Those that there are, by number."""
        found: dict[int, Subscriber] = {}
        for part in chunks(sorted(subscribers)):
            for row in self._db.execute(sa.select(t.subscriber).where(t.subscriber.c.id.in_(part))):
                found[row.id] = _subscriber(row)
        return found

    def all(self, state: SubscriberState | None = None) -> list[Subscriber]:
        """Everybody, or everybody in one state, in the order of joining."""
        query = sa.select(t.subscriber).order_by(t.subscriber.c.id)
        if state is not None:
            query = query.where(t.subscriber.c.state == state.value)
        return [_subscriber(row) for row in self._db.execute(query)]

    def due(self, now: datetime, *, only: Collection[int] | None = None) -> list[Subscriber]:
        """The active subscribers whose hour has come, longest waiting first; `only` those with some numbers."""
        c = t.subscriber.c
        query = sa.select(t.subscriber).where(c.state == SubscriberState.ACTIVE.value, c.next_due_at <= now)
        if only is not None:
            query = query.where(c.id.in_(only))
        return [_subscriber(row) for row in self._db.execute(query.order_by(c.next_due_at, c.id))]

    def waking(self, latest: date) -> list[Subscriber]:
        """Whose pause ends by itself on a local date up to `latest`."""
        c = t.subscriber.c
        query = sa.select(t.subscriber).where(c.state == SubscriberState.PAUSED.value, c.paused_until <= latest)
        return [_subscriber(row) for row in self._db.execute(query.order_by(c.id))]

    def remove(self, subscriber: int) -> None:
        """Forget a subscriber with everything that is theirs."""
        self._db.execute(sa.delete(t.subscriber).where(t.subscriber.c.id == subscriber))

    def silent(self, *, since: datetime) -> list[Subscriber]:
        """The active subscribers who have not been heard of from `since` on, nor joined."""
        c = t.subscriber.c
        heard = sa.func.coalesce(c.heard_at, c.created_at)
        query = sa.select(t.subscriber).where(c.state == SubscriberState.ACTIVE.value, heard < since)
        return [_subscriber(row) for row in self._db.execute(query.order_by(c.id))]

    def heard(self, subscriber: int, *, now: datetime) -> None:
        """Note that a subscriber did something."""
        self.change(subscriber, heard_at=now)

    def change(self, subscriber: int, **values: Any) -> None:
        """Set columns; `schedule`, `state`, `kind` and `learner` are taken as the values they are in the product.

        An end of a pause holds for that pause alone.
        """
        if "state" in values:
            values.setdefault("paused_until", None)
        if schedule := values.pop("schedule", None):
            values |= _schedule_columns(schedule)
        values |= {name: values[name].value for name in ("state", "kind", "learner") if name in values}
        if "address" in values:
            values["address_key"] = values["address"].casefold()
        self._db.execute(sa.update(t.subscriber).where(t.subscriber.c.id == subscriber).values(values))

    def move_on(self, next_due: Mapping[int, datetime], read_through: Mapping[int, int]) -> None:
        """Set by subscriber when they are due again, and the last announcement that was read for them."""
        for name, values in (("next_due_at", next_due), ("read_through", read_through)):
            if values:
                whose = sa.update(t.subscriber).where(t.subscriber.c.id == sa.bindparam("whose"))
                rows = [{"whose": number, "new": value} for number, value in values.items()]
                self._db.execute(whose.values({name: sa.bindparam("new")}), rows)

    # ------------------------------------------------------------ what they care for

    def profiles(self, subscribers: Iterable[int]) -> dict[int, Profile]:
        """The profile of each, empty where nothing is known; merged works are read as one, judged by the last vote."""
        wanted = list(subscribers)
        words, votes = self._words(wanted), self._votes(wanted)
        i, made = t.interest.c, defaultdict[int, list[Interest]](list)
        for row in self._of(wanted, sa.select(t.interest).order_by(i.id), i.subscriber_id):
            made[row.subscriber_id].append(_interest(row, words[row.id], votes[row.id]))
        return {number: Profile(interests=tuple(made[number])) for number in wanted}

    def make_interest(self, subscriber: int, name: str) -> int:
        """The number of the interest of that name, in any case of letters; it is made if there is none."""
        key = name.casefold()
        statement = insert(self._db, t.interest).values(subscriber_id=subscriber, name=name, name_key=key)
        self._db.execute(statement.on_conflict_do_nothing(index_elements=["subscriber_id", "name_key"]))
        return self._db.execute(_named(subscriber, name)).scalar_one()

    def find_interest(self, subscriber: int, name: str) -> int | None:
        """The number of the interest of that name, in any case of letters."""
        return self._db.execute(_named(subscriber, name)).scalar_one_or_none()

    def change_interest(self, interest: int, **values: Any) -> None:
        """Set columns: `name`, `weight`, `quota`, `everything`."""
        if "name" in values:
            values["name_key"] = values["name"].casefold()
        self._db.execute(sa.update(t.interest).where(t.interest.c.id == interest).values(values))

    def votes_of(self, interest: int) -> int:
        """How many votes belong to an interest."""
        query = sa.select(sa.func.count()).select_from(t.feedback).where(t.feedback.c.interest_id == interest)
        return self._db.execute(query).scalar_one()

    def move_votes(self, interest: int, to: int) -> None:
        """Give the votes of one interest to another one of the same subscriber, with their times."""
        of_it = sa.update(t.feedback).where(t.feedback.c.interest_id == interest)
        self._db.execute(of_it.values(interest_id=to))

    def remove_interest(self, interest: int) -> None:
        """Forget an interest with its words, and with the votes that were not moved before."""
        self._db.execute(sa.delete(t.interest).where(t.interest.c.id == interest))

    def add_words(self, subscriber: int, field: ProfileField, values: Iterable[str], *, interest: str = MAIN) -> None:
        """Add words to an interest, which is made if it is new; what is there already stays in its place."""
        if wanted := list(values):
            number = self.make_interest(subscriber, interest)
            rows = [{"interest_id": number, "field": field.value, "value": value} for value in wanted]
            known = ["interest_id", "field", "value"]
            self._db.execute(insert(self._db, t.profile_entry).on_conflict_do_nothing(index_elements=known), rows)

    def remove_words(self, subscriber: int, field: ProfileField, values: Iterable[str], *, interest: str = MAIN) -> int:
        """Forget words of an interest, and return how many there were."""
        e, number = t.profile_entry.c, _named(subscriber, interest).scalar_subquery()
        condition = sa.and_(e.interest_id == number, e.field == field.value, e.value.in_(list(values)))
        return self._db.execute(sa.delete(t.profile_entry).where(condition)).rowcount

    def vote(self, subscriber: int, paper_row: int, verdict: Verdict, *, now: datetime, interest: str = MAIN) -> None:
        """Keep a verdict for an interest, which is made if it is new; a later one on the same paper takes its place."""
        number = self.make_interest(subscriber, interest)
        values = {"verdict": verdict.value, "given_at": now, "interest_id": number}
        statement = insert(self._db, t.feedback).values(subscriber_id=subscriber, paper_id=paper_row, **values)
        self._db.execute(statement.on_conflict_do_update(index_elements=["subscriber_id", "paper_id"], set_=values))
        p = t.paper.c  # terms that were dropped are counted again before the next edition
        dropped = sa.update(t.paper).where(p.id == paper_row, sa.func.length(p.terms) == 1)
        self._db.execute(dropped.values(terms=b""))

    def like_all(self, subscriber: int, papers: Mapping[int, int], *, now: datetime) -> None:
        """Like many papers, each for an interest, all by their row numbers; one that is judged already stays so."""
        rows = [
            {
                "subscriber_id": subscriber,
                "paper_id": paper,
                "interest_id": interest,
                "verdict": Verdict.LIKE.value,
                "given_at": now,
            }
            for paper, interest in papers.items()
        ]
        p = t.paper.c
        for part in chunks(rows):
            self._db.execute(insert(self._db, t.feedback).on_conflict_do_nothing(), part)
            liked = p.id.in_([row["paper_id"] for row in part])
            dropped = sa.update(t.paper).where(liked, sa.func.length(p.terms) == 1)
            self._db.execute(dropped.values(terms=b""))

    def _words(self, subscribers: list[int]) -> dict[int, dict[str, list[str]]]:
        """What was written, by number of the interest and by field."""
        words: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        e, i = t.profile_entry.c, t.interest.c
        written = sa.select(e.interest_id, e.field, e.value).join(t.interest).order_by(e.id)
        for row in self._of(subscribers, written, i.subscriber_id):
            words[row.interest_id][row.field].append(row.value)
        return words

    def _votes(self, subscribers: list[int]) -> dict[int, dict[str, list[Vote]]]:
        """The last vote on each work, by number of the interest and by verdict, oldest first."""
        f = t.feedback.c
        given = sa.select(f.subscriber_id, f.paper_id, f.interest_id, f.verdict, f.given_at)
        said: list[Any] = list(self._of(subscribers, given.order_by(f.given_at, f.paper_id), f.subscriber_id))
        works = self._works.kept_as({paper for _, paper, *_ in said})
        last: dict[tuple[int, PaperId], tuple[int, str, datetime]] = {}
        for subscriber, paper, interest, verdict, given_at in said:
            work = subscriber, works[paper]
            last.pop(work, None)  # so that it stands at its own time
            last[work] = interest, verdict, given_at
        votes: dict[int, dict[str, list[Vote]]] = defaultdict(lambda: defaultdict(list))
        for (_, key), (interest, verdict, given_at) in last.items():
            votes[interest][verdict].append(Vote(paper=key, given_at=given_at))
        return votes

    def voted(self, keys: Iterable[PaperId]) -> Iterator[tuple[PaperId, int, str]]:
        """Of papers that readers judged: key, row number and title; of those that are kept."""
        p = t.paper.c
        for part in chunks(sorted(set(keys)), MANY):
            query = sa.select(p.canonical_key, p.id, p.title).where(among(self._db, p.canonical_key, part))
            for key, row, title in self._db.execute(query).all():
                yield PaperId(key), row, title

    def seen(self, subscriber: int) -> set[PaperId]:
        """Every work that an edition has brought to a subscriber, under the id it is read as."""
        brought = sa.select(t.seen.c.paper_id).where(t.seen.c.subscriber_id == subscriber)
        rows = set(self._db.execute(brought).scalars())
        return set(self._works.kept_as(rows).values())

    def seen_by(self, subscribers: Iterable[int]) -> dict[int, set[PaperId]]:
        """The same for many subscribers; empty for those who were brought nothing."""
        wanted, s = list(subscribers), t.seen.c
        brought = [
            (row.subscriber_id, row.paper_id)
            for row in self._of(wanted, sa.select(s.subscriber_id, s.paper_id), s.subscriber_id)
        ]
        works = self._works.kept_as({paper for _, paper in brought})
        found: dict[int, set[PaperId]] = {number: set() for number in wanted}
        for subscriber, paper in brought:
            found[subscriber].add(works[paper])
        return found

    def _of(
        self, subscribers: list[int], query: sa.Select[Any], column: sa.ColumnElement[int]
    ) -> Iterator[sa.Row[Any]]:
        """The rows of a query that belong to the subscribers, however many they are."""
        for part in chunks(subscribers, MANY):
            yield from self._db.execute(query.where(among(self._db, column, part))).all()  # at once: in half the time


def _schedule_columns(schedule: Schedule) -> dict[str, Any]:
    return {"timezone": schedule.timezone.key, "send_at": schedule.send_at, "days": sorted(schedule.days)}


def _subscriber(row: sa.Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        address=row.address,
        state=SubscriberState(row.state),
        schedule=Schedule(timezone=ZoneInfo(row.timezone), send_at=row.send_at, days=frozenset(row.days)),
        size=row.size,
        next_due_at=row.next_due_at,
        read_through=row.read_through,
        feed_uri=row.feed_uri,
        created_at=row.created_at,
        kind=EditionKind(row.kind),
        plain=row.plain,
        language=row.language,
        heard_at=row.heard_at,
        learner=Learner(row.learner),
        paused_until=row.paused_until,
        threshold=row.threshold,
    )


def _named(subscriber: int, name: str) -> sa.Select[int]:
    i = t.interest.c
    return sa.select(i.id).where(i.subscriber_id == subscriber, i.name_key == name.casefold())


def _interest(row: sa.Row[Any], words: dict[str, list[str]], votes: dict[str, list[Vote]]) -> Interest:
    return Interest(
        name=row.name,
        texts=tuple(words[ProfileField.INTEREST]),
        include=tuple(words[ProfileField.INCLUDE]),
        exclude=tuple(words[ProfileField.EXCLUDE]),
        categories=tuple(words[ProfileField.CATEGORY]),
        follow=tuple(words[ProfileField.FOLLOW]),
        organisations=tuple(words[ProfileField.ORGANISATION]),
        liked=tuple(votes[Verdict.LIKE]),
        disliked=tuple(votes[Verdict.DISLIKE]),
        weight=row.weight,
        quota=row.quota,
        everything=row.everything,
    )
