"""Delivery status notifications (RFC 3464): a multipart/report comes in, its fields and what they mean go out.

Only the fields Action, Status and Diagnostic-Code decide; the words of the text around them decide nothing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from digest.mail import BounceKind
from digest.transport.returns import parts
from digest.transport.returns.lines import clean
from digest.transport.returns.parts import Part
from digest.transport.returns.values import Recipient

TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})  # the second is RFC 6533's
_MOST_RECIPIENTS = 50  # of one report; ours have one each, which an alias may have made several of
_MOST_GROUPS = _MOST_RECIPIENTS + 1  # the first is about the message
_BLANK_LINES = re.compile(rb"\n(?:[ \t]*\n)+")
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])", re.ASCII)
# After the reply code, on each line of a reply of several (RFC 2034 §4); some filters write #5.1.1.
_IN_DIAGNOSTIC = re.compile(r"smtp\s*;\s*[245]\d\d[ -]\s*#?([245]\.\d{1,3}\.\d{1,3})(?![\d.])", re.ASCII | re.I)

_FAILED = "failed"
_GAVE_UP, _PERMANENT = 4, 5  # classes (RFC 3463 §3.1)
_SAYS_NOTHING = (0, 0)  # subject and detail: the status is not known
_BY_DETAIL: Mapping[tuple[int, int], BounceKind] = {
    (1, 7): BounceKind.POLICY,  # bad sender's mailbox: ours
    (1, 8): BounceKind.POLICY,  # bad sender's system: ours
    (2, 1): BounceKind.HARD,  # disabled, takes no messages
}
_BY_SUBJECT: Mapping[int, BounceKind] = {
    1: BounceKind.HARD,  # addressing
    6: BounceKind.POLICY,  # content
    7: BounceKind.POLICY,  # security and policy
}
_MILDEST_FIRST = (BounceKind.POLICY, BounceKind.SOFT, BounceKind.HARD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a report comes to."""

    kind: BounceKind
    status: str  # "5.1.1"; "" where none was given
    reason: str  # one clean line


def recipients(status: Part) -> tuple[Recipient, ...]:
    """What the body of a delivery-status part says of each recipient (RFC 3464 §2.1), those it cannot tell left out."""
    groups = _BLANK_LINES.split(parts.content(status).strip(b"\n"), maxsplit=_MOST_GROUPS)
    read = (parts.opened(group) for group in groups[:_MOST_GROUPS])
    told = (each for each in read if each.field("Action") or each.field("Final-Recipient"))
    return tuple(_recipient(each) for each in islice(told, _MOST_RECIPIENTS))


def judged(named: Iterable[Recipient]) -> Judgement | None:
    """The mildest of the failures, for an address that still reaches somebody is not gone; None without a failure.

    Where a recipient beside it was reached or is still tried, a mailbox that does not exist counts as a soft failure.
    """
    told = tuple(named)
    failures = sorted(filter(None, map(judgement, told)), key=lambda each: _MILDEST_FIRST.index(each.kind))
    if not failures:
        return None
    mildest = failures[0]
    is_reached = any(each.action != _FAILED for each in told)
    if is_reached and mildest.kind is BounceKind.HARD:
        return Judgement(kind=BounceKind.SOFT, status=mildest.status, reason=mildest.reason)
    return mildest


def judgement(recipient: Recipient) -> Judgement | None:
    """What became of one recipient, by action and status (RFC 3464 §2.3.3, RFC 3463 §3); None unless it failed.

    5.1.x and 5.2.1 are hard, but for 5.1.7 and 5.1.8, which are about the sender; 5.6.x and 5.7.x are policy; all
    else that failed is soft: a 4.x.x that was given up, a mailbox that is full, a host or a route that is not there.
    Where the status says nothing (5.0.0, or none), the one in an SMTP diagnostic counts.
    """
    if recipient.action != _FAILED:
        return None
    status = _told(recipient)
    level, *rest = map(int, status.split(".")) if status else (_PERMANENT, *_SAYS_NOTHING)
    if level not in (_GAVE_UP, _PERMANENT):
        return None
    about = (rest[0], rest[1])
    kind = BounceKind.SOFT if level == _GAVE_UP else _BY_DETAIL.get(about) or _BY_SUBJECT.get(about[0], BounceKind.SOFT)
    return Judgement(kind=kind, status=status, reason=recipient.diagnostic or f"status {status or 'unknown'}")


def _told(recipient: Recipient) -> str:
    found = _IN_DIAGNOSTIC.match(recipient.diagnostic)
    if found and (not recipient.status or recipient.status == "5.0.0"):
        return found[1]
    return recipient.status


def _recipient(group: Part) -> Recipient:
    original, final = (_address(group.field(name)) for name in ("Original-Recipient", "Final-Recipient"))
    status = _STATUS.match(group.field("Status"))
    return Recipient(
        action=_word(group.field("Action")),
        status=status[0] if status else "",
        diagnostic=clean(group.field("Diagnostic-Code"), filter(None, (original, final))),
        original=original or final,
    )


def _word(field: str) -> str:
    """The first word, without the comment that may follow it (RFC 3464 §2.1.1)."""
    return next(iter(field.partition("(")[0].split()), "").lower()


def _address(field: str) -> str:
    """The address behind its type (RFC 3464 §2.1.2): `rfc822; ana@example.org`."""
    return field.rpartition(";")[2].strip().strip("<>")
