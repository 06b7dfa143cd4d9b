"""Who is the same person: the authors of papers, told apart from their namesakes.

A store goes through its papers, oldest first. For each author it looks up the known persons who may be meant, `resolve`
says which of them it is, and `joined` what is known of that person afterwards. The same papers in the same order give
the same persons, whatever the order of the candidates.

What decides, the strongest first:

1. keys: the same ORCID, arXiv author id or number of a source is the same person; two different ones of a kind never;
2. names: given names and initials must not contradict;
3. shared co-authors, as far as chance would not have brought them together: one with a rare name tells much, one who
   writes with everybody little; half in a paper of more than 50 authors, and against a name that many bear;
4. the same whole first name and near categories, where few persons are known in the block (surname, first initial).

The stronger of two candidates is taken; where they are equally strong it is a new person. The cost of a paper grows
with its authors, not with pairs of them: a mention holds the 30 co-authors nearest in the list, a person the last 100.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import log

from digest.authors import AuthorKey, Byline, block_of, compatible, first_of, folded

_NEAREST = 30  # co-authors of a mention
_NAMES, _COAUTHORS, _CATEGORIES = 8, 100, 12  # what is kept of a person
_TRUSTED = ("orcid", "arxiv")  # the kinds of keys that authors see to themselves; they go before all others
_CROWDED = 50  # authors of a paper, above which a shared co-author tells half as much

# Fitted to the odd names of benchmarks/judged/authors.tsv, and to 44 pairs more of names on 60 papers or more.
_CIRCLE = 50.0  # how much likelier two namesakes of one field meet the same co-author than any two authors
_SAME_FIELD, _OTHER_FIELD = 1.0, -0.5  # what the primary category adds to the logarithm of the odds
_ALONE, _FEW, _SOME = 1, 6, 25  # persons in a block: same archive, a shared category, the primary category is enough
_YOUNG = 50_000  # mentions, before which a block will still grow as they do


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One author of one paper, as far as it tells who that is."""

    name: str  # folded
    day: date  # on which the paper was submitted, or first known
    keys: tuple[AuthorKey, ...] = ()
    coauthors: tuple[str, ...] = ()  # folded names, at most 30
    categories: tuple[str, ...] = ()  # primary first
    authors: int = 1  # of the paper

    @property
    def block(self) -> str:
        """Where candidates are looked for: `surname|initial`."""
        return block_of(self.name)

    @property
    def first(self) -> str:
        """The first given name; "" where it is an initial or missing."""
        return first_of(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of an author, so that the next mention can be told from a namesake's."""

    id: int | None = None  # the store's number
    names: tuple[str, ...]  # folded, longest first, at most 8
    keys: tuple[AuthorKey, ...] = ()
    coauthors: tuple[str, ...] = ()  # folded names, at most 100, met last at the end
    met: int = 0  # co-authors of all mentions together, each counted as often as met
    categories: tuple[tuple[str, int], ...] = ()  # and in how many papers, at most 12, most papers first
    papers: int
    first_day: date
    last_day: date

    @property
    def block(self) -> str:
        return block_of(self.names[0])

    @property
    def first(self) -> str:
        """The first given name; "" while only initials are known."""
        return max(map(first_of, self.names), key=len)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Among how many a mention is looked for."""

    block: int  # persons known in the mention's block
    papers: Mapping[str, int]  # mentions known of each folded name: the mention's own and its co-authors'
    mentions: int  # known in all


def mentions(authors: Sequence[Byline], categories: Sequence[str], day: date) -> tuple[Mention | None, ...]:
    """The authors of a paper as mentions, in order; None for a collaboration."""
    names = [folded(author.name) for author in authors]
    return tuple(
        Mention(
            name=name,
            day=day,
            keys=author.keys,
            coauthors=_nearest(names, place),
            categories=tuple(categories),
            authors=len(names),
        )
        if name
        else None
        for place, (author, name) in enumerate(zip(authors, names, strict=True))
    )


def _nearest(names: Sequence[str], place: int) -> tuple[str, ...]:
    """The names round a place, but not the one in it."""
    start = max(0, min(place - _NEAREST // 2, len(names) - _NEAREST - 1))
    others = (*names[start:place], *names[place + 1 : start + _NEAREST + 1])
    return tuple(dict.fromkeys(name for name in others if name and name != names[place]))


def resolve(mention: Mention, candidates: Sequence[Person], crowd: Crowd) -> Person | None:
    """The one of the candidates whom a mention names; None for somebody not known yet.

    Candidates, each with an `id` of its own, are the persons with one of the mention's keys, and those of its block
    whose first name is the mention's or "" (where the mention has only an initial, all of the block, or those of it who
    share a co-author); not those already taken for another author of the paper.
    """
    told = [(_told_by_keys(person, mention), person) for person in candidates]
    known = [person for same, person in told if same]
    if known:
        return min(known, key=lambda person: (_rank(_shared(person, mention)[0]), person.first_day, person.id or 0))
    fitting = [person for same, person in told if same is None and _may_bear(person, mention.name)]
    ranked = sorted(((_likeness(person, mention, crowd), person) for person in fitting), key=lambda pair: pair[0])
    if not ranked or (len(ranked) > 1 and ranked[-1][0] == ranked[-2][0]):
        return None
    likeness, best = ranked[-1]
    return best if _is_enough(likeness, best, mention, crowd, rivals=len(ranked) > 1) else None


def joined(person: Person | None, mention: Mention) -> Person:
    """What is known of a person after one more mention; after the first one, for None."""
    if person is None:
        person = Person(names=(), papers=0, first_day=mention.day, last_day=mention.day)
    # In the order in which they were met, the primary one before the others: so it stands where counts are alike.
    counts = Counter(dict(person.categories)) + Counter(dict.fromkeys(mention.categories, 1))
    now = dict.fromkeys(mention.coauthors)
    return replace(
        person,
        names=tuple(sorted({*person.names, mention.name}, key=lambda name: (-len(name), name))[:_NAMES]),
        keys=tuple(sorted({*person.keys, *mention.keys})),
        coauthors=(*(name for name in person.coauthors if name not in now), *now)[-_COAUTHORS:],
        met=person.met + len(now),
        categories=tuple(sorted(counts.items(), key=lambda item: -item[1])[:_CATEGORIES]),
        papers=person.papers + 1,
        first_day=min(person.first_day, mention.day),
        last_day=max(person.last_day, mention.day),
    )


def _told_by_keys(person: Person, mention: Mention) -> bool | None:
    """Whether keys say that it is the same person; None where they say nothing."""
    shared = _shared(person, mention)
    if not shared:
        return None
    return not _by_kind(person.keys)[shared[0]].isdisjoint(_by_kind(mention.keys)[shared[0]])


def _shared(person: Person, mention: Mention) -> list[str]:
    """The kinds of keys that both have, the most trusted first."""
    if not person.keys or not mention.keys:
        return []
    return sorted(_by_kind(person.keys).keys() & _by_kind(mention.keys).keys(), key=_rank)


def _rank(kind: str) -> tuple[bool, bool, str]:
    return kind not in _TRUSTED, kind != "orcid", kind


def _by_kind(keys: Sequence[AuthorKey]) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for key in keys:
        kinds.setdefault(key.partition(":")[0], set()).add(key)
    return kinds


def _may_bear(person: Person, name: str) -> bool:
    return all(compatible(known, name) for known in person.names)


@dataclass(frozen=True, slots=True, order=True)
class _Likeness:
    """How much speaks for a candidate; the fields that weigh more come first."""

    odds: float  # by shared co-authors, the logarithm, at least 0
    whole: bool  # the same first name, written out
    categories: int  # papers of the person, for each category of the mention
    papers: int


def _likeness(person: Person, mention: Mention, crowd: Crowd) -> _Likeness:
    counts = dict(person.categories)
    return _Likeness(
        odds=max(0.0, _odds(person, mention, crowd)),
        whole=bool(mention.first) and person.first == mention.first,
        categories=sum(counts.get(category, 0) for category in mention.categories),
        papers=person.papers,
    )


def _odds(person: Person, mention: Mention, crowd: Crowd) -> float:
    """The logarithm of the odds that the co-authors shared are the person's rather than a namesake's."""
    shared = sorted(set(person.coauthors).intersection(mention.coauthors))
    if not shared:
        return 0.0
    meetings = _CIRCLE * max(person.met, 1) / max(crowd.mentions, 1)
    surprise = sum(max(0.0, -log(meetings * max(crowd.papers.get(name, 1), 1))) for name in shared)
    others = crowd.papers.get(mention.name, 0) - person.papers if mention.first else crowd.block
    field = _SAME_FIELD if _in_primary(person, mention) else _OTHER_FIELD
    return surprise / (1 + (mention.authors > _CROWDED)) - log((max(others, 0) + 1) / (person.papers + 1)) + field


def _is_enough(likeness: _Likeness, person: Person, mention: Mention, crowd: Crowd, *, rivals: bool) -> bool:
    """Whether the likeness is more than chance among so many persons."""
    block = crowd.block * max(1.0, _YOUNG / max(crowd.mentions, 1))
    if likeness.odds > 0:
        return True
    if not likeness.whole or block > _SOME:
        return False
    if block <= _ALONE:
        known = {_archive(category) for category, _ in person.categories}
        return not known.isdisjoint(map(_archive, mention.categories))
    return likeness.categories > 0 if block <= _FEW else _in_primary(person, mention) and not rivals


def _in_primary(person: Person, mention: Mention) -> bool:
    """Whether the person has a paper in the mention's primary category."""
    return any(category in mention.categories[:1] for category, _ in person.categories)


def _archive(category: str) -> str:
    return category.partition(".")[0]
