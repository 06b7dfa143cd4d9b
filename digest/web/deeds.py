"""What the forms of the settings do: each reads its fields, and acts only if all of them can be used."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from digest.app import App
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.membership import data, feeds, groups, joining, people, preferences, typed
from digest.rendering.words import N_
from digest.subscribers import DAY_NAMES, EditionKind, ProfileField, Subscriber
from digest.web.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """Where a form leads: to a page, where `said` is told if it went well, or the form is shown again if it did not."""

    page: str = ""  # of the settings; "" is the first
    part: str  # of that page; what the form is called there too
    said: str  # a key of SAID
    interest: str = ""  # the one that a page of interests shows
    feed: str = ""  # the token of a feed that was made: shown in the answer itself, and by no address
    is_erased: bool = False  # nothing is held of the reader any more, not even this page


Deed = Callable[[App, Subscriber, Form], Went]

SAID = {
    "saved": N_("Saved. The next edition uses it."),
    "removed": N_("Removed. The next edition knows."),
    "paused": N_("You are on pause. Nothing comes until you resume."),
    "paused-until": N_("You are on pause. It ends by itself on the day you chose."),
    "asked": N_("Look in the inbox of the new address. The link works for 48 hours."),
    "resumed": N_("You are back. The next edition begins with the newest listing."),
    "left": N_("You are out. Nothing more will come. Start again any time."),
    "reclaimed": N_("Noted. Look for it in your next edition."),
    "feed-made": N_("Your feed has an address. Copy it below."),
    "feed-stopped": N_("The feed has stopped. Its address leads nowhere now."),
}


def deliver(app: App, who: Subscriber, form: Form) -> Went:
    zone, at = form.read("zone", typed.timezone), form.read("at", typed.hour)
    papers, kind = form.read("size", _size), form.read("kind", _kind)
    language = form.read("language", people.checked_language) if form.text("language") else None
    on = frozenset(place for place, name in enumerate(DAY_NAMES) if name in form.all("day"))
    if not on:
        form.refuse("day", N_("tick at least one day"))
    least = form.read("least", _least)
    if not form.errors and zone and at is not None and papers and kind:
        preferences.deliver_as(
            app.store,
            who,
            zone=zone,
            send_at=at,
            on=on,
            papers=papers,
            kind=kind,
            plain=form.text("form") == "plain",
            language=language,
            threshold=least,
            now=app.now,
        )
    return Went(part="delivery", said="saved")


def pause(app: App, who: Subscriber, form: Form) -> Went:
    until = form.read("until", _day)
    if not form.errors:
        with _refusing(form, "until"):
            preferences.pause(app.store, who, now=app.now, until=until)
    return Went(part="state", said="paused-until" if until else "paused")


def resume(app: App, who: Subscriber, form: Form) -> Went:
    with _refusing(form, "state"):
        preferences.resume(app.store, who, now=app.now)
    return Went(part="state", said="resumed")


def leave(app: App, who: Subscriber, form: Form) -> Went:
    app.leave_by_link(who.id)
    return Went(part="state", said="left")


def move(app: App, who: Subscriber, form: Form) -> Went:
    with _refusing(form, "address"):
        joining.ask_to_move(app.store, who, form.text("address"), now=app.now)
    return Went(part="address", said="asked")


def erase(app: App, who: Subscriber, form: Form) -> Went:
    if form.text("sure") != "yes":
        form.refuse("sure", N_("tick this first"))
    else:
        data.erase(app.store, who)
    return Went(page="erasing", part="erase", said="", is_erased=not form.errors)


def add_interest(app: App, who: Subscriber, form: Form) -> Went:
    if not form.lines("about"):
        form.refuse("about", N_("say in a sentence what it is about"))
    form.read("name", typed.interest_name)
    if not form.errors:
        with _refusing(form, "name"):
            preferences.add_interest(app.store, who.id, form.text("name"), form.lines("about"), now=app.now)
    return Went(part="interests", said="saved")


def tune_interest(app: App, who: Subscriber, form: Form) -> Went:
    old = new = form.text("interest")
    form.read("name", typed.interest_name)
    share, most = form.read("weight", _weight), form.read("most", _quota)
    if not form.errors and share:
        with _refusing(form, "name"):
            new = preferences.tune_interest(
                app.store, who.id, old, new_name=form.text("name"), share=share, most=most, now=app.now
            )
    return Went(page="interest", part="tune", said="saved", interest=new)


def drop_interest(app: App, who: Subscriber, form: Form) -> Went:
    name = form.text("interest")
    with _refusing(form, "drop"):
        preferences.drop_interest(app.store, who.id, name, now=app.now)
    if form.errors:
        return Went(page="interest", part="drop", said="", interest=name)
    return Went(part="interests", said="removed")


def add_words(app: App, who: Subscriber, form: Form) -> Went:
    name, field = form.text("interest"), form.read("field", _field)
    if field is not None:
        values = (
            re.split(r"[,\s]+", form.text("value").strip()) if field is ProfileField.CATEGORY else form.all("value")
        )
        with _refusing(form, "value"):
            preferences.add_words(app.store, who.id, name, field, values, now=app.now)
    return Went(page="interest", part=field or "", said="saved", interest=name)


def remove_words(app: App, who: Subscriber, form: Form) -> Went:
    name, field = form.text("interest"), form.read("field", _field)
    if field is not None:
        preferences.remove_words(app.store, who.id, name, field, form.all("value"), now=app.now)
    return Went(page="interest", part=field or "", said="removed", interest=name)


def unvote(app: App, who: Subscriber, form: Form) -> Went:
    preferences.unvote(app.store, who.id, PaperId(form.text("paper")), now=app.now)
    return Went(page="judged", part="text", said="removed")


def unsave(app: App, who: Subscriber, form: Form) -> Went:
    preferences.unsave(app.store, who.id, PaperId(form.text("paper")), now=app.now)
    return Went(page="saved", part="text", said="removed")


def reclaim(app: App, who: Subscriber, form: Form) -> Went:
    with _refusing(form, "paper"):
        preferences.reclaim(app.store, who, PaperId(form.text("paper")), now=app.now)
    return Went(page="left-out", part="text", said="reclaimed")


def group(app: App, who: Subscriber, form: Form) -> Went:
    number = form.read("group", _group)
    if number is not None:
        with _refusing(form, "group"):
            groups.choose_by_link(
                app.store,
                who,
                number,
                takes_list=form.text("list") == "yes",
                shows_sent=form.text("sent") == "yes",
                now=app.now,
            )
    return Went(part="groups", said="saved")


def make_feed(app: App, who: Subscriber, form: Form) -> Went:
    token = ""
    with _refusing(form, "feed"):
        token = feeds.make(app.store, who, now=app.now)
    return Went(part="feed", said="feed-made", feed=token)


def stop_feed(app: App, who: Subscriber, form: Form) -> Went:
    feeds.stop(app.store, who, now=app.now)
    return Went(part="feed", said="feed-stopped")


DEEDS: dict[str, Deed] = {
    "deliver": deliver,
    "pause": pause,
    "resume": resume,
    "leave": leave,
    "move": move,
    "erase": erase,
    "add-interest": add_interest,
    "tune-interest": tune_interest,
    "drop-interest": drop_interest,
    "add-words": add_words,
    "remove-words": remove_words,
    "unvote": unvote,
    "unsave": unsave,
    "reclaim": reclaim,
    "group": group,
    "make-feed": make_feed,
    "stop-feed": stop_feed,
}


# ------------------------------------------------------------ fields

_NO_DATE = N_("not a date: {text!r}; give one such as 2026-03-31")


def _size(text: str) -> int:
    return typed.size(_whole(text))


def _group(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise InvalidInput(N_("you are not in that group any more"))
    return int(text)


def _quota(text: str) -> int | None:
    return typed.quota(_whole(text)) if text.strip() else None


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text.strip()):
        raise InvalidInput(N_("not a whole number: {text!r}"), text=text)
    return int(text)


def _weight(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}([.,][0-9]{1,4})?", text.strip()):
        raise InvalidInput(N_("not a number: {text!r}; 1 is the usual one"), text=text)
    return typed.weight(float(text.strip().replace(",", ".")))


def _least(text: str) -> float | None:
    """A share in per cent as a probability; None for an empty field."""
    if not text.strip():
        return None
    if not re.fullmatch(r"[0-9]{1,2}", text.strip()):
        message = N_("not 0 to 99 per cent: {text!r}; leave it empty for what is usual here")
        raise InvalidInput(message, text=text)
    return int(text) / 100


def _day(text: str) -> date | None:
    """A date as a browser sends it; None for an empty field."""
    if not text.strip():
        return None
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
        raise InvalidInput(_NO_DATE, text=text)
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(_NO_DATE, text=text) from error


def _kind(text: str) -> EditionKind:
    if text not in (EditionKind.DAILY, EditionKind.WEEKLY):
        raise InvalidInput(N_("choose daily or weekly"))
    return EditionKind(text)


def _field(text: str) -> ProfileField:
    try:
        return ProfileField(text)
    except ValueError as error:
        raise InvalidInput(N_("there is no such list")) from error


@contextmanager
def _refusing(form: Form, field: str) -> Iterator[None]:
    """Note an InvalidInput at a field of the form."""
    try:
        yield
    except InvalidInput as error:
        form.refuse(field, error.message, **error.places)
