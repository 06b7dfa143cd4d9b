"""What the verbs ask of a transport."""

from typing import Protocol

from digest.mail import Envelope, Receipt


class Transport(Protocol):
    def send(self, envelope: Envelope) -> Receipt:
        """Hand one message to the next hop.

        Raises TransportError if it was not taken, UncertainDelivery if that is not known.
        """

    def close(self) -> None:
        """Give back what was opened; the transport may be used again afterwards."""
