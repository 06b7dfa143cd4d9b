"""A reader's own feeds, as feed readers ask for them: again and again, and mostly for nothing new.

A token comes in with the name of a form; out comes the feed, or 304 where the asker has it (RFC 9110 §13). A token that
was never given, one that is stopped, a view and a form that there is not are told apart by nothing.

A small query tells, at most once a second, whether a feed may have become another one. What was written before is
kept as long as it has not (`feeds_kept`).

Where everything is at hand but the editions, the answer is made in the event loop: an embedded database is read in less
time than it takes to hand the question to a thread. What must wait for the database, or for entries that are still to
be written, is left to a thread.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache, lru_cache, partial
from pathlib import Path

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
from digest.rendering.feed_entries import NotAtHand
from digest.rendering.opml import opml
from digest.rendering.pages import interest_label
from digest.rendering.plain import one_line
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.rendering.words import Words
from digest.store import Store
from digest.store.instant import Instant, NotNow
from digest.store.papers import KeptPaper
from digest.web.asking import Asking
from digest.web.conditional import is_known, packs
from digest.web.feeds_kept import Kept, Key, Written
from digest.web.languages import language_of
from digest.web.packing import packed
from digest.web.pages import Pages

_FRESH_SECONDS = 900  # for which a feed reader may keep what it has without asking
# Browsers show `application/xml` with its stylesheet, and offer the XML types of feeds to be saved.
_XML, _JSON = "application/xml; charset=utf-8", "application/feed+json"
_TYPES = {"atom": _XML, "rss": _XML, "json": _JSON}
_OUTLINE = "opml"
_MOST_PAPERS = 20_000  # kept at hand
_TAG_CHARACTERS = 32  # of the digest: 128 bits


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
        self._kept = Kept()
        self._instant: tuple[Store, Instant | None] | None = None  # with the store that it reads a part of
        self._shelf: dict[int, KeptPaper] = {}
        self._shelved: int | None = None  # the newest announcement when the shelf was empty

    def routes(self) -> list[Route]:
        return [  # compared in this order
            Route("/feed/{token}.{form}", self.feed),
            Route("/feed/{token}/{view}.{form}", self.feed),
            Route("/static/feed.css", self.style),
        ]

    async def style(self, request: Request) -> Response:
        """How browsers show a feed."""
        return self._pages.feed_style(language_of(request))

    async def feed(self, request: Request) -> Response:
        """The feed in the form that is asked for, or the list of all of them."""
        values = request.path_params
        if values["form"] == _OUTLINE and "view" not in values:
            return await self._outline(request)
        key = Key(values["token"], values.get("view", feeds.ALL), values["form"], packs(request))
        if key.form not in feeds.FORMS:
            raise HTTPException(404)
        answer = self._again(request, key) or self._ask.at_once(lambda app: self._at_once(app, request, key))
        answer = answer or await self._ask(lambda app: self._answer(app, request, key))
        if answer is None:
            raise HTTPException(404)
        return answer

    async def _outline(self, request: Request) -> Response:
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

    def _again(self, request: Request, key: Key) -> Response | None:
        """The answer, where it was looked at a moment ago and is at hand."""
        written = self._kept.lately(key, self._clock())
        return self._told(request, written) if written else None

    def _at_once(self, app: App, request: Request, key: Key) -> Response | None:
        """The answer, where nothing must be waited for and no entry be written first."""
        instant = self._glances(app.store)
        if instant is None or key.view != feeds.ALL:
            return None
        try:
            stands = feeds.standing_of_all(instant, key.token)
            held = self._held(request, key, stands, app.now) if stands else None
            if stands is None or held is not None:
                return held
            found = feeds.opened_at_once(instant, stands, shelf=self._papers(stands))
            return self._answered(request, key, stands, found, app.now, is_hasty=True) if found else None
        except (NotNow, NotAtHand):
            return None

    def _answer(self, app: App, request: Request, key: Key) -> Response | None:
        """The answer, whatever must be waited for; None where there is no such feed."""
        stands = feeds.standing(app.store, key.token, key.view)
        held = self._held(request, key, stands, app.now) if stands else None
        if stands is None or held is not None:
            return held
        found = feeds.opened(app.store, stands, shelf=self._papers(stands))
        return self._answered(request, key, stands, found, app.now)

    def _held(self, request: Request, key: Key, stands: Standing, now: datetime) -> Response | None:
        """The answer, where it was written while the feed stood as it does now."""
        written = self._kept.written(key, stands, now)
        answer = self._told(request, written) if written else None
        if written and answer:
            self._kept.note(key, written, self._clock())
        return answer

    def _told(self, request: Request, written: Written) -> Response | None:
        """304 to who has it, and else what was written; None where its bytes are no longer there."""
        if is_known(request, written.tag, written.changed):
            return Response(status_code=304, headers=written.headers)
        content = self._kept.content(written.tag)
        return Response(content, headers=written.whole) if content is not None else None

    def _answered(
        self,
        request: Request,
        key: Key,
        stands: Standing,
        found: OpenedFeed,
        now: datetime,
        *,
        is_hasty: bool = False,
    ) -> Response:
        """Write it, keep it and tell it."""
        plain = self._rendered(found, key, stands, is_hasty=is_hasty)
        content = packed(plain) if key.is_packed else plain
        written = _described(content, key, stands, last_changed(found.editions, since=stands.revision.created_at), now)
        self._kept.note(key, written, self._clock())
        self._kept.keep(written.tag, content)
        return self._told(request, written) or Response(content, headers=written.whole)

    def _glances(self, store: Store) -> Instant | None:
        """What answers without waiting; None for a database that is a server."""
        if self._instant is None or self._instant[0] is not store:
            self._instant = store, Instant(store.file) if store.file else None
        return self._instant[1]

    def _papers(self, stands: Standing) -> dict[int, KeptPaper]:
        """Papers at hand, which are read anew once something was announced."""
        if self._shelved != stands.revision.announcement or len(self._shelf) > _MOST_PAPERS:
            self._shelf, self._shelved = {}, stands.revision.announcement
        return self._shelf

    def _rendered(self, found: OpenedFeed, key: Key, stands: Standing, *, is_hasty: bool) -> bytes:
        site, words = self._pages.site, catalogues.words(stands.revision.language)
        links = FeedLinks(
            here=feeds.address(site.url, key.token, key.form, key.view),
            style=f"{self._pages.root}/static/feed.css",
            editions={number: tokens.edition_url(site.url, page) for number, page in found.pages.items()},
        )
        shown, renderer = _view(site, stands, words), self._spoken(words)
        if is_hasty:
            renderer = renderer.hasty
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


_date = lru_cache(maxsize=4096)(partial(format_datetime, usegmt=True))  # most feeds change with a day's editions


def _described(content: bytes, key: Key, stands: Standing, changed: datetime, now: datetime) -> Written:
    # RFC 9110 §8.8.2.1: never later than now, whatever clock was right.
    changed = min(changed, now).astimezone(UTC).replace(microsecond=0)
    # What is packed is another representation and has a tag of its own (RFC 9110 §8.8.3.3).
    tag = f'"{hashlib.sha256(content).hexdigest()[:_TAG_CHARACTERS]}"'
    headers = {
        "ETag": tag,
        "Last-Modified": _date(changed),
        "Cache-Control": f"private, max-age={_FRESH_SECONDS}",
        "Vary": "Accept-Encoding",
    }
    whole = {**headers, "Content-Type": _TYPES[key.form]}
    if key.is_packed:
        whole["Content-Encoding"] = "gzip"
    until = now + timedelta(seconds=_FRESH_SECONDS)
    return Written(headers=headers, whole=whole, stands=stands, tag=tag, changed=changed, until=until)
