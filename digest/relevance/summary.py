"""A paper's title and abstract in, the two sentences of the abstract that say most of it out, in their order.

Each sentence is worth a sum of: centrality, the TF-IDF cosine to the whole abstract (Radev et al. 2004, "Centroid-based
summarization of multiple documents"); the cosine to the title; its place; and cue phrases (Edmundson 1969, "New methods
in automatic extracting"). The second sentence pays for what it repeats of the first (Carbonell and Goldstein 1998), and
a kind of cue counts once, so that what was done stands beside what came of it.

`python -m benchmarks.summary` compares it with the first two sentences: it is ahead with and without cue words, which
are there for the reader, as they keep out background in favour of "we propose".
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digest.relevance.sentences import sentences

Terms = Callable[[str], list[str]]
Vector = dict[str, float]  # term -> weight, of unit length, or empty

SIZE = 2  # sentences
LONG = 400  # characters; four lines of a mail more than a reader asks a summary for
SHORT = 30  # characters; a heading, or what is left of a broken formula


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What each sign is worth; cosines lie between 0 and 1.

    Chosen near the best of a random search, with 400 abstracts of April and 400 of June 2025 in sight, so that title
    and conclusion are both matched; cues are worth more than the measure asks for, as their sentences read better.
    """

    centrality: float = 0.5
    title: float = 1.1
    opening: float = 0.1  # the first sentence
    place: float = 0.15  # times 0 (first) to 1 (last)
    closing: float = 0.5  # the last sentence that is no notice
    announcing: float = 0.35  # "we propose"
    reporting: float = 0.3  # "our results"
    leaning: float = -0.1  # "However, these …": hard to read alone
    notice: float = -0.6  # where to find the code
    long: float = -0.3
    short: float = -0.3
    redundancy: float = 0.8  # times the cosine of the two sentences


WEIGHTS = Weights()

_ADVERB = r"(?: \w+ly| also| first| further| then| here)?"
_ANNOUNCING = re.compile(
    rf"\bwe{_ADVERB} (?:propose|introduce|present|develop|design|study|investigate|describe|address|explore|examine"
    r"|formulate|devise|analy[sz]e|argue)\b"
    r"|\b(?:in )?this (?:\w+ )?(?:paper|work|study|article|thesis|survey|letter|review|tutorial)\b"
    r"|\b(?:is|are) (?:proposed|introduced|presented)\b",
    re.IGNORECASE,
)
_REPORTING = re.compile(
    rf"\bwe{_ADVERB} (?:show|prove|find|demonstrate|establish|conclude)\b"
    r"|\bour (?:\w+ ){0,2}(?:results?|experiments?|findings|evaluations?)\b"
    r"|\b(?:results|experiments|evaluations|simulations) (?:on|show|demonstrate|indicate|reveal|suggest|confirm)\b"
    r"|\b(?:outperform|surpass)",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"(?:it|its|they|their|this|these|those|such|however|moreover|furthermore|additionally|also|then|thus|hence"
    r"|therefore|finally|specifically|further|but|yet|and|consequently|in particular|for (?:example|instance))\b"
    r"(?! (?:paper|work|article|study|thesis|survey|review)\b)",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"https?://|\bwww\.|\bgithub\b|\bthis https? URL\b"  # which is how arXiv's pages show an address
    r"|\b(?:codes?|data|datasets?|models?|weights|demos?|page|website|checkpoints|implementation|software|tools?|videos?)\b"
    r".{0,60}\b(?:available|released?|open[- ]?sourced?|found (?:at|on|here)|accessible)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    vector: Vector
    worth: float  # without cues
    announcing: float  # what the cue is worth here, 0 where it is absent
    reporting: float


def summary(title: str, abstract: str, *, idf: Callable[[str], float], terms: Terms, weights: Weights = WEIGHTS) -> str:
    """The two sentences, with a blank between them; an abstract of one or two sentences whole; "" without one.

    `terms` gives the terms of a text in order, `idf` the rarity of any term, at least 0. The first two sentences are
    given where no others are worth more. The same arguments give the same text; time is linear in it.
    """
    found = sentences(abstract)
    if len(found) <= SIZE:
        return " ".join(found)
    judged = _judged(title, found, _Space(idf, terms), weights)
    return " ".join(found[n] for n in _chosen(judged, weights.redundancy))


def is_notice(sentence: str) -> bool:
    """Whether a sentence only says where code, data or a page can be found."""
    return _NOTICE.search(sentence) is not None


@dataclass(frozen=True, slots=True)
class _Space:
    """TF-IDF vectors: (1 + ln tf) · idf."""

    idf: Callable[[str], float]
    terms: Terms

    def vector(self, text: str) -> Vector:
        counts = Counter(self.terms(text))
        return _unit({term: (1 + math.log(count)) * self.idf(term) for term, count in counts.items()})


def _judged(title: str, found: Sequence[str], space: _Space, weights: Weights) -> list[_Sentence]:
    vectors = [space.vector(sentence) for sentence in found]
    centre, named = _centre(vectors), space.vector(title)
    notices = [is_notice(sentence) for sentence in found]
    closing = max((n for n, notice in enumerate(notices) if not notice), default=len(found) - 1)
    return [
        _Sentence(
            vector=vector,
            worth=weights.centrality * _cosine(vector, centre)
            + weights.title * _cosine(vector, named)
            + weights.place * n / (len(found) - 1)
            + weights.opening * (n == 0)
            + weights.closing * (n == closing)
            + weights.notice * notices[n]
            + _form(sentence, weights),
            announcing=weights.announcing * bool(_ANNOUNCING.search(sentence)),
            reporting=weights.reporting * bool(_REPORTING.search(sentence)),
        )
        for n, (sentence, vector) in enumerate(zip(found, vectors, strict=True))
    ]


def _form(sentence: str, weights: Weights) -> float:
    """What a sentence's own form takes away."""
    return (
        weights.leaning * bool(_LEANING.match(sentence))
        + weights.long * (len(sentence) > LONG)
        + weights.short * (len(sentence) < SHORT)
    )


def _chosen(judged: Sequence[_Sentence], redundancy: float) -> tuple[int, int]:
    """The best sentence and the one that goes best with it, in order; the first two where those are worth as much."""
    best = max(range(len(judged)), key=lambda n: judged[n].worth + judged[n].announcing + judged[n].reporting)
    others = (n for n in range(len(judged)) if n != best)
    second = max(others, key=lambda n: _together(judged[best], judged[n], redundancy))
    lead = _together(judged[0], judged[1], redundancy)
    if _together(judged[best], judged[second], redundancy) <= lead:
        return 0, 1
    return min(best, second), max(best, second)


def _together(one: _Sentence, other: _Sentence, redundancy: float) -> float:
    cues = max(one.announcing, other.announcing) + max(one.reporting, other.reporting)
    return one.worth + other.worth + cues - redundancy * _cosine(one.vector, other.vector)


def _centre(vectors: Sequence[Vector]) -> Vector:
    total: Vector = {}
    for vector in vectors:
        for term, weight in vector.items():
            total[term] = total.get(term, 0.0) + weight
    return _unit(total)


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(math.fsum(weight * weight for weight in vector.values()))
    return {term: weight / length for term, weight in vector.items()} if length else {}


def _cosine(one: Vector, other: Vector) -> float:
    few, many = sorted((one, other), key=len)
    return math.fsum(weight * many[term] for term, weight in few.items() if term in many)
