"""OAI-PMH answers written by hand: a page holds records, a record holds `arXivRaw` metadata."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

RAW = "http://arxiv.org/OAI/arXivRaw/"

# As arXiv writes it: lines broken and indented, a TeX accent, two paragraphs, and a last version that withdraws.
FULL_METADATA = """
<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
          xsi:schemaLocation="http://arxiv.org/OAI/arXivRaw/ http://arxiv.org/OAI/arXivRaw.xsd">
  <id>2603.01234</id>
  <submitter>Ana Marin</submitter>
  <version version="v1">
    <date>Mon, 02 Mar 2026 18:59:59 GMT</date>
    <size>812kb</size>
    <source_type>D</source_type>
  </version>
  <version version="v2">
    <date>Thu, 05 Mar 2026 01:02:03 +0100</date>
    <size>813kb</size>
    <source_type>D</source_type>
  </version>
  <version version="v3">
    <date>Mon, 09 Mar 2026 09:00:00 GMT</date>
    <size>1kb</size>
    <source_type>I</source_type>
  </version>
  <title>On the $k$-center problem
  of tides &amp; harbours</title>
  <authors>Ana Mar\\'{i}n (Institute of Tides (IoT), Lisbon), Bo Li, and
  Chen Wei, Jr</authors>
  <categories>cs.DS math.CO cs.DS</categories>
  <comments>12 pages,
  3 figures</comments>
  <msc-class>68Q25 (Primary), 05C85 (Secondary)</msc-class>
  <acm-class>F.2.2; G.2.1</acm-class>
  <journal-ref>J. Tides 7
  (2026) 1-12</journal-ref>
  <doi>10.1000/tides.2026.7</doi>
  <license>http://creativecommons.org/licenses/by/4.0/</license>
  <abstract>  We study tides
and their centers.
  A second paragraph begins
with two spaces.
</abstract>
</arXivRaw>"""


def metadata(arxiv: str = "2603.01234", *versions: str, **fields: str) -> str:
    """The metadata of a paper in cs.LG with one version; a field of "" is left out, `journal_ref` is `journal-ref`."""
    plain = {"title": f"Paper {arxiv}", "authors": "Ana Marin", "categories": "cs.LG", "abstract": "  We study tides."}
    named = {"id": arxiv} | plain | {name.replace("_", "-"): text for name, text in fields.items()}
    elements = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in named.items() if text)
    return f'<arXivRaw xmlns="{RAW}">{elements}{"".join(versions or (version(1),))}</arXivRaw>'


def details(arxiv: str = "2603.01234", *, title: str = "Tides", authors: Iterable[str] = ()) -> str:
    """The same in the format `arXiv`; `authors` are made by `author`."""
    return (
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{arxiv}</id><created>2026-03-09</created>'
        f"<authors>{''.join(authors)}</authors><title>{escape(title)}</title><categories>cs.LG</categories>"
        "<abstract>  We study tides.</abstract></arXiv>"
    )


def author(keyname: str, forenames: str = "", *affiliations: str) -> str:
    places = "".join(f"<affiliation>{escape(place)}</affiliation>" for place in affiliations)
    first = f"<forenames>{escape(forenames)}</forenames>" * bool(forenames)
    return f"<author><keyname>{escape(keyname)}</keyname>{first}{places}</author>"


def version(number: int, date: str = "Mon, 09 Mar 2026 18:00:00 GMT", source_type: str = "D") -> str:
    parts = f"<date>{date}</date>" * bool(date) + f"<source_type>{source_type}</source_type>" * bool(source_type)
    return f'<version version="v{number}">{parts}</version>'


def record(arxiv: str = "2603.01234", *, day: str = "2026-03-10", body: str | None = None) -> str:
    """A record listed on `day`; its metadata are those of a plain paper, or `body`."""
    inside = metadata(arxiv) if body is None else body
    return f"<record>{header(arxiv, day)}<metadata>{inside}</metadata></record>"


def deleted(arxiv: str, *, day: str = "2026-03-10") -> str:
    return f"<record>{header(arxiv, day, status='deleted')}</record>"


def header(arxiv: str, day: str = "2026-03-10", *, status: str = "") -> str:
    attribute = f' status="{status}"' if status else ""
    return (
        f"<header{attribute}><identifier>oai:arXiv.org:{arxiv}</identifier><datestamp>{day}</datestamp>"
        "<setSpec>cs:cs:LG</setSpec></header>"
    )


def page(*records: str, token: str | None = None, answered: str = "2026-03-10T08:00:00Z") -> bytes:
    """An answer to ListRecords; a token of "" stands on the last of several pages."""
    following = "" if token is None else f'<resumptionToken expires="2026-03-11T00:00:00Z">{token}</resumptionToken>'
    return envelope(f"<ListRecords>{''.join(records)}{following}</ListRecords>", answered=answered)


def one(single: str) -> bytes:
    """An answer to GetRecord."""
    return envelope(f"<GetRecord>{single}</GetRecord>")


def error(code: str, text: str = "") -> bytes:
    return envelope(f'<error code="{code}">{text}</error>')


def envelope(inside: str, *, answered: str | None = "2026-03-10T08:00:00Z") -> bytes:
    date = "" if answered is None else f"<responseDate>{answered}</responseDate>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
{date}<request verb="ListRecords">http://oaipmh.arxiv.org/oai</request>
{inside}
</OAI-PMH>""".encode()
