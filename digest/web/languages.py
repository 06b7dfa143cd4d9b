"""The language of a public page: asked for by name, or the one that the browser prefers."""

import re

from starlette.requests import Request

from digest.rendering import catalogues

ENGLISH = "en"
_LONGEST = 1000  # characters of a header that are read
_RANGE = re.compile(r"([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)(?:\s*;\s*q=([01](?:\.\d{0,3})?))?", re.I | re.A)


def language_of(request: Request) -> str:
    """`?lang=` if we speak it, else the best of Accept-Language (RFC 9110 §12.5.4), else English."""
    asked = spoken(request.query_params.get("lang", ""))
    return asked or _preferred(",".join(request.headers.getlist("accept-language"))) or ENGLISH


def spoken(tag: str) -> str:
    """The language we speak for a tag, by lookup (RFC 4647 §3.4): `de` for `de-AT`; "" where there is none."""
    ours = {language.casefold(): language for language in catalogues.languages()}
    wanted = tag.strip().casefold()
    while wanted and wanted not in ours:
        wanted = wanted.rpartition("-")[0]
    return ours.get(wanted, "")


def _preferred(header: str) -> str:
    """The first of the heaviest that we speak."""
    found = (_RANGE.fullmatch(part.strip()) for part in header[:_LONGEST].split(","))
    weighed = [(float(each[2]) if each[2] else 1.0, spoken(each[1])) for each in found if each]
    return next((tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight and tag), "")
