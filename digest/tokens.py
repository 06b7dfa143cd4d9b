"""Links and addresses only we can write: a purpose and a number, signed with HMAC-SHA256 cut to 128 or 80 bits
(RFC 2104 §5).

A token holds nothing secret and does not end: whoever has a mail may leave with it, however old the mail is.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from functools import lru_cache

KEY = "links"  # the name under which the secret is kept
UNSUBSCRIBE = "unsubscribe"  # a subscriber's number: leave
SETTINGS = "settings"  # a subscriber's number: see and change what they get
EDITION = "edition"  # an edition's number: read it, and vote on its papers; its page leads to the settings
FEED_EDITION = "feed edition"  # the same from a feed, which is easily passed on: its page leads nowhere else
CONFIRM = "confirm"  # a sign-up's or a move's number: the address was mailed the link, and is whose it says
FORM = "form"  # the second, UTC, at which a form was shown
BOUNCE = "bounce"  # a delivery's number, in the address that mail systems report to
REPLY = "reply"  # a delivery's number, in the address that the reader answers to
PREVIEW = "preview"  # never signed, so that a link in a preview acts for nobody
_BYTES = 16
_LARGEST = 2**63 - 1
_SECRETS = 8  # kept ready; an installation has one
_FORM = re.compile(r"([1-9][0-9]{0,18})-[A-Za-z0-9_-]{22}")
_IN_ADDRESS = 10  # bytes; in hex, because mail systems may change the case of letters (RFC 5321 §2.4)
_ADDRESS_FORM = re.compile(r"(?P<base>[^+]+)\+(?P<number>[1-9][0-9]{0,18})-(?P<mac>[0-9a-f]{20})", re.I)


def sign(secret: bytes, purpose: str, number: int) -> str:
    """A token for one purpose and number, of letters, digits, - and _; the same each time."""
    mac = _mac(secret, purpose, number, _BYTES)
    return f"{number}-{urlsafe_b64encode(mac).decode().rstrip('=')}"


def check(secret: bytes, purpose: str, token: str) -> int | None:
    """The number if `sign` wrote this very token for this purpose, else None."""
    found = _FORM.fullmatch(token)
    if found is None or (number := int(found[1])) > _LARGEST:
        return None
    # Texts are compared and not the bytes behind them, which base64 can write in several ways.
    return number if hmac.compare_digest(sign(secret, purpose, number), token) else None


def unsubscribe_url(site: str, token: str) -> str:
    """Where the holder of a token leaves the digest that is published at `site`."""
    return f"{site.rstrip('/')}/unsubscribe/{token}"


def edition_url(site: str, token: str) -> str:
    """Where the holder of a token reads that edition; below it, `/3/more` is the page of a vote on its third paper."""
    return f"{site.rstrip('/')}/e/{token}"


def confirm_url(site: str, token: str) -> str:
    """Where the holder of a token says that the address is theirs."""
    return f"{site.rstrip('/')}/confirm/{token}"


def settings_url(site: str, token: str) -> str:
    """Where the holder of a token sees and changes what they get."""
    return f"{site.rstrip('/')}/settings/{token}"


def tagged_address(secret: bytes, purpose: str, number: int, address: str) -> str:
    """The address with a number and its MAC behind a plus sign: `bounces+17-0123456789abcdef0123@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{number}-{_mac(secret, purpose, number, _IN_ADDRESS).hex()}@{domain}"


def tag_of(secret: bytes, purpose: str, address: str) -> int | None:
    """The number if `tagged_address` wrote this address for this purpose, in any case of letters, else None."""
    found = _ADDRESS_FORM.fullmatch(address.rpartition("@")[0])
    if found is None or (number := int(found["number"])) > _LARGEST:
        return None
    mac = _mac(secret, purpose, number, _IN_ADDRESS).hex()
    return number if hmac.compare_digest(mac, found["mac"].lower()) else None


def _mac(secret: bytes, purpose: str, number: int, length: int) -> bytes:
    if not 1 <= number <= _LARGEST:
        raise ValueError(f"a number is at least 1, not {number}")
    # The number is digits only, so the last colon parts the two whatever the purpose is.
    made = _keyed(secret).copy()
    made.update(f"{purpose}:{number}".encode())
    return made.digest()[:length]


@lru_cache(maxsize=_SECRETS)
def _keyed(secret: bytes) -> hmac.HMAC:
    """HMAC-SHA256 with the key taken in already: OpenSSL looks its algorithms up anew for each key."""
    return hmac.new(secret, digestmod=hashlib.sha256)
