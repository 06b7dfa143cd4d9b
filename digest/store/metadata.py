"""What all tables share: their metadata, how keys are named, and what a row that belongs to another one has."""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite counts up INTEGER keys only


def belongs_to(table: str) -> sa.Column[int]:
    return sa.Column(f"{table}_id", sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)
