"""What happened, counted by day: for weeks and what becomes of them, see upkeep.stats. Days are UTC."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import sqlalchemy as sa

from digest.batches import BatchState
from digest.mail import DeliveryState
from digest.store import tables as t
from digest.store.kept_items import facts_of
from digest.subscribers import Verdict

ByDay = Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """Papers that editions brought to readers, and what those said of them."""

    sent: int = 0
    liked: int = 0
    disliked: int = 0

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(self.sent + other.sent, self.liked + other.liked, self.disliked + other.disliked)


class Weekly:
    """Counts by day, from a day on, within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def papers(self, since: date) -> ByDay:
        """Papers that became known."""
        return self._moments(t.paper.c.first_seen_at, since)

    def joined(self, since: date) -> ByDay:
        return self._moments(t.subscriber.c.created_at, since)

    def left(self, since: date) -> ByDay:
        """Readers who left by themselves: by a link, a button or a mail."""
        return self._moments(t.subscriber.c.left_at, since)

    def mails(self, since: date) -> ByDay:
        """Mails that the relay took, letters too."""
        d = t.delivery.c
        return self._moments(d.sent_at, since, d.state == DeliveryState.SENT.value)

    def bounces(self, since: date) -> ByDay:
        """Reports that were proved to be of our mails, complaints too."""
        return self._moments(t.bounce.c.received_at, since)

    def votes(self, since: date, verdict: Verdict) -> ByDay:
        return self._moments(t.feedback.c.given_at, since, t.feedback.c.verdict == verdict.value)

    def batches(self, since: date) -> ByDay:
        return self._dates(t.batch.c.day, since)

    def open_batches(self, since: date) -> ByDay:
        """Batches that were not read whole."""
        closed = (BatchState.COMPLETE.value, BatchState.QUIET.value)
        return self._dates(t.batch.c.day, since, t.batch.c.state.not_in(closed))

    def editions(self, since: date) -> ByDay:
        """Editions that were kept, by their local dates."""
        return self._dates(t.edition.c.slot_date, since)

    def judged(self, since: date) -> dict[tuple[date, str], Judged]:
        """What editions of each local date brought for each interest by its name at that time, and what was said of it.

        An edition that was never sent has brought nothing.
        """
        e, s, f = t.edition.c, t.seen.c, t.feedback.c
        interests = self._interests(since)
        query = (
            sa.select(e.slot_date, s.edition_id, s.paper_id, f.verdict)
            .select_from(t.seen.join(t.edition, e.id == s.edition_id))
            .outerjoin(t.feedback, sa.and_(f.subscriber_id == s.subscriber_id, f.paper_id == s.paper_id))
            .where(e.slot_date >= since)
        )
        found: dict[tuple[date, str], Judged] = {}
        for day, edition, paper, verdict in self._db.execute(query.execution_options(yield_per=1000)):
            key = day, interests.get((edition, paper), "")
            one = Judged(1, int(verdict == Verdict.LIKE), int(verdict == Verdict.DISLIKE))
            found[key] = found.get(key, Judged()) + one
        return found

    def _interests(self, since: date) -> dict[tuple[int, int], str]:
        """The interest that each paper of each edition was chosen for, where that was kept."""
        e = t.edition.c
        query = sa.select(e.id, e["items"]).where(e.slot_date >= since).execution_options(yield_per=500)
        kept = ((number, facts_of(items)) for number, items in self._db.execute(query))
        return {(number, fact.paper): fact.interest for number, facts in kept for fact in facts}

    def _moments(self, column: sa.Column[datetime], since: date, *conditions: sa.ColumnElement[bool]) -> ByDay:
        begins = datetime.combine(since, time(), UTC)
        query = sa.select(column).where(column >= begins, *conditions).execution_options(yield_per=5000)
        return Counter(moment.date() for moment in self._db.execute(query).scalars())

    def _dates(self, column: sa.Column[date], since: date, *conditions: sa.ColumnElement[bool]) -> ByDay:
        query = sa.select(column, sa.func.count()).where(column >= since, *conditions).group_by(column)
        return {row[0]: row[1] for row in self._db.execute(query)}
