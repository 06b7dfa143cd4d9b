"""A reader's own feeds, as feed readers ask for them: again and again, and mostly for nothing new.

A token comes in with the name of a form; out comes the feed, or 304 where the asker has it (RFC 9110 §13). A token that
was never given, one that is stopped, a view and a form that there is not are told apart by nothing.

A small query tells, at most once a second, whether a feed may have become another one. What was written before is
kept as long as it has not: its tag for everybody, its bytes for those asked for lately.
"""

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest import tokens
from digest.app import App
from digest.membership import feeds
from digest.membership.feeds import OpenedFeed, Standing
from digest.rendering import catalogues
from digest.rendering.feed import FeedLinks, FeedRenderer, FeedView, last_changed
from digest.rendering.opml import opml
from digest.rendering.pages import interest_label
from digest.rendering.plain import one_line
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.rendering.words import Words
from digest.store.papers import KeptPaper
from digest.web.asking import Asking
from digest.web.conditional import is_known, takes_gzip
from digest.web.pages import Pages

LOOKED_SECONDS = 1.0  # for which a feed is not looked at again; a stopped one is read for so long at most
_FRESH_SECONDS = 900  # for which a feed reader may keep what it has without asking
# Browsers show `application/xml` with its stylesheet, and offer the XML types of feeds to be saved.
_XML, _JSON = "application/xml; charset=utf-8", "application/feed+json"
_TYPES = {"atom": _XML, "rss": _XML, "json": _JSON}
_MOST_TAGS = 100_000  # of about 500 bytes
_MOST_BYTES = 64 * 2**20  # of feeds that are kept whole
_MOST_PAPERS = 20_000  # kept at hand
_TAG_CHARACTERS = 32  # of the digest: 128 bits
_PACKING = 6  # of 9: a third of the time for a hundredth more bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A feed in one form."""

    headers: Mapping[str, str]
    stands: Standing
    tag: str  # without quotes
    changed: datetime  # UTC, in whole seconds
    until: datetime  # it is written again then, as what an operator corrects changes no revision


class _Key(NamedTuple):
    token: str
    view: str
    form: str


class _Kept:
    """What was written lately."""

    def __init__(self) -> None:
        self._tags: OrderedDict[_Key, tuple[_Written, float]] = OrderedDict()  # with the second it was looked at
        self._contents: OrderedDict[tuple[str, bool], bytes] = OrderedDict()  # by tag, and whether it is packed
        self._bytes = 0
        self._lock = Lock()

    def lately(self, key: _Key, second: float) -> _Written | None:
        """What was written, if it was looked at less than a moment ago whether it still holds."""
        found = self._tags.get(key)
        return found[0] if found is not None and second - found[1] < LOOKED_SECONDS else None

    def written(self, key: _Key, stands: Standing, now: datetime) -> _Written | None:
        """What was written while the feed stood as it does now."""
        found = self._tags.get(key)
        return found[0] if found is not None and found[0].stands == stands and now < found[0].until else None

    def note(self, key: _Key, written: _Written, second: float) -> None:
        with self._lock:
            self._tags.pop(key, None)
            self._tags[key] = written, second
            if len(self._tags) > _MOST_TAGS:
                self._tags.popitem(last=False)

    def content(self, tag: str, is_packed: bool) -> bytes | None:
        with self._lock:
            found = self._contents.get((tag, is_packed))
            if found is not None:
                self._contents.move_to_end((tag, is_packed))
            return found

    def keep(self, tag: str, is_packed: bool, content: bytes) -> None:
        with self._lock:
            self._bytes += len(content) - len(self._contents.pop((tag, is_packed), b""))
            self._contents[tag, is_packed] = content
            while self._bytes > _MOST_BYTES:
                self._bytes -= len(self._contents.popitem(last=False)[1])


class FeedDoor:
    """Answers below /feed."""

    def __init__(self, ask: Asking, pages: Pages, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._ask = ask
        self._pages = pages
        self._clock = clock
        folder = pages.site.templates
        self._templates = environment(Path(folder) if folder else None)
        self._spoken = cache(self._renderer)
        self._kept = _Kept()
        self._shelf: dict[int, KeptPaper] = {}
        self._shelved: int | None = None  # the newest announcement when the shelf was empty

    def routes(self) -> list[Route]:
        return [
            Route("/static/feed.css", self.style),
            Route("/feed/{token}.opml", self.outline),
            Route("/feed/{token}.{form}", self.feed),
            Route("/feed/{token}/{view}.{form}", self.feed),
        ]

    async def style(self, request: Request) -> Response:
        """How browsers show a feed."""
        return self._pages.style("feed.css")

    async def feed(self, request: Request) -> Response:
        """The feed in the form that is asked for."""
        values = request.path_params
        key = _Key(values["token"], values.get("view", feeds.ALL), values["form"])
        answer = self._at_once(request, key) or await self._ask(lambda app: self._answer(app, request, key))
        if answer is None:
            raise HTTPException(404)
        return answer

    async def outline(self, request: Request) -> Response:
        """All feeds of the token as OPML, which feed readers take in at once."""
        token = request.path_params["token"]
        content = await self._ask(lambda app: self._outlined(app, token))
        if content is None:
            raise HTTPException(404)
        headers = {"Content-Disposition": 'attachment; filename="feeds.opml"'}
        return Response(content, media_type="text/x-opml", headers=headers)

    def _outlined(self, app: App, token: str) -> bytes | None:
        found, site = feeds.named(app.store, token), self._pages.site
        if found is None:
            return None
        words = catalogues.words(found.language)
        listed = [(_titled(site, name, words), view) for name, view in views(found.interests, words)]
        title = _titled(site, "", words)
        return opml([(name, feeds.address(site.url, token, "atom", view)) for name, view in listed], title=title)

    def _at_once(self, request: Request, key: _Key) -> Response | None:
        """The answer, where it was looked at a moment ago and is at hand."""
        written, is_packed = self._kept.lately(key, self._clock()), _takes_packed(request)
        if written is None:
            return None
        content = self._kept.content(written.tag, is_packed)
        is_answered = content is not None or _is_had(request, written, is_packed)
        return _answered(request, key.form, written, content, is_packed=is_packed) if is_answered else None

    def _answer(self, app: App, request: Request, key: _Key) -> Response | None:
        stands = feeds.standing(app.store, key.token, key.view) if key.form in feeds.FORMS else None
        if stands is None:
            return None
        is_packed = _takes_packed(request)
        written = self._kept.written(key, stands, app.now)
        content = self._kept.content(written.tag, is_packed) if written else None
        if written is None or (content is None and not _is_had(request, written, is_packed)):
            written, plain = self._write(app, key, stands)
            content = gzip.compress(plain, _PACKING, mtime=0) if is_packed else plain
            self._kept.keep(written.tag, is_packed, content)
        self._kept.note(key, written, self._clock())
        return _answered(request, key.form, written, content, is_packed=is_packed)

    def _write(self, app: App, key: _Key, stands: Standing) -> tuple[_Written, bytes]:
        opened = feeds.opened(app.store, stands, shelf=self._papers(stands))
        content = self._rendered(opened, key, stands)
        # RFC 9110 §8.8.2.1: never later than now, whatever clock was right.
        changed = min(last_changed(opened.editions, since=stands.revision.created_at), app.now)
        changed = changed.astimezone(UTC).replace(microsecond=0)
        written = _Written(
            stands=stands,
            tag=hashlib.sha256(content).hexdigest()[:_TAG_CHARACTERS],
            changed=changed,
            headers={
                "Last-Modified": format_datetime(changed, usegmt=True),
                "Cache-Control": f"private, max-age={_FRESH_SECONDS}",
                "Vary": "Accept-Encoding",
            },
            until=app.now + timedelta(seconds=_FRESH_SECONDS),
        )
        return written, content

    def _papers(self, stands: Standing) -> dict[int, KeptPaper]:
        """Papers at hand, which are read anew once something was announced."""
        if self._shelved != stands.revision.announcement or len(self._shelf) > _MOST_PAPERS:
            self._shelf, self._shelved = {}, stands.revision.announcement
        return self._shelf

    def _rendered(self, found: OpenedFeed, key: _Key, stands: Standing) -> bytes:
        site, words = self._pages.site, catalogues.words(stands.revision.language)
        links = FeedLinks(
            here=feeds.address(site.url, key.token, key.form, key.view),
            style=f"{self._pages.root}/static/feed.css",
            editions={number: tokens.edition_url(site.url, page) for number, page in found.pages.items()},
        )
        shown, renderer = _view(site, stands, words), self._spoken(words)
        if key.form == "json":
            return renderer.json(found.editions, links=links, view=shown)
        write, uri = renderer.atom if key.form == "atom" else renderer.rss, feeds.uri(stands)
        return write(found.editions, uri=uri, since=stands.revision.created_at, links=links, view=shown)

    def _renderer(self, words: Words) -> FeedRenderer:
        return FeedRenderer(self._pages.site, self._templates, words)


def views(interests: Mapping[int, str], words: Words) -> list[tuple[str, str]]:
    """What each feed of a reader is called, and its view: all, each interest where there are several, and saved."""
    several = interests.items() if len(interests) > 1 else ()
    return [
        ("", feeds.ALL),
        *((interest_label(name, words), str(number)) for number, name in several),
        (words.gettext("Saved papers"), feeds.SAVED),
    ]


def _view(site: SiteSettings, stands: Standing, words: Words) -> FeedView:
    if stands.view == feeds.SAVED:
        about = words.gettext("What you saved, the last first.")
        return FeedView(title=_titled(site, words.gettext("Saved papers"), words), about=about)
    if stands.interest is None:
        return FeedView()
    return FeedView(title=_titled(site, interest_label(stands.interest, words), words), interest=stands.interest)


def _titled(site: SiteSettings, what: str, words: Words) -> str:
    form = words.gettext("{name}: {what}") if what else words.gettext("{name}: papers for you")
    return form.format(name=one_line(site.name), what=what)


def _takes_packed(request: Request) -> bool:
    return takes_gzip(",".join(request.headers.getlist("accept-encoding")))


def _is_had(request: Request, written: _Written, is_packed: bool) -> bool:
    """Whether the asker has it already."""
    return is_known(request, _tag(written, is_packed), written.changed)


def _tag(written: _Written, is_packed: bool) -> str:
    # What is packed is another representation and has a tag of its own (RFC 9110 §8.8.3.3).
    return f'"{written.tag}-gzip"' if is_packed else f'"{written.tag}"'


def _answered(request: Request, form: str, written: _Written, content: bytes | None, *, is_packed: bool) -> Response:
    headers = {**written.headers, "ETag": _tag(written, is_packed)}
    if content is None or _is_had(request, written, is_packed):
        return Response(status_code=304, headers=headers)
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    headers["Content-Type"] = _TYPES[form]
    return Response(content, headers=headers)
