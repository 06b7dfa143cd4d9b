"""Subscribers, their interests and their votes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from digest.identity import PaperId
from digest.store import tables as t
from digest.store.among import among
from digest.store.upsert import MANY, chunks, in_columns, insert
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

Judged = tuple[Sequence[Vote], Sequence[Vote]]  # what was liked, and what was disliked
_state = cache(SubscriberState)  # a lookup: to call the class takes four times as long
_kind = cache(EditionKind)
_learner = cache(Learner)
_PERSON = [
    t.subscriber.c[name]
    for name in (
        *("id", "address", "state", "timezone", "send_at", "days", "size", "next_due_at", "read_through", "feed_uri"),
        *("created_at", "kind", "plain", "language", "heard_at", "learner", "paused_until", "threshold"),
    )
]


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
        query = sa.select(*_PERSON).where(t.subscriber.c.address_key == address.casefold())
        row = self._db.execute(query).one_or_none()
        return _subscriber(row) if row else None

    def get(self, subscriber: int) -> Subscriber:
        """The subscriber with that number, who must exist."""
        return _subscriber(self._db.execute(sa.select(*_PERSON).where(t.subscriber.c.id == subscriber)).one())

    def numbered(self, subscriber: int) -> Subscriber | None:
        """The subscriber with that number, if there is one."""
        row = self._db.execute(sa.select(*_PERSON).where(t.subscriber.c.id == subscriber)).one_or_none()
        return _subscriber(row) if row else None

    def some(self, subscribers: Iterable[int]) -> dict[int, Subscriber]:
        """Those that there are, by number."""
        found: dict[int, Subscriber] = {}
        for part in chunks(sorted(subscribers)):
            for row in self._db.execute(sa.select(*_PERSON).where(t.subscriber.c.id.in_(part))):
                found[row.id] = _subscriber(row)
        return found

    def all(self, state: SubscriberState | None = None) -> list[Subscriber]:
        """Everybody, or everybody in one state, in the order of joining."""
        query = sa.select(*_PERSON).order_by(t.subscriber.c.id)
        if state is not None:
            query = query.where(t.subscriber.c.state == state.value)
        return [_subscriber(row) for row in self._db.execute(query)]

    def due(
        self, now: datetime, *, only: Collection[int] | None = None, part: int = 0, of: int = 1
    ) -> list[Subscriber]:
        """The active subscribers whose hour has come, longest waiting first; `only` those with some numbers.

        With `of` above 1, only those whose number leaves `part` when it is divided by it; all who show their groups
        what they were sent are in part 0, so that they are counted together.
        """
        c = t.subscriber.c
        query = sa.select(*_PERSON).where(c.state == SubscriberState.ACTIVE.value, c.next_due_at <= now)
        if only is not None:
            query = query.where(c.id.in_(only))
        if of > 1:
            showing = sa.select(t.group_member.c.subscriber_id).where(t.group_member.c.shows_sent)
            query = query.where(sa.case((c.id.in_(showing), 0), else_=c.id % of) == part)
        return [_subscriber(row) for row in self._db.execute(query.order_by(c.next_due_at, c.id))]

    def waking(self, latest: date) -> list[Subscriber]:
        """Whose pause ends by itself on a local date up to `latest`."""
        c = t.subscriber.c
        query = sa.select(*_PERSON).where(c.state == SubscriberState.PAUSED.value, c.paused_until <= latest)
        return [_subscriber(row) for row in self._db.execute(query.order_by(c.id))]

    def remove(self, subscriber: int) -> None:
        """Forget a subscriber with everything that is theirs."""
        self._db.execute(sa.delete(t.subscriber).where(t.subscriber.c.id == subscriber))

    def silent(self, *, since: datetime) -> list[Subscriber]:
        """The active subscribers who have not been heard of from `since` on, nor joined."""
        c = t.subscriber.c
        heard = sa.func.coalesce(c.heard_at, c.created_at)
        query = sa.select(*_PERSON).where(c.state == SubscriberState.ACTIVE.value, heard < since)
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
                cells: dict[str, list[Any]] = {"whose": list(values), "new": list(values.values())}
                in_columns(self._db, whose.values({name: sa.bindparam("new")}), cells)

    # ------------------------------------------------------------ what they care for

    def profiles(self, subscribers: Iterable[int], *, votes: bool = True) -> dict[int, Profile]:
        """The profile of each, empty where nothing is known; merged works are read as one, judged by the last vote.

        Without `votes` it says what was written alone.
        """
        wanted, same = list(subscribers), _Same()
        words, given = self._words(wanted, same), self._votes(wanted) if votes else {}
        made: dict[int, list[Interest]] = {number: [] for number in wanted}
        i = t.interest.c
        for row in self._of(wanted, sa.select(t.interest).order_by(i.id), i.subscriber_id):
            said, judged = words.get(row.id, _NO_WORDS), given.get(row.id, _NO_VOTES)
            made[row.subscriber_id].append(_interest(row, same[row.name], said, judged))
        return {number: Profile(interests=tuple(interests)) for number, interests in made.items()}

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

    def _words(self, subscribers: list[int], same: "_Same") -> dict[int, dict[str, list[str]]]:
        """What was written, by number of the interest and by field; of those of which anything was."""
        words: dict[int, dict[str, list[str]]] = {}
        e, i = t.profile_entry.c, t.interest.c
        written = sa.select(e.interest_id, e.field, e.value).join(t.interest).order_by(e.id)
        for interest, field, value in self._of(subscribers, written, i.subscriber_id):
            words.setdefault(interest, {}).setdefault(field, []).append(same[value])
        return words

    def _votes(self, subscribers: list[int]) -> Mapping[int, Judged]:
        """The last vote on each work, by number of the interest, oldest first; of those with votes."""
        if len(subscribers) > _FEW:
            from digest.store.ballots import votes_in_columns  # whoever looks at a few does not wait for numpy

            return votes_in_columns(self._db, self._works, subscribers)
        return self._each_vote(subscribers)

    def _each_vote(self, subscribers: list[int]) -> dict[int, Judged]:
        """The same, one by one."""
        f = t.feedback.c
        given = sa.select(f.subscriber_id, f.paper_id, f.interest_id, f.verdict, f.given_at)
        said: list[Any] = list(self._of(subscribers, given.order_by(f.given_at, f.paper_id), f.subscriber_id))
        works = self._works.kept_as({paper for _, paper, *_ in said})
        last: dict[tuple[int, PaperId], tuple[int, str, datetime]] = {}
        for subscriber, paper, interest, verdict, given_at in said:
            work = subscriber, works[paper]
            last.pop(work, None)  # so that it stands at its own time
            last[work] = interest, verdict, given_at
        votes: dict[tuple[int, str], list[Vote]] = defaultdict(list)
        for (_, key), (interest, verdict, given_at) in last.items():
            votes[interest, verdict].append(Vote(paper=key, given_at=given_at))
        interests = {interest for interest, _ in votes}
        return {each: (tuple(votes[each, Verdict.LIKE]), tuple(votes[each, Verdict.DISLIKE])) for each in interests}

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

    def seen_by(self, subscribers: Iterable[int], papers: Collection[int]) -> dict[int, Set[PaperId]]:
        """Which of some works, by their rows, an edition has brought each of many subscribers."""
        found: dict[int, Set[PaperId]] = dict.fromkeys(subscribers, frozenset[PaperId]())
        names = self._works.names_of(papers)
        brought = [(who, paper) for who, paper in self._brought(list(found), names) if who in found and paper in names]
        works = self._works.kept_as({paper for _, paper in brought})
        for subscriber, paper in brought:
            found[subscriber] |= {works[paper]}
        return found

    def _brought(self, subscribers: list[int], papers: Collection[int]) -> Iterator[Any]:
        """Subscriber and paper, at least of those: all of the papers of a few subscribers, or all readers of papers."""
        s = t.seen.c
        query = sa.select(s.subscriber_id, s.paper_id)
        if len(subscribers) <= _FEW:
            return self._of(subscribers, query, s.subscriber_id)
        return self._of(sorted(papers), query, s.paper_id)

    def _of(self, subscribers: list[int], query: sa.Select[Any], column: sa.ColumnElement[int]) -> Iterator[Any]:
        """The rows of a query that belong to the subscribers, however many they are."""
        for part in chunks(subscribers, MANY):
            yield from self._db.execute(query.where(among(self._db, column, part))).all()  # at once: in half the time


def _schedule_columns(schedule: Schedule) -> dict[str, Any]:
    return {"timezone": schedule.timezone.key, "send_at": schedule.send_at, "days": sorted(schedule.days)}


@lru_cache(maxsize=1 << 12)  # few of the many ways are chosen
def _schedule(timezone: str, send_at: time, days: tuple[int, ...]) -> Schedule:
    """One value for all who chose the same."""
    return Schedule(timezone=ZoneInfo(timezone), send_at=send_at, days=frozenset(days))


def _subscriber(row: Any) -> Subscriber:
    """From the columns of a person, by place: that takes half the time of names."""
    number, address, state, timezone, send_at, days, size, next_due_at, read_through, feed_uri, created_at, *more = row
    kind, plain, language, heard_at, learner, paused_until, threshold = more
    return Subscriber(
        id=number,
        address=address,
        state=_state(state),
        schedule=_schedule(timezone, send_at, tuple(days)),
        size=size,
        next_due_at=next_due_at,
        read_through=read_through,
        feed_uri=feed_uri,
        created_at=created_at,
        kind=_kind(kind),
        plain=plain,
        language=language,
        heard_at=heard_at,
        learner=_learner(learner),
        paused_until=paused_until,
        threshold=threshold,
    )


def _named(subscriber: int, name: str) -> sa.Select[int]:
    i = t.interest.c
    return sa.select(i.id).where(i.subscriber_id == subscriber, i.name_key == name.casefold())


def _interest(row: Any, name: str, said: Mapping[str, Sequence[str]], judged: Judged) -> Interest:
    return Interest(
        name=name,
        texts=tuple(said.get(ProfileField.INTEREST, ())),
        include=tuple(said.get(ProfileField.INCLUDE, ())),
        exclude=tuple(said.get(ProfileField.EXCLUDE, ())),
        categories=tuple(said.get(ProfileField.CATEGORY, ())),
        follow=tuple(said.get(ProfileField.FOLLOW, ())),
        organisations=tuple(said.get(ProfileField.ORGANISATION, ())),
        liked=judged[0],
        disliked=judged[1],
        weight=row.weight,
        quota=row.quota,
        everything=row.everything,
    )


class _Same(dict[str, str]):
    """Each text once: what very many readers write takes the memory of one."""

    def __missing__(self, text: str) -> str:
        self[text] = text
        return text


_FEW = 100  # readers of whom all rows are read one by one
_NO_WORDS: dict[str, list[str]] = {}
_NO_VOTES: Judged = ((), ())
