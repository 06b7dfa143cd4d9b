"""An abstract's text in, its sentences in order out: white space folded, nothing lost, mathematics kept whole.

A full stop ends a sentence if white space follows, the word before it is no abbreviation, and the next word does not
begin in lower case ("vLLM" and "t-SNE" do and may still begin one). Time is linear in the text.
"""

import re

_MATHEMATICS_LIMIT = 500  # characters; one dollar sign too many costs no more of the text
_WINDOW = 24  # characters looked at on each side of a mark; more than the longest word listed here

_OPENERS = frozenset(  # words that begin a sentence and hardly ever a name
    """A Additionally Also Although An As At Based Both Building By Code Compared Consequently Crucially Despite Each
    Empirically Existing Experimental Experiments Extensive Finally First For From Further Furthermore Given Hence Here
    How However If In Instead It Its Many Meanwhile Moreover Most Motivated Notably On One Our Overall Recent Results
    Second Secondly Since Specifically Such That The Their Then There Therefore These They Third This Those Through Thus
    To Two Under Unlike Using Via We What When Whereas Whether While With Without""".split()
)
_NEVER = frozenset("e.g eg i.e ie cf vs viz resp approx fig figs eq eqs eqn sec secs ref refs dr prof".split())
_BEFORE_A_NUMBER = frozenset("no nos ch vol pp art app alg tab thm lem prop def cor ver".split())
_SELDOM = frozenset("al inc ltd co corp jr sr st phys rev proc univ".split())

_PARAGRAPH = re.compile(r"\n\s*\n")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.)*[^\W\d_]")  # "J", "U.S", "w.r.t", "Ph.D"
_LIST_MARK = re.compile(r"[(\[]?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)\]]+")
_MARK = re.compile(
    rf"""(?=[.$\\!?…。！？｡])(?:(?P<formula>
      \$\$[^$]{{1,{_MATHEMATICS_LIMIT}}}\$\$
    | (?<![\\$])\$(?=[^\s$])[^$]{{1,{_MATHEMATICS_LIMIT}}}(?<=\S)\$(?!\d)   # "$5 and $6" is money
    | \\\((?:[^\\]|\\(?![()]))*+\\\)
    | \\\[(?:[^\\]|\\(?![\[\]]))*+\\\]
    )
    | (?P<wide>[。！？｡]++[」』”’）】]*+)
    | (?P<glued>(?<=[a-z\d)\]%][a-z)\]%])[.!?](?=(?:{"|".join(sorted(_OPENERS - {"A", "As", "At", "It", "On"}))})\b))
    | (?P<end>(?<![.!?…])(?P<points>[.!?…]++)["'”’»)\]}}*]*+(?:\[\d[\d,–-]*+\])?(?=\s|\Z)))""",
    re.VERBOSE,
)
_STOP_INSIDE = re.compile(r"[.!?] ?(?:\$\$?|\\[)\]])\Z")  # "$x = 1.$"


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, each on one line; their characters but white space are those of the text, in order.

    A blank line ends a sentence; text without letters or marks is a sentence too; empty text has none.
    """
    paragraphs = (" ".join(paragraph.split()) for paragraph in _PARAGRAPH.split(text))
    return tuple(sentence for paragraph in paragraphs for sentence in _split(paragraph))


def _split(line: str) -> list[str]:
    """The sentences of one line with single blanks."""
    found, begin = [], 0
    for mark in _MARK.finditer(line):
        if _is_end(line, begin, mark):
            found.append(line[begin : mark.end()])
            begin = mark.end() + line.startswith(" ", mark.end())
    return [*found, line[begin:]] if begin < len(line) else found


def _is_end(line: str, begin: int, mark: re.Match[str]) -> bool:
    """Whether a sentence that began at `begin` ends with the mark."""
    if mark["wide"]:
        return True
    if mark["glued"]:
        return "/" not in _word_before(line, begin, mark.start())  # an address
    if mark["formula"] and not (_STOP_INSIDE.search(mark[0][-4:]) and line[mark.end() : mark.end() + 1] in ("", " ")):
        return False
    following = _word_after(line, mark.end())
    if not following:
        return True
    if _begins_small(following) or _LIST_MARK.fullmatch(line, begin, mark.end()):
        return False
    return mark["points"] != "." or not _is_abbreviation(_word_before(line, begin, mark.start()), following)


def _word_before(line: str, begin: int, position: int) -> str:
    words = line[max(begin, position - _WINDOW) : position].split()
    return words[-1].lstrip("([{\"'“‘*") if words else ""


def _word_after(line: str, position: int) -> str:
    words = line[position : position + _WINDOW].split(maxsplit=1)
    return words[0] if words else ""


def _begins_small(word: str) -> bool:
    """Whether no sentence begins with the word; "vLLM" and "t-SNE" have a capital within, "(ii)" and addresses may."""
    if _LIST_MARK.fullmatch(word) or word.startswith(("http://", "https://")):
        return False
    letters = word.lstrip("([{\"'“‘«*`")
    return letters[:1].islower() and not any(letter.isupper() for letter in letters)


def _is_abbreviation(word: str, following: str) -> bool:
    plain = word.lower()
    if plain in _NEVER:
        return True
    if plain in _BEFORE_A_NUMBER:
        return following.lstrip("(")[:1].isdigit()
    return bool(plain in _SELDOM or _INITIALS.fullmatch(word)) and following.rstrip(",:") not in _OPENERS
