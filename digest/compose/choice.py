"""What each reader is sent of a day, and what is left out: pure decisions on what lies on the desk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import accumulate, chain, pairwise

import numpy as np

from digest.compose.desk import Desk
from digest.compose.seated import (
    NO_SHADOW,
    NOTHING,
    Seated,
    Shadow,
    of_seats,
    of_selection,
)
from digest.editions import Reason, Recommendation, Slot, recommended
from digest.identity import PaperId
from digest.papers import Paper
from digest.relevance.calibration import Calibration
from digest.relevance.parting import parts
from digest.relevance.ranking import Candidate, DayRanking, Question, Read
from digest.relevance.readers import Reader, Voted
from digest.relevance.reasons import Explainer, Wish, briefly, newest_reason, total
from digest.relevance.seating import Bounds, seat_all
from digest.relevance.selection import Contender, Limits, looked_at, select
from digest.relevance.settings import RelevanceSettings
from digest.relevance.space import Space
from digest.relevance.standings import Standings
from digest.relevance.text import TermCounts
from digest.subscribers import MAIN, Interest, Profile, Subscriber

MOST_SEATS = 100  # of an edition: the HTML of more is longer than mail programs show whole
_TOGETHER = 256  # readers whose editions are explained at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen for one reader."""

    recommendations: tuple[Recommendation, ...] = ()
    also_new: tuple[Paper, ...] = ()  # below the fold
    shadow: Shadow = NO_SHADOW  # of all that was left out; the first are the same papers
    candidates: Sequence[Candidate] = ()  # of the day, whose rows the shadow names


@dataclass(frozen=True, slots=True, eq=False)
class _Asking:
    """A reader whose edition is made."""

    who: Subscriber  # with the seats of this edition
    slot: date
    question: Question
    reclaimed: Sequence[Contender]


class Chooser:
    """Chooses for any number of readers from one desk; their papers are scored all at once."""

    def __init__(
        self,
        laid: Desk,
        space: Space,
        settings: RelevanceSettings,
        *,
        now: datetime,
        ranking: DayRanking | None = None,
        read: Read | None = None,
    ) -> None:
        """`ranking`: one of the same moment and space, which is used where its candidates are those of the desk.

        `read` gives the terms of what readers voted on, where the desk has them UNREAD.
        """
        self._desk = laid
        self._space = space
        self._settings = settings
        self._keys = list(laid.candidates)
        self._row_of = {key: row for row, key in enumerate(self._keys)}
        self._judged: tuple[Mapping[PaperId, Voted], bool] = {}, False
        self._items = list(laid.candidates.values())
        self._codes = [laid.code.get(key, "") for key in self._keys]
        candidates = [
            Candidate(item.kept.row, item.kept.paper, TermCounts.from_bytes(item.kept.terms), item.day)
            for item in self._items
        ]
        half_life = timedelta(days=settings.half_life_days)
        if ranking is None or not ranking.is_of(candidates):
            ranking = DayRanking(space, candidates, Calibration.usual(), now=now, half_life=half_life, read=read)
        self.ranking = ranking

    def choose(self, subscribers: Sequence[tuple[Subscriber, date]]) -> Iterator[Choice]:
        """A choice for each subscriber and local date, one after the other, from scores that are made all at once."""
        questions = self.questions([subscriber for subscriber, _ in subscribers])
        depth = looked_at(max((self._seats(subscriber) for subscriber, _ in subscribers), default=0))
        reclaimed = self._asked_for([subscriber for subscriber, _ in subscribers])
        found = self.ranking.standings(questions, depth=depth)  # the last, by whose examples reasons are given
        for part in parts(len(subscribers), _TOGETHER):
            asking = [
                _Asking(self._seated(who), slot, question, reclaimed.get(who.id, ()))
                for (who, slot), question in zip(subscribers[part], questions[part], strict=True)
            ]
            yield from self._chosen(asking, found, part.start)

    def _chosen(self, asking: Sequence[_Asking], found: Standings, first: int) -> Iterator[Choice]:
        """A choice for each, in turn; what they are sent is explained to all of them at once."""
        seated = self._all_seated(asking, found, first)
        told = self._recommended([(each.question.reader, seats) for each, seats in zip(asking, seated, strict=True)])
        for each, seats, items in zip(asking, seated, told, strict=True):
            yield self._marked(each.who, self._choice(each.who, each.question, seats, items))

    def _all_seated(self, asking: Sequence[_Asking], found: Standings, first: int) -> list[Seated]:
        """Who has which seat: readers of one interest all at once, the others one after the other."""
        plain = [at for at, each in enumerate(asking) if found.plain[first + at] and not each.reclaimed]
        at_once = dict(zip(plain, self._together([asking[at] for at in plain], found, plain, first), strict=True))
        return [
            at_once[at] if at in at_once else self._selected(each, found.contenders(first + at))
            for at, each in enumerate(asking)
        ]

    def _together(self, asking: Sequence[_Asking], found: Standings, places: Sequence[int], first: int) -> list[Seated]:
        """What becomes of the contenders of readers of one interest."""
        numbers = [first + at for at in places]
        lists = found.lists(numbers, [self._barred_rows(each) for each in asking])
        bounds = Bounds(
            sizes=np.array([each.who.size for each in asking], dtype=np.int64),
            thresholds=np.array([threshold(each.who, self._settings) for each in asking], dtype=np.float64),
            seeds=[_seed(each.who, each.slot) for each in asking],
        )
        seated = seat_all(lists, self.ranking.day.likeness, bounds)
        return of_seats(lists, seated, [found.interest(at).name for at in numbers], self.ranking.candidates)

    def _seated(self, subscriber: Subscriber) -> Subscriber:
        """A subscriber with the seats of the edition that is made now."""
        seats = self._seats(subscriber)
        return subscriber if seats == subscriber.size else replace(subscriber, size=seats)

    def _seats(self, subscriber: Subscriber) -> int:
        """How many papers the edition may have: what is carried to it takes no seat from the day's, up to as many.

        What a mail has no room for waits for the edition after it.
        """
        carried = min(len(self._desk.carried.get(subscriber.id, ())), subscriber.size)
        return max(min(subscriber.size + carried, MOST_SEATS), subscriber.size)

    def _marked(self, subscriber: Subscriber, choice: Choice) -> Choice:
        """With what is carried from an edition that was never sent marked so."""
        carried = self._desk.carried.get(subscriber.id)
        if not carried:
            return choice
        marked = (
            replace(each, slot=Slot.CARRIED) if each.paper.id in carried else each for each in choice.recommendations
        )
        return replace(choice, recommendations=tuple(marked))

    def questions(self, subscribers: Sequence[Subscriber]) -> list[Question]:
        """What is offered to each; readers who wait for the same share one mask."""
        masks = {
            (subscriber.read_through, subscriber.kind): np.array(
                [item.announcement > 0 and self._desk.is_news(item, subscriber) for item in self._items],
                dtype=bool,
            )
            for subscriber in {(each.read_through, each.kind): each for each in subscribers}.values()
        }
        return [Question(self.reader(each), masks[each.read_through, each.kind]) for each in subscribers]

    def reader(self, subscriber: Subscriber) -> Reader:
        """A subscriber as papers are scored for them."""
        reader = self._desk.readers[subscriber.id]
        return reader if reader.learner is subscriber.learner else replace(reader, learner=subscriber.learner)

    def explained(self, reader: Reader, chosen: Sequence[tuple[int, Interest | None]]) -> list[Recommendation]:
        """Papers by row with the reasons that add up to their score for one of the reader's interests."""
        reasons: dict[int, tuple[Reason, ...]] = {}
        for interest in dict.fromkeys(interest.name if interest else None for _, interest in chosen):
            rows = [row for row, each in chosen if (each.name if each else None) == interest]
            asked = reader.profile.interest(interest) if interest is not None else None
            reasons |= zip(rows, self._reasons(reader, rows, asked), strict=True)
        return [self._recommendation(row, reasons[row]) for row, _ in chosen]

    def _reasons(self, reader: Reader, rows: Sequence[int], interest: Interest | None) -> list[tuple[Reason, ...]]:
        if interest is None:
            papers = (self.ranking.candidates[row].paper for row in rows)
            return [newest_reason(paper, reader.profile.categories) for paper in papers]
        explainer = Explainer(self.ranking, self._space, reader, interest, self.ranking.examples(reader.learner))
        return [explainer.reasons(row) for row in rows]

    def _recommendation(self, row: int, reasons: tuple[Reason, ...]) -> Recommendation:
        candidate = self.ranking.candidates[row]
        return Recommendation(
            paper=candidate.paper,
            score=total(reasons),
            reasons=reasons,
            announced=candidate.announced,
            code=self._codes[row],
        )

    def _choice(
        self, subscriber: Subscriber, question: Question, seated: Seated, items: tuple[Recommendation, ...]
    ) -> Choice:
        profile = question.reader.profile
        if not is_ranked(profile):
            return self._newest(subscriber, question)
        candidates = self.ranking.candidates
        choice = Choice(
            recommendations=items,
            also_new=tuple([candidates[row].paper for row in seated.shadow.rows[: seated.below]]),
            shadow=seated.shadow,
            candidates=candidates,
        )
        if is_ranked(profile.own):
            return choice
        return _filled(choice, self._newest(subscriber, question), subscriber.size)

    def _selected(self, asking: _Asking, contenders: Sequence[Contender]) -> Seated:
        """What becomes of a reader's contenders; nothing where the newest are sent."""
        who, reader = asking.who, asking.question.reader
        if not is_ranked(reader.profile):
            return NOTHING
        return of_selection(
            select(
                _with(contenders, asking.reclaimed),
                self.ranking.day.likeness,
                _limits(who, reader, self._settings),
                seen=self._barred(asking),
                explore=_seed(who, asking.slot),
            )
        )

    def _barred(self, asking: _Asking) -> Set[PaperId]:
        """What a reader has had or judged."""
        profile = asking.question.reader.profile
        return self._desk.seen[asking.who.id] | {*profile.liked, *profile.disliked}

    def _barred_rows(self, asking: _Asking) -> list[int]:
        """The same by row, as far as it is among the day's."""
        reader, row_of = asking.question.reader, self._row_of
        told: list[Iterable[PaperId]] = [self._desk.seen[asking.who.id]]
        if self._has_judged(reader.papers):
            told += [reader.profile.liked, reader.profile.disliked]
        return [row_of[key] for keys in told for key in keys if key in row_of]

    def _has_judged(self, papers: Mapping[PaperId, Voted]) -> bool:
        """Whether any of the papers that readers voted on, which they have at hand together, is one of the day's."""
        if papers is not self._judged[0]:
            self._judged = papers, not papers.keys().isdisjoint(self._row_of)
        return self._judged[1]

    def _recommended(self, seated: Sequence[tuple[Reader, Seated]]) -> Iterator[tuple[Recommendation, ...]]:
        """What is sent to each reader, with the reasons in brief."""
        rows = list(chain.from_iterable(seats.rows for _, seats in seated))
        candidates, reasons = [self.ranking.candidates[row] for row in rows], self._in_brief(seated)
        made = recommended(
            len(rows),
            papers=[each.paper for each in candidates],
            scores=map(total, reasons),
            reasons=reasons,
            announced=[each.announced for each in candidates],
            late=[self._items[row].late for row in rows],
            probabilities=chain.from_iterable(seats.probabilities for _, seats in seated),
            interests=chain.from_iterable(seats.interests for _, seats in seated),
            slots=chain.from_iterable(seats.slots for _, seats in seated),
            codes=[self._codes[row] for row in rows],
        )
        ends = accumulate((len(seats.rows) for _, seats in seated), initial=0)
        return (made[first:end] for first, end in pairwise(ends))

    def _in_brief(self, seated: Sequence[tuple[Reader, Seated]]) -> list[tuple[Reason, ...]]:
        """The reasons of each seat, one reader's after the other's."""
        wishes: list[Wish] = []
        places = list[dict[str, int]]()
        for reader, seats in seated:
            rows: dict[str, list[int]] = {}
            for name, row in zip(seats.interests, seats.rows, strict=True):
                rows.setdefault(name, []).append(row)
            places.append({name: len(wishes) + at for at, name in enumerate(rows)})
            wishes += [
                Wish(reader, reader.profile.interest(name) or Interest(name=name), theirs)
                for name, theirs in rows.items()
            ]
        told = [iter(each) for each in briefly(self.ranking, self._space, wishes)]
        return [
            next(told[place[name]])
            for (_, seats), place in zip(seated, places, strict=True)
            for name in seats.interests
        ]

    def _asked_for(self, subscribers: Sequence[Subscriber]) -> dict[int, list[Contender]]:
        """By subscriber, what they reclaimed as the profile sees it; no filter of theirs keeps it out."""
        asking = [(each, keys) for each in subscribers if (keys := self._desk.reclaimed.get(each.id))]
        questions = [
            Question(unfiltered(self.reader(each)), np.array([key in keys for key in self._keys], dtype=bool))
            for each, keys in asking
        ]
        found = self.ranking.contenders(questions, depth=max((len(keys) for _, keys in asking), default=0))
        return {
            each.id: [one._replace(reclaimed=True) for one in (*contenders, *self._unseen(question, contenders))]
            for (each, _), question, contenders in zip(asking, questions, found, strict=True)
        }

    def _unseen(self, question: Question, contenders: Sequence[Contender]) -> list[Contender]:
        """What is offered and the profile has no eyes for, such as one that follows authors only."""
        known = {each.row for each in contenders}
        name = next((each.name for each in question.reader.profile.interests), MAIN)
        return [
            Contender(paper=self._keys[row], row=row, interest=name, score=0.0, probability=0.0)
            for row in np.flatnonzero(question.offered).tolist()
            if row not in known
        ]

    def _newest(self, subscriber: Subscriber, question: Question) -> Choice:
        """For whom nothing but categories is known: what was asked for, and then the newest."""
        profile, barred = question.reader.profile.own, self._desk.seen[subscriber.id]
        reclaimed = self._desk.reclaimed.get(subscriber.id, {})
        asked = np.array([key in reclaimed for key in self._keys], dtype=bool)
        offered = question.offered & self.ranking.rules.within(profile.categories)
        order = [(each, Slot.RECLAIMED) for each in self.ranking.newest(asked)]
        order += [(each, Slot.NEWEST) for each in self.ranking.newest(offered & ~asked)]
        fit = [(each, slot) for each, slot in order if each.paper.id not in barred and not each.paper.withdrawn]
        rows = [(self._keys.index(each.paper.id), slot) for each, slot in fit[: subscriber.size]]
        found = self.explained(replace(question.reader, profile=profile), [(row, None) for row, _ in rows])
        return Choice(
            recommendations=tuple(
                replace(item, slot=slot, late=self._items[row].late)
                for item, (row, slot) in zip(found, rows, strict=True)
            )
        )


def _with(contenders: Sequence[Contender], asked: Sequence[Contender]) -> list[Contender]:
    """Contenders and what the reader asked for, each paper once."""
    keys = {each.paper for each in asked}
    return [*(each for each in contenders if each.paper not in keys), *asked]


def _filled(choice: Choice, newest: Choice, size: int) -> Choice:
    """What groups of a reader chose, and the newest in what room it leaves."""
    chosen = {item.paper.id for item in choice.recommendations}
    others = (item for item in newest.recommendations if item.paper.id not in chosen)
    return replace(choice, recommendations=(*choice.recommendations, *others)[:size])


def is_ranked(profile: Profile) -> bool:
    """Whether papers are put in order for a reader; else the newest are sent."""
    return profile.says_something or any(interest.everything for interest in profile.interests)


def unfiltered(reader: Reader) -> Reader:
    """A reader whose rules keep nothing out."""
    interests = tuple(replace(each, categories=(), exclude=()) for each in reader.profile.interests)
    return replace(reader, profile=Profile(interests=interests))


def threshold(subscriber: Subscriber, settings: RelevanceSettings) -> float:
    """The least probability of a paper that is chosen for a reader: their own, or the operator's."""
    return settings.threshold if subscriber.threshold is None else subscriber.threshold


def _limits(subscriber: Subscriber, reader: Reader, settings: RelevanceSettings) -> Limits:
    interests = reader.profile.interests
    return Limits(
        size=subscriber.size,
        threshold=threshold(subscriber, settings),
        quotas={each.name: each.quota for each in interests if each.quota is not None},
        weights={each.name: each.weight for each in interests},
    )


def _seed(subscriber: Subscriber, slot: date) -> int:
    """The same for a reader and a day, however often it is composed."""
    return int.from_bytes(blake2b(f"{subscriber.feed_uri} {slot}".encode(), digest_size=8).digest(), "big")
