"""What joining and changing an address need, the end of a pause, and a reader's own threshold.

Links name subscribers, editions and deliveries by number, and never end. So no number may be given twice, also where
a reader was erased; PostgreSQL never does, SQLite does not where a table says so.
"""

import sqlalchemy as sa
from alembic import op

import digest.store.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = digest.store.types.UtcDateTime(timezone=True)
_ON_PAUSE = sa.text("paused_until IS NOT NULL")
_ONE_THING = "(edition_id IS NULL) <> (letter_id IS NULL)"


def upgrade() -> None:
    op.add_column("subscriber", sa.Column("paused_until", sa.Date(), nullable=True))
    op.add_column("subscriber", sa.Column("threshold", sa.Float(), nullable=True))
    op.create_index(
        "ix_subscriber_paused_until",
        "subscriber",
        ["paused_until"],
        sqlite_where=_ON_PAUSE,
        postgresql_where=_ON_PAUSE,
    )
    if op.get_bind().dialect.name == "sqlite":
        _never_again("subscriber")
        _never_again("edition")
        _never_again("delivery", sa.CheckConstraint(_ONE_THING, name=op.f("ck_delivery_one_thing")))
    op.create_table(
        "application",
        sa.Column("id", _Id, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("mover_id", _Id, nullable=True),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("asked_at", _Moment, nullable=False),
        _of_reader("application", "mover_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index("ix_application_mover_id", "application", ["mover_id"])
    op.create_table(
        "joining",
        sa.Column("id", _Id, nullable=False),
        sa.Column("subscriber_id", _Id, nullable=False),
        sa.Column("mover_id", _Id, nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("asked_at", _Moment, nullable=False),
        sa.Column("expires_at", _Moment, nullable=False),
        sa.Column("confirmed_at", _Moment, nullable=True),
        _of_reader("joining", "subscriber_id"),
        _of_reader("joining", "mover_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining")),
        sqlite_autoincrement=True,
    )
    for column in ("subscriber_id", "mover_id", "expires_at"):
        op.create_index(f"ix_joining_{column}", "joining", [column])


def _of_reader(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_subscriber")
    return sa.ForeignKeyConstraint([column], ["subscriber.id"], name=name, ondelete="CASCADE")


def _never_again(table: str, *checks: sa.CheckConstraint) -> None:
    """Build an SQLite table anew, as one that gives no number twice; checks are not read from the old one."""
    with op.batch_alter_table(table, recreate="always", table_args=checks, table_kwargs={"sqlite_autoincrement": True}):
        pass


def downgrade() -> None:
    """Who has not confirmed is taken for gone; SQLite goes on giving no number twice."""
    op.execute("UPDATE subscriber SET state = 'left' WHERE state = 'pending'")
    op.drop_table("joining")
    op.drop_table("application")
    op.drop_index("ix_subscriber_paused_until", "subscriber")
    op.drop_column("subscriber", "threshold")
    op.drop_column("subscriber", "paused_until")
