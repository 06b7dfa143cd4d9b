"""What subscribers care for: interests with their words and votes, and papers that are reclaimed."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.membership.people import find, found
from digest.membership.typed import interest_name, paper_key, quota, weight, words
from digest.papers import Paper
from digest.relevance.text import count_paper
from digest.sources import Catalogue
from digest.store import Store, Transaction
from digest.store.gates import held
from digest.subscribers import MAIN, Interest, ProfileField, Subscriber, Verdict


class Tuning(TypedDict, total=False):
    """What can be changed of an interest; what is not named stays."""

    weight: float  # above 0, at most MOST_WEIGHT
    quota: int | None  # 1 to MOST_PAPERS; None: as many as the edition has
    everything: bool
    name: str


def make_interest(store: Store, email: str, name: str) -> Interest:
    """The interest of that name, made if there is none; making it twice is making it once."""
    checked = interest_name(name)
    with store.begin() as tx:
        subscriber = found(tx, email)
        tx.subscribers.make_interest(subscriber.id, checked)
        return _kept(tx, subscriber, checked)


def tune(store: Store, email: str, name: str, /, **changes: Unpack[Tuning]) -> Interest:
    """Change the weight, quota, choice or name of an interest; `main` is made if it is new, another one must exist."""
    old, checked = interest_name(name), _checked(changes)
    new = checked.get("name", old)
    with store.begin() as tx:
        subscriber = found(tx, email)
        number = _number(tx, subscriber, old)
        if tx.subscribers.find_interest(subscriber.id, new) not in (None, number):
            raise InvalidInput(f"{subscriber.address} has another interest named {new!r}; give this one a free name")
        if checked:
            tx.subscribers.change_interest(number, **checked)
        return _kept(tx, subscriber, new)


def drop_interest(store: Store, email: str, name: str) -> int:
    """Forget an interest with its words; its votes are kept and belong to `main` from now on. Returns their number.

    A vote tells something of its paper whatever the interest, and no other command gives one back. So `main` itself
    is only forgotten while it has no votes; with them it can be renamed.
    """
    checked = interest_name(name)
    with store.begin() as tx:
        subscriber = found(tx, email)
        number = _number(tx, subscriber, checked)
        votes = tx.subscribers.votes_of(number)
        if votes and checked.casefold() == MAIN:
            raise InvalidInput(
                f"{MAIN} cannot be dropped while it has votes ({votes:,}); give it a name of its own instead:"
                f" digest profile tune {subscriber.address} {MAIN} --rename NAME"
            )
        if votes:
            tx.subscribers.move_votes(number, to=tx.subscribers.make_interest(subscriber.id, MAIN))
        tx.subscribers.remove_interest(number)
    return votes


def _checked(changes: Tuning) -> Tuning:
    checked = changes.copy()
    if "weight" in changes:
        checked["weight"] = weight(changes["weight"])
    if "quota" in changes:
        checked["quota"] = quota(changes["quota"])
    if "name" in changes:
        checked["name"] = interest_name(changes["name"])
    return checked


def _number(tx: Transaction, subscriber: Subscriber, name: str) -> int:
    """The number of an interest that exists, or of `main`, which does as soon as it is meant."""
    number = tx.subscribers.find_interest(subscriber.id, name)
    if number is None and name.casefold() == MAIN:
        return tx.subscribers.make_interest(subscriber.id, MAIN)
    if number is None:
        known = f"see: digest profile interests {subscriber.address}"
        raise InvalidInput(f"{subscriber.address} has no interest named {name!r}; {known}")
    return number


def _kept(tx: Transaction, subscriber: Subscriber, name: str) -> Interest:
    """The interest of that name, which must exist."""
    interests = tx.subscribers.profiles([subscriber.id])[subscriber.id].interests
    return next(each for each in interests if each.name.casefold() == name.casefold())


def describe(
    store: Store,
    email: str,
    field: ProfileField,
    values: Sequence[str],
    *,
    remove: bool = False,
    interest: str = MAIN,
) -> None:
    """Add words to an interest, which is made if it is new, or take them away."""
    checked, name = words(field, values), interest_name(interest)
    with store.begin() as tx:
        subscriber = found(tx, email)
        if not remove:
            tx.subscribers.add_words(subscriber.id, field, checked, interest=name)
        elif not tx.subscribers.remove_words(subscriber.id, field, checked, interest=name):
            raise InvalidInput(
                f"{subscriber.address} has no such {field} in the interest {name!r}; see: digest profile show {email}"
            )


def vote(
    store: Store,
    source: Catalogue,
    email: str,
    ids: Sequence[str],
    verdict: Verdict,
    *,
    now: datetime,
    interest: str = MAIN,
) -> tuple[Paper, ...]:
    """Keep a verdict on each paper for an interest, which is made if it is new; an earlier verdict is replaced.

    Papers not kept here are asked of the source first, and all must be found.
    """
    subscriber, name = find(store, email), interest_name(interest)
    keys = list(dict.fromkeys(map(paper_key, ids)))
    with store.read() as tx:
        known = tx.papers.rows(keys)
    if unknown := [key for key in keys if key not in known]:
        with held(store, source.gate, now):
            for key in unknown:
                _fetch(store, source, key, now)
    with store.begin() as tx:
        kept = tx.papers.get(keys)
        for key in keys:
            tx.subscribers.vote(subscriber.id, kept[key].row, verdict, now=now, interest=name)
    return tuple(kept[key].paper for key in keys)


def reclaim(store: Store, email: str, keys: Sequence[PaperId], *, now: datetime) -> tuple[Paper, ...]:
    """Ask for papers that editions have left out; all must be in the shadow log, and none sent since.

    Asking twice is asking once. Whether and when an edition brings them is decided when it is composed.
    """
    with store.begin() as tx:
        subscriber = found(tx, email)
        kept = tx.papers.get(keys)
        read_as = tx.works.kept_as(item.row for item in kept.values())
        seen = tx.subscribers.seen(subscriber.id)
        for key in keys:
            shown, item = key.removeprefix("arxiv:"), kept.get(key)
            if item is not None and read_as[item.row] in seen:
                raise InvalidInput(f"{shown} was sent to {subscriber.address} already; nothing was reclaimed")
            if item is None or not tx.shadow.reclaim(subscriber.id, item.row, now=now):
                log = f"see: digest profile left-out {subscriber.address}"
                raise InvalidInput(f"no edition of {subscriber.address} left out {shown}; nothing was reclaimed; {log}")
    return tuple(kept[key].paper for key in keys)


def _fetch(store: Store, source: Catalogue, key: PaperId, now: datetime) -> None:
    paper = source.lookup(key, now=now)
    if paper is None:
        raise InvalidInput(f"unknown paper id: {source.name} has no {key.removeprefix('arxiv:')}; no vote was kept")
    terms = {key: count_paper(paper.title, paper.abstract).to_bytes()}
    with store.begin() as tx:
        tx.papers.keep([paper], terms, now=now)
