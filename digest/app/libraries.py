"""Where a reader's library is brought from: a file, an address, Zotero's API, or an author's own papers on arXiv."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from digest import membership
from digest.app.inlets import Inlets, inlets
from digest.app.product import App
from digest.errors import InvalidInput, SourceError
from digest.exchange.entries import MOST_BYTES, Entry, Library, shown
from digest.exchange.entries import library as library_of
from digest.exchange.formats import Format
from digest.exchange.zotero_items import read_zotero
from digest.membership import importing, references
from digest.membership.importing import Answers, Kept, Plan
from digest.membership.pasted import key_of
from digest.store import Store
from digest.store.gates import held

STDIN = "-"
_ZOTERO = "zotero:"
_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])/?", re.ASCII)
_ARXIV_AUTHOR = re.compile(r"(?:https?://arxiv\.org/a/)?([a-z]+_[a-z]_[1-9]\d*)(?:\.(?:atom2?|html))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a library is, and how it is read."""

    name: str  # a path, "-", an address, "zotero:users/12345", an ORCID or an arXiv author id
    form: Format | None = None  # found out where it is not given
    user: str = ""  # whose tags, of arxiv-sanity-lite's
    key: str = field(default="", repr=False)  # of Zotero; never shown

    @property
    def short(self) -> str:
        """What it is called in lists: without folders, and without what an address says behind its path."""
        bare = self.name.partition("?")[0] if "://" in self.name else self.name
        return shown(Path(bare).name or bare)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a library; `kept` is None where nothing was to be changed."""

    plan: Plan
    answers: Answers
    kept: Kept | None


def import_library(
    app: App,
    email: str,
    place: Place,
    *,
    into: str | None = None,
    dry: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Imported:
    """Like what a library names; with `dry` nothing is changed, and arXiv is asked for no paper."""
    who = membership.find(app.store, email)
    with inlets(app.settings, app.store) as opened:
        brought = _brought(opened, app.store, place, app.now)
        plan = importing.planned(app.store, who, brought, into=into)
        if dry:
            return Imported(plan=plan, answers=Answers(), kept=None)
        answers = Answers()
        if plan.askable:
            answers = importing.ask(app.store, opened.query(), plan.askable, now=app.now, progress=progress)
            plan = importing.planned(app.store, who, brought, into=into, answers=answers)
    kept = importing.keep(app.store, who, plan, origin=place.short, now=app.now)
    if answers.brought:
        app.index()
    return Imported(plan=plan, answers=answers, kept=kept)


def _brought(opened: Inlets, store: Store, place: Place, now: datetime) -> Library:
    if place.name == STDIN:
        return _read(place, "the input", sys.stdin.buffer.read(MOST_BYTES + 1))
    file = Path(place.name)
    if file.is_file():
        return _read(place, place.name, _content(file))
    if place.name.startswith(_ZOTERO):
        return _of_zotero(opened, store, place, now)
    if author := _ORCID.fullmatch(place.name) or _ARXIV_AUTHOR.fullmatch(place.name):
        return _of_author(opened, store, author[1], now)
    if (key := key_of(place.name)) is not None:
        return library_of([Entry(place="the command", names=(key,))])
    if place.name.startswith(("https://", "http://")):
        client = opened.files()
        with held(store, client.source, now):
            return _read(place, place.name.partition("?")[0], client.get(place.name, {}, now=now))
    raise InvalidInput(
        f"no such file: {shown(place.name)}; give a file, an address, zotero:users/12345, an ORCID, or an arXiv author"
        " id such as smith_j_1"
    )


def _read(place: Place, name: str, content: bytes) -> Library:
    return references.read(name, content, form=place.form, user=place.user)


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from error


def _of_zotero(opened: Inlets, store: Store, place: Place, now: datetime) -> Library:
    source, name = opened.zotero(place.key), place.name.removeprefix(_ZOTERO)
    with held(store, source.gate, now):
        collections = source.collections(name, now=now)
        return read_zotero(source.items(name, now=now), collections)


def _of_author(opened: Inlets, store: Store, author: str, now: datetime) -> Library:
    """The papers of the author's feed and those that are kept here under that name; one of the two is enough."""
    known = importing.own(store, author)
    try:
        feed = opened.author_feed(author)
        with held(store, feed.gate, now):
            told = feed.page(author, None, now=now).announcements
    except SourceError as error:
        if known:
            return library_of(Entry(place="kept here", names=(key,)) for key in known)
        error.problem += "; for papers that are kept here, see: digest profile own"
        raise
    return library_of(
        Entry(place="the author's feed", title=each.paper.title, authors=each.paper.authors, names=(each.paper.id,))
        for each in told
    )
