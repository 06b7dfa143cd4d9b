"""Whether readers can leave: the page that every mail leads to, asked for as a reader and as a mail program ask for it.

The link is made up, so ours is the answer that refuses it, and nothing changes. Another server, a login, a redirect or
a proxy that takes no POST answers otherwise.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from digest import tokens
from digest.errors import DigestError
from digest.notices.pages import Page
from digest.notices.settings import host_only
from digest.upkeep.doctor.exposure import LOCAL
from digest.upkeep.doctor.values import Examined, Finding, broken, ok, unchecked, warning

MADE_UP = "1-" + 22 * "_"  # as long as a token, and never one: 128 bits in base64 do not end in _
_REFUSAL = "A link from a mail must be whole"  # how our page of a link that is none begins (web/refusals.py)
_ONE_CLICK = {"List-Unsubscribe": "One-Click"}  # RFC 8058 §3.1
_PAGE, _POST = "unsubscribe", "one-click"
_NO_ANSWER = "is digest serve running, and the proxy before it? Do the name and the certificate fit?"
_NO_SERVER = "start digest serve; journalctl --unit paperround-serve says why it does not run"
_NOT_OURS = "set [site] url to where digest serve is reached, and have the proxy pass all below it on (deploy/)"
_NO_LOGIN = "have the proxy ask nobody to log in below /unsubscribe: the link of a mail says it all"
_NO_BRAKE = "the proxy should not slow down /unsubscribe (deploy/)"
_BARE_POST = "have the proxy pass POST below /unsubscribe on as it is, without redirect or login (RFC 8058 §3.1)"


def way_out(examined: Examined) -> Iterator[Finding]:
    """One line for the page, and one for the button of mail programs where the page is right."""
    if (urlsplit(examined.site.url).hostname or "") in LOCAL:
        yield unchecked(_PAGE, "links lead to this machine itself", "set [site] url to where readers reach us")
        return
    url = tokens.unsubscribe_url(examined.site.url, MADE_UP)
    try:
        page = examined.ask("GET", url, None)
        if not _is_ours(page):
            yield _judged(page)
            return
        yield ok(_PAGE, f"{examined.site.url} answers with our page")
        answer = examined.ask("POST", url, _ONE_CLICK)
    except DigestError as error:
        yield broken(_PAGE, f"links of mails do not work: {error}", _NO_ANSWER)
        return
    if _is_ours(answer):
        yield ok(_POST, "the POST of a mail program's button comes through")
    else:
        yield broken(_POST, f"the POST of a mail program's button {_told(answer)}", _BARE_POST)


def _is_ours(page: Page) -> bool:
    return page.status == 404 and _REFUSAL in page.text


def _judged(page: Page) -> Finding:
    """What stands at the address in place of ours."""
    said = f"the page that mails lead to {_told(page)}"
    match page.status:
        case 401 | 403 | 407:
            return broken(_PAGE, said, _NO_LOGIN)
        case 429:
            return warning(_PAGE, said, _NO_BRAKE)
        case 500 | 502 | 503 | 504:
            return broken(_PAGE, said, _NO_SERVER)
        case _:
            return broken(_PAGE, said, _NOT_OURS)


def _told(page: Page) -> str:
    """How an answer differs from ours, without repeating more of it than a host."""
    if page.leads_to:
        place = host_only(page.leads_to) if "//" in page.leads_to else "another path"
        return f"leads on to {place if place.isprintable() else 'somewhere'} (HTTP {page.status})"
    if page.status in (200, 404):
        return f"is not ours (HTTP {page.status})"
    return f"is answered HTTP {page.status}"
