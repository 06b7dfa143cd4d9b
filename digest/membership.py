"""Membership: who reads, when, and what they care for."""

import logging
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from digest import identity, tokens
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.papers import Paper
from digest.relevance.text import count_paper
from digest.sources import Catalogue
from digest.store import Store, Transaction
from digest.store.gates import held
from digest.subscribers import (
    DAY_NAMES,
    ProfileField,
    Schedule,
    Subscriber,
    SubscriberState,
    Verdict,
)

log = logging.getLogger(__name__)
DEFAULT_SIZE = 15
MOST_PAPERS = 100  # in one edition
_UNKEEPABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CATEGORY = re.compile(r"[a-z]+(-[a-z]+)?(\.[A-Za-z]{2}|\.[a-z]+(-[a-z]+)*)?")


# ------------------------------------------------------------ what people type


def address(text: str) -> str:
    """The normalised address; InvalidInput says what is wrong with it."""
    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise InvalidInput(f"that is not an e-mail address: {text!r} ({str(error).rstrip('.')})") from error


def timezone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(f"no such time zone: {text!r}; give a name such as Europe/Berlin or UTC") from error


def hour(text: str) -> time:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    if found is None:
        raise InvalidInput(f"not a time of day: {text!r}; give hours and minutes such as 07:00")
    return time(int(found[1]), int(found[2]))


def days(text: str) -> frozenset[int]:
    """`daily`, `weekdays`, or names such as `mon,wed,fri` and `mon-fri`."""
    wanted: set[int] = set()
    for part in re.split(r"[,\s]+", text.strip().lower()):
        first, _, last = {"daily": "mon-sun", "weekdays": "mon-fri"}.get(part, part).partition("-")
        try:
            start, end = DAY_NAMES.index(first[:3]), DAY_NAMES.index((last or first)[:3])
        except ValueError as error:
            raise InvalidInput(f"not a day: {part!r}; give daily, weekdays, or names such as mon,wed,fri") from error
        wanted.update(range(start, end + 1) if start <= end else {*range(start, 7), *range(end + 1)})
    return frozenset(wanted)


def category(text: str) -> str:
    if not _CATEGORY.fullmatch(text.strip()):
        raise InvalidInput(f"not an arXiv category: {text!r}; give one such as cs.LG or hep-th")
    return text.strip()


def size(number: int) -> int:
    if not 1 <= number <= MOST_PAPERS:
        raise InvalidInput(f"an edition has 1 to {MOST_PAPERS} papers, not {number}")
    return number


def paper_key(text: str) -> PaperId:
    """The canonical key of a paper named by id or URL."""
    found = identity.arxiv_id(text)
    if found is None:
        raise InvalidInput(f"not a paper id: {text!r}; give an arXiv id such as 2601.10962 or its URL")
    return identity.paper_id(found)


def words(field: ProfileField, values: Sequence[str]) -> list[str]:
    """Entries of a profile, folded and checked for their field."""
    folded = [" ".join(value.split()) for value in values]
    if not all(folded):
        raise InvalidInput(f"an empty {field} says nothing")
    if any(_UNKEEPABLE.search(value) for value in folded):
        raise InvalidInput(f"a {field} with control characters or broken encoding cannot be kept")
    if any(len(value) > 2000 for value in folded):
        raise InvalidInput(f"a {field} has at most 2,000 characters")
    return [category(value) for value in folded] if field is ProfileField.CATEGORY else folded


# ------------------------------------------------------------ people


def add(
    store: Store,
    email: str,
    *,
    host: str,
    now: datetime,
    schedule: Schedule | None = None,
    papers: int = DEFAULT_SIZE,
    categories: Sequence[str] = (),
    interests: Sequence[str] = (),
) -> Subscriber:
    """A new subscriber, active at once and due from the local date of `now`; `host` names the feed for ever."""
    normalised = address(email)
    wanted = schedule or Schedule()
    entries = {
        ProfileField.CATEGORY: words(ProfileField.CATEGORY, categories),
        ProfileField.INTEREST: words(ProfileField.INTEREST, interests),
    }
    with store.begin() as tx:
        added = tx.subscribers.add(
            normalised,
            schedule=wanted,
            size=size(papers),
            next_due_at=wanted.next_instant(wanted.local_date(now)),
            feed_uri=f"tag:{host},{now:%Y-%m-%d}:feed/{secrets.token_urlsafe(16)}",
            now=now,
        )
        if added is None:
            raise InvalidInput(f"{normalised} is a subscriber already; change them with: digest subscriber set")
        for field, values in entries.items():
            tx.subscribers.add_words(added.id, field, values)
    return added


def find(store: Store, email: str) -> Subscriber:
    """The subscriber with that address, or InvalidInput."""
    with store.read() as tx:
        return _found(tx, email)


def reschedule(
    store: Store,
    email: str,
    *,
    now: datetime,
    zone: ZoneInfo | None = None,
    send_at: time | None = None,
    on: frozenset[int] | None = None,
    papers: int | None = None,
) -> Subscriber:
    """Change when and how much somebody gets; a date that has its edition gets no second one."""
    with store.begin() as tx:
        old = _found(tx, email)
        schedule = Schedule(
            timezone=zone or old.schedule.timezone,
            send_at=old.schedule.send_at if send_at is None else send_at,
            days=on or old.schedule.days,
        )
        editions = tx.editions.of(old.id, limit=1)
        first = schedule.local_date(now)
        if editions:
            first = max(first, editions[0].slot_date + timedelta(days=1))
        tx.subscribers.change(
            old.id,
            schedule=schedule,
            size=old.size if papers is None else size(papers),
            next_due_at=schedule.next_instant(first),
        )
        return _found(tx, email)


def pause(store: Store, email: str) -> Subscriber:
    return _to_state(store, email, SubscriberState.PAUSED)


def leave(store: Store, email: str) -> Subscriber:
    """No more mail; what was sent stays known, so that a return repeats nothing."""
    return _to_state(store, email, SubscriberState.LEFT)


def link_holder(store: Store, token: str) -> Subscriber | None:
    """Whose unsubscribe link it is; None for a token that we did not sign. Nothing is changed, not even a key made."""
    with store.read() as tx:
        secret = tx.secrets.get(tokens.KEY)
        number = tokens.check(secret, tokens.UNSUBSCRIBE, token) if secret else None
        return tx.subscribers.numbered(number) if number else None


def leave_by_link(store: Store, number: int) -> None:
    """No more mail for the holder of a checked link; leaving twice is leaving once, and the suppressed stay so."""
    with store.begin() as tx:
        holder = tx.subscribers.get(number)
        if holder.state in (SubscriberState.LEFT, SubscriberState.SUPPRESSED):
            return
        tx.subscribers.change(number, state=SubscriberState.LEFT)
    log.info("left subscriber=%d by link", number)


def resume(store: Store, email: str, *, now: datetime) -> Subscriber:
    """Active again, beginning with the newest listing and not with all that was missed."""
    with store.begin() as tx:
        back = _found(tx, email)
        if back.state is SubscriberState.SUPPRESSED:
            raise InvalidInput(f"{back.address} is suppressed and cannot be resumed")
        if back.state is not SubscriberState.ACTIVE:
            editions = tx.editions.of(back.id, limit=1)
            today = back.schedule.local_date(now)
            first = max(today, editions[0].slot_date + timedelta(days=1)) if editions else today
            due = back.schedule.next_instant(first)
            tx.subscribers.change(back.id, state=SubscriberState.ACTIVE, read_through=None, next_due_at=due)
        return _found(tx, email)


def _to_state(store: Store, email: str, state: SubscriberState) -> Subscriber:
    with store.begin() as tx:
        tx.subscribers.change(_found(tx, email).id, state=state)
        return _found(tx, email)


def _found(tx: Transaction, email: str) -> Subscriber:
    found = tx.subscribers.find(address(email))
    if found is None:
        raise InvalidInput(f"no subscriber has the address {email}; see: digest subscriber list")
    return found


# ------------------------------------------------------------ what they care for


def describe(store: Store, email: str, field: ProfileField, values: Sequence[str], *, remove: bool = False) -> None:
    """Add words to a profile, or take them away."""
    checked = words(field, values)
    with store.begin() as tx:
        subscriber = _found(tx, email)
        if not remove:
            tx.subscribers.add_words(subscriber.id, field, checked)
        elif not tx.subscribers.remove_words(subscriber.id, field, checked):
            raise InvalidInput(f"{subscriber.address} has no such {field}; see: digest profile show {email}")


def vote(
    store: Store, source: Catalogue, email: str, ids: Sequence[str], verdict: Verdict, *, now: datetime
) -> tuple[Paper, ...]:
    """Keep a verdict on each paper; papers not kept here are asked of the source first, and all must be found."""
    subscriber = find(store, email)
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
            tx.subscribers.vote(subscriber.id, kept[key].row, verdict, now=now)
    return tuple(kept[key].paper for key in keys)


def _fetch(store: Store, source: Catalogue, key: PaperId, now: datetime) -> None:
    paper = source.lookup(key, now=now)
    if paper is None:
        raise InvalidInput(f"unknown paper id: {source.name} has no {key.removeprefix('arxiv:')}; no vote was kept")
    terms = {key: count_paper(paper.title, paper.abstract).to_bytes()}
    with store.begin() as tx:
        tx.papers.keep([paper], terms, now=now)
