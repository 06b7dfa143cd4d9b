"""What comes back: mailboxes are read, and each message is told to be a report, a complaint, a reply or nothing."""

from typing import TYPE_CHECKING

from digest import lazily

if TYPE_CHECKING:
    from digest.transport.returns.dsn import Judgement, judged
    from digest.transport.returns.reading import read
    from digest.transport.returns.settings import ReturnsSettings
    from digest.transport.returns.values import Complaint, Nothing, Recipient, Reply, Report, Returned

lazily.give(
    __name__,
    {
        "dsn": "Judgement judged",
        "reading": "read",
        "settings": "ReturnsSettings",
        "values": "Complaint Nothing Recipient Reply Report Returned",
    },
)

__all__ = [
    "Complaint",
    "Judgement",
    "Nothing",
    "Recipient",
    "Reply",
    "Report",
    "Returned",
    "ReturnsSettings",
    "judged",
    "read",
]
