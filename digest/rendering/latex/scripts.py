"""Superscripts and subscripts: in Unicode's small letters where all of it has them, in brackets where not."""

import re
from dataclasses import replace

from digest.rendering.latex.pieces import Kind, Piece, folded
from digest.rendering.latex.tree import Unreadable

# Without o, O and I, which are taken for zero and one when they are small.
_RAISED = dict(
    zip(
        "0123456789+-=()abcdefghijklmnprstuvwxyzABDEGHJKLMNPRTUVW⊤⊺′",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴶᴷᴸᴹᴺᴾᴿᵀᵁⱽᵂᵀᵀ′",
        strict=True,
    )
)
_LOWERED = dict(zip("0123456789+-=()aehijklmnprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₚᵣₛₜᵤᵥₓ", strict=True))
_MARKS = {"*": "*", "∗": "*", "⋆": "⋆", "★": "⋆", "†": "†", "‡": "‡", "′": "′", "∘": "°", "°": "°", "®": "®", "™": "™"}
SMALL = frozenset([*_RAISED.values(), *_LOWERED.values(), *_MARKS.values()])
_LONGEST_LOWERED_WORD = 3  # letters: xₘₐₓ, but x_total, which is easier to read
_LONG_WORD = re.compile(rf"[^\W\d_]{{{_LONGEST_LOWERED_WORD + 1}}}")
_WORD = re.compile(rf"[^\W_{''.join(sorted(SMALL))}]+|\d+\.\d+")
_LETTER = re.compile(r".[\u0300-\u036f\u20d0-\u20ff]*", re.S)


def scripted(base: Piece, *, raised: str | None = None, lowered: str | None = None, primes: str = "") -> Piece:
    """`base` with what stands above and below its line.

    What is written in small letters comes first, so that X with an index A and the power 2 is X²_A, not X_A².
    """
    if base.raised and raised and base.kind is Kind.CLOSE:
        raise Unreadable("a power of a power")
    base_text = base.sealed or base.text  # the index of {X_A}^2 is done
    if base.composite or (base.raised and raised):
        base_text = f"({base_text})"
    up, down = _small_raised(raised or ""), _small_lowered(lowered or "")
    text = base_text + primes + (down or "") + (up or "")
    below = lowered if down is None else None
    above = raised if up is None else None
    sealed = text + _below(below, sealed=above is None) + _above(above, sealed=True)
    bare = text + _below(below) + _above(above)
    return replace(
        base,
        text=bare,
        kind=_kind(base),
        beside="",
        before="",
        sealed=sealed if sealed != bare else "",
        raised=bool(raised),
        sticky=bool(sealed != bare or (up and up[-1] in "*⋆†‡")),
    )


def line(text: str) -> str:
    """A script without the blanks that are only air."""
    return re.sub(r" (?=[^\w√])|(?<=[^\w)*]) ", "", text)


def _kind(base: Piece) -> Kind:
    return base.kind if base.kind in (Kind.FUNCTION, Kind.LARGE, Kind.INFIX, Kind.CLOSE) else Kind.OPERAND


def _small_raised(text: str) -> str | None:
    if text and all(character in _MARKS for character in text):
        return "".join(_MARKS[character] for character in text)
    return _translated(text, _RAISED)


def _small_lowered(text: str) -> str | None:
    return None if _LONG_WORD.search(text) else _translated(text, _LOWERED)


def _translated(text: str, table: dict[str, str]) -> str | None:
    plain = folded(text)
    return "".join(table[each] for each in plain) if all(each in table for each in plain) else None


def _below(text: str | None, *, sealed: bool = False) -> str:
    if text is None:
        return ""
    bare = not sealed and (_WORD.fullmatch(text) or _LETTER.fullmatch(text))
    return f"_{text}" if bare else f"_({text})"


def _above(text: str | None, *, sealed: bool = False) -> str:
    if text is None:
        return ""
    return f"^{text}" if not sealed and _LETTER.fullmatch(text) else f"^({text})"
