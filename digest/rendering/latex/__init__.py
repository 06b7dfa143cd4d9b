"""LaTeX in titles, names and abstracts as readable Unicode; what cannot be written so stays as its source.

`segments` finds the formulas, `tree` takes them apart, `reader` and `commands` know what is meant, `pieces` and
`scripts` write it so that nothing else can be read, `prose` does the rest of the text, and `weaving` puts it together.
"""

from functools import lru_cache

from digest.rendering.latex.formula import formula
from digest.rendering.latex.segments import Segment
from digest.rendering.latex.tree import Unreadable
from digest.rendering.latex.weaving import woven

__all__ = ["readable", "readable_formula"]
_REMEMBERED = 20_000  # texts


@lru_cache(maxsize=_REMEMBERED)
def readable(source: str) -> str:
    """The clean text with its mathematics and markup as Unicode.

    A formula is converted whole or stays whole, dollars and all.
    """
    return woven(source, formula=readable_formula)


def readable_formula(segment: Segment) -> str:
    """One formula as text, or its source."""
    try:
        return formula(segment.tex or "", after_operand=segment.after_operand, before_operand=segment.before_operand)
    except Unreadable:
        return segment.source
