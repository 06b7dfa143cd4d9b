"""Pages as answers: written from templates, an operator's own where there are any."""

import logging
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from digest.errors import RenderingError
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment, render

log = logging.getLogger(__name__)


class Pages:
    """Template name and values → a response."""

    def __init__(self, site: SiteSettings) -> None:
        self._site = site
        self._own = environment(Path(site.templates) if site.templates else None)
        self._builtin = environment()
        self._static = f"{urlsplit(site.url).path.rstrip('/')}/static"  # a proxy may serve us below a path

    def page(
        self, name: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: str
    ) -> Response:
        """The page; where an operator's own template fails, the built-in one: a reader must be able to leave."""
        given = {"site": self._site, "static": self._static, **values}
        try:
            html = render(self._own, name, **given)
        except RenderingError as error:
            log.error("the built-in page is shown instead: %s", error)
            html = render(self._builtin, name, **given)
        return HTMLResponse(html, status, headers=headers)

    def problem(self, heading: str, text: str, *, status: int, headers: Mapping[str, str] | None = None) -> Response:
        """A page that says what is wrong and what can be done, with the operator's address."""
        return self.page("problem.html.j2", status=status, headers=headers, heading=heading, text=text)

    def style(self) -> Response:
        """The stylesheet."""
        assert self._own.loader is not None  # noqa: S101 - for the type checker
        text = self._own.loader.get_source(self._own, "style.css")[0]
        return Response(text, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})
