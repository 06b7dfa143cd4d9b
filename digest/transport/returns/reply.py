"""What a reader writes back: a subject and a text come in, votes and the wish to leave go out.

`+3 -7` on a line likes the third paper and dislikes the seventh; `+3,5` likes two; `unsubscribe` or `stop` alone on a
line, or as the subject, leaves. Only the first lines above the quoted mail are read, and only lines that hold nothing
else count, so that a number in a sentence or in a signature is no vote.
"""

import re
from collections.abc import Iterator
from itertools import islice, takewhile

from digest.subscribers import Verdict
from digest.transport.returns.lines import clean

_MOST_LINES = 8  # that are not empty, of the reader's own words
_LONGEST = 200  # characters of a line that may be votes
_LEAVE = frozenset({"unsubscribe", "stop"})
_MINUSES = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-") | {"\uff0b": "+"})
# A sign holds for the numbers behind it that are separated by commas alone: "+49 30 123456" is somebody's telephone.
_VOTES = re.compile(r"(?:[+-] ?\d{1,3}(?: ?[,;] ?\d{1,3}(?!\d))*[ ,;.]*)+", re.ASCII)
_GROUP = re.compile(r"([+-])([^+-]*)")
_NUMBER = re.compile(r"\d+", re.ASCII)
_VERDICTS = {"+": Verdict.LIKE, "-": Verdict.DISLIKE}
# Where the quoted mail begins. Programs break "On … wrote:" into two lines.
_QUOTE = re.compile(
    r"""  (?: On | Am | Le | El | Il | Em | Op | Den )\b.* (?: \d{4} | \d:\d\d | @ ) .*
        | .* \b (?: wrote | schrieb .* | a\ écrit | escribió | ha\ scritto | escreveu | schreef .* ) \s* :
        | -{2,}.*-{2,} | _{5,} | (?: From | Von | De | Da ) \s* : .+
    """,
    re.VERBOSE | re.I,
)
_SIGNATURE = "--"  # and a blank, which is often lost (RFC 3676 §4.3)


def votes(text: str) -> tuple[tuple[int, Verdict], ...]:
    """Places in the edition from 1 on, each once, the last word on it counting; 0 and above the edition are given too.

    `+3 −7` is ((3, LIKE), (7, DISLIKE)).
    """
    said: dict[int, Verdict] = {}
    for line in _own_lines(text):
        plain = " ".join(line.translate(_MINUSES).split())
        if len(plain) <= _LONGEST and _VOTES.fullmatch(plain):
            for sign, numbers in _GROUP.findall(plain):
                said |= {int(number): _VERDICTS[sign] for number in _NUMBER.findall(numbers)}
    return tuple(said.items())


def wants_to_leave(subject: str, text: str) -> bool:
    """Whether the subject, or a line of the reader's own, is `unsubscribe` or `stop` and nothing else."""
    return any(line.strip(" \t.!*\"'").casefold() in _LEAVE for line in (subject, *_own_lines(text)))


def first_words(text: str) -> str:
    """The first of what the reader wrote, one clean line."""
    return clean(" ".join(_own_lines(text)))


def _own_lines(text: str) -> Iterator[str]:
    """The first lines that are neither empty nor quoted."""
    lines = (line.strip() for line in text[: _MOST_LINES * 998 * 4].split("\n"))
    written = takewhile(lambda line: line != _SIGNATURE and not _is_quote(line), lines)
    return islice((line for line in written if line and not line.startswith(">")), _MOST_LINES)


def _is_quote(line: str) -> bool:
    return _QUOTE.fullmatch(line[:_LONGEST]) is not None
