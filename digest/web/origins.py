"""Whether a form was sent from one of our own pages (OWASP, Cross-Site Request Forgery Prevention).

The token in the path is the secret that proves who asks; this is a second lock, against a page elsewhere that has come
to know a link. Mail programs that press a button name no origin and are let through.
"""

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request


def refuse_other_sites(request: Request, site: str) -> None:
    """HTTPException 403 for a form of another site; `site` is where the digest is published."""
    told = request.headers.get("sec-fetch-site")  # W3C Fetch Metadata
    origin = request.headers.get("origin", "null")  # "null" too from our own pages, which send no referrer
    if told is not None:
        is_ours = told in ("same-origin", "none")
    else:
        is_ours = origin == "null" or _host(origin) in (_host(site), request.headers.get("host"))
    if not is_ours:
        raise HTTPException(403)


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""
