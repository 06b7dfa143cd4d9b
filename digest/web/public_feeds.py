"""Public feeds as feed readers ask for them: the bytes of a feed in, an answer out; and what a feed is called."""

from datetime import datetime
from uuid import UUID, uuid5

from starlette.requests import Request
from starlette.responses import Response

from digest.store import Store
from digest.web.conditional import Written, answer, written

FEED_NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}
LINK_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
FRESH_SECONDS = 900  # for which a feed reader may keep what it has without asking
# Browsers show `application/xml` with its stylesheet, and offer the XML types of feeds to be saved.
_XML, _JSON = "application/xml; charset=utf-8", "application/feed+json"
_TYPES = {"atom": _XML, "rss": _XML, "json": _JSON}
_NAMES = "public feeds"  # the secret that the ids of this installation's feeds are made with


def feed_answer(request: Request, content: bytes, changed: datetime | None, form: str) -> Response:
    """A feed to everybody: with tag and date, packed for who takes that, or 304 where the asker has it."""
    return feed_again(request, feed_written(content, changed, form))


def feed_written(content: bytes, changed: datetime | None, form: str) -> Written:
    """A feed that is ready to be answered many times; `changed` is no later than now."""
    return written(content, _TYPES[form], changed=changed)


def feed_again(request: Request, found: Written) -> Response:
    """The same for what was written before."""
    return answer(request, found, cache=f"public, max-age={FRESH_SECONDS}", vary="Accept-Encoding, Accept-Language")


def feed_uri(store: Store, view: str) -> str:
    """The id for ever of the feed of a view, by its path: the same under any host and form, another elsewhere."""
    with store.read() as tx:
        secret = tx.secrets.get(_NAMES)
    if secret is None:
        with store.begin() as tx:
            secret = tx.secrets.get_or_make(_NAMES)
    return uuid5(UUID(bytes=secret[:16]), view).urn


def feed_path(page: str, form: str) -> str:
    """Where the feed of a page is: `/2026-01-22` → `/2026-01-22.atom`; that of `/` is `/feed.atom`."""
    return f"{'/feed' if page == '/' else page}.{form}"
