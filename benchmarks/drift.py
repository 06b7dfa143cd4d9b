"""Replay days of real listings with simulated readers whose taste changes halfway, with and without feedback.

    python -m benchmarks.drift --data DIR [--days 30] [--voters 40] [--found 1] [--steady] [--output FILE.svg]

DIR holds listings, `listing-*.jsonl.gz`: {"id", "title", "abstract", "listed"} a line. The last `--days` listings of at
least 50 papers are replayed; what was listed before them is the background, and it grows from day to day.

A reader cares for one hidden topic, and from the middle of the days on for another one; with --steady, always for the
first. Topics are clusters of papers that are found outside of the product (scikit-learn: single words, SVD, k-means)
and that no ranker sees. Each reader begins with five picked papers of the first topic. They are given 15 papers a day
by the product's own selection, one of them to explore, and like what is of their topic nine times of ten, and by
mistake something else once in fifty; of the rest they dislike one in ten. The morning their taste changes, they like
`--found` older papers of the new topic that they came upon elsewhere; nobody is told that anything changed.

Every profile lives its own life, since votes fall only on what it has shown: one stays as it was picked ("no
feedback"), the others learn, each with another half-life of a vote. A reader would vote the same on the same paper in
all of them.
nDCG@10 is that of the whole listing by the reader's topic of that day. Intervals: 95 % bootstrap over readers.
"""

import argparse
import gzip
import json
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from digest.evaluation.plot import Curve, curves
from digest.identity import PaperId
from digest.papers import Paper
from digest.relevance.calibration import Calibration
from digest.relevance.measures import Interval, bootstrap, ndcg_at, paired_bootstrap
from digest.relevance.model import Model
from digest.relevance.ranking import Candidate, DayRanking, Question
from digest.relevance.readers import Reader, Voted
from digest.relevance.selection import Contender, Likeness, Limits, looked_at, select
from digest.relevance.settings import RelevanceSettings
from digest.relevance.space import Space, needs_basis
from digest.relevance.text import TermCounts, count_paper
from digest.subscribers import Interest, Profile, Vote

Topics = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

SMALLEST = 50  # papers of a listing that is replayed
PICKED = 5  # papers that a reader begins with
SIZE = 15  # papers of an edition
DEPTH = 10  # of nDCG
TOPICS = 60  # clusters; in the arXiv listings each holds one to three of a hundred papers
DIMENSIONS = 50  # of the space they are found in
LIKES, MISTAKES, DISLIKES = 0.9, 0.02, 0.1  # chances of a vote on what is shown
FROZEN = "no feedback"
HALF_LIVES = 365.0, 120.0, 60.0, 30.0, 14.0  # days; the first is the product's default
REFERENCE = timedelta(days=HALF_LIVES[0])
WINDOW = 8_000  # papers of the background: fewer than the product keeps, so that a run takes minutes
_SEED = 20_260_401


@dataclass(frozen=True, slots=True, eq=False)
class Archive:
    """Papers in the order of their listings; a paper's place is its number."""

    papers: tuple[Paper, ...]
    counts: tuple[TermCounts, ...]
    listed: tuple[date, ...]
    topics: Topics  # shape (n_papers,)

    def places(self, day: date) -> range:
        """The papers of one listing."""
        return range(bisect_left(self.listed, day), bisect_left(self.listed, day + timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class Voter:
    """A reader, and what they care for."""

    number: int
    before: int  # topic
    after: int
    picked: tuple[int, ...]  # papers of the first topic
    found: tuple[int, ...]  # papers of the second one, come upon elsewhere

    def topic(self, *, drifted: bool) -> int:
        return self.after if drifted else self.before


@dataclass(slots=True)
class Life:
    """One reader's profile under one half-life; None: nothing is learned."""

    voter: Voter
    half_life: float | None  # days
    liked: dict[int, datetime] = field(default_factory=dict)
    disliked: dict[int, datetime] = field(default_factory=dict)


def load(folder: Path, *, days: int, window: int, clusters: int = TOPICS) -> tuple[Archive, list[date]]:
    """The papers of the last `days` listings and of the `window` papers before them, and those days."""
    found: dict[str, tuple[str, str, date]] = {}
    for path in sorted(folder.glob("listing-*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for each in map(json.loads, lines):
                told = each["title"], each.get("abstract") or "", date.fromisoformat(each["listed"])
                found.setdefault(each["id"], told)
    order = sorted(found, key=lambda key: (found[key][2], key))
    listed = [found[key][2] for key in order]
    large = [day for day in sorted(set(listed)) if listed.count(day) >= SMALLEST][-days:]
    kept = order[max(0, bisect_left(listed, large[0]) - window) :]
    papers = tuple(Paper(id=PaperId(f"arxiv:{key}"), title=found[key][0], abstract=found[key][1]) for key in kept)
    return Archive(
        papers=papers,
        counts=tuple(count_paper(paper.title, paper.abstract) for paper in papers),
        listed=tuple(found[key][2] for key in kept),
        topics=topics([f"{paper.title} {paper.abstract}" for paper in papers], clusters),
    ), large


def topics(texts: Sequence[str], count: int) -> Topics:
    """The cluster of each text, shape (n_texts,), by single words: other rows than any ranker here has."""
    rows = TfidfVectorizer(stop_words="english", sublinear_tf=True, min_df=2, max_df=0.5).fit_transform(texts)
    dimensions = min(DIMENSIONS, rows.shape[1] - 1)
    placed = TruncatedSVD(dimensions, random_state=_SEED).fit_transform(rows)
    placed /= np.maximum(np.linalg.norm(placed, axis=1, keepdims=True), np.finfo(float).tiny)
    clusters = MiniBatchKMeans(count, random_state=_SEED, n_init=3, batch_size=4096).fit(placed)
    return np.asarray(clusters.labels_, dtype=np.int64)


def voters(archive: Archive, first: date, count: int, *, found: int, steady: bool) -> list[Voter]:
    """Readers with two topics each, and with papers picked from the background."""
    chance = np.random.default_rng(_SEED)
    known = archive.places(first).start
    topics, papers = np.unique(archive.topics[:known], return_counts=True)
    popular = topics[papers >= max(PICKED, found)]
    readers = []
    for number in range(count):
        before, after = (int(topic) for topic in chance.choice(popular, size=2, replace=False))
        picked, come_upon = (
            tuple(chance.choice(np.flatnonzero(archive.topics[:known] == topic), size=size, replace=False).tolist())
            for topic, size in ((before, PICKED), (after, found))
        )
        later = (before, ()) if steady else (after, come_upon)
        readers.append(Voter(number, before, later[0], picked, later[1]))
    return readers


class Growing:
    """The background from day to day, as the product keeps it."""

    def __init__(self, archive: Archive, window: int) -> None:
        self._archive = archive
        self._window = window
        self._model = Model()

    def up_to(self, end: int) -> Space:
        read = int(self._model.numbers[-1]) + 1 if len(self._model) else 0
        new = dict(enumerate(self._archive.counts[read:end], start=read))
        self._model = self._model.grown(new, window=self._window)
        space = Space(self._model)
        if needs_basis(self._model):
            space = Space(replace(self._model, basis=space.basis()))
            self._model = space.model
        return space


def ranking(archive: Archive, space: Space, day: date) -> DayRanking:
    """One listing, ready for everybody."""
    candidates = [Candidate(place, archive.papers[place], archive.counts[place], day) for place in archive.places(day)]
    return DayRanking(space, candidates, Calibration.usual(), now=morning(day), half_life=REFERENCE)


def morning(day: date) -> datetime:
    return datetime.combine(day, clock(7), UTC)


def reader(archive: Archive, life: Life, now: datetime) -> Reader:
    """A profile as the ranking is to see it: a vote is as old in its half-life as it is in the reference's."""
    scale = REFERENCE / timedelta(days=life.half_life) if life.half_life else 1.0
    voted = {*life.liked, *life.disliked}

    def votes(given: Mapping[int, datetime]) -> tuple[Vote, ...]:
        return tuple(Vote(paper=archive.papers[n].id, given_at=now - (now - at) * scale) for n, at in given.items())

    interest = Interest(liked=votes(life.liked), disliked=votes(life.disliked))
    at_hand = {archive.papers[n].id: Voted(n, archive.papers[n].title, archive.counts[n]) for n in sorted(voted)}
    return Reader(Profile(interests=(interest,)), at_hand)


@cache
def says(voter: int, paper: int) -> tuple[float, float]:
    """Two numbers from 0 to 1 that decide what a reader says of a paper, in whatever life."""
    first, second = np.random.default_rng([_SEED, voter, paper]).random(2)
    return float(first), float(second)


def respond(life: Life, shown: Sequence[int], wanted: Sequence[bool], now: datetime) -> None:
    """Vote on what was shown."""
    for paper, is_wanted in zip(shown, wanted, strict=True):
        like, dislike = says(life.voter.number, paper)
        if like < (LIKES if is_wanted else MISTAKES):
            life.liked[paper] = now
        elif not is_wanted and dislike < DISLIKES:
            life.disliked[paper] = now


def come_upon(lives: Sequence[Life], now: datetime) -> None:
    """Everybody who votes likes what they have found elsewhere of their new topic."""
    for life in lives:
        if life.half_life is not None:
            life.liked |= dict.fromkeys(life.voter.found, now)


def replay(archive: Archive, days: Sequence[date], lives: Sequence[Life], *, window: int) -> Scores:
    """nDCG of each life on each day, shape (n_lives, n_days); NaN where nothing of the reader's topic was listed."""
    growing, found = Growing(archive, window), np.full((len(lives), len(days)), np.nan)
    threshold = RelevanceSettings().threshold
    limits = Limits(size=SIZE, threshold=threshold, quotas={}, weights={})
    for number, day in enumerate(days):
        places = archive.places(day)
        listing = ranking(archive, growing.up_to(places.stop), day)
        offered = np.ones(len(places), dtype=bool)
        if 2 * number >= len(days) > 2 * (number - 1):
            come_upon(lives, morning(day) - timedelta(hours=1))
        questions = [Question(reader(archive, life, morning(day)), offered) for life in lives]
        answers = listing.contenders(questions, depth=looked_at(SIZE))
        alike = cosines(listing)
        for line, (life, contenders) in enumerate(zip(lives, answers, strict=True)):
            topic = life.voter.topic(drifted=2 * number >= len(days))
            relevant = archive.topics[places.start : places.stop] == topic
            if relevant.any():
                found[line, number] = ndcg(contenders, relevant)
            if life.half_life is not None:
                seed = len(days) * life.voter.number + number
                chosen = select(contenders, alike, limits, seen=set(), explore=seed).chosen
                rows = [each.contender.row for each in chosen]
                shown = [places.start + row for row in rows]
                respond(life, shown, relevant[rows].tolist(), morning(day) + timedelta(hours=2))
    return found


def cosines(listing: DayRanking) -> Likeness:
    """What the listing's own likeness says, looked up in a table that is made once for everybody."""
    rows = listing.day.own[: listing.day.size]
    lengths = np.maximum(np.sqrt(rows.power(2).sum(axis=1)), np.finfo(np.float32).tiny)
    table = (rows @ rows.T).toarray() / np.outer(lengths, lengths)
    return lambda row, others: table[row, others]


def ndcg(contenders: Sequence[Contender], relevant: npt.NDArray[np.bool_]) -> float:
    """nDCG of a whole listing, of which the best are given and the rest stands in any order."""
    best = [each.row for each in sorted(contenders, key=lambda each: (-each.score, each.paper))]
    rest = np.setdiff1d(np.arange(len(relevant)), best)
    return ndcg_at(np.concatenate([relevant[best], relevant[rest]]), DEPTH)


def run(archive: Archive, days: Sequence[date], readers: Sequence[Voter], *, window: int) -> dict[str, Scores]:
    """nDCG by profile, each of shape (n_voters, n_days)."""
    ways: dict[str, float | None] = {FROZEN: None} | {f"half-life {each:.0f} days": each for each in HALF_LIVES}
    begun = morning(days[0]) - timedelta(days=1)
    lives = [
        Life(voter, half_life, liked=dict.fromkeys(voter.picked, begun))
        for half_life in ways.values()
        for voter in readers
    ]
    scores = replay(archive, days, lives, window=window)
    return dict(zip(ways, np.split(scores, len(ways)), strict=True))


def report(found: Mapping[str, Scores]) -> Iterator[str]:
    """A table in lines: each profile before and after the drift, and what it gains over the first that learns."""
    days = next(iter(found.values())).shape[1]
    middle = (days + 1) // 2
    spans = {"before": slice(0, middle), "after": slice(middle, days), "last third": slice(days - days // 3, days)}
    default = found[list(found)[1]]
    for name, span in spans.items():
        for way, scores in found.items():
            values, reference = means(scores[:, span], axis=1), means(default[:, span], axis=1)
            known = np.isfinite(values)
            if not known.any():
                continue
            gain = paired_bootstrap(values[known], reference[known], seed=_SEED)
            values = values[known]
            yield f"{name:11s} {way:20s} {shown(bootstrap(values, seed=_SEED), '.3f')}   {shown(gain, '+.3f')}"


def means(scores: Scores, *, axis: int) -> Scores:
    """Means of what is known; NaN where nothing is."""
    known = np.isfinite(scores)
    held = known.sum(axis=axis)
    total = np.where(known, scores, 0.0).sum(axis=axis)
    mean: Scores = np.divide(total, held, out=np.full(len(held), np.nan), where=held > 0)
    return mean


def shown(found: Interval, form: str) -> str:
    return f"{found.mean:{form}} [{found.low:{form}}, {found.high:{form}}]"


def by_day(found: Mapping[str, Scores]) -> Iterator[str]:
    """The mean of all readers, a line a day."""
    yield "day  " + "  ".join(f"{way:>18s}" for way in found)
    for number, row in enumerate(np.stack([means(scores, axis=0) for scores in found.values()], axis=1), start=1):
        yield f"{number:3d}  " + "  ".join(f"{value:18.3f}" for value in row)


def chart(found: Mapping[str, Scores], *, steady: bool) -> str:
    """nDCG by day as SVG."""
    lines = [
        Curve(way, [(n + 1, float(value)) for n, value in enumerate(means(scores, axis=0)) if np.isfinite(value)])
        for way, scores in found.items()
    ]
    told = "; ".join(
        f"{line.name}: {line.points[0][1]:.2f} at first, {line.points[-1][1]:.2f} at last" for line in lines
    )
    voters, days = next(iter(found.values())).shape
    title = f"nDCG@{DEPTH} by day of {voters} simulated readers" + ("" if steady else " whose taste changes")
    marks = [] if steady else [((days + 1) // 2 + 1, "taste changes")]
    return curves(title, f"{told}.", lines, x="day", y=f"nDCG@{DEPTH}", marks=marks)


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--days", type=int, default=30)
    options.add_argument("--voters", type=int, default=40)
    options.add_argument("--background", type=int, default=WINDOW, help="papers of the background")
    options.add_argument("--topics", type=int, default=TOPICS, help="clusters of papers")
    options.add_argument("--found", type=int, default=1, help="papers of the new topic that are found elsewhere")
    options.add_argument("--steady", action="store_true", help="nobody's taste changes")
    options.add_argument("--output", type=Path, help="draw nDCG by day, as SVG")
    given = options.parse_args(arguments)

    began = time.process_time()
    archive, days = load(given.data, days=given.days, window=given.background, clusters=given.topics)
    readers = voters(archive, days[0], given.voters, found=given.found, steady=given.steady)
    found = run(archive, days, readers, window=given.background)
    print(f"{len(days)} listings, {days[0]} to {days[-1]}, {given.voters} readers, {len(archive.papers):,} papers")
    for line in [*by_day(found), "", *report(found)]:
        print(line)
    print(f"{time.process_time() - began:.0f} s CPU")
    if given.output:
        given.output.write_text(chart(found, steady=given.steady), encoding="utf-8")


if __name__ == "__main__":
    main()
