"""A reader's own feed, as feed readers ask for it: again and again, and mostly for nothing new.

A token comes in with the name of a form; out comes the feed, or 304 where the asker has it (RFC 9110 §13). A token that
was never given, one that is stopped, and a form that there is not are told apart by nothing.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest import tokens
from digest.app import App
from digest.membership import feeds
from digest.membership.feeds import OpenedFeed
from digest.rendering import catalogues
from digest.rendering.feed import FeedLinks, FeedRenderer, last_changed
from digest.rendering.templates import environment
from digest.rendering.words import Words
from digest.web.asking import Asking
from digest.web.pages import Pages

_FRESH_SECONDS = 900  # for which a feed reader may keep what it has without asking
# Browsers show `application/xml` with its stylesheet, and offer the XML types of feeds to be saved.
_XML, _JSON = "application/xml; charset=utf-8", "application/feed+json"
_TYPES = {"atom": _XML, "rss": _XML, "json": _JSON}
_ENTITY_TAG = re.compile(r'"[!#-~\x80-\xff]*"')  # RFC 9110 §8.8.3; `W/` before it does not count (§13.1.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A feed in one form."""

    content: bytes
    changed: datetime  # UTC, in whole seconds


class FeedDoor:
    """Answers below /feed."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages
        folder = pages.site.templates
        self._templates = environment(Path(folder) if folder else None)
        self._spoken = cache(self._renderer)

    async def style(self, request: Request) -> Response:
        """How browsers show a feed."""
        return self._pages.style("feed.css")

    async def feed(self, request: Request) -> Response:
        """The feed in the form that is asked for."""
        token, form = request.path_params["token"], request.path_params["form"]
        written = await self._ask(lambda app: self._written(app, token, form)) if form in feeds.FORMS else None
        if written is None:
            raise HTTPException(404)
        return _answer(request, written, _TYPES[form])

    def _written(self, app: App, token: str, form: str) -> _Written | None:
        found = feeds.opened(app.store, token)
        if found is None:
            return None
        changed = last_changed(found.editions, since=found.reader.created_at)
        # RFC 9110 §8.8.2.1: never later than now, whatever clock was right.
        told = min(changed, app.now).astimezone(UTC).replace(microsecond=0)
        return _Written(content=self._rendered(found, token, form), changed=told)

    def _rendered(self, found: OpenedFeed, token: str, form: str) -> bytes:
        site = self._pages.site.url
        links = FeedLinks(
            here=feeds.address(site, token, form),
            style=f"{self._pages.root}/static/feed.css",
            editions={number: tokens.edition_url(site, page) for number, page in found.pages.items()},
        )
        renderer = self._spoken(catalogues.words(found.reader.language))
        if form == "json":
            return renderer.json(found.editions, links=links)
        write = renderer.atom if form == "atom" else renderer.rss
        return write(found.editions, uri=found.reader.feed_uri, since=found.reader.created_at, links=links)

    def _renderer(self, words: Words) -> FeedRenderer:
        return FeedRenderer(self._pages.site, self._templates, words)


def _answer(request: Request, written: _Written, media_type: str) -> Response:
    """The feed, packed for who takes that; or that it is the same as before."""
    is_packed = _takes_gzip(request.headers.getlist("accept-encoding"))
    # What is packed is another representation and has a tag of its own (RFC 9110 §8.8.3.3).
    tag = f'"{hashlib.sha256(written.content).hexdigest()[:32]}{"-gzip" if is_packed else ""}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(written.changed, usegmt=True),
        "Cache-Control": f"private, max-age={_FRESH_SECONDS}",
        "Vary": "Accept-Encoding",
    }
    if _is_known(request, tag, written.changed):
        return Response(status_code=304, headers=headers)
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    content = gzip.compress(written.content, mtime=0) if is_packed else written.content
    return Response(content, headers=headers | {"Content-Type": media_type})


def _is_known(request: Request, tag: str, changed: datetime) -> bool:
    """Whether the asker has it already; where tags are sent, the date does not count (RFC 9110 §13.2.2)."""
    tags = ", ".join(request.headers.getlist("if-none-match"))
    if tags:
        return tags.strip() == "*" or tag in _ENTITY_TAG.findall(tags)
    since = _moment(request.headers.get("if-modified-since", ""))
    return since is not None and changed <= since


def _moment(text: str) -> datetime | None:
    """The moment that a header names; None where it names none."""
    try:
        told = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # without a zone, and with "-0000", it is UTC
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _takes_gzip(headers: list[str]) -> bool:
    """Whether gzip may be sent (RFC 9110 §12.5.3): named, or meant by `*`, with a weight above 0."""
    weights = dict(map(_weighed, ",".join(headers).lower().split(",")))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weighed(coding: str) -> tuple[str, float]:
    name, _, weight = coding.partition(";")
    found = re.fullmatch(r"q=([01](?:\.[0-9]{0,3})?)", weight.strip())
    return name.strip(), float(found[1]) if found else float(not weight)
