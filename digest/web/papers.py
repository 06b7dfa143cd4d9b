"""A paper looked up: its page, and what programs that manage references take of it. Nothing is changed.

`/paper/2601.10962`, `/paper/math/0306266`, `/paper/doi:10.1101/2024.01.02.573915`; any other name of the paper, one
with a version too, leads there. `.bib` and `.ris` behind it are files.
"""

import re
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from digest import browse, identity
from digest.app import App
from digest.exchange import bibtex, ris
from digest.identity import PaperId
from digest.papers import Paper
from digest.records import PaperDetails
from digest.rendering import catalogues, metadata
from digest.rendering.author_links import author_href
from digest.rendering.latex import readable
from digest.rendering.paper_page import paper_page, similar_paper
from digest.rendering.public import paper_href, public_key
from digest.rendering.view import title_of
from digest.web.asking import Asking
from digest.web.conditional import Written, answer, written
from digest.web.days import MAX_AGE, PAGE_HEADERS, VARY
from digest.web.keeping import Keeper
from digest.web.languages import language_of, offered
from digest.web.pages import Pages

_FILES = {"bib": "application/x-bibtex; charset=utf-8", "ris": "application/x-research-info-systems; charset=utf-8"}
_OWN_NAME = re.compile(r"(?:entry|title):[0-9a-f]{24}")
_SIMILAR = 5  # papers shown
_LED_SECONDS = 300  # for which a browser keeps where a name leads: an operator may part two papers again


class _Led(Exception):
    """The paper is read under another name."""

    def __init__(self, key: PaperId) -> None:
        super().__init__(key)
        self.key = key


class PapersDoor:
    """Answers below /paper."""

    def __init__(self, ask: Asking, pages: Pages) -> None:
        self._ask = ask
        self._pages = pages
        self._site = pages.site.url.rstrip("/")
        self._keeper = Keeper(self._revision)

    def routes(self) -> list[Route]:
        return [Route("/paper/{name:path}", self.paper)]

    async def paper(self, request: Request) -> Response:
        """The page of a paper, or the paper as a file."""
        text, form = _parted(request.path_params["name"])
        key, language = named(text), "" if form else language_of(request)
        if key is None:
            raise HTTPException(404)
        if public_key(key) != text:
            return self._led(request, key, form)
        try:
            found = await self._keeper(
                (key, form, language), lambda: self._ask(lambda app: self._written(app, key, form, language))
            )
        except _Led as led:
            return self._led(request, led.key, form)
        if found is None:
            raise HTTPException(404)
        return _answer(request, found, key, form)

    async def _revision(self) -> object:
        def asked(app: App) -> object:
            with app.store.read() as tx:
                return app.now.date(), tx.days.revision()

        return await self._ask(asked)

    def _led(self, request: Request, key: PaperId, form: str) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        address = f"{self._pages.root}{paper_href(key)}{form and '.'}{form}{query}"
        return RedirectResponse(address, 308, headers={"Cache-Control": f"public, max-age={_LED_SECONDS}"})

    def _written(self, app: App, key: PaperId, form: str, language: str) -> Written | None:
        kept = browse.canonical(app.store, key)
        if kept is not None and kept != key:
            raise _Led(kept)
        details = browse.paper_details(app.store, key) if kept else None
        if details is None:
            return None
        return _file(details.record.paper, form) if form else self._page(app, details, language)

    def _page(self, app: App, details: PaperDetails, language: str) -> Written:
        words, today = catalogues.words(language), app.now.date()
        paper, here = details.record.paper, f"{self._site}{paper_href(details.record.paper.id)}"
        authors = {n: f"{self._site}{author_href(each)}" for n, each in enumerate(details.writers) if each.number}
        like = browse.like(app.store, paper.id, limit=_SIMILAR, now=app.now)
        page = self._pages.page(
            "paper.html.j2",
            language=language,
            paper=paper_page(details, words, now=app.now, today=today),
            similar=[similar_paper(each.record, each.cosine, each.shared, words, today=today) for each in like],
            bibtex=bibtex(paper),
            canonical=here,
            meta=metadata.of_paper(paper, here=here, site=self._pages.site.name, pages=authors),
            **offered(),
        )
        return written(bytes(page.body), "text/html; charset=utf-8")


def named(text: str) -> PaperId | None:
    """The key that a name in an address stands for; None for what is no name of a paper."""
    if _OWN_NAME.fullmatch(text):
        return PaperId(text)
    arxiv = identity.arxiv_id(text)
    return identity.paper_id(arxiv) if arxiv else identity.doi_id(text)


def _parted(name: str) -> tuple[str, str]:
    """A name, and the form it is asked for in; "" for a page."""
    stem, _, form = name.rpartition(".")
    return (stem, form) if form in _FILES else (name, "")


def _file(paper: Paper, form: str) -> Written:
    plain = replace(paper, title=title_of(paper), abstract=readable(paper.abstract))
    content = bibtex(paper) if form == "bib" else ris(plain)
    return written(content.encode("utf-8", "replace"), _FILES[form])


def _answer(request: Request, found: Written, key: PaperId, form: str) -> Response:
    shown = answer(request, found, cache=MAX_AGE, vary="Accept-Encoding" if form else VARY)
    shown.headers.update(PAGE_HEADERS)
    if form:
        name = re.sub(r"[^0-9A-Za-z._-]+", "-", public_key(key))
        shown.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return shown
