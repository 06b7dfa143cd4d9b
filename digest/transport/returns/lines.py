"""Words from outside for people and logs, and the addresses and tokens that only we can have written."""

import re
from collections.abc import Iterable

from digest.headers import printable

SHOWN = 200  # characters of words from outside that a person is shown
_LOOKED_AT = 4096  # characters of one field
_SHORTEST_NAME, _LONGEST_NAME = 2, 64  # characters of a local part that is looked for by itself
_LEFT_OUT = "(address)"
_AT = ("@", "%40")  # in a URL
_TAGGED = re.compile(r"[^\s<>,;:()\"'\[\]@+]{1,64}\+[1-9][0-9]{0,18}-[0-9a-f]{20}@[^\s<>,;:()\"'\[\]@]{1,255}", re.I)
_MOST_TAGGED = 20  # of one message are tried


def clean(text: str, addresses: Iterable[str] = (), *, most: int = SHOWN) -> str:
    """One printable line of at most `most` characters without addresses, nor the names of those that are known."""
    line = printable(text[:_LOOKED_AT])
    names = {address.rpartition("@")[0] or address for address in addresses}
    for name in sorted(names, key=len, reverse=True):  # one may begin with another
        if _SHORTEST_NAME <= len(name) <= _LONGEST_NAME:
            line = re.sub(rf"(?i)(?<!\w){re.escape(name)}(?![\w@])", _LEFT_OUT, line)
    # Any word with an at sign, because a local part may be anything.
    safe = " ".join(_LEFT_OUT if any(at in word for at in _AT) else word for word in line.split())
    return safe if len(safe) <= most else safe[: most - 1] + "…"


def tagged(fields: Iterable[str]) -> tuple[str, ...]:
    """What looks like an address of ours with a number and its MAC, in the order it stands there."""
    found = (address for field in fields for address in _TAGGED.findall(field[:_LOOKED_AT]))
    return tuple(dict.fromkeys(found))[:_MOST_TAGGED]
