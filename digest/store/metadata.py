"""What all tables share: their metadata, how keys are named, and what a row that belongs to another one has."""

from typing import Any

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


def where(condition: str) -> dict[str, Any]:
    """Of an index of those rows alone for which something holds.

    PostgreSQL is told by `known_to_postgresql`: to name it here would load all of its dialect for every command.
    """
    return {"sqlite_where": sa.text(condition), "info": {"where": condition}}


def known_to_postgresql() -> None:
    """Have the indexes say to PostgreSQL too which rows they are of."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options["postgresql"]["where"] = sa.text(index.info["where"])
