"""What is said where there is no answer: a page that tells what can be done, or for programs the same as JSON."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digest.web.pages import Pages

REFUSALS = {
    403: ("Not from there.", "Nothing was changed. Open the page again from your mail and press the button there."),
    404: ("No such page.", "A link from a mail must be whole, to its last letter."),
    405: ("Not here.", "This page cannot do that. Open it again from your mail."),
    408: ("Too slow.", "Nothing was changed. Try again."),
    410: ("This edition is no longer kept.", "Your newer mails and the link to your settings still work."),
    413: ("Too much.", "Nothing was changed. Open the page again from your mail."),
    415: ("Not readable.", "Nothing was changed. Open the page again from your mail and use its own form."),
    429: ("Too many tries.", "Wait a minute."),
}
OTHERWISE = ("Not this way.", "Open the page again from your mail.")

_PROGRAMS = "/api/"


def refused(pages: Pages, request: Request, error: HTTPException) -> Response:
    """The answer to a request that is refused; below /api a problem as RFC 9457 has it."""
    heading, text = REFUSALS.get(error.status_code, OTHERWISE)
    if request.url.path.removeprefix(pages.root).startswith(_PROGRAMS):
        problem = {"type": "about:blank", "title": heading, "status": error.status_code, "detail": text}
        return JSONResponse(problem, error.status_code, headers=error.headers, media_type="application/problem+json")
    return pages.problem(heading, text, status=error.status_code, headers=error.headers)
