"""arXiv's RSS written by hand: a feed holds items."""

from xml.sax.saxutils import escape

MONDAY, TUESDAY = "Mon, 09 Mar 2026 00:00:00 -0400", "Tue, 10 Mar 2026 00:00:00 -0400"


def feed(*items: str, built: str = TUESDAY, title: str = "cs.LG updates on arXiv.org") -> bytes:
    """A feed of a category, built at midnight in New York; built "" leaves the date out."""
    date = f"<pubDate>{built}</pubDate>" * bool(built)
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:atom="http://www.w3.org/2005/Atom"
     xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">
  <channel>
    <title>{escape(title)}</title>
    <link>http://rss.arxiv.org/rss/cs.LG</link>
    <description>cs.LG updates on the arXiv.org e-print archive.</description>
    {date}
    <skipDays><day>Saturday</day><day>Sunday</day></skipDays>
    {"".join(items)}
  </channel>
</rss>""".encode()


def item(
    arxiv: str = "2603.01234",
    kind: str = "new",
    *,
    number: int = 1,
    title: str = "",
    abstract: str = "We study tides.",
    creator: str = "Ana Marin, Bo Li",
    categories: tuple[str, ...] = ("cs.LG",),
    guid: str | None = None,
) -> str:
    """An item about a paper's version; its title names the paper."""
    listed = "".join(f"<category>{escape(category)}</category>" for category in categories)
    note = f"arXiv:{arxiv}v{number} Announce Type: {kind} \nAbstract: {abstract}"
    return f"""<item>
      <title>{escape(f"Paper {arxiv}" if title == "" else title)}</title>
      <link>https://arxiv.org/abs/{arxiv}</link>
      <description>{escape(note)}</description>
      <guid isPermaLink="false">{f"oai:arXiv.org:{arxiv}v{number}" if guid is None else guid}</guid>
      {listed}
      <pubDate>{TUESDAY}</pubDate>
      <arxiv:announce_type>{kind}</arxiv:announce_type>
      <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
      <dc:creator>{escape(creator)}</dc:creator>
    </item>"""


def feed_error(query: str = "cs.XX") -> bytes:
    return f'<rss version="2.0"><channel><title>Feed error for query: {query}</title></channel></rss>'.encode()
