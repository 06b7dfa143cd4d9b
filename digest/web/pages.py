"""Pages as answers: written from templates, an operator's own where there are any."""

import logging
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from babel import Locale
from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from digest.errors import RenderingError
from digest.rendering import catalogues
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment, render, translated
from digest.rendering.words import Words

log = logging.getLogger(__name__)
_CSS_SIGNS = re.compile(r'["\\\n]')  # which end a string of CSS, or mean something else in it


@cache
def direction(language: str) -> str:
    """Which way a language (BCP 47) is written: "ltr" or "rtl"."""
    return Locale.parse(language, sep="-").text_direction


class Pages:
    """Template name and values → a response."""

    def __init__(self, site: SiteSettings) -> None:
        self.site = site
        self.root = urlsplit(site.url).path.rstrip("/")  # a proxy may serve us below a path
        self._own = environment(Path(site.templates) if site.templates else None)
        self._builtin = environment()
        self._spoken = cache(self._translated)

    def page(
        self,
        name: str,
        *,
        language: str = "en",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> Response:
        """The page in a language; where an operator's own template fails, the built-in one: a reader must be able to
        leave.
        """
        words = catalogues.words(language)
        own, builtin = self._spoken(words)
        given = {
            "site": self.site,
            "root": self.root,
            "static": f"{self.root}/static",
            "here": "",
            "language": words.language,
            "direction": direction(words.language),
            **values,
        }
        try:
            html = render(own, name, **given)
        except RenderingError as error:
            log.error("the built-in page is shown instead: %s", error)
            html = render(builtin, name, **given)
        # What is shown may hold lone surrogates, which UTF-8 has none of.
        return HTMLResponse(html.encode("utf-8", "replace"), status, headers=headers)

    def problem(
        self, heading: str, text: str, *, status: int, language: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """A page that says what is wrong and what can be done, with the operator's address."""
        return self.page(
            "problem.html.j2", language=language, status=status, headers=headers, heading=heading, text=text
        )

    def _translated(self, words: Words) -> tuple[Environment, Environment]:
        return translated(self._own, words), translated(self._builtin, words)

    def script(self, name: str) -> Response:
        """A script, for what a page can do better with one."""
        return self._file(name, "text/javascript")

    def style(self) -> Response:
        """The stylesheet of the pages."""
        return self._file("style.css", "text/css")

    def feed_style(self, language: str) -> Response:
        """That of feeds, which says in a language what a browser shows."""
        hint = catalogues.words(language).gettext("This is a feed: give its address to a feed reader.")
        said = _CSS_SIGNS.sub(lambda sign: f"\\{ord(sign[0]):x} ", hint)
        return self._file("feed.css", "text/css", vary="Accept-Language", after=f':root {{ --hint: "{said}"; }}\n')

    def _file(self, name: str, media_type: str, *, vary: str = "", after: str = "") -> Response:
        assert self._own.loader is not None  # noqa: S101 - for the type checker
        text = self._own.loader.get_source(self._own, name)[0]
        headers = {"Cache-Control": "public, max-age=3600"} | ({"Vary": vary} if vary else {})
        return Response(text + after, media_type=media_type, headers=headers)
