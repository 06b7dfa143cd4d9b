"""A library becomes votes: what is kept here is liked, what arXiv knows is asked for, and the rest is wanted.

First `planned` says what would be done, and changes nothing; `ask` brings papers from arXiv; `keep` does what a plan
says, in one transaction; doing it again changes nothing. `take_arrived` likes what was wanted once it is here.
"""

import logging
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from digest import identity
from digest.errors import InvalidInput, SourceError
from digest.exchange.entries import Library, Unread
from digest.identity import PaperId
from digest.membership.references import Item, item
from digest.membership.typed import LONGEST_NAME, category
from digest.relevance.text import count_paper
from digest.sources.arxiv_authors import author_key
from digest.sources.arxiv_query import ArxivQuery
from digest.store import Store, Transaction
from digest.store.gates import held
from digest.store.wanted import Arrived, Want, Wanted
from digest.subscribers import MAIN, ProfileField, Subscriber, Verdict

log = logging.getLogger(__name__)
MOST_INTERESTS = 50  # of one reader, as everywhere
_AT_ONCE = 100  # ids that arXiv is asked for in one question
_LONGEST_ORIGIN = 300  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What came of asking arXiv."""

    unknown: Set[PaperId] = frozenset()  # it has no such papers
    brought: int = 0  # papers that are kept now
    problem: SourceError | None = None  # why some were not asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """An entry that leads to no paper, and why."""

    item: Item
    interest: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a library would change."""

    entries: int = 0
    likes: Mapping[int, str] = field(default_factory=dict)  # papers by row number, and the interest of each
    liked: int = 0  # entries whose paper is liked already
    disliked: int = 0  # entries whose paper is disliked, which stays so
    repeated: int = 0  # entries that name what an earlier one does, and nothing is known of yet
    askable: tuple[PaperId, ...] = ()  # papers that arXiv can be asked for
    unresolved: tuple[Unresolved, ...] = ()  # those that may be asked for are among them
    found: tuple[PaperId, ...] = ()  # names of the entries that lead to a paper
    categories: tuple[str, ...] = ()  # new ones
    into: str = MAIN  # the interest of the categories
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was changed."""

    liked: int
    wanted: int  # of the unresolved entries those that were not wanted before

    @property
    def is_news(self) -> bool:
        return bool(self.liked or self.wanted)


def planned(
    store: Store, who: Subscriber, brought: Library, *, into: str | None = None, answers: Answers | None = None
) -> Plan:
    """What a library would change, as the store is now; InvalidInput for more interests than a reader may have.

    `into` is the interest of all; without it each entry goes to the first of its collections, or to `main`.
    """
    items = [item(entry) for entry in brought.entries]
    with store.read() as tx:
        read_as = tx.works.read_as_each(name for each in items for name in each.names)
        found = [(each, _found(each, read_as)) for each in items]
        rows = tx.papers.rows(key for _, key in found if key)
        marks = tx.saved.marks(who.id, rows.values())
        profile = tx.subscribers.profiles([who.id])[who.id]
    here = [(each, rows[key]) for each, key in found if key]
    new = [(each, row) for each, row in here if marks[row].verdict is None]
    likes = {row: _interest(each, into) for each, row in reversed(new)}  # of two entries the first counts
    missing = {each.name: each for each, key in reversed(found) if not key}
    unresolved = _unresolved(list(missing.values())[::-1], into, answers or Answers())
    _check({each.name for each in profile.interests}, {*likes.values(), *(each.interest for each in unresolved)})
    filtered = profile.interest(into or MAIN)
    return Plan(
        entries=len(items),
        likes=likes,
        liked=sum(marks[row].verdict is Verdict.LIKE for _, row in here),
        disliked=sum(marks[row].verdict is Verdict.DISLIKE for _, row in here),
        repeated=len(items) - len(here) - len(missing) + len(new) - len(likes),
        askable=tuple(dict.fromkeys(key for each in unresolved for key in each.item.arxiv)),
        unresolved=unresolved,
        found=tuple(each.name for each, _ in here),
        categories=tuple(c for c in map(category, brought.categories) if not filtered or c not in filtered.categories),
        into=into or MAIN,
        unread=brought.unread,
    )


def _unresolved(items: Iterable[Item], into: str | None, answers: Answers) -> tuple[Unresolved, ...]:
    return tuple(Unresolved(item=e, interest=_interest(e, into), reason=_reason(e, answers)) for e in items)


def ask(
    store: Store,
    source: ArxivQuery,
    keys: Sequence[PaperId],
    *,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Answers:
    """Keep the papers of these ids as arXiv tells them, some at a time; a failure keeps what came before it."""
    unknown: set[PaperId] = set()
    brought = 0
    try:
        with held(store, source.gate, now):
            for at in range(0, len(keys), _AT_ONCE):
                part = keys[at : at + _AT_ONCE]
                papers = source.papers(part, now=now)
                terms = {key: count_paper(paper.title, paper.abstract).to_bytes() for key, paper in papers.items()}
                with store.begin() as tx:
                    tx.papers.keep(papers.values(), terms, now=now)
                unknown |= set(part) - papers.keys()
                brought += len(papers)
                progress(at + len(part), len(keys))
    except SourceError as error:
        log.warning("import stopped asking source=%s problem=%s", source.name, error.problem)
        return Answers(unknown=unknown, brought=brought, problem=error)
    return Answers(unknown=unknown, brought=brought)


def keep(store: Store, who: Subscriber, plan: Plan, *, origin: str, now: datetime) -> Kept:
    """Do what a plan says: all of it, or nothing."""
    with store.begin() as tx:
        names = dict.fromkeys([*plan.likes.values(), *(each.interest for each in plan.unresolved)])
        numbers = {name: tx.subscribers.make_interest(who.id, name) for name in names}
        tx.subscribers.like_all(who.id, {row: numbers[name] for row, name in plan.likes.items()}, now=now)
        tx.wants.settle(who.id, plan.found)
        wants = [_want(each, numbers[each.interest], origin) for each in plan.unresolved]
        new = tx.wants.keep(who.id, wants, now=now)
        tx.subscribers.add_words(who.id, ProfileField.CATEGORY, plan.categories, interest=plan.into)
    log.info("imported subscriber=%d liked=%d wanted=%d", who.id, len(plan.likes), new)
    return Kept(liked=len(plan.likes), wanted=new)


def own(store: Store, author: str) -> tuple[PaperId, ...]:
    """The papers kept here of a person known by an ORCID or an arXiv author id; InvalidInput if it is neither."""
    try:
        key = author_key(author)
    except ValueError as error:
        raise InvalidInput(f"neither an ORCID nor an arXiv author id: {author[:40]!r}") from error
    with store.read() as tx:
        return tuple(
            each.key
            for person in tx.people.with_keys([key])
            if person.id is not None
            for each in tx.people.written(person.id)
        )


def wanted(store: Store, who: Subscriber) -> list[Wanted]:
    """What a reader's libraries name and nobody has yet."""
    with store.read() as tx:
        return tx.wants.of(who.id)


def take_arrived(store: Store, *, now: datetime) -> int:
    """Like for each reader the papers that they wanted and that are here now; how many those are."""
    with store.read() as tx:
        if not tx.wants.arrived():
            return 0
    with store.begin() as tx:
        arrived = tx.wants.arrived()
        kept_as = tx.works.kept_as(each.row for each in arrived)
        matching = {e.number: e for e in reversed(arrived) if _may_be(kept_as[e.row], e.names)}
        by_reader: dict[int, list[Arrived]] = {}
        for each in matching.values():
            by_reader.setdefault(each.subscriber, []).append(each)
        for reader, theirs in by_reader.items():
            _like(tx, reader, theirs, now)
        tx.wants.remove(matching)
    log.info("wanted papers arrived entries=%d readers=%d", len(matching), len(by_reader))
    return len(matching)


def _like(tx: Transaction, reader: int, theirs: Iterable[Arrived], now: datetime) -> None:
    roots = tx.works.roots(each.row for each in theirs)
    marks = tx.saved.marks(reader, roots.values())
    names = {roots[each.row]: each.interest or MAIN for each in theirs if marks[roots[each.row]].verdict is None}
    numbers = {name: tx.subscribers.make_interest(reader, name) for name in dict.fromkeys(names.values())}
    tx.subscribers.like_all(reader, {row: numbers[name] for row, name in names.items()}, now=now)


# ---------------------------------------------------------------- pure rules


def _found(each: Item, read_as: Mapping[PaperId, PaperId]) -> PaperId | None:
    """The paper that an entry names by an id, or else by title and first author if its ids do not speak against it."""
    by_id = next((read_as[key] for key in each.keys if key in read_as), None)
    by_title = read_as.get(each.fingerprint) if each.fingerprint else None
    return by_id or (by_title if by_title and _may_be(by_title, each.keys) else None)


def _may_be(paper: PaperId, names: Iterable[PaperId]) -> bool:
    """Whether a paper can be what goes by these names: one of them is its own, or none speaks against it."""
    told = [name for name in names if identity.scheme_of(name) != "title"]
    return paper in told or all(identity.may_be_one(paper, name) for name in told)


def _interest(each: Item, into: str | None) -> str:
    names = [into] if into else map(_as_name, each.entry.collections)
    return next(filter(None, names), MAIN)


def _as_name(collection: str) -> str:
    """A collection's name as one of an interest: without what does not print, and cut."""
    plain = "".join(c for c in unicodedata.normalize("NFC", collection) if c.isprintable())
    return " ".join(plain.split())[:LONGEST_NAME].strip()


def _check(known: Iterable[str], named: Iterable[str]) -> None:
    count = len({name.casefold() for name in (*known, *named)})
    if count > MOST_INTERESTS:
        raise InvalidInput(
            f"that would make {count:,} interests, and a reader has at most {MOST_INTERESTS};"
            " put all into one, with: --as liked, or --as interest NAME"
        )


def _reason(each: Item, answers: Answers) -> str:
    """Why an entry leads to no paper, and what helps."""
    if each.arxiv:
        bare = each.arxiv[0].removeprefix("arxiv:")
        if answers.unknown >= set(each.arxiv):
            return f"arXiv does not know {bare}; correct the id"
        why = f" ({answers.problem})" if answers.problem else ""
        return f"arXiv was not asked for {bare} yet{why}; import it again later"
    if each.keys:
        return f"no paper with the DOI {identity.doi_of(each.keys[0])} is kept here yet; it is liked when one comes"
    if each.fingerprint:
        return "no paper of this title and first author is kept here yet; it is liked when one comes"
    return "too little to tell papers apart; add an arXiv id or a DOI, or title and author"


def _want(each: Unresolved, interest: int, origin: str) -> Want:
    entry = each.item.entry
    return Want(
        name=each.item.name,
        names=each.item.names,
        title=entry.title or next(iter(entry.names), ""),
        author=next(iter(entry.authors), ""),
        origin=f"{origin}, {entry.place}"[:_LONGEST_ORIGIN],
        reason=each.reason,
        interest=interest,
    )
