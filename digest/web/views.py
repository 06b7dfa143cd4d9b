"""What each page of the settings shows: a store and a reader in, values for a template out. Nothing is changed."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from digest.membership import feeds, groups, standing
from digest.membership.preferences import entries_of
from digest.membership.standing import Standing
from digest.membership.typed import MOST_PAPERS
from digest.rendering import catalogues, told
from digest.rendering.pages import interest_label, listed, percent
from digest.rendering.words import N_, Words
from digest.store import Store
from digest.store.groups import Group, Member
from digest.store.shadow import Shadowed
from digest.subscribers import DAY_NAMES, MAIN, Interest, ProfileField, Schedule, Subscriber, SubscriberState, Verdict

View = Callable[[Store, Subscriber, Mapping[str, str], datetime], dict[str, Any] | None]

_PAGE = 50  # papers on one page of a list
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,4}")
_STATES = {
    SubscriberState.PAUSED: N_("You are on pause. Nothing comes until you resume."),
    SubscriberState.LEFT: N_("You are out. Nothing more will come. Start again any time."),
    SubscriberState.SUPPRESSED: N_(
        "Mail to you was refused or called spam, so none is sent. Write to us to have it sent again."
    ),
    SubscriberState.PENDING: N_("You have not confirmed yet. Nothing is sent until you do."),
}
# Why a paper was left out, as the shadow log keeps it.
LEFT_OUT = {
    N_("named below the fold"),
    N_("withdrawn"),
    N_("sent or voted on before"),
    N_("below the threshold"),
    N_("nearly repeats another paper"),
    N_("its interest had its quota"),
    N_("the edition was full"),
    N_("its mail could not be sent in time"),
}
# What each list of an interest is called, what it does, and an example of an entry.
FIELDS = {
    ProfileField.INTEREST: (
        N_("What you work on"),
        N_("In your own words. Papers like them rank higher."),
        "loss landscapes and flat minima",
    ),
    ProfileField.CATEGORY: (N_("Categories"), N_("Only papers of these; none means every one."), "cs.LG"),
    ProfileField.FOLLOW: (N_("Authors you follow"), N_("Their papers always come."), "Yuhai Tu"),
    ProfileField.ORGANISATION: (N_("Organisations you follow"), N_("Papers from there always come."), "ETH Zurich"),
    ProfileField.INCLUDE: (N_("Words you always want"), N_("A paper with one of them always comes."), "sim-to-real"),
    ProfileField.EXCLUDE: (N_("Words you never want"), N_("A paper with one of them never comes."), "blockchain"),
}


def overview(store: Store, who: Subscriber, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """State, delivery, interests, and what was sent."""
    seen = standing.standing(store, who.id)
    today, words = seen.subscriber.schedule.local_date(now), catalogues.words(who.language)
    return {
        "standfirst": next_edition(seen.subscriber, now),
        "state": seen.subscriber.state.value,
        "delivery": delivery_of(seen.subscriber),
        "languages": [(tag, catalogues.own_name(tag)) for tag in catalogues.languages()],
        "zones": zones(),
        "most_papers": MOST_PAPERS,
        "interests": [_interest_line(each, words) for each in seen.profile.interests or (Interest(),)],
        "sent": [
            {
                "token": each.token,
                "day": words.day(each.edition.slot_date, today=today),
                "read": words.figures(each.edition.papers_read),
                "papers": len(each.edition.recommendations),
            }
            for each in seen.sent
        ],
        "counts": _counts(seen, words),
        "tomorrow": (today + timedelta(days=1)).isoformat(),
        "until": seen.subscriber.paused_until.isoformat() if seen.subscriber.paused_until else "",
        "feed_since": _feed_since(store, seen.subscriber, today),
        "groups": [_group_of(*each, words) for each in groups.of_reader(store, who)],
    }


def interest(store: Store, who: Subscriber, query: Mapping[str, str], now: datetime) -> dict[str, Any] | None:
    """One interest with its lists; None where there is none of that name."""
    found = standing.interest(store, who.id, query.get("name", ""))
    if found is None:
        return None
    words = catalogues.words(who.language)
    liked, disliked = words.papers(len(found.liked)), words.figures(len(found.disliked))
    return {
        "interest": found.name,
        "label": interest_label(found.name, words),
        "is_main": found.name.casefold() == MAIN,
        "weight": told.pointed(f"{found.weight:g}", words),
        "most": "" if found.quota is None else str(found.quota),
        "most_papers": MOST_PAPERS,
        "votes": words.gettext("{papers} liked, {count} not").format(papers=liked, count=disliked),
        "lists": [
            {
                "field": field.value,
                "heading": words.gettext(heading),
                "hint": words.gettext(hint),
                "such_as": such_as,
                "entries": entries_of(found, field),
            }
            for field, (heading, hint, such_as) in FIELDS.items()
        ],
    }


def saved(store: Store, who: Subscriber, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """One page of the saved papers."""
    page = _page(query)
    found, count = standing.saved(store, who.id, limit=_PAGE, offset=(page - 1) * _PAGE)
    today, words = who.schedule.local_date(now), catalogues.words(who.language)
    days = [words.day(who.schedule.local_date(item.saved_at), today=today) for item in found]
    lines = [
        (listed(item.paper, words.gettext("saved {day}").format(day=day), words), "unsave")
        for item, day in zip(found, days, strict=True)
    ]
    return {
        "heading": words.gettext("Saved papers"),
        "nothing": words.gettext("Nothing is saved yet. Press Save below a paper."),
    } | _list(lines, count, page, words)


def judged(store: Store, who: Subscriber, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """One page of the papers that were judged."""
    page = _page(query)
    found, count = standing.judged(store, who.id, limit=_PAGE, offset=(page - 1) * _PAGE)
    words = catalogues.words(who.language)
    said = {
        Verdict.LIKE: words.gettext("more like this, for {interest}"),
        Verdict.DISLIKE: words.gettext("less like this, for {interest}"),
    }
    lines = [
        (listed(item.paper, said[item.verdict].format(interest=interest_label(item.interest, words)), words), "unvote")
        for item in found
    ]
    return {
        "heading": words.gettext("Papers you judged"),
        "nothing": words.gettext("Nothing yet. Press More like this below a paper."),
    } | _list(lines, count, page, words)


def left_out(store: Store, who: Subscriber, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """What came near to the last editions, edition by edition."""
    lines = standing.left_out(store, who.id)
    today, words = who.schedule.local_date(now), catalogues.words(who.language)
    days = [
        {"day": words.day(day, today=today), "papers": [_shadow_line(each, words) for each in papers]}
        for (_, day), papers in groupby(lines, key=lambda line: (line.edition, line.slot_date))
    ]
    return {"days": days, "count": len(lines)}


def erasing(store: Store, who: Subscriber, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """What goes for ever, before it does."""
    seen = standing.standing(store, who.id)
    words = catalogues.words(who.language)
    return {"counts": _counts(seen, words), "interests": len(seen.profile.interests)}


PAGES: dict[str, tuple[str, View]] = {
    "": ("settings.html.j2", overview),
    "interest": ("interest.html.j2", interest),
    "saved": ("papers.html.j2", saved),
    "judged": ("papers.html.j2", judged),
    "left-out": ("left-out.html.j2", left_out),
    "erasing": ("erase.html.j2", erasing),
}


def delivery_of(who: Subscriber) -> dict[str, Any]:
    """The fields of the form as they stand."""
    return {
        "at": f"{who.schedule.send_at:%H:%M}",
        "zone": who.schedule.timezone.key,
        "size": str(who.size),
        "kind": who.kind.value,
        "form": "plain" if who.plain else "html",
        "language": catalogues.words(who.language).language,
        "least": "" if who.threshold is None else f"{who.threshold * 100:.0f}",
        "days": ticked([DAY_NAMES[day] for day in who.schedule.days], catalogues.words(who.language)),
    }


def ticked(names: Sequence[str], words: Words) -> list[tuple[str, str, bool]]:
    """Every day's name, label, and whether it is among the names."""
    return [(name, label, name in names) for name, label in zip(DAY_NAMES, words.short_days, strict=True)]


@cache
def zones() -> tuple[str, ...]:
    """The names of time zones that somebody may live in."""
    return (*sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")), "UTC")


def next_edition(who: Subscriber, now: datetime) -> str:
    """When the next edition comes, or why none does."""
    words = catalogues.words(who.language)
    schedule: Schedule = who.schedule
    if who.state is SubscriberState.PAUSED and who.paused_until is not None:
        end = words.day(who.paused_until, today=schedule.local_date(now))
        return words.gettext("You are on pause until {day}, when editions come again by themselves.").format(day=end)
    if who.state is not SubscriberState.ACTIVE:
        return words.gettext(_STATES[who.state])
    due = max(who.next_due_at, now).astimezone(schedule.timezone)
    day = words.day(due.date(), today=schedule.local_date(now))
    form = words.gettext("Next edition: {day}, {at} in {place}.")
    return form.format(day=day, at=f"{due:%H:%M}", place=_place(schedule))


def _feed_since(store: Store, who: Subscriber, today: date) -> str:
    """The day on which the reader's feed address was made; "" where there is none."""
    made = feeds.made_at(store, who)
    if made is None:
        return ""
    return catalogues.words(who.language).day(who.schedule.local_date(made), today=today)


def _place(schedule: Schedule) -> str:
    return schedule.timezone.key.rpartition("/")[2].replace("_", " ")


def _interest_line(each: Interest, words: Words) -> dict[str, str]:
    return {
        "name": each.name,
        "label": interest_label(each.name, words),
        "liked": words.figures(len(each.liked)),
        "weight": told.pointed(f"{each.weight:g}", words),
        "most": words.gettext("any") if each.quota is None else str(each.quota),
    }


def _group_of(group: Group, chosen: Member, words: Words) -> dict[str, Any]:
    """A group of the reader's, and what they chose there; `list` is "" where it has none."""
    told = words.gettext("The common list, once a week, on {day}")
    return {
        "number": group.number,
        "name": group.name,
        "list": told.format(day=words.weekday(date(2001, 1, 1 + group.weekday))) if group.weekday is not None else "",
        "takes_list": chosen.takes_list,
        "shows_sent": chosen.shows_sent,
    }


def _counts(seen: Standing, words: Words) -> dict[str, str]:
    votes = sum(len(each.liked) + len(each.disliked) for each in seen.profile.interests)
    return {"saved": words.figures(seen.saved), "judged": words.figures(votes)}


def _list(lines: Sequence[tuple[Any, str]], count: int, page: int, words: Words) -> dict[str, Any]:
    first = (page - 1) * _PAGE + 1
    last, shown = first + len(lines) - 1, words.gettext("{first} to {last} of {count}")
    return {
        "lines": lines,
        "shown": shown.format(first=words.figures(first), last=words.figures(last), count=words.figures(count)),
        "before": page - 1 if page > 1 else None,
        "after": page + 1 if page * _PAGE < count else None,
    }


def _page(query: Mapping[str, str]) -> int:
    """The number of the page that is asked for; the first for anything that is no number."""
    asked = query.get("page", "")
    return int(asked) if _PAGE_NUMBER.fullmatch(asked) else 1


def _shadow_line(line: Shadowed, words: Words) -> dict[str, Any]:
    return {
        "paper": listed(line.paper, words=words),
        "likely": percent(line.probability, words),
        "why": words.gettext(line.why) if line.why in LEFT_OUT else line.why,
        "is_asked": line.reclaimed_at is not None,
    }
