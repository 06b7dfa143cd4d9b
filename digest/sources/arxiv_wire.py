"""arXiv's feeds as wire formats, RSS 2.0 and Atom: bytes in, the same Listing out.

https://info.arxiv.org/help/rss_specifications.html, https://info.arxiv.org/help/atom_specifications.html
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from digest.errors import SourceError
from digest.sources.arxiv_items import Item, Listing
from digest.sources.xml import inner_text, strict_root, text_of

_ARXIV = "{http://arxiv.org/schemas/atom}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"


def listing(body: bytes, *, source: str, form: str) -> Listing:
    """Read a feed that was asked for in the format named `form`; SourceError if it is neither RSS nor Atom.

    Either is taken: arXiv says in RSS that it cannot give Atom.
    """
    root = strict_root(body, source=source, form=form)
    channel = root.find("channel")
    if root.tag == "rss" and channel is not None:
        return _rss(channel)
    if root.tag == f"{_ATOM}feed":
        return _atom(root)
    raise SourceError(source, f"the answer is not {form} but <{etree.QName(root).localname[:40]}>")


def _rss(channel: etree._Element) -> Listing:
    return Listing(
        title=text_of(channel.find("title")),
        built_at=_rfc_822(text_of(channel.find("pubDate"))),
        items=tuple(
            _item(
                item,
                guid=text_of(item.find("guid")),
                title=inner_text(item.find("title")),
                note=inner_text(item.find("description")),
                terms=tuple(inner_text(category) for category in item.iterfind("category")),
            )
            for item in channel.iterfind("item")
        ),
    )


def _atom(feed: etree._Element) -> Listing:
    return Listing(
        title=text_of(feed.find(f"{_ATOM}title")),
        built_at=_rfc_3339(text_of(feed.find(f"{_ATOM}updated"))),
        items=tuple(
            _item(
                entry,
                guid=text_of(entry.find(f"{_ATOM}id")),
                title=inner_text(entry.find(f"{_ATOM}title")),
                note=inner_text(entry.find(f"{_ATOM}summary")),
                terms=tuple(category.get("term", "") for category in entry.iterfind(f"{_ATOM}category")),
            )
            for entry in feed.iterfind(f"{_ATOM}entry")
        ),
    )


def _item(element: etree._Element, *, guid: str, title: str, note: str, terms: tuple[str, ...]) -> Item:
    """An item with arXiv's own elements, which both formats write alike."""
    return Item(
        guid=guid,
        said=text_of(element.find(f"{_ARXIV}announce_type")),
        title=title,
        note=note,
        creator=", ".join(inner_text(creator) for creator in element.iterfind(f"{_DC}creator")),
        terms=terms,
        doi=inner_text(element.find(f"{_ARXIV}DOI")),
        journal_ref=inner_text(element.find(f"{_ARXIV}journal_reference")),
    )


def _rfc_822(text: str) -> datetime | None:
    try:
        return _aware(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError):
        return None


def _rfc_3339(text: str) -> datetime | None:
    try:
        return _aware(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _aware(moment: datetime) -> datetime:
    """The instant in UTC; a time without a zone is taken for UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
