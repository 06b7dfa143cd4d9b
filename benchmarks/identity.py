"""How often a fingerprint of title and authors joins different works, and how often it finds the same one.

    python -m benchmarks.identity --data DIR

DIR holds `arxiv/listing-*.jsonl.gz`, `api-*` and `oai-*` (id, title, authors a line), `arxiv/revisions.jsonl.gz` (some
of these papers as they read on another day) and `hf/daily_papers.jsonl.gz` (paper); what is missing is left out.

All ids are hidden. Two arXiv ids with one fingerprint are one work or a false merge by `judged/identity.tsv`, written
by hand after reading titles, authors and abstracts: *same* is one work submitted again or revised under a new id,
*different* is anything else, and so is a pair that nobody has judged. Then other listings of the same papers are looked
up by their fingerprints: how many are found, and for how many only another one is. What journals print is made up from
the listings, by a fixed seed: five ways to write a name, accents or none, long lists cut after three authors, TeX as
Unicode, entities, other dashes, quotes and case.
"""

import argparse
import gzip
import html
import json
import random
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from digest import identity
from digest.rendering.latex import readable

Rule = Callable[[str, Sequence[str]], Hashable | None]
JUDGED = Path(__file__).with_name("judged") / "identity.tsv"
PRINTED = 10_000  # papers that are printed as journals do
WIDTH = 60  # of a rule's name
LONG_LIST = 3  # authors before "et al."


@dataclass(frozen=True, slots=True)
class Record:
    """One paper as one listing tells it."""

    id: str
    title: str
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merges:
    """What a rule does to papers that are all different by their ids."""

    papers: int
    silent: int  # papers that it gives no fingerprint
    same: int  # pairs of ids that are one work
    different: int  # pairs that are not, or that nobody has judged
    unjudged: int

    @property
    def rate(self) -> float:
        """False merges a paper, 0 to 1."""
        return self.different / self.papers


@dataclass(frozen=True, slots=True)
class Lookup:
    """What comes of looking up papers by their fingerprint."""

    known: int  # papers that are there
    found: int
    wrong: int  # papers for which only others are found, be they there or not

    @property
    def share(self) -> float:
        """Papers found of those that are there, 0 to 1."""
        return self.found / self.known if self.known else 0.0


# ------------------------------------------------------------ the rules


def title_alone(title: str, authors: Sequence[str]) -> Hashable | None:
    return identity.fingerprint(title, ["Anybody"]) if authors else None


def title_and_last_word(title: str, authors: Sequence[str]) -> Hashable | None:
    """The title's words, accents and case folded, and the last word of the first author's name."""
    words, name = _words(title), _words(authors[0]) if authors else []
    return (*words, "/", name[-1]) if len(words) > 3 and name else None


def title_and_all_surnames(title: str, authors: Sequence[str]) -> Hashable | None:
    return frozenset(filter(None, (identity.fingerprint(title, [author]) for author in authors))) or None


def title_surname_and_number(title: str, authors: Sequence[str]) -> Hashable | None:
    found = identity.fingerprint(title, authors)
    return (found, len(authors)) if found else None


RULES: dict[str, Rule] = {
    "title alone": title_alone,
    "words of the title, last word of the first author's name": title_and_last_word,
    "title, first author's surname (the product's)": identity.fingerprint,
    "title, all surnames": title_and_all_surnames,
    "title, first author's surname, number of authors": title_surname_and_number,
}


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()


# ------------------------------------------------------------ the data


def listed(folder: Path) -> dict[str, Record]:
    """Every paper of the arXiv listings, as it is first told."""
    papers: dict[str, Record] = {}
    for kind in ("listing", "api", "oai"):
        for file in sorted(folder.glob(f"arxiv/{kind}-*.jsonl.gz")):
            for line in _lines(file):
                papers.setdefault(line["id"], _told(line))
    return papers


def elsewhere(folder: Path, papers: Mapping[str, Record]) -> dict[str, list[Record]]:
    """Other listings of the same papers, by what they are."""
    revised, trending = folder / "arxiv/revisions.jsonl.gz", folder / "hf/daily_papers.jsonl.gz"
    found = {
        "Hugging Face": list({record.id: record for record in map(_trending, _lines(trending))}.values()),
        "revised": list(map(_told, _lines(revised))),
        "printed": [printed(papers[key]) for key in random.Random(1).sample(sorted(papers), min(PRINTED, len(papers)))],
    }
    return {name: records for name, records in found.items() if records}


def _told(line: dict[str, Any]) -> Record:
    return Record(line["id"], line["title"], tuple(line["authors"]))


def _trending(line: dict[str, Any]) -> Record:
    paper = line["paper"]
    names = (author.get("name") for author in paper.get("authors") or [])
    return Record(paper["id"], paper.get("title") or line["title"], tuple(filter(None, names)))


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if file.exists():
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def printed(paper: Record) -> Record:
    """A paper as a journal might print it; always the same for the same id."""
    choice = random.Random(paper.id)
    title = readable(paper.title)
    title = choice.choice([title, title, title.capitalize(), title.upper(), f"{title}."])
    title = title.replace("'", choice.choice("'’")).replace("-", choice.choice("-\u2010\u2013"))  # hyphens, dashes
    style, plain = choice.randrange(5), choice.random() < 0.5
    names = [_turned(_unaccented(name) if plain else name, style) for name in paper.authors]
    cut = len(names) > LONG_LIST and choice.random() < 0.5
    return Record(paper.id, html.escape(title), tuple([*names[:LONG_LIST], "et al."] if cut else names))


def _turned(name: str, style: int) -> str:
    *given, family = name.split()
    while given and given[-1].islower():  # van, de la
        family = f"{given.pop()} {family}"
    if not given or "Team" in name:
        return name
    initials = [word[0].upper() for word in given]
    dotted = " ".join(f"{initial}." for initial in initials)
    return (
        name,
        f"{family}, {' '.join(given)}",
        f"{family}, {dotted}",
        f"{family} {''.join(initials)}",
        f"{dotted} {family}",
    )[style]


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def judgements(file: Path = JUDGED) -> dict[frozenset[str], bool]:
    """Whether two arXiv ids are one work, by hand."""
    lines = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:])
    return {frozenset((one, other)): verdict == "same" for one, other, verdict in lines}


# ------------------------------------------------------------ the measures


def index(rule: Rule, papers: Mapping[str, Record]) -> dict[Hashable, list[str]]:
    """The ids under each fingerprint."""
    found: dict[Hashable, list[str]] = defaultdict(list)
    for paper in papers.values():
        if (key := rule(paper.title, paper.authors)) is not None:
            found[key].append(paper.id)
    return found


def merges(found: Mapping[Hashable, Sequence[str]], papers: int, judged: Mapping[frozenset[str], bool]) -> Merges:
    pairs = [frozenset(pair) for ids in found.values() for pair in combinations(ids, 2)]
    same = sum(judged.get(pair, False) for pair in pairs)
    silent = papers - sum(map(len, found.values()))
    unjudged = sum(pair not in judged for pair in pairs)
    return Merges(papers=papers, silent=silent, same=same, different=len(pairs) - same, unjudged=unjudged)


def lookup(
    rule: Rule, found: Mapping[Hashable, Sequence[str]], records: Sequence[Record], known: Mapping[str, Record]
) -> Lookup:
    hits = [(record.id, found.get(rule(record.title, record.authors), ())) for record in records]
    right = sum(own in ids for own, ids in hits)
    return Lookup(
        known=sum(record.id in known for record in records),
        found=right,
        wrong=sum(bool(ids) for _, ids in hits) - right,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    folder = options.parse_args(arguments).data

    papers, judged = listed(folder), judgements()
    if not papers:
        print(f"no listings under {folder}: nothing is measured")
        return
    others = elsewhere(folder, papers)
    places = ", ".join(f"{name} {len(records):,}" for name, records in others.items())
    print(f"{len(papers):,} papers of arXiv; listed elsewhere: {places}")
    columns = ["one work", "not", "unjudged", "false merges", "no key", *others, "wrong"]
    print(" " * WIDTH + "".join(f"{column:>14s}" for column in columns))
    for name, rule in RULES.items():
        found = index(rule, papers)
        made = merges(found, len(papers), judged)
        seen = [lookup(rule, found, records, papers) for records in others.values()]
        cells = [f"{made.same:,}", f"{made.different:,}", f"{made.unjudged:,}", f"{made.rate:.4%}", f"{made.silent:,}"]
        cells += [f"{each.share:.2%}" for each in seen] + [f"{sum(each.wrong for each in seen):,}"]
        print(f"{name:{WIDTH}s}" + "".join(f"{cell:>14s}" for cell in cells))


if __name__ == "__main__":
    main()
