"""Links only we can write: a purpose and a subscriber's number, signed with HMAC-SHA256 cut to 128 bits (RFC 2104 §5).

A token holds nothing secret and does not end: whoever has a mail may leave with it, however old the mail is.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

KEY = "links"  # the name under which the secret is kept
UNSUBSCRIBE = "unsubscribe"
PREVIEW = "preview"  # never signed, so that a link in a preview acts for nobody
_BYTES = 16
_LARGEST = 2**63 - 1
_FORM = re.compile(r"([1-9][0-9]{0,18})-[A-Za-z0-9_-]{22}")


def sign(secret: bytes, purpose: str, number: int) -> str:
    """A token for one purpose and subscriber, of letters, digits, - and _; the same each time."""
    if not 1 <= number <= _LARGEST:
        raise ValueError(f"a subscriber's number is at least 1, not {number}")
    # The number is digits only, so the last colon parts the two whatever the purpose is.
    mac = hmac.digest(secret, f"{purpose}:{number}".encode(), hashlib.sha256)[:_BYTES]
    return f"{number}-{urlsafe_b64encode(mac).decode().rstrip('=')}"


def check(secret: bytes, purpose: str, token: str) -> int | None:
    """The subscriber's number if `sign` wrote this very token for this purpose, else None."""
    found = _FORM.fullmatch(token)
    if found is None or (number := int(found[1])) > _LARGEST:
        return None
    # Texts are compared and not the bytes behind them, which base64 can write in several ways.
    return number if hmac.compare_digest(sign(secret, purpose, number), token) else None


def unsubscribe_url(site: str, token: str) -> str:
    """Where the holder of a token leaves the digest that is published at `site`."""
    return f"{site.rstrip('/')}/unsubscribe/{token}"
