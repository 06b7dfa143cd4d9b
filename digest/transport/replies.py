"""What an answer of the relay means: phase, code and text → for ever or not, and whom it concerns.

The code alone says whether a refusal is for ever (RFC 5321 §4.2.1); the enhanced status at the beginning of the text
(RFC 2034, RFC 3463 and its registry) says what it is about. The words of the text decide nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from digest.errors import Refusal, TransportError
from digest.headers import printable

CLOSING = 421  # the server closes this connection, whatever was asked (RFC 5321 §3.8)
_TOO_LARGE = 552
_SHOWN = 200  # characters of an answer that a person is shown
_LOOKED_AT = 4096  # characters of an answer that are looked at; 512 is what RFC 5321 §4.5.3.1.5 allows a line
_STATUS = re.compile(r"#?([45]\.(\d{1,3})\.(\d{1,3}))(?![\d.])", re.ASCII)  # some filters write #5.1.1

_NON_ASCII_ADDRESS = (6, 7)  # RFC 6531 §3.5: non-ASCII addresses not permitted for that sender or recipient
_TOO_BIG = (3, 4)
_SAYS_NOTHING = frozenset({(0, 0), (5, 0)})  # the code says more than these


class Phase(StrEnum):
    """The command that was answered; END is the final dot."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    END = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows from an answer that is not the one hoped for."""

    permanent: bool
    about: Refusal
    status: str  # such as "5.1.1"; "" where the answer had none


_BY_STATUS: Mapping[tuple[int, int], Refusal] = {
    (1, 7): Refusal.POLICY,  # bad sender's mailbox: ours
    (1, 8): Refusal.POLICY,  # bad sender's system: ours
    (2, 0): Refusal.MAILBOX,
    (2, 1): Refusal.RECIPIENT,  # disabled, for ever
    (2, 2): Refusal.MAILBOX,  # full
    (2, 3): Refusal.MESSAGE,  # longer than the mailbox takes
    (2, 4): Refusal.MAILBOX,
    _TOO_BIG: Refusal.MESSAGE,
    (4, 1): Refusal.MAILBOX,  # the recipient's host does not answer
    (4, 4): Refusal.MAILBOX,  # no way to the recipient's host
    (4, 7): Refusal.MAILBOX,  # tried in vain for too long
    _NON_ASCII_ADDRESS: Refusal.UNREACHABLE,
    (6, 9): Refusal.UNREACHABLE,
}
_BY_SUBJECT: Mapping[int, Refusal] = {
    1: Refusal.RECIPIENT,  # addressing
    3: Refusal.POLICY,  # the recipient's system
    4: Refusal.POLICY,  # network and routing
    5: Refusal.POLICY,  # protocol: we are wrong, or it is
    6: Refusal.MESSAGE,  # content
    7: Refusal.POLICY,  # security and policy
}
_BY_CODE: Mapping[tuple[Phase, int], Refusal] = {
    (Phase.RCPT, 550): Refusal.RECIPIENT,
    (Phase.RCPT, 551): Refusal.RECIPIENT,
    (Phase.RCPT, 552): Refusal.MAILBOX,
    (Phase.RCPT, 553): Refusal.RECIPIENT,
    (Phase.RCPT, 556): Refusal.RECIPIENT,  # RFC 7504: the domain takes no mail
    (Phase.END, 550): Refusal.MESSAGE,
    (Phase.END, 551): Refusal.MESSAGE,
    (Phase.END, 552): Refusal.MESSAGE,
    (Phase.END, 553): Refusal.MESSAGE,
}
_OF_SENDER: Mapping[tuple[int, int], Refusal] = {  # at MAIL no address but ours has been named
    _TOO_BIG: Refusal.MESSAGE,
    _NON_ASCII_ADDRESS: Refusal.UNREACHABLE,
}
_FOR_NOW: Mapping[tuple[int, int], Refusal] = {  # 4.2.0 is what greylists say, and is about nobody's mailbox
    (2, 1): Refusal.MAILBOX,
    (2, 2): Refusal.MAILBOX,
}


def judged(phase: Phase, code: int, text: str) -> Verdict:
    """The rule for one answer; `text` is what follows the code, its first line first."""
    found = _STATUS.match(text)
    status = found[1] if found else ""
    about = (int(found[2]), int(found[3])) if found else (0, 0)
    if code // 100 != 5:
        return Verdict(permanent=False, about=_FOR_NOW.get(about, Refusal.LATER), status=status)
    return Verdict(permanent=True, about=_refused(phase, code, about), status=status)


def _refused(phase: Phase, code: int, about: tuple[int, int]) -> Refusal:
    """What a 5xx is about; `about` is subject and detail of its status, (0, 0) without one."""
    if phase is Phase.MAIL:
        return Refusal.MESSAGE if code == _TOO_LARGE else _OF_SENDER.get(about, Refusal.POLICY)
    by_status = None if about in _SAYS_NOTHING else _BY_STATUS.get(about) or _BY_SUBJECT.get(about[0])
    return by_status or _BY_CODE.get((phase, code), Refusal.POLICY)


def refusal(phase: Phase, code: int, text: bytes) -> TransportError:
    """The error for an answer that is not the one hoped for."""
    said = text[:_LOOKED_AT].decode("utf-8", "replace")
    verdict = judged(phase, code, said)
    return TransportError(
        f"the relay answered {answer(code, text)} to {phase}",
        permanent=verdict.permanent,
        about=verdict.about,
        code=code,
        status=verdict.status,
    )


def answer(code: int, text: bytes) -> str:
    """An answer on one line for people and logs: printable, short, and without addresses."""
    return f"{code} {shown(text.decode('utf-8', 'replace'))}".rstrip()


def shown(text: str) -> str:
    """Words from outside on one line: printable, at most 200 characters, each word that holds an address left out."""
    words = (word if "@" not in word else "(address)" for word in printable(text[:_LOOKED_AT]).split())
    line = " ".join(words)
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
