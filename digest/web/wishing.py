"""The form of joining, read: what was typed in, a wish out, and what of it could not be understood."""

import re
from dataclasses import dataclass
from datetime import time
from functools import partial
from zoneinfo import ZoneInfo

from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.membership import typed, wishes
from digest.membership.pasted import pasted
from digest.membership.wishes import Wish
from digest.rendering.words import N_
from digest.store import Store
from digest.subscribers import DAY_NAMES, ProfileField, Schedule
from digest.web.forms import Form

MOST_TEXTS = 20  # sentences and titles
MOST_CATEGORIES = 30
MOST_AUTHORS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a filled in form says."""

    wish: Wish
    unkept: tuple[str, ...] = ()  # papers that are named and not kept here
    unread: tuple[str, ...] = ()  # pasted pieces that name no paper


def read(store: Store, form: Form, language: str) -> Read | None:
    """The wish of a form; None, and the form has errors, where a field cannot be used."""
    schedule, named = _schedule(form), pasted(form.text("papers"))
    categories = form.read("categories", _categories)
    texts = form.read("about", partial(_texts, titles=named.titles))
    authors = form.read("authors", _authors)
    if schedule is None or categories is None or texts is None or authors is None:
        return None
    ticked = named_in(form)
    found = wishes.known(store, (*ticked, *named.keys))
    liked = dict.fromkeys(found[key].id for key in (*ticked, *named.keys) if key in found)
    return Read(
        wish=Wish(
            texts=texts,
            categories=categories,
            authors=authors,
            papers=tuple(liked),
            schedule=schedule,
            language=language,
        ),
        unkept=tuple(key.partition(":")[2] for key in named.keys if key not in found),
        unread=named.unread,
    )


def named_in(form: Form) -> tuple[PaperId, ...]:
    """The papers that are ticked."""
    return pasted(" ".join(form.all("paper"))).keys


def _schedule(form: Form) -> Schedule | None:
    zone, at = form.read("zone", _zone), form.read("at", _hour)
    on = frozenset(place for place, name in enumerate(DAY_NAMES) if name in form.all("day"))
    if not on:
        form.refuse("day", N_("tick at least one day"))
    return Schedule(timezone=zone, send_at=at, days=on) if zone and at is not None and on else None


def _hour(text: str) -> time:
    return typed.hour(text) if text.strip() else Schedule().send_at


def _zone(text: str) -> ZoneInfo:
    return typed.timezone(text.strip() or "UTC")


def _categories(text: str) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(filter(None, re.split(r"[,;\s]+", text))))
    if len(asked) > MOST_CATEGORIES:
        raise InvalidInput(N_("at most {most} categories"), most=MOST_CATEGORIES)
    return tuple(typed.words(ProfileField.CATEGORY, asked))


def _authors(text: str) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(asked) > MOST_AUTHORS:
        raise InvalidInput(N_("at most {most} authors"), most=MOST_AUTHORS)
    return tuple(typed.words(ProfileField.FOLLOW, asked))


def _texts(text: str, titles: tuple[str, ...]) -> tuple[str, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    asked = tuple(dict.fromkeys((*lines, *titles)))
    if len(asked) > MOST_TEXTS:
        raise InvalidInput(N_("at most {most} lines, and pasted titles, in all"), most=MOST_TEXTS)
    return tuple(typed.words(ProfileField.INTEREST, asked))
