"""How many others in a reader's group were sent a paper: drafts of editions in, the same with that number out.

Told only where the reader and the counted have each opted in, for the one of the reader's groups with most of them, and
never for fewer than FEWEST. The editions of a group are held back until all of a run are drafted, so that those of one
morning count each other, and the number is kept with the edition.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from digest.compose.choice import Choice
from digest.editions import Recommendation, Slate
from digest.identity import PaperId
from digest.store import Store
from digest.store.groups import Circles

FEWEST = 2  # others of whom a number is told: of one alone it would be a name
_HELD = 5_000  # drafts held back at once; those after them count the ones before


class Among:
    """Drafts of one run → drafts with numbers, those of readers who show what they were sent last."""

    def __init__(self, store: Store, readers: Iterable[int]) -> None:
        self._store = store
        self._had: dict[PaperId, set[int]] = {}  # by paper, who was sent it in this run
        with store.read() as tx:
            self._circles = tx.groups.circles(readers)

    def told(self, drafts: Iterator[tuple[Slate, Choice]]) -> Iterator[tuple[Slate, Choice]]:
        """The same drafts; nothing is changed, and next to nothing done, where nobody opted in."""
        if not self._circles.groups:
            yield from drafts
            return
        held: list[tuple[Slate, Choice]] = []
        for slate, choice in drafts:
            if slate.subscriber_id in self._circles.groups:
                held.append((slate, choice))
            else:
                yield slate, choice
            if len(held) == _HELD:
                yield from self._counted(held)
                held = []
        yield from self._counted(held)

    def _counted(self, held: Sequence[tuple[Slate, Choice]]) -> Iterator[tuple[Slate, Choice]]:
        for slate, _ in held:
            for item in slate.recommendations:
                self._had.setdefault(item.paper.id, set()).add(slate.subscriber_id)
        papers = {item.paper.id for slate, _ in held for item in slate.recommendations}
        numbers = Numbers(self._circles, had_by(self._store, papers, self._had))
        for slate, choice in held:
            yield replace(slate, recommendations=numbers.told(slate)), choice


def had_by(store: Store, papers: set[PaperId], now: dict[PaperId, set[int]]) -> dict[PaperId, set[int]]:
    """By paper, who shows what they were sent and was sent it, before or `now`."""
    with store.read() as tx:
        rows = tx.papers.rows(papers)
        before = tx.groups.brought(rows.values())
    return {key: now.get(key, set()) | before.get(rows.get(key, 0), set()) for key in papers}


class Numbers:
    """Who had which paper, counted once for each group."""

    def __init__(self, circles: Circles, had: dict[PaperId, set[int]]) -> None:
        self._circles = circles
        self._had = had
        self._of_group: dict[tuple[int, PaperId], int] = {}

    def told(self, slate: Slate) -> tuple[Recommendation, ...]:
        """The papers of a member, with how many others had each."""
        groups = self._circles.groups[slate.subscriber_id]
        return tuple(self._with_number(item, slate.subscriber_id, groups) for item in slate.recommendations)

    def in_group(self, group: int, paper: PaperId) -> int:
        """How many members of a group had a paper, of those who show it."""
        key = group, paper
        if key not in self._of_group:
            self._of_group[key] = len(self._had[paper] & self._circles.members[group])
        return self._of_group[key]

    def _with_number(self, item: Recommendation, reader: int, groups: Iterable[int]) -> Recommendation:
        key = item.paper.id
        others = max(self.in_group(group, key) for group in groups) - (reader in self._had[key])
        return replace(item, sent_to=others) if others >= FEWEST else item
