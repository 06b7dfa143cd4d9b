"""The language of a public page: asked for by name, or the one that the browser prefers."""

import re
from functools import cache, lru_cache
from typing import Any

from starlette.requests import Request

from digest.rendering import catalogues

ENGLISH = "en"
_LONGEST = 1000  # characters of a header that are read
_REMEMBERED = 256  # headers, of which browsers send few kinds
_RANGE = re.compile(r"([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)(?:\s*;\s*q=([01](?:\.\d{0,3})?))?", re.I | re.A)


def language_of(request: Request) -> str:
    """`?lang=` if we speak it, else the best of Accept-Language (RFC 9110 §12.5.4), else English."""
    asked = spoken(request.query_params.get("lang", ""))
    return asked or _preferred(",".join(request.headers.getlist("accept-language"))[:_LONGEST]) or ENGLISH


def offered(query: str = "") -> dict[str, Any]:
    """For a page that is spoken in every language: their tags and own names, and what stands before `lang=` in the
    address of each; `query` is what the page is asked for besides, "" or `?q=flat`.
    """
    every = [(tag, catalogues.own_name(tag)) for tag in catalogues.languages()]
    return {"languages": every, "asked_else": f"{query}&" if query else "?"}


def spoken(tag: str) -> str:
    """The language we speak for a tag, by lookup (RFC 4647 §3.4): `de` for `de-AT`; "" where there is none."""
    ours, wanted = _ours(), tag.strip().casefold()
    while wanted and wanted not in ours:
        wanted = wanted.rpartition("-")[0]
    return ours.get(wanted, "")


@cache
def _ours() -> dict[str, str]:
    return {language.casefold(): language for language in catalogues.languages()}


@lru_cache(maxsize=_REMEMBERED)
def _preferred(header: str) -> str:
    """The first of the heaviest that we speak, of a header of at most _LONGEST characters."""
    found = (_RANGE.fullmatch(part.strip()) for part in header.split(","))
    weighed = [(float(each[2]) if each[2] else 1.0, spoken(each[1])) for each in found if each]
    return next((tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight and tag), "")
