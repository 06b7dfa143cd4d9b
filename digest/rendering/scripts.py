"""Which way a text runs and which language its letters tell of: what a browser is told of it."""

import re
import unicodedata

_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_STRONG = frozenset({"L", "R", "AL"})
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


def direction(text: str) -> str:
    """`rtl` where the first letter with a direction runs to the left (UAX #9, P2 and P3), else `ltr`."""
    if text.isascii():
        return "ltr"
    first = next((kind for kind in map(unicodedata.bidirectional, text) if kind in _STRONG), "L")
    return "rtl" if first in _RIGHT_TO_LEFT else "ltr"


def language(text: str) -> str:
    """`zh`, `ja` or `ko` (BCP 47) where the letters say so; "" for all others, which a page leaves as it is.

    One language needs another font for the same Han character than the other, so a page has to say which it is.
    """
    if text.isascii():
        return ""
    if _KANA.search(text):
        return "ja"
    return "ko" if _HANGUL.search(text) else "zh" if _HAN.search(text) else ""
