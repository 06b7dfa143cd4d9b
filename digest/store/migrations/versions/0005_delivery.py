"""Letters, bounces, suppressions, saved papers, feed addresses, and what a subscriber wants of the mail itself.

A delivery belongs to a subscriber and to one edition or one letter; what is open at this moment gets no end.
"""

import sqlalchemy as sa
from alembic import op

import digest.store.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = digest.store.types.UtcDateTime(timezone=True)
_OPEN_BEFORE = sa.text("state IN ('pending', 'sending', 'uncertain')")
_OPEN = sa.text("state IN ('pending', 'sending', 'uncertain', 'held')")
_ONE_THING = "(edition_id IS NULL) <> (letter_id IS NULL)"


def upgrade() -> None:
    op.add_column("subscriber", sa.Column("kind", sa.Text(), nullable=False, server_default="daily"))
    op.add_column("subscriber", sa.Column("plain", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("subscriber", sa.Column("language", sa.Text(), nullable=False, server_default="en"))
    op.add_column("subscriber", sa.Column("heard_at", _Moment, nullable=True))
    op.add_column("subscriber", sa.Column("learner", sa.Text(), nullable=False, server_default="full"))
    op.add_column("edition", sa.Column("trending", sa.JSON(), nullable=True))
    _make_saved()
    _make_feed_token()
    _make_letter()
    _widen_delivery()
    _make_bounce()
    _make_reply()
    op.create_table(
        "suppression",
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("since", _Moment, nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_suppression")),
    )


def _belongs_to(table: str, parent: str, action: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{parent}_id_{parent}")
    return sa.ForeignKeyConstraint([f"{parent}_id"], [f"{parent}.id"], name=name, ondelete=action)


def _make_saved() -> None:
    op.create_table(
        "saved",
        sa.Column("subscriber_id", _Id, nullable=False),
        sa.Column("paper_id", _Id, nullable=False),
        sa.Column("saved_at", _Moment, nullable=False),
        _belongs_to("saved", "subscriber"),
        _belongs_to("saved", "paper"),
        sa.PrimaryKeyConstraint("subscriber_id", "paper_id", name=op.f("pk_saved")),
    )
    op.create_index("ix_saved_paper_id", "saved", ["paper_id"])


def _make_feed_token() -> None:
    op.create_table(
        "feed_token",
        sa.Column("subscriber_id", _Id, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("made_at", _Moment, nullable=False),
        _belongs_to("feed_token", "subscriber"),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_feed_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_token_hash")),
    )


def _make_letter() -> None:
    op.create_table(
        "letter",
        sa.Column("id", _Id, nullable=False),
        sa.Column("subscriber_id", _Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created_at", _Moment, nullable=False),
        _belongs_to("letter", "subscriber"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("subscriber_id", "kind", "day", name=op.f("uq_letter_subscriber_id_kind_day")),
    )


def _widen_delivery() -> None:
    op.add_column("delivery", sa.Column("letter_id", _Id, nullable=True))
    op.add_column("delivery", sa.Column("subscriber_id", _Id, nullable=True))
    op.add_column("delivery", sa.Column("expires_at", _Moment, nullable=True))
    op.add_column("delivery", sa.Column("in_doubt", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE delivery SET in_doubt = (state IN ('sending', 'uncertain'))")
    op.add_column("delivery", sa.Column("fingerprint", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("written_at", _Moment, nullable=True))
    op.execute(
        "UPDATE delivery SET subscriber_id ="
        " (SELECT edition.subscriber_id FROM edition WHERE edition.id = delivery.edition_id)"
    )
    _make_message()
    op.drop_index("ix_delivery_open", "delivery")
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.alter_column("edition_id", existing_type=_Id, nullable=True)
        batch_op.alter_column("subscriber_id", existing_type=_Id, nullable=False)
        for parent in ("letter", "subscriber"):
            batch_op.create_foreign_key(
                f"fk_delivery_{parent}_id_{parent}", parent, [f"{parent}_id"], ["id"], ondelete="CASCADE"
            )
        batch_op.create_unique_constraint("uq_delivery_letter_id_channel", ["letter_id", "channel"])
        batch_op.create_check_constraint(op.f("ck_delivery_one_thing"), _ONE_THING)
        batch_op.drop_column("content")
    op.create_index("ix_delivery_subscriber_id", "delivery", ["subscriber_id"])
    op.create_index("ix_delivery_open", "delivery", ["next_attempt_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def _make_message() -> None:
    """What was written and may have been sent keeps its bytes."""
    op.create_table(
        "message",
        sa.Column("delivery_id", _Id, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _belongs_to("message", "delivery"),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_message")),
    )
    op.execute(
        "INSERT INTO message (delivery_id, content)"
        " SELECT id, content FROM delivery WHERE content IS NOT NULL AND state IN ('pending', 'sending', 'uncertain')"
    )


def _make_bounce() -> None:
    op.create_table(
        "bounce",
        sa.Column("id", _Id, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("delivery_id", _Id, nullable=True),
        sa.Column("subscriber_id", _Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", _Moment, nullable=False),
        _belongs_to("bounce", "delivery", "SET NULL"),
        _belongs_to("bounce", "subscriber"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_bounce_fingerprint")),
    )
    op.create_index("ix_bounce_subscriber_id", "bounce", ["subscriber_id"])
    op.create_index("ix_bounce_delivery_id", "bounce", ["delivery_id"])


def _make_reply() -> None:
    op.create_table(
        "reply",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("subscriber_id", _Id, nullable=False),
        sa.Column("received_at", _Moment, nullable=False),
        _belongs_to("reply", "subscriber"),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_reply")),
    )
    op.create_index("ix_reply_subscriber_id", "reply", ["subscriber_id"])


def downgrade() -> None:
    """Letters, bounces, replies, suppressions, feed addresses and saved papers are forgotten; what is held is pending."""
    op.drop_table("suppression")
    op.drop_table("reply")
    op.drop_table("bounce")
    _narrow_delivery()
    op.drop_table("letter")
    op.drop_table("feed_token")
    op.drop_table("saved")
    op.drop_column("edition", "trending")
    for column in ("learner", "heard_at", "language", "plain", "kind"):
        op.drop_column("subscriber", column)


def _narrow_delivery() -> None:
    op.execute("DELETE FROM delivery WHERE edition_id IS NULL")
    op.add_column("delivery", sa.Column("content", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE delivery SET content = (SELECT message.content FROM message WHERE message.delivery_id = delivery.id)"
    )
    op.drop_table("message")
    op.execute("UPDATE delivery SET state = 'pending' WHERE state = 'held'")
    op.execute("UPDATE delivery SET state = 'failed' WHERE state = 'expired'")
    op.drop_index("ix_delivery_open", "delivery")
    op.drop_index("ix_delivery_subscriber_id", "delivery")
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_constraint(op.f("ck_delivery_one_thing"), type_="check")
        batch_op.drop_constraint("uq_delivery_letter_id_channel", type_="unique")
        for parent in ("letter", "subscriber"):
            batch_op.drop_constraint(f"fk_delivery_{parent}_id_{parent}", type_="foreignkey")
        for column in ("letter_id", "subscriber_id", "expires_at", "in_doubt", "fingerprint", "written_at"):
            batch_op.drop_column(column)
        batch_op.alter_column("edition_id", existing_type=_Id, nullable=False)
    op.create_index(
        "ix_delivery_open", "delivery", ["next_attempt_at"], sqlite_where=_OPEN_BEFORE, postgresql_where=_OPEN_BEFORE
    )
