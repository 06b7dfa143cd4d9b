"""A message on its way, and what became of it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One finished message."""

    mail_from: str
    rcpt_to: str
    message_id: str  # with angle brackets (RFC 5322 §3.6.4)
    content: bytes  # RFC 5322, CRLF line ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The next hop took the message and is responsible for it from here on (RFC 5321 §6.1)."""

    message_id: str
    answer: str


class DeliveryState(StrEnum):
    """Where a delivery stands; the open states are PENDING, SENDING, UNCERTAIN and HELD."""

    PENDING = "pending"  # to be sent at `next_attempt_at`
    SENDING = "sending"  # claimed until the lease ends
    UNCERTAIN = "uncertain"  # claimed once, and it is not known what became of it
    HELD = (
        "held"  # waits for the operator: held by hand, by the policy for the uncertain, or because it cannot be written
    )
    SENT = "sent"
    FAILED = "failed"  # refused for ever
    EXPIRED = "expired"  # its day was over before it could be sent; the next edition carries its papers
    CANCELLED = "cancelled"  # the reader left, paused or was suppressed before it was sent


class LetterKind(StrEnum):
    """A message about the subscription itself, which belongs to no list and no edition."""

    WELCOME = "welcome"  # with the first edition
    GOODBYE = "goodbye"  # to somebody who left
    STILL_READING = "still-reading"  # to somebody not heard of for long
    CONFIRM = "confirm"  # to who has asked for the digest, and is to press once
    KNOWN = "known"  # to who has asked for it and has it
    MOVE = "move"  # to the new address of a reader, who is to press once
    MOVED = "moved"  # to the old one, once that was done


UNCONFIRMED = (LetterKind.CONFIRM, LetterKind.MOVE, LetterKind.MOVED)  # they go to addresses that are nobody's yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A kept intent to write to a subscriber about the subscription; unique per subscriber, kind and day."""

    id: int
    subscriber_id: int
    kind: LetterKind
    day: date  # local to the subscriber
    details: dict[str, Any] = field(default_factory=dict)  # what its template needs; plain JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What makes a message the same at every attempt."""

    fingerprint: str  # SHA-256 of its bytes, in hex; where the processor has it built in, half the time of BLAKE2
    written_at: datetime  # UTC; the moment its Date and signature name

    @classmethod
    def of(cls, content: bytes, written_at: datetime) -> "Frozen":
        """That of finished bytes."""
        return cls(fingerprint=sha256(content).hexdigest(), written_at=written_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The intent to send one edition, or one letter, over one channel."""

    id: int
    edition_id: int | None  # one of the two is given
    letter_id: int | None = None
    subscriber_id: int
    state: DeliveryState
    attempts: int
    message_id: str
    next_attempt_at: datetime
    frozen: Frozen | None = None  # since it was first written
    in_doubt: bool = False  # an attempt ended without an answer: it may have been taken
    expires_at: datetime | None = None  # UTC; what was surely not sent by then is not sent any more


class BounceKind(StrEnum):
    """What a report from another mail system says of an address (RFC 3464, RFC 5965)."""

    HARD = "hard"  # there is no such mailbox: 5.1.x, 5.2.1
    SOFT = "soft"  # full, or off for a while: 4.x.x that was given up, 5.2.2
    POLICY = "policy"  # it refused us, not the reader: 5.7.x
    COMPLAINT = "complaint"  # the reader called it spam


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One report about one delivery, proved to be ours by the MAC in its envelope address."""

    delivery_id: int
    kind: BounceKind
    status: str  # "5.1.1" (RFC 3463); "" for a complaint
    reason: str  # what the other system said, one clean line
    fingerprint: str  # the same for the same report, however often it is read


class SuppressionReason(StrEnum):
    """Why nothing is ever sent to an address again."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    OPERATOR = "operator"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address, known by its hash alone, that gets nothing for ever."""

    address_hash: str  # see address_hash()
    reason: SuppressionReason
    evidence: str  # one clean line without an address
    since: datetime  # UTC


def address_hash(address: str) -> str:
    """SHA-256 of the address in lower case, in hex: the same in every installation, so that lists can be moved."""
    return sha256(address.strip().casefold().encode()).hexdigest()
