"""The tables of what is sent and what comes back."""

import sqlalchemy as sa

from digest.store.metadata import Id, belongs_to, metadata, where
from digest.store.types import UtcDateTime

letter = sa.Table(
    "letter",
    metadata,
    sa.Column("id", Id, primary_key=True),
    belongs_to("subscriber"),
    sa.Column("kind", sa.Text, nullable=False),  # mail.LetterKind
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("subscriber_id", "kind", "day"),
)

OPEN_DELIVERY = "state IN ('pending', 'sending', 'uncertain', 'held')"
EXPIRED_DELIVERY = "state = 'expired'"

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("edition_id", sa.ForeignKey("edition.id", ondelete="CASCADE")),
    sa.Column("letter_id", sa.ForeignKey("letter.id", ondelete="CASCADE")),
    belongs_to("subscriber"),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False, unique=True),
    sa.Column("in_doubt", sa.Boolean, nullable=False, server_default=sa.false()),  # it may have been taken once
    sa.Column("fingerprint", sa.Text),  # mail.Frozen
    sa.Column("written_at", UtcDateTime),
    sa.Column("next_attempt_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("holder", sa.Text),  # the process that has claimed it
    sa.Column("answer", sa.Text, nullable=False, server_default=""),  # the last answer or error
    sa.Column("sent_at", UtcDateTime),
    sa.UniqueConstraint("edition_id", "channel"),
    sa.UniqueConstraint("letter_id", "channel"),
    sa.CheckConstraint("(edition_id IS NULL) <> (letter_id IS NULL)", name="one_thing"),
    sa.Index("ix_delivery_subscriber_id", "subscriber_id"),
    sa.Index("ix_delivery_open", "next_attempt_at", **where(OPEN_DELIVERY)),
    sa.Index(  # there are few; composing asks for what they have left unsaid
        "ix_delivery_expired", "edition_id", **where(EXPIRED_DELIVERY)
    ),
    sqlite_autoincrement=True,  # addresses for bounces and replies name the number, which no other may ever have
)

message = sa.Table(  # the bytes of what is in doubt; beside the delivery, whose row is written often
    "message",
    metadata,
    sa.Column("delivery_id", sa.ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

bounce = sa.Table(
    "bounce",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False, unique=True),
    sa.Column("delivery_id", sa.ForeignKey("delivery.id", ondelete="SET NULL")),
    belongs_to("subscriber"),
    sa.Column("kind", sa.Text, nullable=False),  # mail.BounceKind
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Index("ix_bounce_subscriber_id", "subscriber_id"),
    sa.Index("ix_bounce_delivery_id", "delivery_id"),
)

reply = sa.Table(  # mails from readers that were acted on, so that reading one again does nothing
    "reply",
    metadata,
    sa.Column("fingerprint", sa.Text, primary_key=True),
    belongs_to("subscriber"),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Index("ix_reply_subscriber_id", "subscriber_id"),
)

suppression = sa.Table(  # by hash, so that it outlives the subscriber
    "suppression",
    metadata,
    sa.Column("address_hash", sa.Text, primary_key=True),  # mail.address_hash
    sa.Column("reason", sa.Text, nullable=False),  # mail.SuppressionReason
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
)
