"""Mixtures of examples against the papers of a day: two ways to the same sums, of which the cheaper one is taken.

To mix first costs what each taste's examples hold, and all papers for each taste. To let each example meet each paper
once, and mix what comes of it, costs what the distinct examples hold, and little for each taste. The first is cheaper
for few readers, the second for very many (here from some 60,000 on), who like the same papers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.relevance.best import Scores
from digest.relevance.latent import Rows
from digest.relevance.parting import Parted, parts, some_rows
from digest.relevance.tables import Table

# Nanoseconds of CPU, measured on 1,500 papers and what 10,000 readers like:
_ADDED = 0.16  # of a cell of the papers that is added to one of the mixtures beside each other
_MIXED = 14  # of a cell that a mixture is made of: to be put in its place, and to look up whom it meets
_MET = 0.28  # of a cell of an example and one paper, a row of dense columns at a time
_SCATTERED = 12  # of a cell that is put together with others one by one

_MANY = (
    4096  # tastes from which examples may meet the papers once: fewer are scored alike, to the last bit, in any company
)
_LINES = 128  # tastes that are given on at once: their scores stay in the cache
_GROUP = 16_384  # tastes that are made of the same products one after the other
_TILE = 1024  # tastes of them that are given on at once: their scores stay in the cache
_HELD = 3 << 23  # products of examples and papers held at once, 96 MiB
_WIDEST, _NARROWEST = 512, 32  # papers that the examples meet at once, however few or many these are


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """What some tastes have in common with some papers."""

    lines: slice
    papers: slice
    scores: Scores  # shape (n_lines, n_papers)


def tiles(table: Table, parted: Parted, weights: Rows, *, day: int) -> Iterator[Tile]:
    """Dot products of mixtures of examples with all rows of a table; `weights` has shape (n_tastes, n_examples).

    Of each taste the tiles come in the order of the rows. The first `day` rows are never in one tile with those after
    them, and these are always in one. The two ways round differently, by less than 1e-6.
    """
    if weights.shape[0] >= _MANY and cost_of_meeting(table, parted, weights) < cost_of_mixing(table, parted, weights):
        table.rest()  # what mixing would have needed
        return met_once(table, parted, weights, day=day)
    return mixed_first(table, parted, weights, day=day)


def cost_of_mixing(table: Table, parted: Parted, weights: Rows) -> float:
    """In nanoseconds: what each taste is made of, and all papers for each taste."""
    cells = (parted.common.nnz + parted.rare.nnz) / max(len(parted), 1)
    return _ADDED * weights.shape[0] * table.mixer.streamed + _MIXED * weights.nnz * cells


def cost_of_meeting(table: Table, parted: Parted, weights: Rows) -> float:
    """The same of the other way: every example, and what each taste likes, against all papers."""
    scattered = table.scattered(parted) + parted.rare.nnz * -(-len(table) // _width(parted))
    return _MET * len(table) * (parted.common.nnz + weights.nnz) + _SCATTERED * scattered


def mixed_first(table: Table, parted: Parted, weights: Rows, *, day: int) -> Iterator[Tile]:
    """Examples are mixed before they meet the papers."""
    for lines in parts(weights.shape[0], _LINES):
        scores = table.mixer.of(some_rows(weights, lines), parted)
        for papers in _apart(day, len(table), width=len(table)):
            yield Tile(lines, papers, scores[:, papers])


def met_once(table: Table, parted: Parted, weights: Rows, *, day: int) -> Iterator[Tile]:
    """Examples meet each paper once; what comes of it is mixed in the order of the examples, which is that in memory.

    In the order of the tastes, each would fetch its products from all over the memory: that takes four times as long.
    """
    groups = [(lines, some_rows(weights, lines).tocsc()) for lines in parts(weights.shape[0], _GROUP)]
    for papers in _apart(day, len(table), width=_width(parted)):
        products = table.block(papers).products(parted)
        for group, mixing in groups:
            scores = mixing @ products
            for part in parts(len(scores), _TILE):
                yield Tile(slice(group.start + part.start, group.start + part.stop), papers, scores[part])
        del products  # before the next ones are made


def _width(examples: Parted) -> int:
    """How many papers the examples meet at once."""
    return min(max(_HELD // max(len(examples), 1), _NARROWEST), _WIDEST)


def _apart(day: int, rows: int, *, width: int) -> list[slice]:
    """The day's rows in parts of a width, and those after them."""
    return parts(day, max(width, 1)) + ([slice(day, rows)] if rows > day else [])
