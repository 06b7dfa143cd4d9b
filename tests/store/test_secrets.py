"""Secrets: made once, and whoever asks gets the same."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from digest.store import DatabaseSettings, Store


def test_a_secret_is_made_once_and_kept(store: Store) -> None:
    with store.begin() as tx:
        made = tx.secrets.get_or_make("links")
    with store.begin() as tx:
        again, other = tx.secrets.get_or_make("links"), tx.secrets.get_or_make("feeds")

    assert made == again != other
    assert len(made) == len(other) == 32


def test_looking_for_a_secret_makes_none(store: Store) -> None:
    with store.read() as tx:
        assert tx.secrets.get("links") is None
    with store.begin() as tx:
        made = tx.secrets.get_or_make("links")
    with store.read() as tx:
        assert tx.secrets.get("links") == made


def test_two_that_ask_at_once_agree(database_url: str) -> None:
    """Each has its own connections, as two processes have."""
    together = Barrier(4)

    def ask(_: int) -> bytes:
        store = Store(DatabaseSettings(url=database_url))
        try:
            together.wait()
            with store.begin() as tx:
                return tx.secrets.get_or_make("links")
        finally:
            store.close()

    with ThreadPoolExecutor(4) as askers:
        assert len(set(askers.map(ask, range(4)))) == 1
