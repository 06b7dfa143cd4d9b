"""Compare the two-sentence summary with an abstract's first two sentences, by ROUGE-L.

    python -m benchmarks.summary --data DIR [--month listing-2025-10] [--count 200] [--headed]

DIR holds listings, `*.jsonl.gz`: {"title", "abstract"} a line. Drawn are `--count` abstracts of one month, always the
same; term rarities come from the month's others. With --headed, all abstracts of the folder are taken instead
whose authors headed both their results and their conclusions ("Results: …"); the headings are taken out before
anybody summarises.

What a summary should match, its reference, is made here and knows nothing of the summariser's choice:

title        the title.
last         the title and the last sentence that does not tell where code, data or a page are found: no cue words.
conclusion   the title, that last sentence, and every sentence that states a result by the words below (`_RESULT`):
             "we show that", "results demonstrate", "outperforms", "improves … by 4 %". The summariser has cue words
             too, and some are the same, as both follow how results are worded in English. Therefore it is also run
             without any (`no cues`), and against
headed       the title and what stands under the headings of results and conclusions: the authors' own judgement.

The measure is ROUGE-L at summary level (Lin 2004, "ROUGE", §3.2): union longest common subsequences, F with beta = 1,
each token counted once on either side; tokens are words in lower case, not stemmed. Intervals: 95 %, 10,000 bootstrap
resamples of the abstracts, paired for differences. `lower` counts the abstracts with less than the first two sentences.
"""

import argparse
import gzip
import json
import math
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from digest.relevance.sentences import sentences
from digest.relevance.summary import WEIGHTS, summary
from digest.relevance.text import words

Scores = npt.NDArray[np.float64]
Summariser = Callable[[str, str], str]  # title, abstract -> summary

RESAMPLES = 10_000
_SEED = 20_251_001

_RESULT = re.compile(
    r"\bwe (?:\w+ly |also |further |then )?(?:show|find|prove|demonstrate|conclude|observe|establish)\b"
    r"|\b(?:results?|experiments?|evaluations?|findings|analys[ie]s|simulations?|studies)\b"
    r"(?:\W+\w+){0,8}?\W+(?:show|demonstrat|indicat|suggest|reveal|confirm|highlight)"
    r"|\boutperform|\bsurpass|\b(?:achiev|improv|reduc|increas)(?:e[sd]?|ing|ements?|tions?)\b.{0,80}\d",
    re.IGNORECASE,
)
_NOTICE = re.compile(r"https?://|\bgithub\b|\b(?:publicly|freely|openly) available|\bavailable (?:at|on|under)\b", re.I)
_HEAD = (
    r"(?:Background|Introduction|Context|Motivation|Problem|Objectives?|Aims?|Purpose|Goals?|Methods?|Methodology"
    r"|Materials|Approach|Design|Data|Setting|Participants|Main|Key|Major|Results?|Findings|Conclusions?|Discussion"
    r"|Interpretation|Significance|Implications|Contributions?|Limitations|Importance|Novelty)"
)
_HEADING = re.compile(rf"(?:^|(?<=[.!?)\n]))\s*({_HEAD}(?:(?:,| and| &|/)? ?{_HEAD}){{0,2}}) ?[:.]\s*(?=\S)", re.I)
_RESULTS, _CONCLUSIONS = re.compile("result|finding", re.I), re.compile("conclusion|interpretation|significance", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One abstract, and what its summary should match."""

    title: str
    abstract: str
    references: Mapping[str, tuple[str, ...]]  # name -> sentences


def listed(path: Path) -> list[tuple[str, str]]:
    """Title and abstract of all papers of a listing that have both."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines]
    return [(paper["title"], paper["abstract"]) for paper in told if paper.get("title") and paper.get("abstract")]


def drawn(folder: Path, month: str, count: int) -> tuple[list[Case], list[tuple[str, str]]]:
    """The cases of a month, and its other papers."""
    papers = listed(folder / f"{month}.jsonl.gz")
    random.Random(_SEED).shuffle(papers)
    return [_case(*paper) for paper in papers[:count]], papers[count:]


def headed(folder: Path) -> tuple[list[Case], list[tuple[str, str]]]:
    """The papers of all listings whose authors headed results and conclusions, each once, and all other papers."""
    papers = dict(paper for path in sorted(folder.glob("listing-*.jsonl.gz")) for paper in listed(path))
    cases = {title: case for title, abstract in papers.items() if (case := headed_case(title, abstract))}
    return list(cases.values()), [paper for paper in papers.items() if paper[0] not in cases]


def headed_case(title: str, abstract: str) -> Case | None:
    """The case that an abstract's headings make, or None without both of them."""
    _, *parts = _HEADING.split(f"\n{abstract}")
    sections = list(zip(parts[::2], parts[1::2], strict=True))
    wanted = [text for head, text in sections if _RESULTS.search(head) or _CONCLUSIONS.search(head)]
    if not all(any(kind.search(head) for head, _ in sections) for kind in (_RESULTS, _CONCLUSIONS)):
        return None
    told = tuple(sentence for text in wanted for sentence in sentences(text))
    plain = _HEADING.sub("\n\n", f"\n{abstract}")
    return Case(title=title, abstract=plain, references={"title": (title,), "headed": (title, *told)})


def conclusion(abstract: str) -> tuple[str, ...]:
    """The sentences of an abstract that state its result."""
    found = [sentence for sentence in sentences(abstract) if not _NOTICE.search(sentence)]
    return tuple(sentence for n, sentence in enumerate(found) if n == len(found) - 1 or _RESULT.search(sentence))


def _case(title: str, abstract: str) -> Case:
    told = conclusion(abstract)
    references = {"title": (title,), "last": (title, *told[-1:]), "conclusion": (title, *told)}
    return Case(title=title, abstract=abstract, references=references)


def rouge_l(reference: Sequence[str], candidate: Sequence[str]) -> float:
    """The F-measure of two texts, each given in sentences; 0 where one has no word."""
    wanted, given = [_words(sentence) for sentence in reference], [_words(sentence) for sentence in candidate]
    left, right = (Counter(word for line in side for word in line) for side in (wanted, given))
    size, hits = left.total() + right.total(), 0
    for line in wanted:
        for place in sorted(set().union(*(_common(line, other) for other in given))):
            if left[line[place]] and right[line[place]]:
                hits += 1
                left[line[place]] -= 1
                right[line[place]] -= 1
    return 2 * hits / size if size else 0.0


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _common(one: Sequence[str], other: Sequence[str]) -> set[int]:
    """The places in `one` of a longest common subsequence."""
    rows = [[0] * (len(other) + 1)]
    for word in one:
        row, above = [0], rows[-1]
        for n, each in enumerate(other):
            row.append(above[n] + 1 if word == each else max(above[n + 1], row[n]))
        rows.append(row)
    places, left, right = set(), len(one), len(other)
    while left and right:
        if one[left - 1] == other[right - 1]:
            left, right = left - 1, right - 1
            places.add(left)
        elif rows[left - 1][right] >= rows[left][right - 1]:
            left -= 1
        else:
            right -= 1
    return places


def rarity(papers: Sequence[tuple[str, str]]) -> Callable[[str], float]:
    """The idf of any word among the papers: ln((1 + n) / (1 + df)) + 1."""
    seen: Counter[str] = Counter()
    for title, abstract in papers:
        seen.update({*words(title), *words(abstract)})
    return lambda word: math.log((1 + len(papers)) / (1 + seen[word])) + 1


def summarisers(others: Sequence[tuple[str, str]]) -> dict[str, Summariser]:
    """Ours first, then the first two sentences, then any two."""
    ours = partial(summary, idf=rarity(others), terms=words)
    chance = random.Random(_SEED)
    return {
        "ours": ours,
        "no cues": partial(ours, weights=replace(WEIGHTS, announcing=0, reporting=0, leaning=0)),
        "first two": lambda _, abstract: " ".join(sentences(abstract)[:2]),
        "random two": lambda _, abstract: _any_two(sentences(abstract), chance),
    }


def _any_two(found: Sequence[str], chance: random.Random) -> str:
    return " ".join(found[n] for n in sorted(chance.sample(range(len(found)), min(2, len(found)))))


def interval(values: Scores) -> str:
    """The mean and its 95 % interval."""
    chance = np.random.default_rng(_SEED)
    means = [float(values[chance.integers(0, len(values), len(values))].mean()) for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{values.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def report(cases: Sequence[Case], ways: Mapping[str, Summariser]) -> Iterator[str]:
    """A table in lines: each reference, each summariser, its mean, its gain over the first two, how often it lost."""
    told = {way: [sentences(make(case.title, case.abstract)) for case in cases] for way, make in ways.items()}
    for name in cases[0].references:
        score = {
            way: np.array([rouge_l(case.references[name], text) for case, text in zip(cases, texts, strict=True)])
            for way, texts in told.items()
        }
        for way, values in score.items():
            gain = values - score["first two"]
            lower = f"lower {np.count_nonzero(gain < 0):4d} of {len(cases)}"
            yield f"{name:12s}{way:12s}{interval(values)}   over first two {interval(gain)}   {lower}"


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--month", default="listing-2025-10")
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--headed", action="store_true", help="take the abstracts with headings instead")
    given = options.parse_args(arguments)

    cases, others = headed(given.data) if given.headed else drawn(given.data, given.month, given.count)
    ways = summarisers(others)
    for line in report(cases, ways):
        print(line)
    began = time.process_time()
    for case in cases:
        ways["ours"](case.title, case.abstract)
    print(f"{(time.process_time() - began) / len(cases) * 1e6:.0f} µs CPU an abstract")


if __name__ == "__main__":
    main()
