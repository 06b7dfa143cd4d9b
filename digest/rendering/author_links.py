"""Where the pages of authors are: a name and a number in, a path below the root out."""

import re
import unicodedata
from urllib.parse import urlencode

from digest.records import Writer
from digest.rendering.latex import readable
from digest.rendering.plain import one_line

_SLUG_CHARACTERS = 60
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss"})


def author_href(writer: Writer) -> str:
    """`/author/12-ada-ames`, or who may bear the name where it is not known which of them is meant."""
    if writer.number:
        return f"/author/{author_key(writer.number, writer.name)}"
    return f"/author?{urlencode({'name': one_line(readable(writer.name))})}"


def author_key(number: int, name: str) -> str:
    """`12-ada-ames`; `12` for a name that cannot be written in ASCII."""
    plain = unicodedata.normalize("NFKD", one_line(readable(name)).casefold().translate(_LETTERS))
    slug = re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c)))
    return f"{number}-{slug[:_SLUG_CHARACTERS]}".strip("-")
