"""What a message that came back says, as far as the message itself can tell.

Nothing in it is believed yet: whose delivery it is about follows from a signed address or token alone, and who asks
for what is said here must check those.
"""

from dataclasses import dataclass
from typing import TypeAlias

from digest.subscribers import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """What a report says of one recipient (RFC 3464 §2.3)."""

    action: str  # lower case: failed, delayed, delivered, relayed or expanded; "" where none is given
    status: str  # "5.1.1" (RFC 3463); "" where none is given
    diagnostic: str  # "smtp; 550 5.1.1 …", one clean line without addresses
    original: str  # the address as it was given to the relay, or the last one it became; "" where none is given


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A delivery status notification (RFC 3464)."""

    identity: str  # the report's own Message-ID, or what comes nearest to one
    sent_to: tuple[str, ...]  # addresses with a tag that it was sent to, the most certain first
    recipients: tuple[Recipient, ...]  # at least one


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A reader, or a mail system for one, calls a mail unwanted (ARF, RFC 5965)."""

    identity: str
    kind: str  # abuse or fraud
    tagged: tuple[str, ...]  # addresses with a tag in the mail that was complained about
    tokens: tuple[str, ...]  # of its List-Unsubscribe
    message_id: str  # its Message-ID; "" where it is not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A person wrote; neither votes nor leaving means that the words say something else."""

    identity: str
    sent_to: tuple[str, ...]
    votes: tuple[tuple[int, Verdict], ...]  # places in the edition, from 1, each once
    leave: bool
    words: str  # the first of what was written, one clean line without addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A message that asks for nothing."""

    why: str  # one clean line


Returned: TypeAlias = Report | Complaint | Reply | Nothing
