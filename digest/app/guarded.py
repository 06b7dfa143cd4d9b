"""One piece of the work that a clock or a queue begins: at the present moment, and failing alone."""

import logging
from collections.abc import Callable

from digest.app.product import App
from digest.errors import DigestError, Stopped

log = logging.getLogger(__name__)


def guarded(make_app: Callable[[], App], name: str, work: Callable[[App], object]) -> bool:
    """Do the work with the product as it is now; whatever it fails with is logged and told to the operator.

    True where it came to its end: what was asked to stop, or failed, did not.
    """
    app: App | None = None
    try:
        app = make_app()
        work(app)
        return True
    except Stopped as stopped:
        log.info("tick=%s stopped: %s", name, stopped)
    except Exception as error:  # whatever it is must not end what comes after it
        log.error("tick=%s failed: %s", name, error, exc_info=not isinstance(error, DigestError))
        _tell(app, error)
    finally:
        if app is not None:
            app.close()
    return False


def _tell(app: App | None, failure: Exception) -> None:
    try:
        if app is not None:
            app.watch(failure=failure)
    except DigestError as error:
        log.error("the operator could not be told: %s", error)
