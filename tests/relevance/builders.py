"""What the stories about relevance begin with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from scipy import sparse

from digest.papers import Paper
from digest.relevance.calibration import Calibration
from digest.relevance.embedding import Embeddings
from digest.relevance.latent import Dense, Rows, in_rows
from digest.relevance.model import Model
from digest.relevance.ranking import Candidate, DayRanking, Question
from digest.relevance.readers import Examples, Reader, Voted
from digest.relevance.reasons import Explainer
from digest.relevance.scoring import Vectors
from digest.relevance.selection import Contender
from digest.relevance.space import SMALL, Space
from digest.relevance.tastes import Taste
from digest.relevance.text import TermCounts, count_paper
from digest.subscribers import MAIN, Interest, Profile, Vote
from tests.fakes import MONDAY, at, paper

NOW = at(MONDAY)
HALF_LIFE = timedelta(days=365)
WINDOW = 100_000  # papers; more than any background here has
WORDS = "graph neural network molecule protein lattice quantum spin learning bandit the of über 图神经网络 x1".split()
TOPICS = tuple(
    tuple(f"{stem}{ending}" for ending in "ba ce di fo gu ha ji ko lu mo ne pi qua ro su ta".split())
    for stem in "ab er il on uz yth okr ipf elv asch".split()
)
COMMON = tuple(f"common{ending}" for ending in "bcdfghjklmnpqrst")
FIRST = 5_000  # number of the first paper that is not in the archive

# ------------------------------------------------------------ papers


def number_of(item: Paper) -> int:
    """Of the store: the last digits of the id."""
    return int(item.id.rpartition(".")[2])


def counted(item: Paper) -> TermCounts:
    return count_paper(item.title, item.abstract)


def about(topic: int, *, number: int, words: int = 24, **values: object) -> Paper:
    """A paper of the words of a topic and of those that all papers use; the same for the same number."""
    random = np.random.default_rng(number)
    title = random.choice(TOPICS[topic], 4)
    abstract = [*random.choice(TOPICS[topic], words // 2), *random.choice(COMMON, words - words // 2)]
    random.shuffle(abstract)
    return paper(" ".join(title), number=number, abstract=" ".join(abstract), **values)


@lru_cache
def archive(size: int = SMALL + 100) -> tuple[Paper, ...]:
    """Papers of all topics in turn, with neighbours and a latent basis worth the name."""
    return tuple(about(n % len(TOPICS), number=n) for n in range(size))


def listing(count: int, *, first: int = FIRST) -> list[Paper]:
    """New papers of all topics in turn."""
    return [about(n % len(TOPICS), number=first + n) for n in range(count)]


# ------------------------------------------------------------ models and spaces


def model_of(background: Iterable[Paper], *, window: int = WINDOW) -> Model:
    return Model().grown({number_of(item): counted(item) for item in background}, window=window)


def space_of(background: Iterable[Paper]) -> Space:
    return Space(model_of(background))


@lru_cache
def archive_space() -> Space:
    """That of the archive, with company and a latent basis."""
    plain = space_of(archive())
    return Space(replace(plain.model, basis=plain.basis()))


class Spelling:
    """An embedder that gives each text the place its letters have."""

    name = "spelling"

    def embed(self, texts: Sequence[str]) -> Dense:
        return np.array([[text.count(letter) for letter in "abdeil"] for text in texts], dtype=np.float32)


@lru_cache
def embedded_space() -> Space:
    """That of the archive, with embeddings of it and of the new papers of a `listing`."""
    model, known = archive_space().model, [*archive(), *listing(1_000)]
    titles = {number_of(item): item.title for item in known}
    read = lambda numbers: {number: titles[number] for number in numbers if number in titles}  # noqa: E731
    return Space(model, Embeddings(Spelling(), read, model.numbers))


class Formula:
    """Papers of a day as the docstring of scoring.py has them: rows of float32, their products and sums in float64."""

    def __init__(self, space: Space, documents: Sequence[TermCounts], numbers: Sequence[int]) -> None:
        self._space = space
        rows = space.rows(documents)
        company, placed, embedded = space.company(rows, numbers), space.placed(rows), space.embedded(numbers)
        full = rows if company is None else rows + 0.5 * company
        self.own, self.full = rows.astype(np.float64), full.tocsr().astype(np.float64)
        self._inside = np.isin(np.asarray(numbers), space.model.numbers)
        self._placed = None if placed is None else placed.astype(np.float64)
        self._embedded = None if embedded is None else embedded.astype(np.float64)

    def scores(self, taste: Taste, examples: Vectors) -> npt.NDArray[np.float64]:
        """The raw score of each paper, shape (n_papers,)."""
        theirs = examples.own.astype(np.float64)
        kernel = (theirs @ self.full.T).toarray()
        if self._placed is not None and examples.placed is not None:
            kernel += self._space.latent_weight * (examples.placed.astype(np.float64) @ self._placed.T)
        if self._embedded is not None and examples.embedded is not None:
            kernel += self._space.embedded_weight * (examples.embedded.astype(np.float64) @ self._embedded.T)
        found = -self.shared()
        for place, weight in zip(taste.wanted, taste.weights, strict=True):
            found += weight * kernel[place]
        if taste.unwanted:
            found -= 0.25 * (theirs[list(taste.unwanted)] @ self.own.T).toarray().max(axis=0)
        return np.asarray(found, dtype=np.float64)

    def shared(self) -> npt.NDArray[np.float64]:
        """What each paper shares with the background's papers, itself left out where it is one of them."""
        papers = self._space.background.shape[0]
        likeness = papers * (self.full @ self._space.mean.astype(np.float64))
        itself = np.asarray(self.own.multiply(self.full).sum(axis=1)).ravel()
        alone = np.where(self._inside & (papers > 1), itself, 0.0)
        return np.asarray((likeness - alone) / np.maximum(papers - (alone != 0), 1), dtype=np.float64)


# ------------------------------------------------------------ readers


def votes(items: Iterable[Paper], given_at: datetime = NOW) -> tuple[Vote, ...]:
    return tuple(Vote(paper=item.id, given_at=given_at) for item in items)


def interest(
    *texts: str, name: str = MAIN, liked: Iterable[Paper] = (), disliked: Iterable[Paper] = (), **rules: Any
) -> Interest:
    plain = Interest(name=name, texts=texts, liked=votes(liked), disliked=votes(disliked))
    return replace(plain, **rules)


def reader(*interests: Interest, at_hand: Iterable[Paper] = ()) -> Reader:
    voted = {item.id: Voted(number_of(item), item.title, counted(item)) for item in at_hand}
    return Reader(Profile(interests=interests), voted)


def wants(*texts: str, liked: Sequence[Paper] = (), disliked: Sequence[Paper] = (), **rules: Any) -> Reader:
    """A reader of one interest, whose votes are at hand."""
    asked = replace(interest(*texts, liked=liked, disliked=disliked), **rules)
    return reader(asked, at_hand=[*liked, *disliked])


# ------------------------------------------------------------ days


def candidate(item: Paper, announced: date = MONDAY) -> Candidate:
    return Candidate(number_of(item), item, counted(item), announced)


def day(items: Sequence[Paper], background: Space | Sequence[Paper] | None = None) -> DayRanking:
    """A listing against a background, which is the listing itself if none is given."""
    space = background if isinstance(background, Space) else space_of(items if background is None else background)
    candidates = [candidate(item) for item in items]
    return DayRanking(space, candidates, Calibration.usual(), now=NOW, half_life=HALF_LIFE)


def question(ranking: DayRanking, who: Reader, among: Iterable[Paper] | None = None) -> Question:
    kept = None if among is None else {item.id for item in among}
    offered = [kept is None or each.paper.id in kept for each in ranking.candidates]
    return Question(who, np.array(offered, dtype=bool))


def contenders(ranking: DayRanking, who: Reader, among: Iterable[Paper] | None = None) -> list[Contender]:
    """All contenders of one reader, best first."""
    (found,) = ranking.contenders([question(ranking, who, among)], depth=max(len(ranking.candidates), 1))
    return sorted(found, key=lambda each: (not each.must_read, -each.probability, -each.score, each.paper))


def order(ranking: DayRanking, who: Reader, among: Iterable[Paper] | None = None) -> list[str]:
    """The titles of what is in the running, best first."""
    return [ranking.candidates[each.row].paper.title for each in contenders(ranking, who, among)]


def scores(ranking: DayRanking, who: Reader) -> dict[str, float]:
    """The raw score of each paper in the running, by id."""
    return {each.paper: each.score for each in contenders(ranking, who)}


def explainer(ranking: DayRanking, space: Space, who: Reader, name: str = MAIN) -> Explainer:
    asked = who.profile.interest(name)
    assert asked is not None
    return Explainer(ranking, space, who, asked, Examples(now=NOW, half_life=HALF_LIFE))


# ------------------------------------------------------------ the world

titles = st.lists(st.sampled_from(WORDS), min_size=0, max_size=6).map(" ".join)
texts = st.lists(st.sampled_from(WORDS), min_size=0, max_size=14).map(" ".join)
names = st.sampled_from(["Ada Ames", "Bo Berg", "Éva Ólafs"])


@st.composite
def papers(draw: st.DrawFn, *, at_least: int = 0, at_most: int = 9, first: int = FIRST) -> list[Paper]:
    """Papers of few words, so that they share many."""
    drawn = draw(st.lists(st.tuples(titles, texts, st.lists(names, max_size=2)), min_size=at_least, max_size=at_most))
    return [
        paper(title, number=first + n, abstract=text, authors=tuple(authors))
        for n, (title, text, authors) in enumerate(drawn)
    ]


@st.composite
def topical(draw: st.DrawFn, *, at_least: int = 0, at_most: int = 12, first: int = FIRST) -> list[Paper]:
    """Papers such as the archive has."""
    topics = draw(st.lists(st.sampled_from(range(len(TOPICS))), min_size=at_least, max_size=at_most))
    return [about(topic, number=first + n) for n, topic in enumerate(topics)]


@st.composite
def readers(draw: st.DrawFn, voted: st.SearchStrategy[list[Paper]] | None = None) -> Reader:
    """Readers of one interest of every kind, who have voted on papers that are drawn as told."""
    found = draw(papers(at_most=12, first=1) if voted is None else voted)
    ends = draw(st.integers(0, len(found)))
    return wants(
        *draw(st.lists(titles | st.sampled_from(["abba erdi", "common", "commonb ilko"]), max_size=3)),
        liked=found[:ends],
        disliked=found[ends:],
        include=draw(st.lists(st.sampled_from(WORDS), max_size=2, unique=True).map(tuple)),
        follow=draw(st.lists(names, max_size=2, unique=True).map(tuple)),
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """A day, what it is measured against, and somebody who reads."""

    items: list[Paper]
    space: Space
    who: Reader


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Days of an archive that has just begun, and of one with company, a latent basis and perhaps embeddings."""
    grown = draw(st.sampled_from([None, archive_space(), embedded_space()]))
    if grown is None:
        return Scene(draw(papers()), space_of(draw(papers(first=1))), draw(readers(papers(at_most=12, first=1))))
    old = st.lists(st.sampled_from(archive()), max_size=5, unique_by=lambda item: item.id)
    voted = st.tuples(old, topical(at_most=8, first=FIRST + 500)).map(lambda both: [*both[0], *both[1]])
    return Scene(draw(topical()), grown, draw(readers(voted)))


# ------------------------------------------------------------ matrices


def thrown(dice: np.random.Generator, rows: int, columns: int, density: float) -> Rows:
    """Rows of which each cell is filled with that probability, with 0 to 1; some may be empty."""
    held = dice.random((rows, columns)) < density
    whole = sparse.csr_array(np.where(held, dice.random((rows, columns)), 0).astype(np.float32))
    return in_rows(whole.data, whole.indices, whole.indptr, columns)
