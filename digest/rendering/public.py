"""Papers as everybody may look them up: a record comes in, out comes what the block of one paper shows."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import quote

from digest import signals
from digest.identity import PaperId
from digest.records import Record
from digest.rendering.latex import readable
from digest.rendering.pages import Abstract, abstract_of, organisation_of
from digest.rendering.plain import one_line, shortened
from digest.rendering.told import addresses
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS, paper_view
from digest.rendering.words import ENGLISH, Words

NEW_FOR = timedelta(days=2)  # the day of a listing and the next: arXiv lists on most days, never on two of a weekend
_NAME_CHARACTERS = 60  # of an organisation or a category
_SUMMARY_CHARACTERS = 300  # a sentence of a source


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPaper:
    """One paper in a public list; every text is clean and on one line, "" where nothing is known."""

    key: str  # "2601.10962", or the canonical key of what is not on arXiv
    href: str  # its page, below the root: "/paper/2601.10962"
    is_lead: bool  # it stands first
    title: str
    byline: str  # "Luca Zancato, Arjun Seshadri, Yonatan Dukler et al. (7)"
    organisation: str  # "ETH Zurich", "ETH Zurich and 2 more"
    category: str  # the primary one
    date: str  # announced, or else submitted: "22 January", "22 January 2024"
    is_new: bool
    is_withdrawn: bool
    upvotes: str  # "87 upvotes"
    comments: str  # "12 comments"
    code_url: str
    project_url: str
    pdf_url: str
    url: str  # where it is read about
    abstract: Abstract
    no_abstract: str  # what stands in its place where there is none
    summary: str  # a sentence of a source


def public_paper(record: Record, words: Words = ENGLISH, *, today: date, is_lead: bool = False) -> PublicPaper:
    """Word one record; `today` is the reader's date, which tells what is new and which years are left out."""
    paper = record.paper
    view = paper_view(replace(paper, abstract=""), words)  # the abstract is worded here, and takes longest
    return PublicPaper(
        key=public_key(paper.id),
        href=paper_href(paper.id),
        is_lead=is_lead,
        title=view.title,
        byline=view.byline,
        organisation=_text(record, signals.ORGANISATION, _NAME_CHARACTERS) or organisation_of(paper, words),
        category=shortened(one_line(next(iter(paper.categories), "")), _NAME_CHARACTERS),
        date=_date(record, words, today),
        is_new=record.announced is not None and timedelta() <= today - record.announced < NEW_FOR,
        is_withdrawn=view.withdrawn,
        upvotes=upvotes(record.count(signals.UPVOTES), words),
        comments=comments(record.count(signals.COMMENTS), words),
        code_url=_address(record, signals.CODE),
        project_url=_address(record, signals.PROJECT),
        pdf_url=view.pdf_url,
        url=view.url,
        abstract=abstract_of(paper, LEAD_CHARACTERS if is_lead else TEXT_CHARACTERS),
        no_abstract=view.no_abstract,
        summary=_text(record, signals.SUMMARY, _SUMMARY_CHARACTERS),
    )


def public_key(key: PaperId) -> str:
    """What a paper is called in addresses: an arXiv id as it is, and any other by its canonical key."""
    return key.removeprefix("arxiv:")


def paper_href(key: PaperId) -> str:
    """The path of a paper's page below the root, percent-encoded."""
    return f"/paper/{quote(public_key(key), safe='/:.;()-_')}"


def upvotes(count: int | None, words: Words) -> str:
    """`87 upvotes`; "" for none and where nothing is known."""
    if not count:
        return ""
    return _counted(words.ngettext("{count} upvote", "{count} upvotes", count), count, words)


def comments(count: int | None, words: Words) -> str:
    """`12 comments`; "" for none and where nothing is known."""
    if not count:
        return ""
    return _counted(words.ngettext("{count} comment", "{count} comments", count), count, words)


def dated(record: Record) -> date | None:
    """The day on which a listing first named it as new, or else that of its submission (UTC)."""
    submitted = record.paper.submitted_at
    return record.announced or (submitted.date() if submitted else None)


def _counted(form: str, count: int, words: Words) -> str:
    return form.format(count=words.figures(count)).replace(" ", "\u00a0")  # a number stays with what it counts


def _date(record: Record, words: Words, today: date) -> str:
    when = dated(record)
    return words.dated(when, today=today) if when else ""


def _text(record: Record, name: str, limit: int) -> str:
    value = record.value(name)
    return shortened(one_line(readable(value)), limit) if isinstance(value, str) else ""


def _address(record: Record, name: str) -> str:
    return next(iter(addresses(record.value(name))), "")  # a text may link to several
