"""What every test would make anew though it is always the same: compiled templates, the certificates of the world."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partialmethod
from ssl import SSLContext

import httpx
import jinja2
import pytest


class _Compiled(jinja2.BytecodeCache):
    """Templates by name and place, each as long as its text is the same."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


@contextmanager
def made_once() -> Iterator[None]:
    """While it lasts, whoever asks for one of these again in this process gets what was made before."""
    with pytest.MonkeyPatch.context() as patch:
        begin = partialmethod(jinja2.Environment.__init__, bytecode_cache=_Compiled())
        patch.setattr(jinja2.Environment, "__init__", begin)
        patch.setattr(httpx, "create_ssl_context", _certificates_of(httpx.create_ssl_context))
        yield


def _certificates_of(make: Callable[[], SSLContext]) -> Callable[[], SSLContext]:
    @cache
    def made(*named: str | None) -> SSLContext:
        return make()

    return lambda: made(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
