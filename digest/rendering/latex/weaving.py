"""A text taken apart into prose and formulas, each written its own way, and put together again."""

import re
from collections.abc import Callable
from itertools import count

from digest.rendering.latex.prose import FIRST_MARK, LAST_MARK, prose
from digest.rendering.latex.segments import Segment, segments
from digest.rendering.plain import clean

_MARK = re.compile(f"[{chr(FIRST_MARK)}-{chr(LAST_MARK)}]")


def woven(source: str, *, formula: Callable[[Segment], str], text: Callable[[str], str] = str) -> str:
    """The clean `source` with its prose through `text` and each formula as `formula` writes it.

    Emphasis and the like may reach over formulas, so that prose is read as one, with a mark for each of them.
    """
    numbers, formulas, stretches = count(FIRST_MARK), dict[str, Segment](), []
    cleaned = clean(source)
    for segment in segments(cleaned if cleaned.isascii() else _MARK.sub("", cleaned)):
        if segment.tex is None or len(formulas) > LAST_MARK - FIRST_MARK:
            stretches.append(segment.source)
            continue
        mark = chr(next(numbers))
        formulas[mark] = segment
        stretches.append(mark)
    written = text(prose("".join(stretches)))
    return _MARK.sub(lambda found: formula(formulas[found[0]]), written) if formulas else written
