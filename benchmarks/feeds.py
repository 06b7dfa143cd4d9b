"""A personal feed of 20 entries, beside feedgen for every feed as people write it.

    python -m benchmarks.feeds --data DIR [--feeds N] [--peers N]

DIR holds listings as `benchmarks.delivery` reads them. Every feed is of a reader of its own, from editions of 15 papers
with reasons of their own; what readers share is kept, as it is by `digest serve`. CPU is of one process.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as clock
from pathlib import Path

from feedgen.feed import FeedGenerator

from benchmarks.delivery import NOW, SITE, newest_day, posted
from digest.editions import Edition
from digest.identity import address_of
from digest.papers import Paper
from digest.rendering.feed import FeedLinks, FeedRenderer
from digest.rendering.templates import environment

ENTRIES = 20
Write = Callable[[Sequence[Edition]], bytes]


def feeds(papers: Sequence[Paper], count: int) -> Iterator[list[Edition]]:
    """So many readers' editions, of 20 papers together."""
    mails = posted(papers, 2 * count)
    for first, second in zip(mails, mails, strict=True):
        rest = ENTRIES - len(first.edition.recommendations)
        yield [first.edition, replace(second.edition, recommendations=second.edition.recommendations[:rest])]


def ours() -> Write:
    """Atom by the product."""
    renderer = FeedRenderer(SITE, environment())

    def write(editions: Sequence[Edition]) -> bytes:
        links = FeedLinks(editions={each.id: f"{SITE.url}/e/{each.id}-token" for each in editions})
        return renderer.atom(editions, uri="urn:paperround:feed:1", since=NOW, links=links)

    return write


def peer(editions: Sequence[Edition]) -> bytes:
    """Atom by feedgen, an entry for each paper."""
    feed = FeedGenerator()
    feed.id("urn:example:feed:1")
    feed.title("Papers for you")
    feed.link(href=SITE.url, rel="alternate")
    feed.updated(NOW)
    for edition in editions:
        for item in edition.recommendations:
            entry = feed.add_entry(order="append")
            address = address_of(item.paper.id)
            entry.id(address or str(item.paper.id))
            entry.title(item.paper.title)
            entry.link(href=address or SITE.url)
            for name in item.paper.authors:
                entry.author(name=name)
            entry.summary(item.paper.abstract)
            entry.content(f"<p>{item.reasons[0].label}</p><p>{item.paper.abstract}</p>", type="html")
            entry.published(datetime.combine(item.announced, clock(), UTC))
            entry.updated(NOW)
    return bytes(feed.atom_str())


def measured(papers: Sequence[Paper], write: Write, count: int) -> float:
    """Seconds of CPU a feed."""
    wanted = list(feeds(papers, count))
    began = time.process_time()
    for editions in wanted:
        write(editions)
    return (time.process_time() - began) / count


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--feeds", type=int, default=2_000)
    options.add_argument("--peers", type=int, default=100, help="feeds that feedgen writes")
    given = options.parse_args(arguments)
    papers = newest_day(given.data)
    cost, other = measured(papers, ours(), given.feeds), measured(papers, peer, given.peers)
    print(f"ours    {1e6 * cost:8,.0f} µs of CPU a feed, {1 / cost:7,.0f} feeds/s")
    print(f"feedgen {1e6 * other:8,.0f} µs of CPU a feed, {1 / other:7,.0f} feeds/s")
    print(f"ratio {other / cost:.1f}")


if __name__ == "__main__":
    main()
