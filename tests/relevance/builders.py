"""What the stories about ranking begin with."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from digest.editions import Recommendation
from digest.papers import Paper
from digest.relevance.model import BackgroundModel
from digest.relevance.ranking import Candidate, DayRanking, Example, Reader
from digest.relevance.text import TermCounts, count_paper
from digest.subscribers import Profile
from tests.fakes import MONDAY, paper

WORDS = "graph neural network molecule protein lattice quantum spin learning bandit the of über 图神经网络 x1".split()

titles = st.lists(st.sampled_from(WORDS), min_size=0, max_size=6).map(" ".join)
texts = st.lists(st.sampled_from(WORDS), min_size=0, max_size=14).map(" ".join)
names = st.sampled_from(["Ada Ames", "Bo Berg", "Éva Ólafs"])


@st.composite
def papers(draw: st.DrawFn, *, at_least: int = 0, at_most: int = 9) -> list[Paper]:
    """Papers of few words, so that they share many."""
    drawn = draw(st.lists(st.tuples(titles, texts, st.lists(names, max_size=2)), min_size=at_least, max_size=at_most))
    return [
        paper(title, number=n, abstract=text, authors=tuple(authors)) for n, (title, text, authors) in enumerate(drawn)
    ]


@st.composite
def readers(draw: st.DrawFn) -> Reader:
    """Readers of every kind, also such as like more papers than are named."""
    some = st.lists(titles, max_size=3).map(tuple)
    profile = Profile(
        interests=draw(some),
        include=draw(st.lists(st.sampled_from(WORDS), max_size=2, unique=True).map(tuple)),
        follow=draw(st.lists(names, max_size=2, unique=True).map(tuple)),
    )
    return reader(profile, liked=draw(papers(at_most=9)), disliked=draw(papers(at_most=7)))


def counted(item: Paper) -> TermCounts:
    return count_paper(item.title, item.abstract)


def fitted(background: Iterable[Paper]) -> BackgroundModel:
    return BackgroundModel().fit([counted(item) for item in background])


def candidate(item: Paper, announced: date = MONDAY) -> Candidate:
    return Candidate(item, counted(item), announced)


def reader(profile: Profile | None = None, *, liked: Sequence[Paper] = (), disliked: Sequence[Paper] = ()) -> Reader:
    """A reader whose votes stand in the profile and at hand."""
    voted = replace(profile or Profile(), liked=tuple(p.id for p in liked), disliked=tuple(p.id for p in disliked))

    def examples(items: Sequence[Paper]) -> tuple[Example, ...]:
        return tuple(Example(item.title, counted(item)) for item in items)

    return Reader(voted, examples(liked), examples(disliked))


def day(listing: Sequence[Paper], background: Sequence[Paper] | None = None) -> DayRanking:
    """A listing against a background, which is the listing itself if none is given."""
    return DayRanking(fitted(listing if background is None else background), [candidate(item) for item in listing])


def order(ranking: DayRanking, who: Reader) -> list[str]:
    """The titles of a ranking, best first."""
    return [item.candidate.paper.title for item in ranking.rank(who)]


def explained(ranking: DayRanking, who: Reader) -> tuple[Recommendation, ...]:
    return ranking.explained(who, ranking.rank(who))
