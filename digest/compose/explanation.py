"""Why a paper would or would not be sent to somebody."""

from dataclasses import dataclass

from digest.compose.desk import laid
from digest.editions import Recommendation
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.papers import Paper
from digest.relevance import rules
from digest.relevance.ranking import Reader
from digest.relevance.settings import RelevanceSettings
from digest.store import Store
from digest.store.announcements import FreshPaper
from digest.subscribers import Profile, Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a paper would or would not be sent to somebody."""

    recommendation: Recommendation
    place: int | None  # 1 is best; None where a rule keeps the paper out of the order
    ranked: int  # papers in the order
    obstacles: tuple[str, ...]


def explain(store: Store, settings: RelevanceSettings, subscriber: Subscriber, key: PaperId) -> Explanation:
    """Rank a paper among those of its own listing, and name what keeps it out."""
    with store.read() as tx:
        kept = tx.papers.get([key]).get(key)
        if kept is None:
            raise InvalidInput(f"paper {key.removeprefix('arxiv:')} is not kept here; run: digest ingest")
        days = [day for *_, day in tx.announcements.of(kept.row)]
        listing = tx.announcements.fresh_on(days[-1]) if days else []
        fresh = {item.kept.paper.id: item for item in listing}
        fresh.setdefault(key, FreshPaper(kept, 0, days[-1] if days else subscriber.created_at.date()))
        desk = laid(tx, [subscriber], fresh, settings)
    reader, paper = desk.readers[subscriber.id], kept.paper
    ranked = desk.ranking.rank(reader)
    order = [item.candidate.paper.id for item in ranked]
    place = order.index(key) + 1 if key in order else None
    unruled = Reader(_open(reader.profile), reader.liked, reader.disliked)
    item = ranked[place - 1] if place else desk.ranking.rank(unruled, among={key})[0]
    recommendation = desk.ranking.explained(reader, [item])[0]
    obstacles = _obstacles(paper, reader.profile, recommendation.score, key in desk.seen[subscriber.id], settings)
    return Explanation(recommendation=recommendation, place=place, ranked=len(ranked), obstacles=obstacles)


def _open(profile: Profile) -> Profile:
    """The profile without the rules that keep papers out."""
    return Profile(
        interests=profile.interests,
        include=profile.include,
        follow=profile.follow,
        liked=profile.liked,
        disliked=profile.disliked,
    )


def _obstacles(
    paper: Paper, profile: Profile, score: float, seen: bool, settings: RelevanceSettings
) -> tuple[str, ...]:
    found = []
    if not rules.in_categories(paper, profile):
        found.append(f"not in {', '.join(profile.categories)}")
    found += [f"has “{term}”, which the reader excludes" for term in rules.matching_terms(paper, profile.exclude)]
    if profile.says_something and score < settings.threshold:
        found.append(f"score {score:.3f} is below the threshold {settings.threshold:g}")
    if paper.withdrawn:
        found.append("withdrawn")
    if seen:
        found.append("sent before")
    return tuple(found)
