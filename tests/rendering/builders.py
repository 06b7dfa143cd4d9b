"""What the stories about rendering begin with."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from digest.batches import BatchState
from digest.editions import Coverage, Edition, Notice, Reason, ReasonKind, Recommendation, Slot, Trending
from digest.papers import AnnouncementKind, Paper, Version
from digest.rendering.feed import FeedRenderer
from digest.rendering.mail import MailBodies, MailLinks, MailRenderer
from digest.rendering.plain import one_line
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.subscribers import EditionKind, Schedule, Subscriber, SubscriberState
from tests.fakes import MONDAY, at, paper

APPROVED = Path(__file__).parent / "approved"
NOW = at(MONDAY)
SITE = SiteSettings(url="https://paperround.example", sender="digest@paperround.example")
ANA = "ana@example.org"
LEAVE = "https://paperround.example/unsubscribe/1-AbCdEfGhIjKlMnOpQrStUv"
CHANGE = "https://paperround.example/settings/1-BcDeFgHiJkLmNoPqRsTuVw"
READ = "https://paperround.example/e/1-CdEfGhIjKlMnOpQrStUvWx"
LINKS = MailLinks(unsubscribe=LEAVE, settings=CHANGE, edition=READ)
TEMPLATES = environment()

unhurried = settings(deadline=None)  # how fast a machine is must not decide


def site(**values: str) -> SiteSettings:
    return SiteSettings(**{"url": SITE.url, "sender": SITE.sender} | values)


def reason(
    label: str = "graph networks",
    kind: ReasonKind = ReasonKind.INTEREST,
    *,
    contribution: float = 1.0,
    terms: Iterable[str] = (),
) -> Reason:
    """A reason; the first of its terms gave most."""
    shares = tuple((term, 1 / place) for place, term in enumerate(terms, start=1))
    return Reason(kind=kind, label=label, contribution=contribution, terms=shares)


def chosen(item: Paper | str = "A paper", *reasons: Reason, announced: date = MONDAY, **values: Any) -> Recommendation:
    """A recommendation of a paper, or of one with that title."""
    whole = paper(item) if isinstance(item, str) else item
    return Recommendation(paper=whole, score=1.0, reasons=reasons, announced=announced, **values)


def edition(
    *items: Recommendation | Paper | str,
    day: date = MONDAY,
    read: int = 400,
    created_at: datetime | None = None,
    also_new: Sequence[Paper] = (),
    **values: Any,
) -> Edition:
    """An edition of these, out of `read` papers of cs.LG."""
    plain = Edition(
        id=1,
        subscriber_id=1,
        kind=EditionKind.DAILY,
        slot_date=day,
        recommendations=tuple(item if isinstance(item, Recommendation) else chosen(item) for item in items),
        considered=(("cs.LG", read),),
        papers_read=read,
        created_at=created_at or at(day),
        also_new=tuple(also_new),
    )
    return replace(plain, **values)


def three_papers() -> Edition:
    """The edition of the approved files: a lead with everything, a late and odd one, one withdrawn, one of every kind
    below."""
    lead = paper(
        "Flat minima: why $R^2$ is not enough",
        number=9001,
        abstract="We study $O(n \\log n)$ things, e.g. minima. They are flat -- mostly. " + "More was found. " * 50,
        authors=("José Núñez", "Ada Ames", "Bo Berg", "Cy Cole"),
        categories=("cs.LG", "stat.ML", "math.OC"),
    )
    odd = paper("Is <b>bold</b> & brave code “safe”?", number=9002, abstract="", authors=())
    versions = (Version(number=1, submitted_at=NOW), Version(number=2, submitted_at=NOW, withdrawn=True))
    gone = paper("A claim taken back", number=9003, versions=versions)
    return edition(
        chosen(
            lead,
            reason("Ada Ames", ReasonKind.AUTHOR),
            reason("flat minima", terms=["flat minima", "flat"]),
            slot=Slot.MUST_READ,
            probability=0.914,
        ),
        chosen(odd, reason("Code that lies: a study", ReasonKind.LIKED, terms=["code"]), announced=date(2026, 2, 27)),
        chosen(gone, reason("cs.LG", ReasonKind.NEWEST), slot=Slot.EXPLORATION),
        also_new=[paper("Just below: $k$-means <again>", number=9004)],
        trending=(Trending(paper=paper("What all look at", number=9005), upvotes=87, source="huggingface"),),
        notices=(Notice(paper=gone, kind=AnnouncementKind.WITHDRAWN, day=MONDAY),),
        coverage=(Coverage(stream="cs.LG", seen=400, expected=400, chosen=3, state=BatchState.COMPLETE),),
    )


# ------------------------------------------------------------ what is rendered


def reader(address: str = ANA, **values: Any) -> Subscriber:
    """Somebody who has been on the list since the beginning of the year."""
    plain = Subscriber(
        id=1,
        address=address,
        state=SubscriberState.ACTIVE,
        schedule=Schedule(),
        size=15,
        next_due_at=NOW,
        read_through=None,
        feed_uri="tag:paperround.example,2026:feed-1",
        created_at=at(date(2026, 1, 3)),
    )
    return replace(plain, **values)


def renderer(by: SiteSettings = SITE) -> MailRenderer:
    return MailRenderer(by, TEMPLATES)


def mail(letter: Edition, *, by: SiteSettings = SITE, to: Subscriber | None = None, **values: str) -> bytes:
    """The finished message."""
    given = {"message_id": "<1@paperround.example>"} | values
    return renderer(by).envelope(letter, reader=to or reader(), links=LINKS, now=NOW, **given).content


def bodies(letter: Edition, *, by: SiteSettings = SITE, to: Subscriber | None = None) -> MailBodies:
    return renderer(by).bodies(letter, reader=to or reader(), links=LINKS)


def parsed(content: bytes) -> EmailMessage:
    """The message as a mail program reads it."""
    return message_from_bytes(content, _class=EmailMessage, policy=policy.default)


def header_lines(content: bytes) -> dict[str, str]:
    """Every header as it stands in the bytes, by name; a name that comes twice is an error."""
    head = content.partition(b"\r\n\r\n")[0].decode("ascii")
    fields = [field.split(":", 1) for field in re.split(r"\r\n(?![ \t])", head)]
    assert len({name.lower() for name, _ in fields}) == len(fields)
    return {name: value.removeprefix(" ") for name, value in fields}


def atom(*editions: Edition, by: SiteSettings = SITE) -> bytes:
    return FeedRenderer(by, TEMPLATES).atom(editions, uri="tag:paperround.example,2026:feed-1", since=NOW)


def rss(*editions: Edition, by: SiteSettings = SITE) -> bytes:
    return FeedRenderer(by, TEMPLATES).rss(editions, uri="tag:paperround.example,2026:feed-1", since=NOW)


def approved(name: str, content: bytes) -> bytes:
    """The approved bytes; with APPROVE=1 in the environment they are first replaced by `content`."""
    file = APPROVED / name
    if os.environ.get("APPROVE") == "1":
        file.write_bytes(content)
    return file.read_bytes()


# ------------------------------------------------------------ what the world may send

HOSTILE = (
    "=?utf-8?b?CkJjYzogYUBi?=",
    "a\r\nBcc: eve@example.org\r\n\r\nbody",
    "NUL \x00, escape \x1b[31m, bell \x07",
    "\u202egnp.exe\u2066 \u200f",
    "\ud800 alone and \ufffe and \U0001ffff",
    "<script>alert(1)</script> \"'><img src=x onerror=alert(1)>",
    "]]> &amp; &#0; <!-- {{ 7 * 7 }} {% raw %}",
    "$\\frac{1}{$ \\href{javascript:alert(1)}{x} \\u{ $$ {\\em",
    "https://evil.example/a data:text/html,x url(//evil.example)",
    "长" * 300,
    "x" * 5000,
)

BAD_ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://x.example",
    "data:text/html,<script>alert(1)</script>",
    "https://user@evil.example/",
    'https://x.example/"><script>',
    "https://x.example/a b",
    "//evil.example/",
    "\u202ehttps://x.example",
    "https://x.example/\r\nBcc: eve@example.org",
)

anything: st.SearchStrategy[str] = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=60),
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE[:-1]), max_size=3).map("".join),
)
site_names = anything.filter(one_line)


@st.composite
def hostile_papers(draw: st.DrawFn) -> Paper:
    """A paper with anything in any field."""
    return paper(
        draw(anything),
        number=draw(st.integers(1, 99_999)),
        abstract=draw(anything),
        authors=tuple(draw(st.lists(anything, max_size=5))),
        categories=tuple(draw(st.lists(anything, max_size=3))),
        doi=draw(anything),
        journal_ref=draw(anything),
        url=draw(st.one_of(st.just(""), anything, st.sampled_from(BAD_ADDRESSES))),
    )


@st.composite
def hostile_items(draw: st.DrawFn) -> Recommendation:
    """Such a paper chosen for any reason and any interest, with any mark."""
    reasons = st.builds(reason, anything, st.sampled_from(ReasonKind), terms=st.lists(anything, max_size=3))
    told = draw(st.lists(reasons, max_size=4))
    slot, interest = draw(st.sampled_from(Slot)), draw(st.one_of(st.just("main"), anything))
    probability = draw(st.one_of(st.none(), st.floats(0, 1)))
    announced = draw(st.dates(date(2026, 2, 20), MONDAY))
    code = draw(st.one_of(st.just(""), st.sampled_from(["https://github.com/ames/flat", *BAD_ADDRESSES]), anything))
    return chosen(
        draw(hostile_papers()),
        *told,
        slot=slot,
        interest=interest,
        probability=probability,
        announced=announced,
        code=code,
    )


_days = st.dates(date(2026, 2, 1), MONDAY)
_kinds = st.sampled_from(
    [AnnouncementKind.REPLACEMENT, AnnouncementKind.WITHDRAWN, AnnouncementKind.PUBLISHED, AnnouncementKind.CHANGED]
)
hostile_editions: st.SearchStrategy[Edition] = st.builds(
    lambda items, below, kind, trending, notices, category: edition(
        *items,
        also_new=below,
        kind=kind,
        trending=tuple(trending),
        notices=tuple(notices),
        considered=((category, 400),),
    ),
    st.lists(hostile_items(), max_size=4),
    st.lists(hostile_papers(), max_size=3),
    st.sampled_from(EditionKind),
    st.lists(st.builds(Trending, paper=hostile_papers(), upvotes=st.integers(0, 9999), source=anything), max_size=2),
    st.lists(st.builds(Notice, paper=hostile_papers(), kind=_kinds, day=_days), max_size=2),
    anything,
)


def titles(count: int, *, abstract: str = "") -> Sequence[Paper]:
    """So many papers, each with a title of its own of ordinary length."""
    return [
        paper(f"Number {n} of many papers on graph networks: what we did and found", abstract=abstract)
        for n in range(count)
    ]
