"""What came back is acted on: a message's bytes come in, what was changed for whom goes out.

Whose mail a message is about follows from a signed address or token in it, never from a sender or a text. Each message
is acted on once, however often it is read.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from digest import tokens
from digest.editions import Edition
from digest.mail import Bounce, BounceKind, Delivery, Suppression, SuppressionReason, address_hash
from digest.membership.people import leave_by_link
from digest.membership.personal import Deed, act
from digest.store import Store, Transaction
from digest.subscribers import Subscriber, SubscriberState, Verdict
from digest.transport.returns import Complaint, Judgement, Nothing, Reply, Report, judged, read
from digest.transport.returns.lines import clean

log = logging.getLogger(__name__)
PAUSED_FROM = 3.0  # the score of soft bounces at which a reader is paused
HALVED_AFTER = timedelta(days=7)  # a soft bounce counts half after that time
_FORGOTTEN_AFTER = 8 * HALVED_AFTER  # when one counts less than a 250th
_DEEDS = {Verdict.LIKE: Deed.MORE, Verdict.DISLIKE: Deed.LESS}


class Effect(StrEnum):
    """What reading a message came to."""

    SUPPRESSED = "suppressed"  # nothing is sent to the address any more
    PAUSED = "paused"  # too many soft bounces
    COUNTED = "counted"  # a soft bounce that is kept
    REFUSED = "refused"  # by policy: ours to repair, the operator must hear of it
    VOTED = "voted"
    LEFT = "left"
    UNREAD = "unread"  # a reader's words that a person must read
    REPEATED = "repeated"  # acted on before
    FORGED = "forged"  # its tag is not ours, or its delivery is gone
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one message."""

    effect: Effect
    said: str  # one clean line for the operator, without an address
    subscriber: int | None = None  # None where no signature says who
    delivery: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What came of many messages."""

    counts: Mapping[Effect, int]  # only those that happened
    outcomes: tuple[Outcome, ...]  # all but NOTHING, REPEATED and FORGED, in the order they were read

    @property
    def refused(self) -> tuple[str, ...]:
        """Each policy refusal in its own words, for the operator to hear."""
        return tuple(dict.fromkeys(each.said for each in self.outcomes if each.effect is Effect.REFUSED))


def take_all(
    store: Store,
    messages: Iterable[bytes],
    *,
    now: datetime,
    recipient: str = "",
    message_id: Callable[[], str] | None = None,
) -> Tally:
    """Act on each message as `take` does; the next one is asked for when the one before is done."""
    counts: dict[Effect, int] = {}
    told: list[Outcome] = []
    for message in messages:
        outcome = take(store, message, now=now, recipient=recipient, message_id=message_id)
        counts[outcome.effect] = counts.get(outcome.effect, 0) + 1
        if outcome.effect not in (Effect.NOTHING, Effect.REPEATED, Effect.FORGED):
            told.append(outcome)
    return Tally(counts=counts, outcomes=tuple(told))


def take(
    store: Store,
    message: bytes,
    *,
    now: datetime,
    recipient: str = "",
    message_id: Callable[[], str] | None = None,
) -> Outcome:
    """Act on one message; `recipient` is the address it was sent to, where the mail system has told it.

    With a `message_id`, who leaves is written a goodbye.

    Hard bounces and complaints suppress the address for ever; soft bounces count, and pause the reader at a score of
    PAUSED_FROM; policy refusals change nothing. Replies vote and leave. Nothing is done without a valid signature.
    """
    match read(message, recipient=recipient):
        case Report() as report:
            outcome = _reported(store, report, now)
        case Complaint() as complaint:
            outcome = _complained(store, complaint, now)
        case Reply() as reply:
            outcome = _replied(store, reply, now, message_id)
        case Nothing(why=why):
            outcome = Outcome(effect=Effect.NOTHING, said=why)
    _log(outcome)
    return outcome


def score(bounces: Iterable[datetime], now: datetime) -> float:
    """The sum of 0.5 ** (age / 7 days) over soft bounces, each counting 1 when it is read.

    A daily reader whose mailbox is full is paused by the fourth bounce in a row: 1 + 0.91 + 0.82 + 0.74 = 3.47.
    """
    return float(sum(0.5 ** ((now - moment) / HALVED_AFTER) for moment in bounces))


# ---------------------------------------------------------------- reports


def _reported(store: Store, report: Report, now: datetime) -> Outcome:
    with store.begin() as tx:
        delivery = _tagged(tx, tokens.BOUNCE, report.sent_to)
        if delivery is None:
            return _of_nobody(report.sent_to)
        judgement = judged(report.recipients)
        if judgement is None:
            action = clean(report.recipients[0].action)
            return Outcome(effect=Effect.NOTHING, said=f"a report that nothing failed: {action}")
        return _bounced(tx, delivery, judgement, report.identity, now)


def _bounced(tx: Transaction, delivery: Delivery, judgement: Judgement, identity: str, now: datetime) -> Outcome:
    holder = tx.subscribers.get(delivery.subscriber_id)
    bounce = Bounce(
        delivery_id=delivery.id,
        kind=judgement.kind,
        status=judgement.status,
        reason=clean(judgement.reason, [holder.address]),
        fingerprint=_fingerprint("report", identity, delivery.id, judgement.status),
    )
    if not tx.suppressions.note(bounce, subscriber=holder.id, now=now):
        return _outcome(Effect.REPEATED, delivery, "a report that was read before")
    words = f"{bounce.status} {bounce.reason}".strip()
    if bounce.kind is BounceKind.POLICY:
        return _outcome(Effect.REFUSED, delivery, words)
    if bounce.kind is BounceKind.HARD:
        _suppress(tx, holder, SuppressionReason.BOUNCE, words, now)
        return _outcome(Effect.SUPPRESSED, delivery, words)
    return _outcome(Effect.PAUSED if _weighed(tx, holder, now) else Effect.COUNTED, delivery, words)


def _weighed(tx: Transaction, holder: Subscriber, now: datetime) -> bool:
    """Pause an active reader whose soft bounces are too many; whether that was done."""
    soft = tx.suppressions.bounces(holder.id, [BounceKind.SOFT], since=now - _FORGOTTEN_AFTER)
    if holder.state is not SubscriberState.ACTIVE or score(soft, now) < PAUSED_FROM:
        return False
    tx.subscribers.change(holder.id, state=SubscriberState.PAUSED)
    tx.deliveries.cancel_unwanted()
    return True


# ---------------------------------------------------------------- complaints


def _complained(store: Store, complaint: Complaint, now: datetime) -> Outcome:
    said = f"{complaint.kind} complaint"
    with store.begin() as tx:
        delivery, holder = _complainer(tx, complaint)
        if holder is None:
            return _of_nobody((*complaint.tagged, *complaint.tokens))
        fingerprint = _fingerprint("complaint", complaint.identity, holder.id, complaint.kind)
        outcome = Outcome(effect=Effect.SUPPRESSED, said=said, subscriber=holder.id, delivery=delivery)
        if not tx.suppressions.note_complaint(
            fingerprint, subscriber=holder.id, delivery=delivery, reason=said, now=now
        ):
            return Outcome(effect=Effect.REPEATED, said="a complaint that was read before", subscriber=holder.id)
        _suppress(tx, holder, SuppressionReason.COMPLAINT, said, now)
        return outcome


def _complainer(tx: Transaction, complaint: Complaint) -> tuple[int | None, Subscriber | None]:
    """The delivery, if it is known, and its reader: by the tag in an address, else by the link to unsubscribe."""
    for purpose in (tokens.BOUNCE, tokens.REPLY):
        if delivery := _tagged(tx, purpose, complaint.tagged):
            return delivery.id, tx.subscribers.get(delivery.subscriber_id)
    secret = tx.secrets.get(tokens.KEY) or b""
    signed = (tokens.check(secret, tokens.UNSUBSCRIBE, token) for token in complaint.tokens if secret)
    holder = next((who for number in signed if number and (who := tx.subscribers.numbered(number))), None)
    if holder is None:
        return None, None
    return tx.suppressions.delivery_named(complaint.message_id, subscriber=holder.id), holder


# ---------------------------------------------------------------- replies


def _replied(store: Store, reply: Reply, now: datetime, message_id: Callable[[], str] | None) -> Outcome:
    """Every deed can be done twice, so they are done first and noted last: a crash between loses none."""
    with store.read() as tx:
        delivery = _tagged(tx, tokens.REPLY, reply.sent_to)
        if delivery is None:
            return _of_nobody(reply.sent_to)
        fingerprint = _fingerprint("reply", reply.identity, delivery.id, "")
        if tx.suppressions.has_reply(fingerprint):
            return _outcome(Effect.REPEATED, delivery, "a reply that was read before")
    counted, said = _vote(store, delivery, reply, now)
    if reply.leave:
        leave_by_link(store, delivery.subscriber_id, now=now, message_id=message_id)
    with store.begin() as tx:
        tx.subscribers.change(delivery.subscriber_id, heard_at=now)
        tx.suppressions.note_reply(fingerprint, subscriber=delivery.subscriber_id, now=now)
    if reply.leave:
        return _outcome(Effect.LEFT, delivery, "; ".join(("wants no more mails", *said)))
    return _outcome(Effect.VOTED if counted else Effect.UNREAD, delivery, "; ".join(said) or reply.words)


def _vote(store: Store, delivery: Delivery, reply: Reply, now: datetime) -> tuple[int, tuple[str, ...]]:
    """Keep the votes on papers that the edition has; how many those were, and what to say of all."""
    edition = _edition(store, delivery)
    papers = len(edition.recommendations) if edition else 0
    counted = [(place, verdict) for place, verdict in reply.votes if 1 <= place <= papers]
    ignored = [str(place) for place, _ in reply.votes if not 1 <= place <= papers]
    if edition is not None:
        for place, verdict in counted:
            act(store, edition, place, _DEEDS[verdict], now=now)
    said = [f"{verdict}s paper {place}" for place, verdict in counted]
    if ignored:
        said.append(f"ignored {', '.join(ignored)}, because the mail has {papers} papers")
    return len(counted), tuple(said)


def _edition(store: Store, delivery: Delivery) -> Edition | None:
    """What was delivered; None for a letter."""
    if delivery.edition_id is None:
        return None
    with store.read() as tx:
        return tx.editions.get([delivery.edition_id]).get(delivery.edition_id)


# ---------------------------------------------------------------- what all of them need


def _suppress(tx: Transaction, holder: Subscriber, reason: SuppressionReason, words: str, now: datetime) -> None:
    key, evidence = address_hash(holder.address), f"{now:%Y-%m-%d}: {words}"
    tx.suppressions.add(Suppression(address_hash=key, reason=reason, evidence=evidence, since=now))
    if holder.state is not SubscriberState.LEFT:
        tx.subscribers.change(holder.id, state=SubscriberState.SUPPRESSED)
    tx.deliveries.cancel_unwanted()


def _tagged(tx: Transaction, purpose: str, addresses: Iterable[str]) -> Delivery | None:
    """The delivery that the first address of ours names, if it is still kept."""
    secret = tx.secrets.get(tokens.KEY)
    numbers = (tokens.tag_of(secret, purpose, address) for address in addresses) if secret else ()
    records = (tx.deliveries.record(number) for number in numbers if number)
    return next((record.delivery for record in records if record), None)


def _of_nobody(signed: Iterable[str]) -> Outcome:
    if any(signed):
        return Outcome(effect=Effect.FORGED, said="a signature that is not ours, or of a delivery that is not kept")
    return Outcome(effect=Effect.NOTHING, said="names no delivery of ours")


def _outcome(effect: Effect, delivery: Delivery, said: str) -> Outcome:
    return Outcome(effect=effect, said=said, subscriber=delivery.subscriber_id, delivery=delivery.id)


def _fingerprint(kind: str, identity: str, number: int, status: str) -> str:
    return sha256("\0".join((kind, identity, str(number), status)).encode("utf-8", "replace")).hexdigest()


def _log(outcome: Outcome) -> None:
    level = logging.WARNING if outcome.effect in _LOUD else logging.INFO
    words = "" if outcome.effect is Effect.UNREAD else f": {outcome.said}"  # a reader's words are not for the log
    log.log(level, "read %s subscriber=%s delivery=%s%s", outcome.effect, outcome.subscriber, outcome.delivery, words)


_LOUD = (Effect.SUPPRESSED, Effect.PAUSED, Effect.REFUSED, Effect.FORGED)
