"""The three papers that the stories about search begin with."""

from collections.abc import Callable

from digest import browse
from tests.fakes import MONDAY, at, paper

NOW = at(MONDAY)
Search = Callable[..., browse.Found]

MINIMA = paper(
    "Flat minima and the loss landscape",
    number=90001,
    abstract="We study stochastic gradient descent on neural networks.",
    authors=("Luca B. Zancato", "Kaiming He"),
    categories=("cs.LG", "stat.ML"),
)
GRAPHS = paper(
    "Graph neural networks for molecules",
    number=90002,
    abstract=r"Message passing predicts energies, as Schr\"odinger's equation has them: state-of-the-art.",
    authors=("Søren Sørensen", "Ada van den Berg"),
    categories=("physics.chem-ph",),
)
WAVES = paper(
    "Waves on shallow water",
    number=90003,
    abstract="Waves break over a sloping beach; their energy is lost to the landscape of the shore.",
    authors=("Bo Berg",),
    categories=("physics.flu-dyn",),
    doi="10.1000/waves.7",
)
EVERY = (MINIMA, GRAPHS, WAVES)


def titles(found: browse.Found) -> list[str]:
    return [record.paper.title for record in found.records]
