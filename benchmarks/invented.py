"""An archive as large as is wanted, made up out of real papers: real listings in, papers with their search entries out.

A title is a real one of the same category, an abstract is of sentences of different real abstracts of it, so that words
stand together as they do; names are put together of real ones. New words come in as they do in real texts, by Heaps'
law (Heaps 1978, §7.5; V = K · n^β): every second word of a large archive stands in one paper only. Ids, dates and
authors are nobody's.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import accumulate

from digest.browse.indexing import signed
from digest.browse.stems import authors_tokens, category_tags, cut, stems
from digest.identity import PaperId
from digest.papers import Paper, Version
from digest.relevance.text import stem_id, words
from digest.store.search_engines import Part

A_DAY = 1_000  # papers, weekends counted in: what all of arXiv brings
_SENTENCE = ". "
_OLD_NAME = 0.85  # the share of authors who have written before
_RECENT = 20_000  # names out of which those are drawn
_HEAPS = 0.61  # β: of 14,000 papers of 2025 there were 42,955 words, of 110,000 papers 151,015
_MONTH_PAPERS = 50_000  # numbers of one month in our made-up ids, half of what five digits hold
_SHORTEST = 5  # letters before the end of a word that is made up
_SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "tre",
    "vo",
    "zan",
    "qui",
    "ber",
    "dax",
    "fen",
    "gor",
    "hul",
    "pyr",
    "sto",
    "wex",
    "yun",
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A title or a sentence, and how search has it."""

    text: str
    words: tuple[str, ...]  # as written, as the index takes them
    stems: tuple[str, ...]
    numbers: tuple[int, ...]  # of the stems


@dataclass(slots=True)
class _Field:
    """What the papers of one category are made of."""

    titles: list[Piece] = field(default_factory=list)
    sentences: list[Piece] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)  # sentences of an abstract
    crowds: list[int] = field(default_factory=list)  # authors of a paper
    categories: list[tuple[str, ...]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    surnames: list[str] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)  # made-up names

    def take(self, paper: Paper) -> None:
        self.titles.append(_piece(paper.title))
        sentences = [f"{part.strip().rstrip('.')}." for part in paper.abstract.split(_SENTENCE) if part.strip(" .")]
        self.sentences += map(_piece, sentences)
        self.lengths.append(len(sentences))
        self.crowds.append(len(paper.authors))
        self.categories.append(paper.categories)
        for given, _, surname in (name.rpartition(" ") for name in paper.authors):
            self.given.append(given or "A.")
            self.surnames.append(surname)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """A made-up paper, its day, and what search is to know of it."""

    paper: Paper
    day: date
    parts: dict[Part, list[str]]
    words: frozenset[str]
    terms: list[int]  # the numbers of its stems


class Archive:
    """Papers without end, oldest first, the same ones for the same seed."""

    def __init__(self, real: Iterator[Paper], *, seed: int) -> None:
        self._chance = random.Random(seed)
        self._fields: dict[str, _Field] = defaultdict(_Field)
        for paper in real:
            self._fields[paper.categories[0]].take(paper)
        self._names = list(self._fields)
        self._until = list(accumulate(len(each.titles) for each in self._fields.values()))
        self._coined: list[Piece] = []
        pieces = (piece for each in self._fields.values() for piece in (*each.titles, *each.sentences))
        self._vocabulary = len({word for piece in pieces for word in piece.words})

    def papers(self, size: int, *, until: date) -> Iterator[Invented]:
        """So many, the last ones listed the day before `until`."""
        first = until - timedelta(days=-(-size // A_DAY))
        for number in range(size):
            yield self._paper(number, first + timedelta(days=number // A_DAY))

    def _paper(self, number: int, day: date) -> Invented:
        chance = self._chance
        of = self._fields[chance.choices(self._names, cum_weights=self._until)[0]]
        title, body = chance.choice(of.titles), self._body(of, number)
        authors = tuple(self._author(of) for _ in range(chance.choice(of.crowds)))
        paper = Paper(
            id=_id(number),
            title=title.text,
            abstract=" ".join(piece.text for piece in body),
            authors=authors,
            categories=chance.choice(of.categories),
            versions=(Version(number=1, submitted_at=datetime.combine(day - timedelta(days=1), time(12), UTC)),),
        )
        names = [token for name in authors for token in _name_tokens(name)]
        parts = {
            Part.TITLE: list(title.stems),
            Part.AUTHORS: names,
            Part.ABSTRACT: [stem for piece in body for stem in piece.stems],
            Part.TAGS: _tags(paper.categories),
        }
        written = frozenset(names).union(title.words, *(piece.words for piece in body))
        terms = list(set(title.numbers).union(*(piece.numbers for piece in body)))
        return Invented(paper=paper, day=day, parts=parts, words=written, terms=terms)

    def _body(self, of: _Field, number: int) -> list[Piece]:
        """Sentences of different abstracts, and the words that are new by then."""
        chance = self._chance
        expected = self._new_words(number)
        body = [chance.choice(of.sentences) for _ in range(max(1, chance.choice(of.lengths)))] if of.sentences else []
        for _ in range(int(expected) + (chance.random() < expected % 1)):
            again = self._coined and chance.random() < 0.5  # so that half of them stay with one paper
            body.append(chance.choice(self._coined) if again else self._coin())
        return body

    def _new_words(self, number: int) -> float:
        """How many words of a paper no paper before had, on average, beyond what the real ones have."""
        real = self._until[-1]
        rate = _HEAPS * self._vocabulary / real
        return float(rate * (number / real) ** (_HEAPS - 1)) if number > real else 0.0

    def _coin(self) -> Piece:
        self._coined.append(_piece(f"We call it {_word(len(self._coined))}."))
        return self._coined[-1]

    def _author(self, of: _Field) -> str:
        chance = self._chance
        if of.recent and chance.random() < _OLD_NAME:
            return chance.choice(of.recent)
        made = f"{chance.choice(of.given)} {chance.choice(of.surnames)}"
        if len(of.recent) < _RECENT:
            of.recent.append(made)
        else:
            of.recent[chance.randrange(_RECENT)] = made
        return made


def _piece(text: str) -> Piece:
    written = words(text)
    stemmed = tuple(map(_one, stems(written)))
    return Piece(text, tuple(_one(cut(word)) for word in written), stemmed, tuple(map(_number, written)))


@cache
def _one(word: str) -> str:
    """The same object for the same word."""
    return word


@cache
def _number(word: str) -> int:
    return signed(stem_id(word))


@cache
def _tags(categories: tuple[str, ...]) -> list[str]:
    return category_tags(categories)


@lru_cache(maxsize=1 << 18)
def _name_tokens(name: str) -> Sequence[str]:
    return tuple(authors_tokens([name]))


def _word(number: int) -> str:
    """A word of its own for each number."""
    said = ""
    while number or len(said) < _SHORTEST:
        number, digit = divmod(number, len(_SYLLABLES))
        said += _SYLLABLES[digit]
    return f"{said}oid"


def _id(number: int) -> PaperId:
    """An id as arXiv writes them, of months from 1970 on, in which it gave none."""
    month, place = divmod(number, _MONTH_PAPERS)
    year, month = divmod(month, 12)
    return PaperId(f"arxiv:{70 + year:02}{month + 1:02}.{place + 1:05}")
