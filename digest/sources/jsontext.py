"""JSON from outside: whole, well-formed, and not nested without end."""

import json
from typing import Any

from digest.errors import SourceError


def strict_json(body: bytes, *, source: str) -> Any:
    """The value of an answer that should be JSON; SourceError says why it cannot be."""
    if not body.strip():
        raise SourceError(source, "the answer is empty")
    if body.lstrip()[:200].lower().startswith((b"<html", b"<!doctype html", b"<?xml")):
        raise SourceError(source, "answered with a page instead of JSON; it may be down for maintenance")
    try:
        return json.loads(body)
    except RecursionError as error:
        raise SourceError(source, "the JSON is nested without end; refused") from error
    except ValueError as error:
        raise SourceError(source, f"the JSON is damaged or cut short ({error})") from error
