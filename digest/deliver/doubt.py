"""Refusals for ever that nobody believes yet: is it these readers who are refused, or are we?

A relay that refuses everybody (a block list, a wrong setting) looks, mail by mail, like so many dead addresses. So a
refusal is believed only once another mail has been taken after it, or when the run ends with few of them in a row; and
one about an address that says nothing more than its code (no status of RFC 3463), only in a run in which some mail was
taken.
"""

from dataclasses import dataclass, field

from digest.errors import Refusal, TransportError
from digest.mail import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A delivery that was refused for ever, and the words of it."""

    delivery: Delivery
    address: str
    error: TransportError


@dataclass(slots=True)
class Doubt:
    """Refusals in a row; those of `limit` readers, with no mail taken between, mean that the relay refuses us."""

    limit: int
    _in_a_row: list[Refused] = field(default_factory=list)
    _any_taken: bool = False
    _why: str = ""

    def refused(self, refused: Refused) -> None:
        """Note a refusal for ever."""
        self._in_a_row.append(refused)
        readers = {each.address for each in self._in_a_row}
        if len(readers) >= self.limit and not self._why:
            self._why = f"{len(readers)} readers in a row were refused, the last with: {refused.error}"

    def taken(self) -> list[Refused]:
        """Note that a mail was taken, and return the refusals that are believed now."""
        believed, self._in_a_row = self._in_a_row, []
        self._any_taken, self._why = True, ""
        return believed

    def ended(self) -> list[Refused]:
        """The refusals that are believed at the end of a run; none if the relay refuses us."""
        return [] if self._why else [each for each in self._in_a_row if self._any_taken or _is_explicit(each.error)]

    @property
    def why(self) -> str:
        """Why no other mail should be tried; empty while there is no reason."""
        return self._why


def _is_explicit(error: TransportError) -> bool:
    """Whether it costs nobody their address, or says in so many words that there is none."""
    return bool(error.status) or error.about is not Refusal.RECIPIENT
