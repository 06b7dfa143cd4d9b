"""What can go wrong, as one tree.

DigestError              a sentence for the operator, with the remedy where there is one
├── InvalidInput         what was typed or asked for cannot be used (exit 2)
├── ConfigError          the configuration cannot be used
├── StoreError           the database cannot be used
├── SourceError          a source answered wrongly or not at all
│   ├── SourceResting    a source asked for a pause; `until` says how long (exit 75)
│   └── SourceHangs      a source did not answer in time; asking it again at once would only take as long
├── Stopped              the process was asked to end before it was done (exit 75)
├── RenderingError       an edition cannot be written
├── NoticeError          the operator could not be told something
├── MailboxError         a mailbox of bounces and replies cannot be read (transport.returns.mailboxes)
└── TransportError       a message was not accepted; `permanent` says for ever
    ├── RelayUnavailable   no message can be handed over at the moment
    └── UncertainDelivery  it is not known whether the message was accepted
"""

from datetime import datetime
from enum import StrEnum


class DigestError(Exception):
    """Anything this package raises on purpose; `str()` is one sentence for the operator."""


class InvalidInput(DigestError):
    """A value given by a person cannot be used.

    `message` is one sentence with named places, so that a page can say it in another language; `str()` is English.
    """

    def __init__(self, message: str, /, **places: object) -> None:
        super().__init__(message.format(**places) if places else message)
        self.message = message
        self.places = places


class ConfigError(DigestError):
    """The configuration cannot be used."""


class StoreError(DigestError):
    """The database cannot be used."""


class SourceError(DigestError):
    """A source answered wrongly or not at all; what was kept before stays as it was."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(source, problem)
        self.source = source
        self.problem = problem
        self.stream = ""  # the listing it happened in, where one was being read

    def __str__(self) -> str:
        return f"{self.source} {self.stream}".rstrip() + f": {self.problem}"


class SourceResting(SourceError):
    """A source asked not to be called before `until` (UTC)."""

    def __init__(self, source: str, problem: str, *, until: datetime) -> None:
        super().__init__(source, problem)
        self.until = until


class SourceHangs(SourceError):
    """A source did not answer, or did not finish its answer, in time."""


class Stopped(DigestError):
    """The process was asked to end; what is not done stays to be done."""


class RenderingError(DigestError):
    """An edition cannot be written as a mail or feed; the template or the text is at fault."""


class NoticeError(DigestError):
    """A webhook or ping was not taken; says the host alone, because the rest of such a URL is a secret."""


class Refusal(StrEnum):
    """What an answer that is no 2xx is about, which says whom it concerns (RFC 5321 §4.2, RFC 3463)."""

    RECIPIENT = "recipient"  # this address takes no mail, and will not
    MAILBOX = "mailbox"  # this address takes no mail now: full, off, or out of reach
    MESSAGE = "message"  # this message is not wanted: its size or its content
    POLICY = "policy"  # we are not wanted; no address is at fault
    UNREACHABLE = "unreachable"  # the address cannot be written to this relay; the reader is not at fault
    LATER = "later"  # nothing is decided yet


class TransportError(DigestError):
    """The next hop did not take a message; nothing was delivered.

    `about` says what was refused; `code` and `status` are those of the answer (550 and "5.1.1"), 0 and "" without one.
    """

    def __init__(
        self, problem: str, *, permanent: bool, about: Refusal | None = None, code: int = 0, status: str = ""
    ) -> None:
        super().__init__(problem)
        self.permanent = permanent
        self.about = about or (Refusal.MESSAGE if permanent else Refusal.LATER)
        self.code = code
        self.status = status


class RelayUnavailable(TransportError):
    """The next hop cannot be reached or will not let us in; trying another message is of no use."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, permanent=False)


class UncertainDelivery(TransportError):
    """The connection ended after the message was sent and before the answer: it may have been taken."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, permanent=False)
