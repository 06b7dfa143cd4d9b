"""What is said where there is no answer: a page that tells what can be done, or for programs the same as JSON."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digest.rendering import catalogues
from digest.rendering.words import N_
from digest.web.languages import language_of
from digest.web.pages import Pages

REFUSALS = {
    403: (
        N_("Not from there."),
        N_("Nothing was changed. Open the page again from your mail and press the button there."),
    ),
    404: (
        N_("No such page."),
        N_("Papers are under /paper/2601.10962. A link from a mail must be whole, to its last letter."),
    ),
    405: (N_("Not here."), N_("This page cannot do that. Open it again from your mail.")),
    408: (N_("Too slow."), N_("Nothing was changed. Try again.")),
    410: (N_("This edition is no longer kept."), N_("Your newer mails and the link to your settings still work.")),
    413: (N_("Too much."), N_("Nothing was changed. Open the page again from your mail.")),
    415: (N_("Not readable."), N_("Nothing was changed. Open the page again from your mail and use its own form.")),
    429: (N_("Too many tries."), N_("Wait a minute.")),
}
OTHERWISE = (N_("Not this way."), N_("Open the page again from your mail."))

_PROGRAMS = "/api/"


def refused(pages: Pages, request: Request, error: HTTPException) -> Response:
    """The answer to a request that is refused; below /api a problem as RFC 9457 has it."""
    heading, text = REFUSALS.get(error.status_code, OTHERWISE)
    if request.url.path.removeprefix(pages.root).startswith(_PROGRAMS):
        problem = {"type": "about:blank", "title": heading, "status": error.status_code, "detail": text}
        return JSONResponse(problem, error.status_code, headers=error.headers, media_type="application/problem+json")
    language = language_of(request)
    said = catalogues.words(language).gettext
    return pages.problem(said(heading), said(text), language=language, status=error.status_code, headers=error.headers)
