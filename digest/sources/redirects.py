"""Whether an answer may send its reader on, and where to; decided by the addresses alone."""

import httpx

from digest.sources.guard import may_lead_to
from digest.sources.limits import Refused


def followed(asked: httpx.URL, location: str, friends: frozenset[str] | None) -> httpx.URL:
    """The address that the answer of `asked` sends its reader to. Raises Refused.

    It may be at the same place, or at a friend's (https, default port); where `friends` is None, at any place that a
    public host could have.
    """
    try:
        wanted = asked.join(location)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused("redirected to what is not an address") from error
    if same_place(wanted, asked) or _welcome(wanted, friends):
        return wanted
    raise refusal(wanted)


def same_place(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether two addresses are answered by the same server (RFC 6454 calls it the origin)."""
    return (one.scheme, one.raw_host, one.port) == (other.scheme, other.raw_host, other.port)


def refusal(wanted: httpx.URL) -> Refused:
    """The refusal to go to a place; the rest of its address, which may hold a key, is not repeated."""
    return Refused(f"refused a redirect to {wanted.scheme[:20]}://{host(wanted)}")


def host(url: httpx.URL) -> str:
    """The host as it is looked up, in ASCII, short enough for a sentence."""
    return url.raw_host.decode("ascii", "replace")[:100]


def _welcome(wanted: httpx.URL, friends: frozenset[str] | None) -> bool:
    if friends is None:
        return wanted.scheme in {"http", "https"} and may_lead_to(wanted.raw_host.decode("ascii"))
    return wanted.scheme == "https" and wanted.raw_host.decode("ascii") in friends and wanted.port is None
