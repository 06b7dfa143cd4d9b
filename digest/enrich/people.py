"""People: each author of each paper is found among those that are known, oldest paper first."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from digest.authors import Byline
from digest.namesakes import Crowd, Mention, Person, joined, mentions, resolve
from digest.papers import Cursor
from digest.store import Store, Transaction
from digest.store.papers import KeptPaper

SOURCE = "authors"
_AT_ONCE = 100
_LONG_AGO = date(1970, 1, 1)  # of the cursor, which goes by papers and not by days


@dataclass(slots=True)
class _Crowds:
    """The persons that may be met in some papers, as they become known."""

    people: dict[int, Person]
    by_block: dict[str, set[int]]
    by_key: dict[str, int]
    blocks: Counter[str]
    names: Counter[str]
    mentions: int
    next_number: int
    printed: dict[int, str] = field(default_factory=dict)  # of those that were met now

    def place(self, mention: Mention, printed: str, taken: set[int]) -> int:
        """The number of the person whom a mention names, who is known for it from now on."""
        candidates = [self.people[number] for number in self._candidates(mention) - taken]
        crowd = Crowd(block=self.blocks[mention.block], papers=self.names, mentions=self.mentions)
        found = resolve(mention, candidates, crowd)
        if found is not None and found.id is not None:
            number = found.id
        else:
            number, self.next_number = self.next_number, self.next_number + 1
            self.blocks[mention.block] += 1
        self.people[number] = replace(joined(found, mention), id=number)
        self.printed.setdefault(number, printed)
        self.by_block[mention.block].add(number)
        self.by_key |= dict.fromkeys(mention.keys, number)
        return number

    def count(self, of_paper: Iterable[Mention | None]) -> None:
        """Names count from the paper after."""
        known = [mention.name for mention in of_paper if mention is not None]
        self.names.update(known)
        self.mentions += len(known)

    def _candidates(self, mention: Mention) -> set[int]:
        fitting = {
            number
            for number in self.by_block[mention.block]
            if not mention.first or self.people[number].first in (mention.first, "")
        }
        return fitting | {self.by_key[key] for key in mention.keys if key in self.by_key}


def find_people(store: Store, progress: Callable[[str, int], None]) -> int:
    """Say of every paper that was not looked at who wrote it; how many people were not known before."""
    read = new = 0
    while True:
        with store.read() as tx:
            cursor = tx.harvests.cursor(SOURCE, "")
            rows = tx.people.unread(int(cursor.token or 0) if cursor else 0, limit=_AT_ONCE)
            kept = tx.papers.by_row(rows)
            known = tx.people.known_from(rows)
            told = {row: (_bylines(kept[row]), _mentions(kept[row], known[row])) for row in rows}
            crowds = _crowds(tx, [mention for _, found in told.values() for mention in found if mention])
        if not rows:
            return new
        first_new, names = crowds.next_number, Counter(crowds.names)
        written = [(row, place, who) for row in rows for place, who in _placed(crowds, *told[row])]
        with store.begin() as tx:
            tx.people.take_turns()
            if tx.harvests.cursor(SOURCE, "") != cursor:
                continue  # another run has looked at these papers meanwhile
            people = {number: (crowds.people[number], printed) for number, printed in crowds.printed.items()}
            tx.people.keep(people, written, {n: count for n, count in crowds.names.items() if count != names[n]})
            tx.harvests.move(SOURCE, "", Cursor(since=_LONG_AGO, token=str(rows[-1])))
        read, new = read + len(rows), new + crowds.next_number - first_new
        progress(SOURCE, read)


def _placed(crowds: _Crowds, bylines: Sequence[Byline], found: Sequence[Mention | None]) -> list[tuple[int, int]]:
    """Position and person of each author of one paper; nobody is two of them."""
    taken: set[int] = set()
    placed: list[tuple[int, int]] = []
    for place, (byline, mention) in enumerate(zip(bylines, found, strict=True)):
        if mention is not None:
            who = crowds.place(mention, byline.name, taken)
            taken.add(who)
            placed.append((place, who))
    crowds.count(found)
    return placed


def _crowds(tx: Transaction, found: Sequence[Mention]) -> _Crowds:
    persons = tx.people.in_blocks((mention.block, mention.first) for mention in found)
    persons += tx.people.with_keys(key for mention in found for key in mention.keys)
    people = {person.id: person for person in persons if person.id is not None}
    by_block: dict[str, set[int]] = defaultdict(set)
    for number, person in people.items():
        by_block[person.block].add(number)
    return _Crowds(
        people=people,
        by_block=by_block,
        by_key={key: number for number, person in people.items() for key in person.keys},
        blocks=tx.people.in_block(mention.block for mention in found),
        names=tx.people.met(name for mention in found for name in (mention.name, *mention.coauthors)),
        mentions=tx.people.mentions(),
        next_number=tx.people.next_number(),
    )


def _bylines(kept: KeptPaper) -> tuple[Byline, ...]:
    return kept.paper.bylines or tuple(Byline(name=name) for name in kept.paper.authors)


def _mentions(kept: KeptPaper, known_from: date) -> tuple[Mention | None, ...]:
    """Of the day on which the paper was submitted, or, where no source has told that, first known."""
    paper = kept.paper
    day = paper.submitted_at.date() if paper.submitted_at else known_from
    return mentions(_bylines(kept), paper.categories, day)
