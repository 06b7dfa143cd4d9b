"""What editions brought and left out is kept in columns; what is kept already stays as it is, and is read as it was.

Nothing is changed but the number, which keeps releases away that cannot read it. Going back writes all of it anew.
"""

import struct
from base64 import b64decode
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KINDS = {
    "a": "author",
    "i": "include",
    "o": "organisation",
    "l": "liked",
    "w": "interest",
    "d": "disliked",
    "b": "background",
    "n": "newest",
}


def upgrade() -> None:
    """Nothing is rewritten."""


def downgrade() -> None:
    for table, key, column, back in (
        ("edition", ("id",), "items", _items),
        ("group_list", ("group_id", "day"), "items", _items),
        ("shadow", ("edition_id",), "lines", _lines),
    ):
        _rewrite(sa.table(table, *map(sa.column, key), sa.column(column, sa.JSON())), key, column, back)


def _rewrite(table: sa.TableClause, key: tuple[str, ...], column: str, back: Callable[[Any], Any]) -> None:
    """Write every value of a column as it was written before, one after the other."""
    names = [table.c[name] for name in key]
    for found in op.get_bind().execute(sa.select(*names).order_by(*names)).all():
        of_row = [one == value for one, value in zip(names, found, strict=True)]
        kept = op.get_bind().execute(sa.select(table.c[column]).where(*of_row)).scalar_one()
        op.get_bind().execute(sa.update(table).where(*of_row).values({column: back(kept)}))


def _numbers(text: str) -> Iterator[float | None]:
    """Doubles, the lowest byte first; none where there is no number."""
    return (None if number != number else number for (number,) in struct.iter_unpack("<d", b64decode(text)))


def _lines(kept: dict[str, Any]) -> dict[str, Any]:
    if "x" not in kept:
        return kept
    numbers = list(_numbers(kept["x"]))
    rest = {name: value for name, value in kept.items() if name != "x"}
    return rest | {"s": numbers[: len(kept["p"])], "c": numbers[len(kept["p"]) :]}


def _items(kept: Any) -> list[dict[str, Any]]:
    if isinstance(kept, list):
        return kept
    numbers, papers = _numbers(kept["x"]), len(kept["p"])
    scores, chances = list(islice(numbers, papers)), list(islice(numbers, papers))
    reasons = iter(_reasons(kept, list(numbers)))
    return [
        {
            "p": kept["p"][at],
            "d": kept["days"][kept["d"][at]],
            "s": scores[at],
            "r": list(islice(reasons, kept["n"][at])),
            "w": kept["slots"][kept["w"][at]],
            "c": chances[at],
            "i": kept["interests"][kept["i"][at]],
            **kept.get("more", {}).get(str(at), {}),
        }
        for at in range(papers)
    ]


def _reasons(kept: dict[str, Any], numbers: list[float | None]) -> list[list[Any]]:
    """All reasons, one paper's after the other's: [kind, label, contribution, terms]."""
    words = zip(kept["words"], numbers[len(kept["r"]) :], strict=True)
    found = [
        [_KINDS[letter], kept["labels"][place], gave, []]
        for letter, place, gave in zip(kept["k"], kept["r"], numbers, strict=False)
    ]
    for place, count in zip(kept["t"], kept["m"], strict=True):
        found[place][3] = [list(term) for term in islice(words, count)]
    return found
