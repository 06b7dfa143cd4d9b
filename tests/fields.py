"""Made-up listings with fields of papers, and what became of them."""

from collections.abc import Iterable
from datetime import date

from digest import browse, membership
from digest.compose import Explanation, explain
from digest.editions import Edition, Slot
from digest.papers import Paper
from tests.fakes import MONDAY, at, paper
from tests.world import World

ANA = "ana@example.org"
GRAPHS, ROBOTS = "graph neural networks", "legged robots"
THINGS = "ants bees clouds dunes eels ferns geese hops isles jars kelp lakes moss nuts oaks pears quays reefs".split()
_SIGHTS = (
    "amber brass copper dusk ember flint glass honey ivory jade khaki lilac mauve navy olive pink rust teal".split()
)


def field(words: str, size: int) -> list[Paper]:
    """Papers of one field, no two of them alike but for its words."""
    return [
        paper(
            f"{words} for {thing}".capitalize(),
            abstract=f"We watch {sight} {thing}, count {thing} and draw {sight} shapes of them with {words}.",
        )
        for thing, sight in zip(THINGS[:size], _SIGHTS[:size], strict=True)
    ]


def others(size: int) -> list[Paper]:
    return [paper(f"On {sight} {thing}") for thing, sight in zip(THINGS[:size], reversed(_SIGHTS[:size]), strict=True)]


def slots(edition: Edition) -> dict[str, Slot]:
    return {item.paper.title: item.slot for item in edition.recommendations}


def left_out(world: World, email: str = ANA) -> dict[str, str]:
    """Why, by title, best first."""
    found = browse.left_out(world.store, membership.find(world.store, email), limit=99)
    return {line.paper.title: line.why for line in found}


def titles(papers: Iterable[Paper]) -> list[str]:
    return [each.title for each in papers]


def why(world: World, item: Paper, *, now: date = MONDAY) -> Explanation:
    """What Ana is told of a paper."""
    return explain(world.store, world.settings, membership.find(world.store, ANA), item.id, now=at(now))
