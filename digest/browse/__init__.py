"""Browse: what readers and operators look up."""

from typing import TYPE_CHECKING

from digest import lazily

if TYPE_CHECKING:
    from digest.browse.days import Span, days_page, is_listing_day, newest_period, next_listing, period_named
    from digest.browse.indexing import index
    from digest.browse.likeness import Alike, like
    from digest.browse.loading import records
    from digest.browse.operators import (
        AuthorRecord,
        BatchRecord,
        GateRecord,
        PaperRecord,
        SubscriberRecord,
        author,
        authors,
        batch,
        batches,
        editions,
        gates,
        left_out,
        paper,
        subscriber,
        subscribers,
    )
    from digest.browse.papers import canonical, paper_details
    from digest.browse.people import author_details, author_name, bearers
    from digest.browse.search import PAGE as SEARCH_PAGE
    from digest.browse.search import Found, search
    from digest.browse.trends import trends

lazily.give(
    __name__,
    {
        "days": "Span days_page is_listing_day newest_period next_listing period_named",
        "indexing": "index",
        "likeness": "Alike like",
        "loading": "records",
        "operators": (
            "AuthorRecord BatchRecord GateRecord PaperRecord SubscriberRecord author authors batch batches "
            "editions gates left_out paper subscriber subscribers"
        ),
        "papers": "canonical paper_details",
        "people": "author_details author_name bearers",
        "search": "SEARCH_PAGE=PAGE Found search",
        "trends": "trends",
    },
)

__all__ = [
    "SEARCH_PAGE",
    "Alike",
    "AuthorRecord",
    "BatchRecord",
    "Found",
    "GateRecord",
    "PaperRecord",
    "Span",
    "SubscriberRecord",
    "author",
    "author_details",
    "author_name",
    "authors",
    "batch",
    "batches",
    "bearers",
    "canonical",
    "days_page",
    "editions",
    "gates",
    "index",
    "is_listing_day",
    "left_out",
    "like",
    "newest_period",
    "next_listing",
    "paper",
    "paper_details",
    "period_named",
    "records",
    "search",
    "subscriber",
    "subscribers",
    "trends",
]
