"""Search over real papers: how long the index takes and queries do, and how many typing mistakes are seen through.

    python -m benchmarks.search --data DIR [--database URL] [--queries N]

DIR holds listings, `*-20*.jsonl.gz` (id, title, abstract, authors, categories, listed or published a line). They are
kept in a new SQLite database, or in the one of URL (SQLite or PostgreSQL), which must be empty, or filled by a run of
this before. Queries are drawn from the papers by a fixed seed: words of titles, whole titles, one word, typing
mistakes, phrases, authors, ids and addresses, filters, by meaning, the neighbours of a paper, and none. Each is asked
once, after ten others, through `browse.search`; CPU seconds are this process's, which on SQLite is all.
"""

import argparse
import gzip
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from digest import browse
from digest.identity import paper_id
from digest.papers import Announcement, AnnouncementKind, Paper, Version
from digest.relevance.text import count_paper, words
from digest.store import DatabaseSettings, Store

NOW = datetime(2026, 5, 1, 7, tzinfo=UTC)
_AT_ONCE = 1000  # papers kept in one transaction
_WARM_UP = 10  # queries that do not count
_TYPED = 5  # letters: a shorter word is not mistyped here
_SEED = 20260501


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One query, and what it is an example of."""

    kind: str
    text: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    meant: str = ""  # the word that was mistyped


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How long one query took, in milliseconds."""

    kind: str
    cpu: float
    wall: float


# ------------------------------------------------------------ papers


def papers(folder: Path) -> Iterator[tuple[Paper, date]]:
    """Each paper once, with its day, a month at a time in the order of days."""
    known: set[str] = set()
    for path in sorted(folder.glob("*-20*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = sorted(map(json.loads, lines), key=lambda row: (_day(row), row["id"]))
        for row in rows:
            if row["id"] not in known:
                known.add(row["id"])
                yield _paper(row), _day(row)


def _day(row: Mapping[str, Any]) -> date:
    return date.fromisoformat((row.get("listed") or row["published"])[:10])


def _paper(row: Mapping[str, Any]) -> Paper:
    submitted = datetime.fromisoformat((row["published"] or row["listed"])[:10]).replace(tzinfo=UTC)
    return Paper(
        id=paper_id(row["id"]),
        title=row["title"],
        abstract=row["abstract"],
        authors=tuple(row["authors"]),
        categories=tuple(row["categories"]),
        versions=(Version(number=1, submitted_at=submitted),),
        doi=row["doi"] or "",
    )


def fill(store: Store, folder: Path) -> int:
    """Keep and announce all papers."""
    waiting, kept = papers(folder), 0
    while part := list(islice(waiting, _AT_ONCE)):
        told = [paper for paper, _ in part]
        with store.begin() as tx:
            terms = {paper.id: count_paper(paper.title, paper.abstract).to_bytes() for paper in told}
            tx.papers.keep(told, terms, now=NOW)
            tx.announcements.note([_announced(paper, day) for paper, day in part], now=NOW)
        kept += len(part)
    return kept


def _announced(paper: Paper, day: date) -> Announcement:
    new = AnnouncementKind.NEW
    return Announcement(source="arxiv", stream=paper.categories[0], paper=paper, kind=new, day=day)


# ------------------------------------------------------------ queries


def questions(known: Sequence[Paper], count: int, chance: random.Random) -> list[Question]:
    """About so many, as many of each kind."""
    each = max(1, count // len(_KINDS))
    return [make(chance.choice(known), chance) for make in _KINDS for _ in range(each)]


def _some_words(paper: Paper, chance: random.Random) -> str:
    said = paper.title.split()
    size = min(len(said), chance.randint(2, 4))
    start = chance.randint(0, len(said) - size)
    return " ".join(said[start : start + size])


def _title_words(paper: Paper, chance: random.Random) -> Question:
    return Question(kind="words of a title", text=_some_words(paper, chance))


def _title(paper: Paper, chance: random.Random) -> Question:
    return Question(kind="a whole title", text=paper.title)


def _one_word(paper: Paper, chance: random.Random) -> Question:
    return Question(kind="one word", text=chance.choice(words(paper.title) or ["model"]))


def _mistake(paper: Paper, chance: random.Random) -> Question:
    said = [word for word in words(paper.title) if word.isascii() and word.isalpha()][:3] or ["transformer"]
    long = [place for place, word in enumerate(said) if len(word) >= _TYPED]
    if not long:
        said, long = ["transformer"], [0]
    place = chance.choice(long)
    meant = said[place]
    said[place] = _mistyped(meant, chance)
    return Question(kind="a typing mistake", text=" ".join(said), meant=meant)


def _mistyped(word: str, chance: random.Random) -> str:
    """The word with a letter added, left out, replaced, or swapped with the next."""
    at, letter = chance.randrange(1, len(word) - 1), chance.choice("abcdefghijklmnopqrstuvwxyz")
    ways = (
        word[:at] + letter + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return chance.choice(ways)


def _phrase(paper: Paper, chance: random.Random) -> Question:
    return Question(kind="a phrase", text=f'"{_some_words(paper, chance)}"')


def _author(paper: Paper, chance: random.Random) -> Question:
    return Question(kind="an author", text=chance.choice(paper.authors or ("Ada Ames",)))


def _id(paper: Paper, chance: random.Random) -> Question:
    ways = ("{}", "https://arxiv.org/abs/{}v1", "https://huggingface.co/papers/{}", "10.48550/arXiv.{}")
    return Question(kind="an id or address", text=chance.choice(ways).format(paper.arxiv_id))


def _filtered(paper: Paper, chance: random.Random) -> Question:
    since = NOW.date() - timedelta(days=chance.randint(7, 400))
    filters: list[dict[str, Any]] = [
        {"category": paper.categories[0]},
        {"since": since},
        {"since": since, "until": since + timedelta(days=30), "category": "cs"},
        {"author": paper.authors[0] if paper.authors else "Ames"},
        {"has_code": True},
    ]
    return Question(kind="with filters", text=_some_words(paper, chance), asked=chance.choice(filters))


def _by_meaning(paper: Paper, chance: random.Random) -> Question:
    return Question(kind="by meaning", text=paper.abstract[:300], asked={"by_meaning": True})


def _like(paper: Paper, chance: random.Random) -> Question:
    return Question(kind="neighbours", text=f"like:{paper.arxiv_id}")


def _newest(paper: Paper, chance: random.Random) -> Question:
    return Question(kind="no words", asked={"category": paper.categories[0], "page": chance.randint(1, 3)})


_KINDS: tuple[Callable[[Paper, random.Random], Question], ...] = (
    _title_words,
    _title,
    _one_word,
    _mistake,
    _phrase,
    _author,
    _id,
    _filtered,
    _by_meaning,
    _like,
    _newest,
)


# ------------------------------------------------------------ measured


def ask(store: Store, asked: Sequence[Question]) -> tuple[list[Taken], int]:
    """How long each query took, and how many mistakes were read as what was meant."""
    seen_through, taken = 0, list[Taken]()
    for place, question in enumerate([*asked[:_WARM_UP], *asked]):
        cpu, wall = time.process_time(), time.perf_counter()
        found = browse.search(store, question.text, **{"now": NOW, **question.asked})
        spent = Taken(
            kind=question.kind, cpu=1000 * (time.process_time() - cpu), wall=1000 * (time.perf_counter() - wall)
        )
        if place >= _WARM_UP:
            taken.append(spent)
            seen_through += bool(question.meant) and question.meant in words(found.corrected)
    return taken, seen_through


def report(taken: Sequence[Taken]) -> None:
    """The median, the 95th percentile and the worst of each kind and of all, in milliseconds."""
    kinds = defaultdict[str, list[Taken]](list)
    for each in taken:
        kinds[each.kind].append(each)
    print(f"{'':20}{'queries':>8}{'CPU p50':>9}{'p95':>7}{'max':>7}{'wall p50':>10}{'p95':>7}   ms")
    for kind, some in [*kinds.items(), ("all", list(taken))]:
        cpu, wall = [each.cpu for each in some], [each.wall for each in some]
        print(
            f"{kind:20}{len(some):8}{_share(cpu, 0.5):9.1f}{_share(cpu, 0.95):7.1f}{max(cpu):7.1f}"
            f"{_share(wall, 0.5):10.1f}{_share(wall, 0.95):7.1f}"
        )


def _share(values: Sequence[float], share: float) -> float:
    """The least value that so large a share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, max(0, -int(-share * len(values) // 1) - 1))]


def measure(url: str, folder: Path, count: int) -> None:
    store = Store(DatabaseSettings(url=url))
    try:
        store.upgrade(now=NOW)
        with store.read() as tx:
            is_empty = not tx.papers.counted(after=0, limit=1)
        if is_empty:
            print(f"kept {fill(store, folder):,} papers")
        cpu, wall = time.process_time(), time.perf_counter()
        if indexed := browse.index(store):
            spent = time.process_time() - cpu, time.perf_counter() - wall
            print(f"indexed {indexed:,} papers: {spent[0]:.0f} s of CPU here, {spent[1]:.0f} s in all")
        chance = random.Random(_SEED)
        asked = questions([paper for paper, _ in papers(folder)], count, chance)
        chance.shuffle(asked)
        taken, seen_through = ask(store, asked)
        report(taken)
        print(f"read as meant: {seen_through} of {sum(bool(each.meant) for each in asked)} typing mistakes")
    finally:
        store.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True, help="the folder of listings")
    options.add_argument("--database", help="the URL of a database that is empty or filled by an earlier run")
    options.add_argument("--queries", type=int, default=440, help="how many are asked, about")
    given = options.parse_args()
    if not any(given.data.glob("*-20*.jsonl.gz")):
        options.exit(2, f"{given.data}: there are no listings (*-20*.jsonl.gz) here\n")
    with tempfile.TemporaryDirectory() as folder:
        measure(given.database or f"sqlite:///{folder}/papers.db", given.data, given.queries)


if __name__ == "__main__":
    main()
