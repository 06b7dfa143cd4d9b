"""Where everything is kept: SQLAlchemy tables, migrations and transactions, on SQLite and PostgreSQL."""

from digest.store.database import Store
from digest.store.settings import DatabaseSettings
from digest.store.transaction import Transaction

__all__ = ["DatabaseSettings", "Store", "Transaction"]
