"""One formula of TeX as one line of Unicode text, or the reason why it cannot be one.

Read as TeX's classes mean it, never guessed: a command that is not in the tables makes the whole formula unreadable.
"""

from dataclasses import replace
from functools import lru_cache

from digest.rendering.latex.commands import COMMANDS
from digest.rendering.latex.pieces import SPACE, Kind, joined, solid, undressed
from digest.rendering.latex.reader import MATHEMATICS, Reader, is_proper
from digest.rendering.latex.tree import SOFT, Node, tree

_READER = Reader(COMMANDS)
_REMEMBERED = 20_000  # formulas; a year of arXiv's computer science has 11,000 different ones


@lru_cache(maxsize=_REMEMBERED)
def formula(tex: str, *, after_operand: bool = False, before_operand: bool = False) -> str:
    """What stands between the dollars, on one line; raises `Unreadable`.

    The flags say that a letter or digit of the text around touches it.
    """
    nodes = _without_emphasis(tree(tex), touches=after_operand or before_operand)
    pieces = _READER.pieces(nodes, MATHEMATICS)
    if after_operand and pieces and is_proper(pieces[0]):
        pieces = [SPACE, replace(pieces[0], beside=""), *pieces[1:]]  # 1$\frac{2}{3}$
    text = undressed(joined(pieces, after_operand=after_operand, before_operand=before_operand))
    first, last = (" " if pieces and pieces[edge] is SPACE else "" for edge in (0, -1))
    return first + text + (last if text else "")


@lru_cache(maxsize=_REMEMBERED)
def only_words(tex: str) -> bool:
    """Whether a formula is no mathematics but a way to set words in another face; raises `Unreadable`."""
    pieces = solid(_READER.pieces(_without_emphasis(tree(tex), touches=False), MATHEMATICS))
    return bool(pieces) and all(piece.kind is Kind.TEXT for piece in pieces)


def _without_emphasis(nodes: tuple[Node, ...], *, touches: bool) -> tuple[Node, ...]:
    """The nodes without a line under the whole formula, which marks letters of a name or the best number of a table.

    Under one letter that touches no word it may be a lower bound, and stays.
    """
    match [node for node in nodes if node not in (" ", SOFT)]:
        case [r"\underline", tuple(inner)] if touches or len(inner) > 1:
            return _without_emphasis(inner, touches=touches)
        case [tuple(inner)]:
            return _without_emphasis(inner, touches=touches)
    return nodes
