"""Keys for signing, made here and known to nobody else."""

import secrets

import sqlalchemy as sa

from digest.store import tables as t
from digest.store.upsert import insert

_BYTES = 32


class Secrets:
    """Secrets within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def get(self, name: str) -> bytes | None:
        """The secret of that name, or None if none was made yet."""
        value = self._db.execute(sa.select(t.secret.c.value).where(t.secret.c.name == name)).scalar()
        return None if value is None else bytes(value)

    def get_or_make(self, name: str) -> bytes:
        """The secret of that name: 32 random bytes, made once; whoever asks at the same time gets the same."""
        if (kept := self.get(name)) is not None:
            return kept
        made = insert(self._db, t.secret).values(name=name, value=secrets.token_bytes(_BYTES))
        self._db.execute(made.on_conflict_do_nothing())
        value: bytes = self._db.execute(sa.select(t.secret.c.value).where(t.secret.c.name == name)).scalar_one()
        return bytes(value)
