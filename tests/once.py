"""What every test would make anew though it is always the same: compiled templates and statements, certificates."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partialmethod
from ssl import SSLContext
from typing import Any

import httpx
import jinja2
import pytest
import sqlalchemy as sa
from sqlalchemy.util import LRUCache

STATEMENTS = 2000  # compiled ones that are kept for each kind of database: all of ours, and Hypothesis's last


class _Compiled(jinja2.BytecodeCache):
    """Templates by name and place, each as long as its text is the same."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


class _Statements(LRUCache[tuple[Any, ...], Any]):
    """Compiled statements for all engines of one kind: known by all but the first part of a key, the engine's own."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__(key[1:], value)


@contextmanager
def made_once() -> Iterator[None]:
    """While it lasts, whoever asks for one of these again in this process gets what was made before."""
    with pytest.MonkeyPatch.context() as patch:
        begin = partialmethod(jinja2.Environment.__init__, bytecode_cache=_Compiled())
        patch.setattr(jinja2.Environment, "__init__", begin)
        patch.setattr(httpx, "create_ssl_context", _certificates_of(httpx.create_ssl_context))
        patch.setattr(sa, "create_engine", _sharing_statements(sa.create_engine))
        yield


def _certificates_of(make: Callable[[], SSLContext]) -> Callable[[], SSLContext]:
    @cache
    def made(*named: str | None) -> SSLContext:
        return make()

    return lambda: made(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


def _sharing_statements(make: Callable[..., sa.Engine]) -> Callable[..., sa.Engine]:
    @cache
    def statements(*kind: object) -> _Statements:
        return _Statements(STATEMENTS)

    def made(url: sa.URL | str, *, execution_options: dict[str, Any] | None = None, **values: Any) -> sa.Engine:
        kind = sa.make_url(url).drivername, values.get("json_serializer"), values.get("json_deserializer")
        return make(url, execution_options={"compiled_cache": statements(*kind)} | (execution_options or {}), **values)

    return made
