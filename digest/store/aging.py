"""What has grown old: deleted some rows at a time, the oldest first, so that no transaction is long.

Numbers ascend with time: a portion that is not old to its end is the last one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.mail import LetterKind
from digest.store import tables as t
from digest.store.shadow_lines import unpacked

AT_ONCE = 500  # rows
EDITIONS_AT_ONCE = 50  # whose shadow logs, of some fifty lines each, are deleted in one transaction
DROPPED = b"\0"  # in place of a paper's terms; they are counted again from its text when somebody votes on it
_CLOSED = sa.text(f"NOT ({t.OPEN_DELIVERY})")
_LASTING = (LetterKind.WELCOME.value, LetterKind.STILL_READING.value)  # asked whether there was one


@dataclass(frozen=True, slots=True)
class Portion:
    """What came of one transaction."""

    rows: int  # deleted; or that would be
    last: int | None  # the number after which to go on; None where nothing older is left


class Aging:
    """What is old within one transaction. `after` is the number to begin behind; with `dry`, nothing is changed."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def editions(self, before: datetime, *, after: int, dry: bool) -> Portion:
        """Editions with their deliveries and shadow logs, but for the newest of each reader and what is open.

        What they brought stays seen for ever.
        """
        e, later, d = t.edition.c, t.edition.alias().c, t.delivery.c
        is_open = sa.exists().where(d.edition_id == e.id, sa.text(t.OPEN_DELIVERY))
        newer = sa.exists().where(later.subscriber_id == e.subscriber_id, later.id > e.id)
        return self._delete(t.edition, e.created_at, before, after, dry, newer, ~is_open, ~_is_asked_for(e.id, before))

    def deliveries(self, before: datetime, *, after: int, dry: bool) -> Portion:
        """Deliveries that are closed; their editions and letters stay."""
        d = t.delivery.c
        when = sa.func.coalesce(d.sent_at, d.next_attempt_at, type_=d.next_attempt_at.type)
        return self._delete(t.delivery, when, before, after, dry, _CLOSED)

    def letters(self, before: datetime, *, after: int, dry: bool) -> Portion:
        """Letters that are not open, but for the last welcome and the last question whether a reader still reads."""
        c, later, d = t.letter.c, t.letter.alias().c, t.delivery.c
        is_open = sa.exists().where(d.letter_id == c.id, sa.text(t.OPEN_DELIVERY))
        newer = sa.exists().where(later.subscriber_id == c.subscriber_id, later.kind == c.kind, later.id > c.id)
        return self._delete(
            t.letter, c.created_at, before, after, dry, sa.or_(newer, c.kind.not_in(_LASTING)), ~is_open
        )

    def left_out(self, before: datetime, *, after: int, dry: bool) -> Portion:
        """Lines of the shadow logs of old editions, but for what was asked for since."""
        out, e = t.left_out.c, t.edition.c
        some = self._with_a_shadow(after)
        aged = sa.select(e.id).where(e.id.in_(some), e.created_at < before).order_by(e.id)
        old = self._db.execute(aged).scalars().all()
        packed = self._packed(old)
        if not dry:
            self._db.execute(sa.delete(t.shadow).where(t.shadow.c.edition_id.in_(old)))
        lines = sa.and_(out.edition_id.in_(old), sa.or_(out.reclaimed_at.is_(None), out.reclaimed_at < before))
        return Portion(self._gone(t.left_out, lines, dry) + packed, _last(some, old, EDITIONS_AT_ONCE))

    def _with_a_shadow(self, after: int) -> list[int]:
        """The next editions that have lines of either kind."""
        found = set[int]()
        for number in (t.left_out.c.edition_id, t.shadow.c.edition_id):
            query = sa.select(number).where(number > after).distinct().order_by(number).limit(EDITIONS_AT_ONCE)
            found.update(self._db.execute(query).scalars())
        return sorted(found)[:EDITIONS_AT_ONCE]

    def _packed(self, editions: Sequence[int]) -> int:
        """How many lines are kept together, but for those that stand by themselves as well."""
        s, out = t.shadow.c, t.left_out.c
        kept = self._db.execute(sa.select(s.edition_id, s.lines).where(s.edition_id.in_(editions)))
        alone = self._db.execute(sa.select(out.edition_id, out.paper_id).where(out.edition_id.in_(editions)))
        lines = {(number, line.paper) for number, packed in kept for line in unpacked(packed)}
        return len(lines - {(number, paper) for number, paper in alone})

    def bounces(self, before: datetime, *, after: int, dry: bool) -> Portion:
        """Reports of other mail systems."""
        return self._delete(t.bounce, t.bounce.c.received_at, before, after, dry)

    def replies(self, before: datetime, *, after: int, dry: bool) -> Portion:
        """What is known of readers' mails that were acted on; there are few."""
        return Portion(self._gone(t.reply, t.reply.c.received_at < before, dry), None)

    def alarms(self, before: datetime, *, after: int, dry: bool) -> Portion:
        """What the operator was told; a few a day at most."""
        return Portion(self._gone(t.alarm, t.alarm.c.day < before.date(), dry), None)

    def signals(self, before: datetime, *, after: int, dry: bool) -> Portion:
        """What sources told and told otherwise since; the last thing told stays, whatever its age."""
        told = t.signal.c.observed_at
        return self._oldest(t.signal, told, sa.and_(sa.text(t.SUPERSEDED), told < before), dry)

    def former_texts(self, before: datetime, *, after: int, dry: bool) -> Portion:
        """How papers read before a newer version took their place."""
        replaced = t.former_text.c.replaced_at
        return self._oldest(t.former_text, replaced, replaced < before, dry)

    def terms(self, before: datetime, *, after: int, newest: int, dry: bool) -> Portion:
        """The counted terms of papers that nobody has voted on, but for those of the `newest` papers."""
        p, f = t.paper.c, t.feedback.c
        first_kept = sa.select(p.id).order_by(p.id.desc()).offset(max(newest, 1) - 1).limit(1)
        voted = sa.exists().where(f.paper_id == p.id)
        counted = sa.text(t.WITH_TERMS)
        allowed = (~voted, p.id < first_kept.scalar_subquery(), counted)
        return self._portion(t.paper, p.first_seen_at, before, after, self._drop, dry, allowed, only=(counted,))

    def _drop(self, condition: sa.ColumnElement[bool], dry: bool) -> int:
        if dry:
            return self._count(t.paper, condition)
        return self._db.execute(sa.update(t.paper).where(condition).values(terms=DROPPED)).rowcount

    # ------------------------------------------------------------ portions

    def _delete(
        self, table: sa.Table, when: sa.ColumnElement[Any], before: datetime, after: int, dry: bool, *allowed: Any
    ) -> Portion:
        def gone(condition: sa.ColumnElement[bool], dry: bool) -> int:
            return self._gone(table, condition, dry)

        return self._portion(table, when, before, after, gone, dry, allowed)

    def _portion(
        self,
        table: sa.Table,
        when: sa.ColumnElement[Any],
        before: datetime,
        after: int,
        do: Callable[[sa.ColumnElement[bool], bool], int],
        dry: bool,
        allowed: Sequence[Any],
        only: Sequence[Any] = (),
    ) -> Portion:
        number = table.c.id
        looked_at = sa.select(number, when.label("at")).where(number > after, *only).order_by(number).limit(AT_ONCE)
        some = self._db.execute(looked_at).all()
        old = [row.id for row in some if row.at < before]
        return Portion(
            do(sa.and_(number.in_(old), *allowed), dry) if old else 0, _last([row.id for row in some], old, AT_ONCE)
        )

    def _oldest(
        self, table: sa.Table, when: sa.ColumnElement[Any], condition: sa.ColumnElement[bool], dry: bool
    ) -> Portion:
        """Of a table without numbers, whose old rows an index finds: all of them, or the first AT_ONCE."""
        if dry:
            return Portion(self._count(table, condition), None)
        keys = list(table.primary_key)
        some = sa.select(*keys).where(condition).order_by(when).limit(AT_ONCE)
        gone = self._gone(table, sa.tuple_(*keys).in_(some), dry)
        return Portion(gone, 0 if gone == AT_ONCE else None)

    def _gone(self, table: sa.Table, condition: sa.ColumnElement[bool], dry: bool) -> int:
        if dry:
            return self._count(table, condition)
        return self._db.execute(sa.delete(table).where(condition)).rowcount

    def _count(self, table: sa.Table, condition: sa.ColumnElement[bool]) -> int:
        return int(self._db.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one())


def _is_asked_for(edition: sa.ColumnElement[int], since: datetime) -> sa.Exists:
    """Whether a reader wanted back, since then, what that edition had left out."""
    out = t.left_out.c
    return sa.exists().where(out.edition_id == edition, sa.text(t.RECLAIMED), out.reclaimed_at >= since)


def _last(some: Sequence[int], old: Sequence[int], at_once: int) -> int | None:
    return some[-1] if len(some) == at_once and len(old) == at_once else None
