"""bioRxiv's and medRxiv's own format: an answer in, its rows out; a row in, a Paper out. A row is one version.

https://api.biorxiv.org/. Numbers come as numbers or as strings; "NA" stands for what is not known.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import quote

from digest import identity
from digest.authors import Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Paper, Skipped, Version
from digest.sources import jats
from digest.sources.jsontext import strict_json

_SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"}
_WITHDRAWN = re.compile(
    r"(?:this|the) (?:manuscript|article|preprint|paper) (?:has been|was) withdrawn"
    r"|(?:the )?(?:authors?|biorxiv|medrxiv) (?:have|has) withdrawn (?:this|their|the)\b",
    re.I,
)
# HighWire, which makes the abstracts from JATS, leaves marks of its own in them.
_MARKS = {"O_ST_ABS": "<title>", "C_ST_ABS": "</title>", "O_LI": "<li>", "C_LI": "</li>"}
_MARK = re.compile("O_ST_ABS|C_ST_ABS|[OC]_SCPLOW|[OC]_TEXTBOX|O_LI|C_LI")
_SMALL_CAPITALS = re.compile(r"([AS])O_SCPLOW(BSTRACT|UMMARY)C_SCPLOW")
_HEADING = re.compile(  # run into the sentence after it: "ResultsWe found"
    r"\A\s*((?:Abstract|Summary|Background|Introduction|Motivation|Rationale|Context|Importance|Significance|Purpose|"
    r"Aims?|Objectives?|Hypothesis|Design|Setting|Participants|Interventions?|Materials and Methods|"
    r"Methods and (?:Results|Findings)|Methods?|Results|Findings|Discussion|Conclusions?|Interpretation|Limitations|"
    r"Availability and Implementation|Availability|Funding|Significance Statement|Author Summary|Trial registration))"
    r"(?=[A-Z\d])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer: its rows, and how many the whole interval holds by its own count."""

    rows: tuple[object, ...]
    total: int | None = None  # 0 or more; None where it says that nothing was found


def listing(body: bytes, *, source: str) -> Listing:
    """The rows of an answer as they came; SourceError says why there can be none."""
    told = strict_json(body, source=source)
    messages = told.get("messages") if isinstance(told, dict) else None
    said = messages[0] if isinstance(messages, list) and messages else messages
    if not isinstance(said, dict):
        raise SourceError(source, "the answer is not a listing: it says nothing of itself")
    status = jats.line(said.get("status"))
    rows = told.get("collection")
    if re.match(r"no \w+ found\b", status, re.I) and not rows:
        return Listing(rows=())
    if status.casefold() != "ok":
        raise SourceError(source, f"answered “{status[:200]}” instead of a listing")
    total = whole(said.get("total"))
    if not isinstance(rows, list) or total is None:
        raise SourceError(source, "the answer is not a listing: it has no rows, or does not say how many there are")
    return Listing(rows=tuple(rows), total=total)


def paper_of(row: object, server: str) -> Paper:
    """The paper a row describes, with the one version that the row is; ValueError if it cannot be told.

    Its category is the server and the subject, such as "biorxiv.neuroscience" or "medrxiv.infectious-diseases":
    arXiv has no archive of these names, and "biorxiv" alone stands for all of them as "cs" does for cs.LG.
    """
    told = _row(row)
    doi = identity.doi(jats.line(told.get("doi")))
    if doi is None:
        raise ValueError("no DOI")
    title, abstract = jats.line(told.get("title")), abstract_of(told.get("abstract"))
    number = whole(told.get("version"))
    if not title or not number:
        raise ValueError("no title" if not title else "no version")
    authors = author_names(told.get("authors"))
    journal = identity.doi(jats.line(told.get("published"))) or ""
    withdrawn = _is_withdrawn(told, title, abstract)
    posted = datetime.combine(posted_on(told), time.min, UTC)
    return Paper(
        id=PaperId(f"doi:{doi}"),
        also=(PaperId(f"doi:{journal}"),) if journal not in ("", doi) else (),
        title=title,
        abstract=abstract,
        authors=authors,
        bylines=_bylines(authors, told),
        categories=categories(server, told.get("category")),
        versions=(Version(number=number, submitted_at=posted, withdrawn=withdrawn),),
        doi=journal if journal != doi else "",
        url=f"https://www.{server}.org/content/{quote(doi, safe='/:.;()-_')}v{number}",
    )


def posted_on(row: object) -> date:
    """The day a row's version was posted; ValueError if it does not say."""
    return date.fromisoformat(jats.line(_row(row).get("date")))


def skipped(row: object, reason: Exception) -> Skipped:
    """The note on a row that cannot be read, with what can be told of it."""
    told = row if isinstance(row, dict) else {}
    doi = jats.line(told.get("doi"))
    try:
        day = posted_on(told)
    except ValueError:
        day = None
    return Skipped(reason=f"{doi[:60] or 'a row without a DOI'}: {reason}", paper=identity.doi_id(doi), day=day)


def categories(server: str, subject: object) -> tuple[str, ...]:
    """The category of a subject such as "HIV/AIDS": ("medrxiv.hiv-aids",); none for no subject."""
    words = re.findall(r"[a-z0-9]+", jats.line(subject).casefold())
    return (f"{server}.{'-'.join(words)}",) if words and words != ["na"] else ()


def author_names(text: object) -> tuple[str, ...]:
    """The names in "Quinn, A. J.; Jensen, O.", as a title page has them: ("A. J. Quinn", "O. Jensen")."""
    names = map(_turned, jats.line(text).split(";"))
    return tuple(name for name in names if any(character.isalnum() for character in name))


def abstract_of(value: object) -> str:
    """The abstract by paragraphs, without figures and HighWire's marks; "" for what is no text."""
    text = value if isinstance(value, str) else ""
    for kind in ("FIG", "TBL"):
        text = _without(text, f"O_{kind}", f"C_{kind}")
    text = _SMALL_CAPITALS.sub(r"<title>\1\2</title>", text)
    text = _MARK.sub(lambda mark: _MARKS.get(mark[0], ""), text)
    parts = (_HEADING.sub(r"<title>\1</title>", part) for part in re.split(r"\n\s*\n", text))
    return jats.paragraphs("<p>".join(parts))


def whole(value: object) -> int | None:
    """A number that counts something, given as a number or as digits; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,9}\s*", value, re.ASCII):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**9:
        return None
    return int(value) if value == int(value) else None


def _row(row: object) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise ValueError("not a record")
    return row


def _is_withdrawn(told: dict[str, Any], title: str, abstract: str) -> bool:
    """The type or the title says so since August 2023; before, only the sentence in the place of the abstract.

    https://connect.medrxiv.org/news/2023/08/15/preprint_withdrawals
    """
    kind = jats.line(told.get("type")).casefold()
    return kind.startswith("withdraw") or jats.is_marked_withdrawn(title) or bool(_WITHDRAWN.match(abstract))


def _turned(name: str) -> str:
    """The name "Smith, J. A., Jr." as "J. A. Smith Jr."; that of a group, or one without a comma, as it is."""
    family, *given = (part.strip() for part in name.split(","))
    suffix = given.pop() if len(given) == 2 and given[1].casefold() in _SUFFIXES else ""
    if len(given) > 1:
        return jats.clean(name)
    return " ".join(filter(None, (*given, family, suffix)))


def _bylines(authors: tuple[str, ...], told: dict[str, Any]) -> tuple[Byline, ...]:
    """All authors, with the institution of the corresponding one where exactly one name can be theirs."""
    person = jats.line(told.get("author_corresponding"))
    institution = jats.line(told.get("author_corresponding_institution"))
    theirs = [name for name in authors if _may_be(name, person)]
    if len(theirs) != 1 or institution in ("", "NA"):
        return ()
    return tuple(Byline(name=name, affiliations=(institution,) if name == theirs[0] else ()) for name in authors)


def _may_be(printed: str, person: str) -> bool:
    """Whether "A. J. Quinn" may be "Andrew Quinn": the same surname, and a first name with the same letter."""
    one, other = _words(printed), _words(person)
    return len(one) > 1 < len(other) and one[-1] == other[-1] and one[0][0] == other[0][0]


def _words(name: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.findall(r"\w+", plain.casefold())


def _without(text: str, opening: str, closing: str) -> str:
    """The text without what stands between two marks, and without these."""
    kept, *parts = text.split(opening)
    pieces = [kept]
    for part in parts:
        inside, found, after = part.partition(closing)
        pieces.append(after if found else opening + inside)
    return "".join(pieces)
