"""A message on its way, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    """Where a delivery stands; the open states are PENDING, SENDING and UNCERTAIN."""

    PENDING = "pending"  # to be sent at `next_attempt_at`
    SENDING = "sending"  # claimed until the lease ends
    UNCERTAIN = "uncertain"  # claimed once, and it is not known what became of it
    SENT = "sent"
    FAILED = "failed"  # refused for ever
    CANCELLED = "cancelled"  # the reader left or paused before it was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The intent to send one edition over one channel."""

    id: int
    edition_id: int
    subscriber_id: int
    state: DeliveryState
    attempts: int
    message_id: str
    content: bytes | None  # frozen at the first attempt, dropped once sent
    next_attempt_at: datetime
