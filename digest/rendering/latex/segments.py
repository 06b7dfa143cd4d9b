"""Where mathematics begins and ends in a text, and what is money."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.rendering.latex.tree import DEEPEST

_MARK = re.compile(r"\\[()\[\]]|\\.|\$", re.S)
_CLOSING = {"$": "$", r"\(": r"\)", r"\[": r"\]"}
_MARKS = frozenset([*_CLOSING, *_CLOSING.values()])
_BRACE = re.compile(r"\\.|[{}]", re.S)
_INNER_MARKS = 6  # dollars within a formula: three words of mathematics in its text
_COMMAND = re.compile(r"\\[A-Za-z]+\s*")
_GROUP = re.compile(r"\{[^{}]*\}")
_MARKUP = re.compile(r"[\\^_{}]")
_WORD = re.compile(r"(?<![A-Za-z])[a-z]{2,}(?![A-Za-z])")
_SENTENCE = re.compile(r"(?<![a-z])[a-z]{2,}+\s+[a-z]{2,}")
_CLAUSE = re.compile(r"(?<![a-z])[a-z]{2,}+,?\s+[a-z]{2,}")
_PARAGRAPH = re.compile(r"\n\s*\n")
_PUNCTUATION = frozenset(".,;:()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a text: prose, or a formula with the marks around it."""

    source: str
    tex: str | None = None  # what the marks enclose; None for prose
    after_operand: bool = False  # a letter or digit of the prose stands right before the formula
    before_operand: bool = False  # ... right after it


def segments(text: str) -> Iterator[Segment]:
    """The text from beginning to end, in time that grows with its length alone."""
    done = 0
    for start, tex, end in _formulas(text):
        if start > done:
            yield Segment(source=text[done:start])
        yield Segment(
            source=text[start:end],
            tex=tex,
            after_operand=text[max(start - 1, 0) : start].isalnum(),
            before_operand=text[end : end + 1].isalnum(),
        )
        done = end
    if done < len(text):
        yield Segment(source=text[done:])


def _formulas(text: str) -> Iterator[tuple[int, str, int]]:
    """Where each formula begins, what it says, and where it ends."""
    marks = [found for found in _MARK.finditer(text) if found[0] in _MARKS]
    at = 0
    while at < len(marks):
        width = 2 if _is_display(marks, at) else 1
        last = _closing(text, marks, at, width)
        if last is not None:
            opened, closed, end = marks[at + width - 1].end(), marks[last - width + 1].start(), marks[last].end()
            if _is_formula(text[opened:closed], text[end : end + 1], surely=marks[at][0] != "$"):
                yield marks[at].start(), text[opened:closed], end
                at = last
        at += 1


def _closing(text: str, marks: Sequence[re.Match[str]], at: int, width: int) -> int | None:
    r"""The last mark of the formula that begins at mark `at`: its braces match, as in $\textbf{2$\times$}$."""
    first = at + 2 * width - 1
    for last in range(first, min(first + _INNER_MARKS + 1, len(marks)), 2):
        if _CLOSING.get(marks[at][0]) != marks[last][0]:
            return None
        if _are_balanced(text[marks[at].start() : marks[last].start()]):
            return last
    return first if first < len(marks) else None


def _are_balanced(tex: str) -> bool:
    braces = [found for found in _BRACE.findall(tex) if len(found) == 1]
    return braces.count("{") == braces.count("}")


def _is_display(marks: Sequence[re.Match[str]], at: int) -> bool:
    """Whether two dollars stand here, and two after something."""
    pair = [mark.start() for mark in marks[at : at + 4] if mark[0] == "$"]
    return len(pair) == 4 and pair[1] == pair[0] + 1 and pair[2] > pair[1] + 1 and pair[3] == pair[2] + 1


def _is_formula(tex: str, following: str, *, surely: bool) -> bool:
    """Whether what stands between two dollars is mathematics: no sum of money, no sentence."""
    if not tex.strip() or _PARAGRAPH.search(tex):
        return False
    if surely:
        return True
    prose = _without_groups(_COMMAND.sub("·", tex))
    if _SENTENCE.search(prose) or (tex[0].isdigit() and _is_money(tex, prose, following)):
        return False
    is_open = tex[0].isspace() or tex[-1].isspace()  # TeX allows it, and so does a lone dollar in prose
    return bool(not is_open or _MARKUP.search(tex) or (len(tex.split()) == 1 and tex.strip() not in _PUNCTUATION))


def _is_money(tex: str, prose: str, following: str) -> bool:
    """Whether $5 and $10, or $14 to $x$, begins here."""
    if _CLAUSE.search(prose) or (following.isdigit() and not _MARKUP.search(tex)):
        return True
    return tex[-1].isspace() and (not _MARKUP.search(tex) or _WORD.search(prose) is not None)


def _without_groups(tex: str) -> str:
    for _ in range(DEEPEST):
        tex, count = _GROUP.subn("·", tex)
        if not count:
            break
    return tex
