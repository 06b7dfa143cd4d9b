"""Where everything is kept: SQLAlchemy tables, migrations and transactions, on SQLite and PostgreSQL."""

from digest.store.database import Store, Transaction
from digest.store.settings import DatabaseSettings

__all__ = ["DatabaseSettings", "Store", "Transaction"]
