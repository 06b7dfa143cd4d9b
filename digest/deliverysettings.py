"""What becomes of mails in doubt."""

from dataclasses import dataclass
from enum import StrEnum


class Uncertain(StrEnum):
    """What is done with a mail that may have been taken (RFC 1047)."""

    RESEND = "resend"  # the same bytes and Message-ID again: a copy at worst
    HOLD = "hold"  # wait for the operator: a loss at worst


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """What becomes of mails in doubt."""

    uncertain: Uncertain = Uncertain.RESEND
    processes: int = 1  # that send at once, each with its own connections
    refusals_in_a_row: int = 5  # refused for ever, one reader after another: then the relay refuses us, and all stops

    def __post_init__(self) -> None:
        if not 1 <= self.processes <= 64:
            raise ValueError("processes: expected 1 to 64")
        if not 2 <= self.refusals_in_a_row <= 1000:
            raise ValueError("refusals_in_a_row: expected 2 to 1000")
