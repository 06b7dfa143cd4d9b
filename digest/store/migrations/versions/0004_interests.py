"""Named interests, the shadow log of what was left out, and terms that are to be counted again.

What a subscriber has said so far becomes the interest `main`. The form of counted terms has changed, so every paper's
are emptied; papers without them are counted when they are next needed.
"""

import sqlalchemy as sa
from alembic import op

import digest.store.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = digest.store.types.UtcDateTime(timezone=True)
_UNCOUNTED = sa.text("length(terms) = 0")
_RECLAIMED = sa.text("reclaimed_at IS NOT NULL")
_paper = sa.table("paper", sa.column("terms", sa.LargeBinary))


def upgrade() -> None:
    _make_interests()
    _give_words_to_interests()
    _give_votes_to_interests()
    _make_the_shadow_log()
    op.add_column("edition", sa.Column("also_new", sa.JSON(), nullable=True))
    op.execute(sa.update(_paper).values(terms=b""))
    op.create_index("ix_paper_uncounted", "paper", ["id"], sqlite_where=_UNCOUNTED, postgresql_where=_UNCOUNTED)


def _make_interests() -> None:
    op.create_table(
        "interest",
        sa.Column("id", _Id, nullable=False),
        sa.Column("subscriber_id", _Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("weight", sa.Float(), server_default="1", nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("everything", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_interest_subscriber_id_subscriber"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
        sa.UniqueConstraint("subscriber_id", "name_key", name=op.f("uq_interest_subscriber_id_name_key")),
    )
    op.execute(
        "INSERT INTO interest (subscriber_id, name, name_key) SELECT subscriber_id, 'main', 'main' FROM"
        " (SELECT subscriber_id FROM profile_entry UNION SELECT subscriber_id FROM feedback) AS said"
        " ORDER BY subscriber_id"
    )


def _give_words_to_interests() -> None:
    _fill("profile_entry")
    with op.batch_alter_table("profile_entry") as batch_op:
        batch_op.drop_constraint("uq_profile_entry_subscriber_id_field_value", type_="unique")
        batch_op.drop_constraint("fk_profile_entry_subscriber_id_subscriber", type_="foreignkey")
        batch_op.drop_column("subscriber_id")
        batch_op.alter_column("interest_id", existing_type=_Id, nullable=False)
        batch_op.create_foreign_key(
            "fk_profile_entry_interest_id_interest", "interest", ["interest_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_unique_constraint("uq_profile_entry_interest_id_field_value", ["interest_id", "field", "value"])


def _give_votes_to_interests() -> None:
    _fill("feedback")
    with op.batch_alter_table("feedback") as batch_op:
        batch_op.alter_column("interest_id", existing_type=_Id, nullable=False)
        batch_op.create_foreign_key(
            "fk_feedback_interest_id_interest", "interest", ["interest_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index("ix_feedback_interest_id", ["interest_id"])


def _fill(table: str) -> None:
    op.add_column(table, sa.Column("interest_id", _Id, nullable=True))
    op.execute(
        f"UPDATE {table} SET interest_id ="  # noqa: S608  (one of two names above)
        f" (SELECT interest.id FROM interest WHERE interest.subscriber_id = {table}.subscriber_id)"
    )


def _make_the_shadow_log() -> None:
    op.create_table(
        "left_out",
        sa.Column("edition_id", _Id, nullable=False),
        sa.Column("paper_id", _Id, nullable=False),
        sa.Column("interest", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("reclaimed_at", _Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_left_out_edition_id_edition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_left_out_paper_id_paper"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("edition_id", "paper_id", name=op.f("pk_left_out")),
    )
    op.create_index("ix_left_out_paper_id", "left_out", ["paper_id"])
    op.create_index(
        "ix_left_out_reclaimed", "left_out", ["edition_id"], sqlite_where=_RECLAIMED, postgresql_where=_RECLAIMED
    )


def downgrade() -> None:
    """All interests of a subscriber become one again; what the older form has no place for is forgotten."""
    op.drop_index("ix_paper_uncounted", "paper")
    op.drop_column("edition", "also_new")
    op.drop_table("left_out")
    _take_votes_back()
    _take_words_back()
    op.drop_table("interest")


def _take_votes_back() -> None:
    with op.batch_alter_table("feedback") as batch_op:
        batch_op.drop_index("ix_feedback_interest_id")
        batch_op.drop_constraint("fk_feedback_interest_id_interest", type_="foreignkey")
        batch_op.drop_column("interest_id")


def _take_words_back() -> None:
    op.add_column("profile_entry", sa.Column("subscriber_id", _Id, nullable=True))
    op.execute("DELETE FROM profile_entry WHERE field = 'organisation'")
    op.execute(
        "UPDATE profile_entry SET subscriber_id ="
        " (SELECT interest.subscriber_id FROM interest WHERE interest.id = profile_entry.interest_id)"
    )
    op.execute(
        "DELETE FROM profile_entry WHERE id NOT IN"
        " (SELECT min(id) FROM profile_entry GROUP BY subscriber_id, field, value)"
    )
    with op.batch_alter_table("profile_entry") as batch_op:
        batch_op.drop_constraint("uq_profile_entry_interest_id_field_value", type_="unique")
        batch_op.drop_constraint("fk_profile_entry_interest_id_interest", type_="foreignkey")
        batch_op.drop_column("interest_id")
        batch_op.alter_column("subscriber_id", existing_type=_Id, nullable=False)
        batch_op.create_foreign_key(
            "fk_profile_entry_subscriber_id_subscriber", "subscriber", ["subscriber_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_unique_constraint(
            "uq_profile_entry_subscriber_id_field_value", ["subscriber_id", "field", "value"]
        )
