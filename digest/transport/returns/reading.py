"""One message that came back, read: bytes come in, a report, a complaint, a reply or nothing goes out."""

from collections.abc import Iterator
from itertools import islice

from digest.transport.returns import arf, dsn, parts, reply
from digest.transport.returns.automatic import automatic
from digest.transport.returns.lines import tagged
from digest.transport.returns.parts import Part
from digest.transport.returns.values import Nothing, Reply, Report, Returned

# Where the address stands that a message was sent to, the most certain first; mail systems add the first ones.
_RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Rcpt-To", "To", "Cc")
_MOST_CHILDREN = 10  # parts of a report that are looked at; it has three (RFC 6522 §3)
_READING_RECEIPT = "message/disposition-notification"


def read(message: bytes, *, recipient: str = "") -> Returned:
    """What a message says; nothing raises, whatever its bytes are, and no more than its first mebibyte is read.

    `recipient` is the address it was sent to, where the mail system has told it (RCPT TO).
    """
    whole = parts.opened(message)
    if not message.strip():
        return Nothing(why="an empty message")
    sent_to = tagged([recipient, *(field for name in _RECIPIENTS for field in whole.fields(name))])
    if whole.type == "multipart/report":
        return _reported(whole, sent_to)
    if sign := automatic(whole):
        return Nothing(why=f"written by a machine: {sign}")
    return _replied(whole, sent_to)


def _reported(whole: Part, sent_to: tuple[str, ...]) -> Returned:
    inside = tuple(islice(parts.parts(whole), _MOST_CHILDREN))
    by_type = {part.type: part for part in reversed(inside)}
    if status := next((by_type[kind] for kind in dsn.TYPES if kind in by_type), None):
        told = dsn.recipients(status)
        report = Report(identity=_identity(whole), sent_to=sent_to, recipients=told)
        return report if told else Nothing(why="a delivery report that names no recipient")
    if feedback := by_type.get(arf.TYPE):
        return arf.complaint(_identity(whole), feedback, next(_originals(inside), None))
    if _READING_RECEIPT in by_type:
        return Nothing(why="a receipt of reading")
    return Nothing(why="a report of an unknown kind")


def _originals(inside: tuple[Part, ...]) -> Iterator[Part]:
    return (mail for mail in map(arf.original, inside) if mail is not None)


def _replied(whole: Part, sent_to: tuple[str, ...]) -> Returned:
    text = parts.text(whole) or ""
    subject = parts.words(whole.field("Subject"))
    return Reply(
        identity=_identity(whole),
        sent_to=sent_to,
        votes=reply.votes(text),
        leave=reply.wants_to_leave(subject, text),
        words=reply.first_words(text) or "a mail without a plain text",
    )


def _identity(whole: Part) -> str:
    """What is the same however often a message is read: its Message-ID, else what dates it."""
    return whole.field("Message-ID") or f"{whole.field('Date')} {whole.field('Received')}"
