"""arXiv's feeds written by hand: a feed holds items, and either is written as RSS or as Atom."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from digest.sources.settings import ListingFormat

FRIDAY, SATURDAY, MONDAY, TUESDAY = (
    datetime(2026, 3, day, tzinfo=ZoneInfo("America/New_York")) for day in (6, 7, 9, 10)
)  # midnight, when a feed is built
_NAMES = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
_OWN = """<arxiv:announce_type>{said}</arxiv:announce_type>
      <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
      {rest}
      <dc:creator>{creator}</dc:creator>"""
Feed = Callable[..., bytes]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an item tells; its title names the paper unless another is given, None leaves a text out."""

    arxiv: str = "2603.01234"
    said: str | None = "new"
    number: int = 1
    title: str | None = ""
    abstract: str = "We study tides."
    creator: str = "Ana Marin, Bo Li"
    categories: tuple[str, ...] = ("cs.LG",)
    guid: str | None = ""
    doi: str = ""
    journal_ref: str = ""

    @property
    def name(self) -> str:
        return f"oai:arXiv.org:{self.arxiv}v{self.number}" if self.guid == "" else self.guid or ""

    @property
    def shown_title(self) -> str:
        return escape(f"Paper {self.arxiv}" if self.title == "" else self.title or "")

    @property
    def note(self) -> str:
        return escape(f"arXiv:{self.arxiv}v{self.number} Announce Type: {self.said} \nAbstract: {self.abstract}")

    @property
    def own(self) -> str:
        """arXiv's own elements, which are the same in both formats."""
        doi = f"<arxiv:DOI>{escape(self.doi)}</arxiv:DOI>" * bool(self.doi)
        journal = f"<arxiv:journal_reference>{escape(self.journal_ref)}</arxiv:journal_reference>"
        return _OWN.format(
            said=self.said, creator=escape(self.creator), rest=doi + journal * bool(self.journal_ref)
        ).replace("<arxiv:announce_type>None</arxiv:announce_type>", "")


def item(arxiv: str = "2603.01234", said: str | None = "new", **told: Any) -> Told:
    """An item about a paper's version."""
    return Told(arxiv=arxiv, said=said, **told)


def rss(*items: Told, built: datetime | str = TUESDAY, title: str = "cs.LG updates on arXiv.org") -> bytes:
    """A feed of a category; built "" leaves the date out."""
    date = format_datetime(built) if isinstance(built, datetime) else built
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss {_NAMES} xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">
  <channel>
    <title>{escape(title)}</title>
    <link>http://rss.arxiv.org/rss/cs.LG</link>
    <description>cs.LG updates on the arXiv.org e-print archive.</description>
    <atom:link href="http://rss.arxiv.org/rss/cs.LG" rel="self" type="application/rss+xml"/>
    {f"<pubDate>{date}</pubDate>" * bool(date)}
    <skipDays><day>Saturday</day><day>Sunday</day></skipDays>
    {"".join(map(_rss_item, items))}
  </channel>
</rss>""".encode()


def atom(*items: Told, built: datetime | str = TUESDAY, title: str = "cs.LG updates on arXiv.org") -> bytes:
    """The same as Atom."""
    date = built.isoformat() if isinstance(built, datetime) else built
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed {_NAMES} xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">
  <id>http://rss.arxiv.org/atom/cs.LG</id>
  <title>{escape(title)}</title>
  {f"<updated>{date}</updated>" * bool(date)}
  <link href="http://rss.arxiv.org/atom/cs.LG" rel="self" type="application/atom+xml"/>
  <subtitle>cs.LG updates on the arXiv.org e-print archive.</subtitle>
  {"".join(map(_entry, items))}
</feed>""".encode()


WRITTEN: dict[ListingFormat, Feed] = {ListingFormat.RSS: rss, ListingFormat.ATOM: atom}


def feed_error(query: str = "http://rss.arxiv.org/rss/cs.XX") -> bytes:
    return f'<rss version="2.0"><channel><title>Feed error for query: {query}</title></channel></rss>'.encode()


def _rss_item(told: Told) -> str:
    return f"""<item>
      <title>{told.shown_title}</title>
      <link>https://arxiv.org/abs/{told.arxiv}</link>
      <description>{told.note}</description>
      <guid isPermaLink="false">{told.name}</guid>
      {"".join(f"<category>{escape(category)}</category>" for category in told.categories)}
      <pubDate>{format_datetime(TUESDAY)}</pubDate>
      {told.own}
    </item>"""


def _entry(told: Told) -> str:
    return f"""<entry>
      <id>{told.name}</id>
      <title>{told.shown_title}</title>
      <updated>{TUESDAY.isoformat()}</updated>
      <link href="https://arxiv.org/abs/{told.arxiv}" rel="alternate" type="text/html"/>
      <summary>{told.note}</summary>
      {"".join(f'<category term="{escape(category)}"/>' for category in told.categories)}
      <published>{TUESDAY.isoformat()}</published>
      {told.own}
    </entry>"""
