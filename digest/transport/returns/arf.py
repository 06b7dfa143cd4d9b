"""Complaints (ARF, RFC 5965): a multipart/report with a feedback-report comes in, whose mail it was goes out."""

import re

from digest.transport.returns import parts
from digest.transport.returns.lines import clean, tagged
from digest.transport.returns.parts import Part
from digest.transport.returns.values import Complaint, Nothing

TYPE = "message/feedback-report"
_COMPLAINTS = frozenset({"abuse", "fraud"})  # §3.1; not-spam (RFC 6430), virus, auth-failure and others are none
_ORIGINALS = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
_TOKEN = re.compile(r"/unsubscribe/([1-9][0-9]{0,18}-[A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])")
_MOST_TOKENS = 5


def complaint(identity: str, feedback: Part, original: Part | None) -> Complaint | Nothing:
    """What a report says; `original` is the mail that was complained about, or its header fields."""
    facts = parts.opened(parts.content(feedback))
    kind = facts.field("Feedback-Type").lower()
    if kind not in _COMPLAINTS:
        return Nothing(why=f"a feedback report that is no complaint: {clean(kind) or 'without a type'}")
    mail = original or facts
    senders = [*facts.fields("Original-Mail-From"), *mail.fields("Return-Path"), *mail.fields("Reply-To")]
    return Complaint(
        identity=identity,
        kind=kind,
        tagged=tagged(senders),
        tokens=tuple(dict.fromkeys(_TOKEN.findall(mail.field("List-Unsubscribe"))))[:_MOST_TOKENS],
        message_id=mail.field("Message-ID"),
    )


def original(part: Part) -> Part | None:
    """The mail inside a part that holds one, or its header fields."""
    return parts.opened(parts.content(part)) if part.type in _ORIGINALS else None
