"""Which authors have a page, and who confirmed theirs: what they ask of the operator by mail, done."""

import re
from datetime import datetime

from digest.errors import InvalidInput
from digest.records import Claim
from digest.store import Store

_LONGEST_PAGE = 300  # characters of the address of an author's own page
_SHOWN = 80  # characters of one that is refused
# An https address by name (RFC 3986, RFC 1123 §2.1), in ASCII and without user, password or port: what a reader sees of
# it is where it leads.
_OWN_PAGE = re.compile(
    r"https://(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
    r"(?:[/?#][\w.~:/?#\[\]@!$&'()*+,;=%-]*)?",
    re.ASCII,
)


def hide_author(store: Store, number: int, *, now: datetime) -> None:
    """Show no page, feed or count of a person any more; their papers keep the name. InvalidInput where it is so."""
    _set(store, number, now, "is hidden already")


def unhide_author(store: Store, number: int) -> None:
    """Show the page of a person again; InvalidInput where it is shown."""
    _set(store, number, None, "is not hidden")


def claim_author(store: Store, number: int, *, page: str | None = None, now: datetime) -> Claim:
    """Say on the page of a person that they confirmed it, with the address of their `page`; None names none and takes
    none away. The claim that stands: an earlier one, unless it had another page. InvalidInput for an address that is
    none of https, and where the page is hidden or nobody has the number.
    """
    told = page if page is None else own_page(page)
    with store.begin() as tx:
        kept = tx.people.get(number)
        if kept is None:
            raise InvalidInput(f"nobody here has the number {number}; see: digest author list NAME")
        if kept.hidden_at is not None:
            raise InvalidInput(
                f"person {number} is hidden; first: digest author unhide {kept.printed!r} --person {number}"
            )
        known = tx.people.claims([number]).get(number)
        if known is not None and told in (None, known.page):
            return known
        claim = Claim(since=now, page=told or "")
        tx.people.claim(number, claim)
    return claim


def unclaim_author(store: Store, number: int) -> None:
    """Say nothing of it any more, and forget the address; InvalidInput where nobody confirmed the page."""
    with store.begin() as tx:
        changed = tx.people.unclaim(number)
    if not changed:
        raise InvalidInput(f"person {number} has not confirmed a page")


def own_page(text: str) -> str:
    """An address that a public page may link to, as it was given; InvalidInput for any other."""
    if len(text) > _LONGEST_PAGE or not _OWN_PAGE.fullmatch(text):
        raise InvalidInput(
            f"not the address of a page: {text[:_SHOWN]!r}; expected one such as https://ada.example.org/, in ASCII, "
            f"without port or password, of at most {_LONGEST_PAGE} characters"
        )
    return text


def _set(store: Store, number: int, since: datetime | None, otherwise: str) -> None:
    with store.begin() as tx:
        changed = tx.people.hide(number, since)
    if not changed:
        raise InvalidInput(f"person {number} {otherwise}")
