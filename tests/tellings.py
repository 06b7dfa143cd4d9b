"""What feeds tell of an edition, however it was read."""

from typing import Any

from digest.rendering.feed_blocks import Style
from digest.rendering.feed_whys import Whys
from digest.rendering.words import ENGLISH
from digest.tellings import Telling

_WHYS = Whys(Style.ATOM, ENGLISH)


def all_told(edition: Telling) -> tuple[Any, ...]:
    """Every field of it and of its papers, and why each is there in words."""
    *fields, lines = edition
    return *fields, [(line[:5], tuple(_WHYS.texts(line, edition))) for line in lines]
