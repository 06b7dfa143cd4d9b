"""What tells programs that fill in forms from people: a field that people do not see, and a least time to type.

A form carries the second it was shown at, signed; nothing is kept of it here.
"""

import secrets
from datetime import datetime

from digest import tokens
from digest.app import App
from digest.web.forms import Form

FIELD = "website"  # people neither see it nor come to it by keyboard
STAMP = "began"
LEAST_SECONDS = 2  # nobody types an address and ticks days faster
MOST_SECONDS = 24 * 3600  # a form that was open for longer is shown again
_own = secrets.token_bytes(32)  # until the database has a secret; looking at a page does not make one


def stamp(app: App) -> str:
    """What a form shown now carries."""
    return tokens.sign(_secret(app), tokens.FORM, int(app.now.timestamp()))


def is_trapped(form: Form) -> bool:
    """Whether a program filled in what nobody sees."""
    return bool(form.text(FIELD))


def is_timely(app: App, form: Form) -> bool:
    """Whether the form was shown by us, long enough ago to be read and not too long."""
    began = tokens.check(_secret(app), tokens.FORM, form.text(STAMP))
    return began is not None and LEAST_SECONDS <= _age(began, app.now) <= MOST_SECONDS


def _age(began: int, now: datetime) -> float:
    return now.timestamp() - began


def _secret(app: App) -> bytes:
    with app.store.read() as tx:
        return tx.secrets.get(tokens.KEY) or _own
