"""What people type, checked: each function gives the value, or InvalidInput with the remedy."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import time
from zoneinfo import ZoneInfo

from digest import identity
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.rendering.words import N_
from digest.subscribers import DAY_NAMES, ProfileField

MOST_PAPERS = 100  # in one edition
MOST_WEIGHT = 100.0  # of one interest; one of the usual weight still gets a hundredth beside it
LONGEST_NAME = 40  # characters of an interest's name, which stands in a line of a mail
_LONGEST_ENTRY = 2000  # characters of a word or sentence of a profile
_UNKEEPABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CATEGORY = re.compile(r"[a-z]+(-[a-z]+)?(\.[A-Za-z]{2}|\.[a-z]+(-[a-z]+)*)?")


def address(text: str) -> str:
    """The normalised address; InvalidInput says what is wrong with it."""
    from email_validator import EmailNotValidError, validate_email  # it takes as long to load as a command to run

    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise InvalidInput(N_("that is not an e-mail address: {text!r}"), text=text) from error


def timezone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        message = N_("no such time zone: {text!r}; give a name such as Europe/Berlin or UTC")
        raise InvalidInput(message, text=text) from error


def hour(text: str) -> time:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    if found is None:
        raise InvalidInput(N_("not a time of day: {text!r}; give hours and minutes such as 07:00"), text=text)
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
        raise InvalidInput(N_("not an arXiv category: {text!r}; give one such as cs.LG or hep-th"), text=text)
    return text.strip()


def size(number: int) -> int:
    if not 1 <= number <= MOST_PAPERS:
        raise InvalidInput(N_("an edition has 1 to {most} papers, not {number}"), most=MOST_PAPERS, number=number)
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
        raise InvalidInput(N_("an empty entry says nothing"))
    if any(_UNKEEPABLE.search(value) for value in folded):
        raise InvalidInput(N_("an entry with control characters or broken encoding cannot be kept"))
    if any(len(value) > _LONGEST_ENTRY for value in folded):
        raise InvalidInput(N_("an entry has at most {most} characters"), most=_LONGEST_ENTRY)
    return [category(value) for value in folded] if field is ProfileField.CATEGORY else folded


def interest_name(text: str) -> str:
    """The name of an interest, folded and composed (NFC); InvalidInput says what is wrong with it."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not 1 <= len(name) <= LONGEST_NAME:
        message = N_("the name of an interest has 1 to {most} characters, not {number}")
        raise InvalidInput(message, most=LONGEST_NAME, number=len(name))
    if not name.isprintable():
        message = N_("the name of an interest is plain text, and {name!r} has characters that do not print")
        raise InvalidInput(message, name=name)
    return name


def weight(number: float) -> float:
    if not 0 < number <= MOST_WEIGHT:  # nor NaN
        message = N_("weight is above 0 and at most {most:g}, not {number:g}; 1 is the usual one")
        raise InvalidInput(message, most=MOST_WEIGHT, number=number)
    return number


def quota(number: int | None) -> int | None:
    if number is not None and not 1 <= number <= MOST_PAPERS:
        message = N_("quota is 1 to {most} papers of an edition, or none; not {number}")
        raise InvalidInput(message, most=MOST_PAPERS, number=number)
    return number
