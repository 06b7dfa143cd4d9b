"""How each source is asked."""

from dataclasses import dataclass, field
from datetime import date, time


@dataclass(frozen=True, slots=True, kw_only=True)
class ArxivSettings:
    """How arXiv is asked."""

    categories: tuple[str, ...] = ("cs.CL", "cs.LG")
    oai_url: str = "https://oaipmh.arxiv.org/oai"
    rss_url: str = "https://rss.arxiv.org"
    api_url: str = "https://export.arxiv.org/api/query"
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
        for name in ("oai_url", "rss_url", "api_url"):
            if not getattr(self, name).startswith(("https://", "http://")):
                raise ValueError(f"{name}: expected a URL that begins with https://")
        if min(self.interval_seconds, self.cooldown_seconds) < 0:
            raise ValueError("interval_seconds and cooldown_seconds: expected no less than 0")
        if not 1 <= self.first_days <= 366:
            raise ValueError("first_days: expected 1 to 366")


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingFaceSettings:
    """How Hugging Face Daily Papers are asked."""

    url: str = "https://huggingface.co"
