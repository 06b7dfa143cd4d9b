"""Why a paper would or would not be sent to somebody."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from digest.compose.background import background, count_what_is_not
from digest.compose.choice import Choice, Chooser, is_ranked, threshold, unfiltered
from digest.compose.desk import Desk, laid
from digest.editions import Edition, Recommendation, Slot
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.papers import FRESH, Paper
from digest.relevance import rules
from digest.relevance.ranking import Question
from digest.relevance.readers import Reader
from digest.relevance.selection import Contender
from digest.relevance.settings import RelevanceSettings
from digest.store import Store, Transaction
from digest.store.announcements import FreshPaper
from digest.store.papers import KeptPaper
from digest.store.shadow import Shadowed
from digest.subscribers import Interest, Profile, Subscriber

_LOG = 500  # lines of the shadow log that are looked through


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a paper would or would not be sent to somebody."""

    recommendation: Recommendation  # its slot says nothing where `slot` is None
    place: int | None  # 1 is best; None where a rule keeps the paper out of the order
    ranked: int  # papers in the order
    obstacles: tuple[str, ...]
    slot: Slot | None  # in which it was sent, or would be next, of its listing alone; None where it is kept out


@dataclass(frozen=True, slots=True)
class _Past:
    """What became of the paper so far."""

    brought_by: Edition | None
    left_out: tuple[Shadowed, ...]


def explain(
    store: Store,
    settings: RelevanceSettings,
    subscriber: Subscriber,
    key: PaperId,
    *,
    now: datetime,
    model_folder: Path | None = None,
) -> Explanation:
    """Rank a paper among those of its own listing, and name what keeps it out."""
    count_what_is_not(store)
    with store.read() as tx:
        kept = tx.papers.get([key]).get(key)
        if kept is None:
            raise InvalidInput(f"paper {key.removeprefix('arxiv:')} is not kept here; run: digest ingest")
        desk = laid(tx, [subscriber], _listing(tx, kept, subscriber))
        log = tuple(line for line in tx.shadow.of(subscriber.id, limit=_LOG) if line.paper.id == key)
        past = _Past(tx.editions.that_brought(subscriber.id, kept.row), log)
    chooser = Chooser(desk, background(store, settings, model_folder), settings, now=now)
    today = subscriber.schedule.local_date(now)
    (choice,) = chooser.choose([(subscriber, today)])
    return _explained(chooser, desk, subscriber, key, settings, past, choice)


def _listing(tx: Transaction, kept: KeptPaper, subscriber: Subscriber) -> dict[PaperId, FreshPaper]:
    """The listing that brought a paper; the paper among what came with its last mention where none did."""
    told = tx.announcements.of(kept.row)
    days = [day for *_, kind, day in told if kind in FRESH] or [day for *_, day in told]
    listed = {item.kept.paper.id: item for item in (tx.announcements.fresh_on(days[-1]) if days else [])}
    day = days[-1] if days else subscriber.created_at.date()
    return {kept.paper.id: FreshPaper(kept, 0, day)} | listed


def _explained(
    chooser: Chooser,
    desk: Desk,
    subscriber: Subscriber,
    key: PaperId,
    settings: RelevanceSettings,
    past: _Past,
    choice: Choice,
) -> Explanation:
    reader, row = chooser.reader(subscriber), list(desk.candidates).index(key)
    order = _order(chooser, reader)
    place = next((at for at, each in enumerate(order, start=1) if each.paper == key), None)
    recommendation, contender = _told(chooser, reader, row, order[place - 1] if place else None)
    slot = next((item.slot for item in choice.recommendations if item.paper.id == key), None)
    obstacles = []
    if slot is None:
        obstacles = _history(desk, subscriber, key, past)
        obstacles += _obstacles(recommendation.paper, reader.profile, contender, threshold(subscriber, settings))
        if not (obstacles or past.left_out):
            obstacles = [_because(desk, choice, subscriber, key)]
    if past.brought_by is not None:
        slot = next((item.slot for item in past.brought_by.recommendations if item.paper.id == key), None)
    obstacles += [f"left out of the edition of {line.slot_date}: {line.why}" for line in past.left_out]
    return Explanation(
        recommendation=recommendation, place=place, ranked=len(order), obstacles=tuple(obstacles), slot=slot
    )


def _told(
    chooser: Chooser, reader: Reader, row: int, contender: Contender | None
) -> tuple[Recommendation, Contender | None]:
    """A paper with its score for the interest that it is likeliest for; of readers who are not ranked, just named."""
    if not is_ranked(reader.profile):
        return chooser.explained(reader, [(row, None)])[0], None
    chance = contender.probability if contender else None
    contender = contender or _unruled(chooser, reader, row)
    interest = reader.profile.interest(contender.interest) if contender else reader.profile.interests[0]
    (found,) = chooser.explained(reader, [(row, interest)])
    return replace(found, probability=chance, interest=interest.name if interest else ""), contender


def _order(chooser: Chooser, reader: Reader) -> list[Contender]:
    """The whole listing for one reader, likeliest first; newest first where nothing is known of the reader."""
    everything = np.ones(len(chooser.ranking.candidates), dtype=bool)
    if not is_ranked(reader.profile):
        let_in = everything & chooser.ranking.rules.within(reader.profile.categories)
        newest = chooser.ranking.newest(let_in)
        return [Contender(paper=c.paper.id, row=0, interest="", score=0.0, probability=0.0) for c in newest]
    (found,) = chooser.ranking.contenders([Question(reader, everything)], depth=len(everything))
    return sorted(found, key=lambda each: (not each.must_read, -each.probability, -each.score, each.paper))


def _unruled(chooser: Chooser, reader: Reader, row: int) -> Contender | None:
    """What the paper would be to the reader if no rule kept it out."""
    only = np.zeros(len(chooser.ranking.candidates), dtype=bool)
    only[row] = True
    (found,) = chooser.ranking.contenders([Question(unfiltered(reader), only)], depth=1)
    return next(iter(found), None)


def _history(desk: Desk, subscriber: Subscriber, key: PaperId, past: _Past) -> list[str]:
    """What has happened that keeps a paper out, whatever it scores."""
    found, profile = [], desk.readers[subscriber.id].profile
    if past.brought_by is not None:
        found.append(f"sent on {past.brought_by.slot_date}")
    elif key in desk.seen[subscriber.id]:
        found.append("sent before")
    if key in profile.liked or key in profile.disliked:
        found.append("voted on by the reader")
    if key not in desk.fresh or desk.fresh[key].announcement == 0:
        found.append("no listing has announced it as new")
    return found


def _obstacles(paper: Paper, profile: Profile, contender: Contender | None, least: float) -> list[str]:
    found = []
    if not rules.in_categories(paper, profile.categories):
        found.append(f"not in {', '.join(profile.categories)}")
    found += [
        f"has “{term}”, which the reader excludes{_for(interest, profile)}"
        for interest in profile.interests
        for term in rules.matching_terms(paper, interest.exclude)
    ]
    if contender and not (contender.must_read or contender.everything) and contender.probability < least:
        found.append(f"probability {contender.probability:.3f} is below the threshold {least:g}")
    if paper.withdrawn:
        found.append("withdrawn")
    return found


def _because(desk: Desk, choice: Choice, subscriber: Subscriber, key: PaperId) -> str:
    """What kept a paper out that no rule does."""
    if not desk.is_news(desk.fresh[key], subscriber):
        first = subscriber.read_through is None
        return (
            "its listing is older than the first that is read for them" if first else "an edition was made without it"
        )
    papers = (choice.candidates[row].paper.id for row in choice.shadow.rows)
    causes = (why for paper, why in zip(papers, choice.shadow.whys, strict=True) if paper == key)
    is_likelier = is_ranked(desk.readers[subscriber.id].profile)
    return next(causes, f"too many others were {'likelier' if is_likelier else 'newer'}")


def _for(interest: Interest, profile: Profile) -> str:
    return f" for {interest.name}" if len(profile.interests) > 1 else ""
