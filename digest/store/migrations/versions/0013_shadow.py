"""What an edition leaves out is one row; lines that are kept already stay as they are, and age.

Going back makes a row of each line again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT_ONCE = 200  # editions in memory
_SHADOW = sa.table("shadow", sa.column("edition_id", _Id), sa.column("lines", sa.JSON()))
_LINE = sa.text(
    "INSERT INTO left_out (edition_id, paper_id, interest, score, probability, why) "
    "VALUES (:edition, :paper, :interest, :score, :probability, :why) ON CONFLICT DO NOTHING"
)


def upgrade() -> None:
    op.create_table(
        "shadow",
        sa.Column("edition_id", _Id, nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_shadow_edition_id_edition"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("pk_shadow")),
    )


def downgrade() -> None:
    last = -1
    while some := _after(last):
        lines = [line for edition, kept in some for line in _lines(edition, kept)]
        if lines:
            op.get_bind().execute(_LINE, lines)
        last = some[-1][0]
    op.drop_table("shadow")


def _after(edition: int) -> list[tuple[int, dict[str, list[object]]]]:
    number = _SHADOW.c.edition_id
    query = sa.select(number, _SHADOW.c.lines).where(number > edition).order_by(number).limit(_AT_ONCE)
    return [(found, lines) for found, lines in op.get_bind().execute(query)]


def _lines(edition: int, kept: dict[str, list[object]]) -> list[dict[str, object]]:
    columns = zip(kept["p"], kept["i"], kept["s"], kept["c"], kept["w"], strict=True)
    return [
        {
            "edition": edition,
            "paper": paper,
            "interest": kept["interests"][int(str(interest))],
            "score": score,
            "probability": probability,
            "why": kept["whys"][int(str(why))],
        }
        for paper, interest, score, probability, why in columns
    ]
