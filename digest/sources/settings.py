"""How each source is asked."""

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum


class ListingFormat(StrEnum):
    """How the listing of the day is asked for."""

    RSS = "rss"
    ATOM = "atom"


def _checked_pace(first_days: int, interval_seconds: float) -> None:
    if not 1 <= first_days <= 366:
        raise ValueError("first_days: expected 1 to 366")
    if interval_seconds < 0:
        raise ValueError("interval_seconds: expected no less than 0")


def _checked_url(name: str, url: str) -> None:
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{name}: expected a URL that begins with https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArxivSettings:
    """How arXiv is asked."""

    categories: tuple[str, ...] = ("cs.CL", "cs.LG")
    oai_url: str = "https://oaipmh.arxiv.org/oai"
    rss_url: str = "https://rss.arxiv.org"
    listing_format: ListingFormat = ListingFormat.RSS
    api_url: str = "https://export.arxiv.org/api/query"
    site_url: str = "https://arxiv.org"  # for the feeds of authors
    author_feeds: tuple[str, ...] = ()  # arXiv author ids or ORCIDs whose new papers are read wherever they are listed
    author_details: bool = False  # read the listings a second time, for structured names and affiliations
    interval_seconds: float = 3.0  # arXiv's terms: one request in three seconds
    cooldown_seconds: float = 600.0  # the least rest after a 429
    first_days: int = 7  # how far back the first harvest goes
    deferred_days: tuple[date, ...] = field(
        default=(date(2026, 11, 26), date(2026, 12, 25), date(2026, 12, 29), date(2026, 12, 31))
    )  # evenings without an announcement
    oai_ready: time = time(22, 45)  # New York, the evening before a listing's date: OAI-PMH holds it whole
    rss_ready: time = time(0, 10)  # New York, on a listing's date: the feeds show it

    def __post_init__(self) -> None:
        if not self.categories:
            raise ValueError("categories: name at least one, such as cs.LG")
        for name in ("oai_url", "rss_url", "api_url", "site_url"):
            _checked_url(name, getattr(self, name))
        if min(self.interval_seconds, self.cooldown_seconds) < 0:
            raise ValueError("interval_seconds and cooldown_seconds: expected no less than 0")
        if not 1 <= self.first_days <= 366:
            raise ValueError("first_days: expected 1 to 366")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How the libraries of readers are asked for over the network."""

    zotero_url: str = "https://api.zotero.org"
    interval_seconds: float = 1.0

    def __post_init__(self) -> None:
        _checked_url("zotero_url", self.zotero_url)
        if self.interval_seconds < 0:
            raise ValueError("interval_seconds: expected no less than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingFaceSettings:
    """How Hugging Face Daily Papers are asked."""

    enabled: bool = True
    url: str = "https://huggingface.co"
    views: tuple[str, ...] = ("day", "week", "month")
    first_days: int = 7  # how far back the first reading of `day` goes
    again_days: int = 3  # so many days are read again, because upvotes grow
    requests: int = 500  # documented: so many requests
    within_seconds: float = 300.0  # in so many seconds

    def __post_init__(self) -> None:
        _checked_url("url", self.url)
        if unknown := set(self.views) - {"day", "week", "month"}:
            raise ValueError(f"views: {min(unknown)!r} is none of day, week, month")
        if not 1 <= self.first_days <= 366 or not 0 <= self.again_days <= 31:
            raise ValueError("first_days: expected 1 to 366; again_days: expected 0 to 31")


@dataclass(frozen=True, slots=True, kw_only=True)
class BiorxivSettings:
    """How bioRxiv and medRxiv are asked."""

    servers: tuple[str, ...] = ()  # "biorxiv", "medrxiv"
    subjects: tuple[str, ...] = ()  # such as "neuroscience"; all where none is named
    url: str = "https://api.biorxiv.org"
    first_days: int = 7
    interval_seconds: float = 1.0

    def __post_init__(self) -> None:
        _checked_url("url", self.url)
        _checked_pace(self.first_days, self.interval_seconds)
        if unknown := set(self.servers) - {"biorxiv", "medrxiv"}:
            raise ValueError(f"servers: {min(unknown)!r} is neither biorxiv nor medrxiv")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """Feeds of journals, labs and blogs: RSS, Atom or JSON Feed."""

    urls: tuple[str, ...] = ()
    first_days: int = 30  # entries older than this on the first reading are no news
    interval_seconds: float = 1.0

    def __post_init__(self) -> None:
        _checked_pace(self.first_days, self.interval_seconds)
        for url in self.urls:
            _checked_url("urls", url)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossrefSettings:
    """Venues that have no feed, through Crossref."""

    venues: tuple[str, ...] = ()  # "issn:2041-1723", or a Crossref filter such as "filter:prefix:10.1038"
    url: str = "https://api.crossref.org"
    first_days: int = 7
    interval_seconds: float = 0.2  # documented for the polite pool: 10 requests in a second

    def __post_init__(self) -> None:
        _checked_url("url", self.url)
        _checked_pace(self.first_days, self.interval_seconds)
        for venue in self.venues:
            if not venue.startswith(("issn:", "filter:")):
                raise ValueError(f"venues: {venue!r} begins with neither issn: nor filter:")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """Files of papers: JSON lines or BibTeX."""

    paths: tuple[str, ...] = field(default=(), metadata={"path": True})

    def __post_init__(self) -> None:
        for path in self.paths:
            if not path.casefold().endswith((".jsonl", ".bib")):
                raise ValueError(f"paths: {path!r} ends in neither .jsonl nor .bib")


@dataclass(frozen=True, slots=True, kw_only=True)
class SemanticScholarSettings:
    """How Semantic Scholar is asked, where there is a key."""

    api_key: str = field(default="", metadata={"secret": True})
    url: str = "https://api.semanticscholar.org"
    interval_seconds: float = 1.0  # documented with a key: one request in a second

    def __post_init__(self) -> None:
        _checked_url("url", self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlexSettings:
    """How OpenAlex is asked."""

    enabled: bool = False
    api_key: str = field(default="", metadata={"secret": True})
    url: str = "https://api.openalex.org"
    requests_per_day: int = 100  # what its free allowance pays for, at 100 works a request

    def __post_init__(self) -> None:
        _checked_url("url", self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentSettings:
    """About which papers the sources of signals are asked."""

    days: int = 30  # papers first seen in so many days
    again_days: int = 7  # are asked about again after so many
    papers_per_run: int = 5000

    def __post_init__(self) -> None:
        if min(self.days, self.again_days, self.papers_per_run) < 1:
            raise ValueError("days, again_days and papers_per_run: expected at least 1")
