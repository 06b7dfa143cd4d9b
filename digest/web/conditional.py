"""What is shown to everybody alike, answered whole, packed, or not at all where the asker has it (RFC 9110 §13)."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property, lru_cache

from starlette.requests import Request
from starlette.responses import Response

_ENTITY_TAG = re.compile(r'"[!#-~\x80-\xff]*"')  # RFC 9110 §8.8.3; `W/` before it does not count (§13.1.2)
_CONDITIONS = {b"if-none-match", b"if-modified-since"}
_HEADERS_REMEMBERED = 256  # browsers and readers send few kinds of Accept-Encoding
_TAG_CHARACTERS = 32  # of the digest: 128 bits
_PACKING = 6  # of 9: a third of the time for a hundredth more bytes


@dataclass(frozen=True, kw_only=True)
class Written:
    """One representation, as it is and packed."""

    content: bytes
    tag: str  # an entity tag without its quotes
    media_type: str
    changed: datetime | None = None  # UTC; None where only the tag tells

    @cached_property
    def packed(self) -> bytes:
        """As gzip has it."""
        return gzip.compress(self.content, _PACKING, mtime=0)

    @cached_property
    def dated(self) -> str:
        """When it changed, as a header has it (RFC 9110 §5.6.7); "" where only the tag tells."""
        return format_datetime(self.changed, usegmt=True) if self.changed else ""


def written(content: bytes, media_type: str, *, changed: datetime | None = None, packs: bool = True) -> Written:
    """Tag and pack some content, once for all who ask; without `packs` it is packed when somebody takes it so."""
    made = Written(
        content=content,
        tag=hashlib.sha256(content).hexdigest()[:_TAG_CHARACTERS],
        media_type=media_type,
        changed=changed.astimezone(UTC).replace(microsecond=0) if changed else None,
    )
    if packs:
        _ = made.packed
    return made


def packs(request: Request) -> bool:
    """Whether the asker takes what is packed."""
    told = [value for name, value in request.scope["headers"] if name == b"accept-encoding"]
    return takes_gzip(b",".join(told).decode("latin-1"))


def answer(request: Request, found: Written, *, cache: str, vary: str = "Accept-Encoding") -> Response:
    """The content, packed for who takes that; or 304 where the asker has it. `cache` is the Cache-Control."""
    is_packed = packs(request)
    # What is packed is another representation and has a tag of its own (RFC 9110 §8.8.3.3).
    tag = f'"{found.tag}-gzip"' if is_packed else f'"{found.tag}"'
    headers = {"ETag": tag, "Cache-Control": cache, "Vary": vary}
    if found.dated:
        headers["Last-Modified"] = found.dated
    if is_known(request, tag, found.changed):
        return Response(status_code=304, headers=headers)
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    headers["Content-Type"] = found.media_type
    return Response(found.packed if is_packed else found.content, headers=headers)


def is_known(request: Request, tag: str, changed: datetime | None = None) -> bool:
    """Whether the asker has it already; where tags are sent, the date does not count (RFC 9110 §13.2.2)."""
    if not any(name in _CONDITIONS for name, _ in request.scope["headers"]):
        return False
    tags = ", ".join(request.headers.getlist("if-none-match"))
    if tags:
        return tags.strip() == "*" or tag in _ENTITY_TAG.findall(tags)
    since = _moment(request.headers.get("if-modified-since", "")) if changed else None
    return since is not None and changed is not None and changed <= since


def _moment(text: str) -> datetime | None:
    """The moment that a header names; None where it names none."""
    try:
        told = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # without a zone, and with "-0000", it is UTC
    return told if told.tzinfo else told.replace(tzinfo=UTC)


@lru_cache(maxsize=_HEADERS_REMEMBERED)
def takes_gzip(header: str) -> bool:
    """Whether gzip may be sent (RFC 9110 §12.5.3): named, or meant by `*`, with a weight above 0."""
    weights = dict(map(_weighed, header.lower().split(",")))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weighed(coding: str) -> tuple[str, float]:
    name, _, weight = coding.partition(";")
    found = re.fullmatch(r"q=([01](?:\.[0-9]{0,3})?)", weight.strip())
    return name.strip(), float(found[1]) if found else float(not weight)
