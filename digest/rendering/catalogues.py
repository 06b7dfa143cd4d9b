"""The languages that are spoken: a catalogue in, words out.

A catalogue is a file of gettext, `digest/locale/LANGUAGE/LC_MESSAGES/digest.po`, and is read as it is. A language is
spoken when it has one; English needs none, because the messages are English themselves.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from digest.rendering.words import ENGLISH, Words
from digest.resources import shipped

DOMAIN = "digest"


@cache
def languages() -> tuple[str, ...]:
    """The tags (BCP 47) of the languages that are spoken, in their order."""
    catalogues = _folder().glob(f"*/LC_MESSAGES/{DOMAIN}.po")
    return tuple(sorted({ENGLISH.language, *(file.parts[-3].replace("_", "-") for file in catalogues)}))


@cache
def own_name(language: str) -> str:
    """What a language calls itself: `Deutsch`."""
    name = Locale.parse(language, sep="-").get_display_name() or language
    return name[:1].upper() + name[1:]


def words(language: str) -> Words:
    """The words of a language; `de-AT` is spoken as `de` (RFC 4647 §3.4), and what is not spoken at all as English."""
    tag = language
    while tag and tag not in languages():
        tag = tag.rpartition("-")[0]
    return _spoken(tag or ENGLISH.language)


@cache
def _spoken(language: str) -> Words:
    return ENGLISH if language == ENGLISH.language else Words(language, _translations(language))


def catalogue(language: str) -> Path:
    """The file with the messages of a language."""
    return _folder() / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


def _translations(language: str) -> Translations:
    compiled = BytesIO()
    with catalogue(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.replace("-", "_"), domain=DOMAIN))
    compiled.seek(0)
    return Translations(compiled, DOMAIN)


def _folder() -> Path:
    return shipped("locale")
