"""Author names as feeds and files write them — one a field, or all in one string — as names in printed order.

"Ana Marin", "Marin, Ana" and "Marin, A., Jr" are one person; "Marin, A.; Li, B.", "Marin, A., Li, B.",
"Ana Marin, Bo Li and Chen Wei" are several. What cannot be told: "García Márquez, Gabriel José" in a string of its own
reads as two people.
"""

import re
from collections.abc import Iterable, Sequence

from digest.sources.jats import clean

_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d)\.?", re.I)
_OTHERS = re.compile(r"(?:^|[ ,])(?:et al|(?:and )?others)\.?$", re.I)
_MAIL = re.compile(r"(?<![^\s@()<>])[^\s@()<>]{1,64}@[^\s@()<>]{1,255}")
_MARKS = str.maketrans({"；": ";", "，": ";", "、": ";"})
_AND = re.compile(r"(?:,\s*|\s)(?:and|&)\s", re.I)


def each_name(texts: Iterable[str]) -> tuple[str, ...]:
    """The names in fields that hold one each; a field that stands alone may hold them all."""
    listed = [text for text in map(clean, texts) if text]
    if len(listed) == 1:
        return names(listed[0])
    return tuple(name for text in listed for name in (names(text) if ";" in text or _AND.search(text) else one(text)))


def names(text: str) -> tuple[str, ...]:
    """The names in one string: apart by semicolons, else by "and", else by commas where these are not within names."""
    whole = clean(text).translate(_MARKS)
    if ";" in whole:
        people = whole.split(";")
    else:
        people = _AND.split(whole)
        if not all(_is_inverted(_commas(part)) for part in people):
            people = _people(_commas(", ".join(people)))
    return tuple(name for person in people for name in one(person))


def one(text: str) -> tuple[str, ...]:
    """The name in a text that names one person, given name first; none in an e-mail address or "et al."."""
    parts = _commas(_OTHERS.sub("", _without_mail(clean(text))))
    suffixes = [part for part in parts[1:] if _is_suffix(part)]
    if _is_inverted(parts):
        name = " ".join([*(part for part in parts[1:] if part not in suffixes), parts[0], *suffixes])
    else:
        name = (" " if len(parts) == 2 and suffixes else ", ").join(parts)
    return (name,) if any(letter.isalnum() for letter in name) else ()


def _without_mail(text: str) -> str:
    """RSS 2.0 wants "ana@example.org (Ana Marin)" of an author; the address is nobody's business."""
    if not _MAIL.search(text):
        return text
    return " ".join(re.sub(r"[()<>]", " ", _MAIL.sub(" ", text)).split())


def _commas(text: str) -> list[str]:
    return [part for part in (piece.strip() for piece in text.split(",")) if part]


def _is_inverted(parts: Sequence[str]) -> bool:
    """Whether the parts are one name, the family's first: "Marin, Ana", "Marin, A., Jr", "Marin, Jr, A."."""
    if len(parts) == 3:
        return sum(map(_is_suffix, parts[1:])) == 1 and _is_family(parts[0])
    if len(parts) != 2 or _is_suffix(parts[1]):
        return False
    family, given = parts
    return _is_family(family) or " " not in given or _is_initials(given)


def _is_family(text: str) -> bool:
    """ "Marin", "van der Berg"."""
    return " " not in text or text[:1].islower()


def _is_suffix(text: str) -> bool:
    return _SUFFIX.fullmatch(text) is not None


def _is_initials(text: str) -> bool:
    """ "A.", "X.-Y.", "B. C.", "BC"."""
    letters = [part for part in re.split(r"[ .-]+", text[:20]) if part]
    return bool(letters) and len(text) <= 20 and all(part.isupper() and len(part) <= 3 for part in letters)


def _people(parts: Sequence[str]) -> list[str]:
    """The parts between commas put together to people."""
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    if len(parts) % 2 == 0 and all(_is_initials(given) and not _is_initials(family) for family, given in pairs):
        return [f"{family}, {given}" for family, given in pairs]
    people: list[str] = []
    for part in parts:
        if people and _is_suffix(part):
            people[-1] = f"{people[-1]}, {part}"
        else:
            people.append(part)
    return people
