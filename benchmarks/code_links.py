"""Find the links in a folder of listings, and compare them with what a person read there.

    python -m benchmarks.code_links --data DIR [--judged FILE]

DIR holds listings, `*.jsonl.gz`: {"id", "abstract", "comment"} a line; the first line of an id counts.

FILE (`benchmarks/judged/code_links.tsv`) holds the right answers, got by reading the text around every mention of a
host and not by the program: arXiv id, repositories, project pages and owners (each a list with spaces between, or "-"),
and the draw. "first" and "second" were drawn at random among the papers that name one of the hosts; the rules were made
with "first" and the odd ones of all papers in sight, before "second" was drawn. "hard" is no random draw but the odd
ones themselves: broken, escaped, cut short, not yet filled in. A paper is right if all of its links are, and nothing
else is taken for one.
"""

import argparse
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digest import identity
from digest.papers import Paper
from digest.signals import CODE, PROJECT
from digest.sources.code_links import code_links

JUDGED = Path(__file__).with_name("judged") / "code_links.tsv"
_NOW = datetime(2026, 5, 1, tzinfo=UTC)  # the age of a signal does not matter here
Found = dict[str, frozenset[str]]  # signals.CODE, signals.PROJECT -> addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What reading one paper gives."""

    id: str
    draw: str
    links: Found


def listed(folder: Path) -> dict[str, Paper]:
    """The papers of a folder by arXiv id, each as its first listing tells it."""
    papers: dict[str, Paper] = {}
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for told in map(json.loads, lines):
                if told.get("abstract") and told["id"] not in papers:
                    papers[told["id"]] = _paper(told)
    return papers


def judged(path: Path) -> Iterator[Judgement]:
    """The judgements in a file; lines that begin with # are remarks."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, code, project, draw = line.split("\t")
            yield Judgement(id=name, draw=draw, links={CODE: _addresses(code), PROJECT: _addresses(project)})


def found_in(paper: Paper) -> Found:
    """What the product takes for the links of a paper."""
    links = {CODE: frozenset[str](), PROJECT: frozenset[str]()}
    for signal in code_links(paper, now=_NOW):
        links[signal.name] = frozenset(signal.value if isinstance(signal.value, tuple) else ())
    return links


def wrong(papers: Mapping[str, Paper], judgements: Sequence[Judgement]) -> list[tuple[Judgement, Found]]:
    """The judged papers that the product reads otherwise, and how; a paper that is not in the folder is one of them."""
    nothing: Found = {}
    read = ((each, found_in(papers[each.id]) if each.id in papers else nothing) for each in judgements)
    return [(each, found) for each, found in read if found != each.links]


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--judged", type=Path, default=JUDGED)
    given = options.parse_args(arguments)

    papers = listed(given.data)
    if not papers:
        options.exit(2, f"{given.data}: there are no listings (*.jsonl.gz) here\n")
    found = [links for links in map(found_in, papers.values()) if any(links.values())]
    counts = {name: sum(len(links[name]) for links in found) for name in (CODE, PROJECT)}
    print(
        f"{len(papers):,} papers, {len(found):,} with links: {counts[CODE]:,} to code, {counts[PROJECT]:,} to projects"
    )
    judgements = list(judged(given.judged))
    for draw in dict.fromkeys(each.draw for each in judgements):
        drawn = [each for each in judgements if each.draw == draw]
        mistakes = wrong(papers, drawn)
        print(f"{draw:8s} {len(drawn) - len(mistakes):4d} of {len(drawn):4d} papers right: ", end="")
        print(f"{1 - len(mistakes) / len(drawn):.1%}")
        for each, links in mistakes:
            print(f"         {each.id}: {_said(links)} instead of {_said(each.links)}")


def _paper(told: Mapping[str, str | None]) -> Paper:
    return Paper(
        id=identity.paper_id(told["id"] or ""),
        title="",  # which holds no links
        abstract=_folded(told["abstract"]),
        comment=_folded(told.get("comment")),
    )


def _folded(text: str | None) -> str:
    return " ".join((text or "").split())


def _addresses(cell: str) -> frozenset[str]:
    return frozenset(cell.split()) - {"-"}


def _said(links: Found) -> str:
    return " ".join(sorted(url for urls in links.values() for url in urls)) or "nothing"


if __name__ == "__main__":
    main()
