"""How long each run of a verb took: noted in the store, where every process that answers for it can read it."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from digest.errors import Stopped, StoreError

if TYPE_CHECKING:
    from digest.app.product import App

log = logging.getLogger(__name__)
_Given = ParamSpec("_Given")
_Came = TypeVar("_Came")
_Verb = Callable[Concatenate["App", _Given], _Came]


def timed(name: str) -> Callable[[_Verb[_Given, _Came]], _Verb[_Given, _Came]]:
    """Have every run of a method of the product noted under a name, whether it comes to its end or fails.

    What cannot be noted is told by the log, and changes nothing of what the run came to.
    """

    def around(verb: _Verb[_Given, _Came]) -> _Verb[_Given, _Came]:
        @wraps(verb)
        def run(app: "App", /, *given: _Given.args, **named: _Given.kwargs) -> _Came:
            began, failed = time.monotonic(), False
            try:
                return verb(app, *given, **named)
            except Exception as error:  # whatever it is: noted as a failure, and raised again
                failed = not isinstance(error, Stopped)
                raise
            finally:
                _note(app, name, time.monotonic() - began, failed)

        return run

    return around


def _note(app: "App", name: str, seconds: float, failed: bool) -> None:
    log.debug("work=%s seconds=%.3f failed=%s", name, seconds, failed)
    try:
        with app.store.begin() as tx:
            tx.counts.took(name, seconds, failed=failed, ended=app.now + timedelta(seconds=seconds))
    except StoreError as error:
        log.warning("work=%s: what it took could not be kept: %s", name, error)
