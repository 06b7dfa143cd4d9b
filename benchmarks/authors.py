"""Tell the authors of real listings apart, and judge the result by pairs that were judged by hand.

    python -m benchmarks.authors --data DIR

DIR holds `listing-*.jsonl.gz` (id, listed, authors as printed, categories a line), a file a month. All papers go
through `digest.namesakes` by day and id, with the known persons in memory in the way a store would hold them. Two peers
read the same names: one person for each printed name, and one for each surname and first initial.

`judged/authors.tsv` holds pairs of mentions and whether both are one person, judged before any rule was written, from
the records (co-authors and theirs, titles, abstracts, comments) and what is publicly known of the persons; unclear
pairs are left out of the count. Four mentions a name, among them one pair without a common co-author (c, o). The names,
by the first letter of their number, were drawn at random from those on four papers or more with co-authors that do not
meet:
  c  60 with one of the 60 surnames that most names in the listings share: Wang, Li, Zhang, … Kim, Nguyen, Choi
  o  60 with any other surname; half of c and of o drawn as often as they are printed
  v  24 printed in several ways, with initials or without
  p  20 of those on 60 papers or more, and four of their mentions without further condition
Odd names are the ones that rules were tuned on, even names are held out.
"""

import argparse
import csv
import gzip
import json
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from pathlib import Path

from digest.authors import AuthorKey, Byline, name_key
from digest.namesakes import Crowd, Mention, Person, joined, mentions, resolve

JUDGED = Path(__file__).parent / "judged" / "authors.tsv"
KINDS = {"c": "common surnames", "o": "other surnames", "v": "variants", "p": "60 papers or more"}
Place = tuple[str, int]  # a paper's id and the position in its list of authors, from 1


@dataclass(frozen=True, slots=True)
class Record:
    id: str
    listed: date
    authors: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    name: str  # the number of the name in the sample
    one: Place
    other: Place
    same: bool | None  # None: unclear

    @property
    def tuned(self) -> bool:
        return int(self.name[1:]) % 2 == 1


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs said to be one person, of them rightly so, and pairs that are."""

    said: int
    right: int
    same: int

    def __str__(self) -> str:
        low, high = wilson(self.right, self.said)
        precision, recall = self.right / max(self.said, 1), self.right / max(self.same, 1)
        return f"{precision:.3f} [{low:.3f}, {high:.3f}]  {self.right:3d}/{self.said:3d}   {recall:.3f}"

    @property
    def precision(self) -> float:
        return self.right / max(self.said, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.same, 1)


def wilson(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if not trials:
        return 0.0, 1.0
    share, square = successes / trials, z * z / trials
    half = z * sqrt(share * (1 - share) / trials + square / (4 * trials))
    return (share + square / 2 - half) / (1 + square), (share + square / 2 + half) / (1 + square)


def records(folder: Path) -> Iterator[Record]:
    """All papers by day and id, a month in memory at a time."""
    for path in sorted(folder.glob("listing-*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            month = [
                Record(r["id"], date.fromisoformat(r["listed"]), tuple(r["authors"]), tuple(r["categories"]))
                for r in map(json.loads, lines)
            ]
        yield from sorted(month, key=lambda record: (record.listed, record.id))


def judged(path: Path = JUDGED) -> list[Pair]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Pair(
                row["name"],
                (row["paper_1"], int(row["position_1"])),
                (row["paper_2"], int(row["position_2"])),
                {"same": True, "different": False}.get(row["verdict"]),
            )
            for row in csv.DictReader(lines, delimiter="\t")
        ]


class Register:
    """The known persons, found as a store finds them: by key, by block and first name; counted by name."""

    def __init__(self) -> None:
        self.persons: list[Person] = []
        self._blocks: dict[str, dict[str, list[int]]] = defaultdict(dict)
        self._keys: dict[AuthorKey, int] = {}
        self._sizes: Counter[str] = Counter()
        self._printed: Counter[str] = Counter()
        self.mentions = 0
        self.most_candidates = 0

    def whose(self, mention: Mention, taken: set[int]) -> Person | None:
        candidates = [self.persons[number] for number in self._candidates(mention) if number not in taken]
        self.most_candidates = max(self.most_candidates, len(candidates))
        crowd = Crowd(block=self._sizes[mention.block], papers=self._printed, mentions=self.mentions)
        return resolve(mention, candidates, crowd)

    def _candidates(self, mention: Mention) -> set[int]:
        block = self._blocks[mention.block]
        firsts = (mention.first, "") if mention.first else tuple(block)
        found = {number for first in firsts for number in block.get(first, ())}
        return found | {self._keys[key] for key in mention.keys if key in self._keys}

    def keep(self, person: Person | None, mention: Mention) -> int:
        """Note a mention of a person, known or new; the person's number."""
        after = joined(person, mention)
        if after.id is None:
            after = replace(after, id=len(self.persons))
            self.persons.append(after)
            self._sizes[after.block] += 1
        number = after.id if after.id is not None else 0
        self.persons[number] = after
        self._file(number, person, after)
        self._printed[mention.name] += 1
        self.mentions += 1
        return number

    def _file(self, number: int, before: Person | None, after: Person) -> None:
        if before is None or (before.block, before.first) != (after.block, after.first):
            if before is not None:
                self._blocks[before.block][before.first].remove(number)
            self._blocks[after.block].setdefault(after.first, []).append(number)
        self._keys.update(dict.fromkeys(after.keys, number))


@dataclass(frozen=True, slots=True)
class Run:
    """What came of all papers: the names and persons at the places asked for, and what it cost."""

    persons: dict[Place, int]
    printed: dict[Place, str]
    papers: int
    mentions: int
    known: int
    most_candidates: int
    seconds: float  # CPU

    @property
    def initials(self) -> dict[Place, str]:
        return {place: name_key(name) for place, name in self.printed.items()}


def run(papers: Iterable[Record], wanted: set[Place]) -> Run:
    """Resolve every author of every paper, oldest first."""
    register, persons, printed = Register(), {}, {}
    began, read, authors = time.process_time(), 0, 0
    for paper in papers:
        read += 1
        found = mentions([Byline(name=name) for name in paper.authors], paper.categories, paper.listed)
        numbers = _numbers(register, found)
        authors += len(numbers)
        for place in wanted.intersection((paper.id, position) for position in range(1, len(found) + 1)):
            printed[place] = paper.authors[place[1] - 1]
            persons[place] = numbers[place[1] - 1]
    seconds = time.process_time() - began
    return Run(persons, printed, read, authors, len(register.persons), register.most_candidates, seconds)


def _numbers(register: Register, found: Sequence[Mention | None]) -> dict[int, int]:
    """The person of each author of a paper; all are looked for before any is noted."""
    taken: set[int] = set()
    chosen: list[tuple[int, Person | None, Mention]] = []
    for place, mention in enumerate(found):
        if mention is not None:
            person = register.whose(mention, taken)
            taken.update(() if person is None or person.id is None else (person.id,))
            chosen.append((place, person, mention))
    return {place: register.keep(person, mention) for place, person, mention in chosen}


def score(pairs: Iterable[Pair], person_at: dict[Place, int] | dict[Place, str]) -> Score:
    """Judge what is said of the clear pairs."""
    clear = [pair for pair in pairs if pair.same is not None]
    said = [pair for pair in clear if person_at[pair.one] == person_at[pair.other]]
    return Score(len(said), sum(pair.same is True for pair in said), sum(pair.same is True for pair in clear))


def table(pairs: Sequence[Pair], done: Run) -> Iterator[str]:
    """The lines to print."""
    rows: dict[str, list[Pair]] = {
        "tuned on": [pair for pair in pairs if pair.tuned],
        "held out": [pair for pair in pairs if not pair.tuned],
        "all": list(pairs),
    } | {kind: [pair for pair in pairs if pair.name[0] == letter] for letter, kind in KINDS.items()}
    yield f"{'':26s}{'pairs':18s}  precision, 95 %       right/said  recall"
    for ours, person_at in (("ours", done.persons), ("same printed name", done.printed), ("initial", done.initials)):
        for kind, chosen in rows.items():
            yield f"{ours:26s}{kind:18s}  {score(chosen, person_at)}"


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True, help="the folder of listing-*.jsonl.gz")
    given = options.parse_args(arguments)
    if not any(given.data.glob("listing-*.jsonl.gz")):
        print(f"no listing-*.jsonl.gz in {given.data}: nothing is measured")
        return
    pairs = judged()
    done = run(records(given.data), {place for pair in pairs for place in (pair.one, pair.other)})
    unclear = sum(pair.same is None for pair in pairs)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB
    print(f"{done.papers:,} papers, {done.mentions:,} mentions: {done.known:,} persons")
    print(
        f"{done.seconds:.0f} s CPU, {megabytes:,.0f} MiB at most, at most {done.most_candidates:,} candidates a mention"
    )
    print(f"{len({pair.name for pair in pairs})} names, {len(pairs) - unclear} clear pairs, {unclear} unclear left out")
    print("\n".join(table(pairs, done)))


if __name__ == "__main__":
    main()
