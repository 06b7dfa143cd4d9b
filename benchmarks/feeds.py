"""A personal feed of 20 entries, beside feedgen for every feed as people write it.

    python -m benchmarks.feeds --data DIR [--feeds N] [--peers N]

DIR holds listings as `benchmarks.delivery` reads them. Every feed is of a reader of its own, from editions of 15 papers
of one day with reasons of their own. What readers share of a paper is written for the first of them and kept, as it is
by `digest serve`: so the first feeds of a day cost more than all later ones, and are told apart. CPU is of one process.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as clock
from itertools import islice
from pathlib import Path

from feedgen.feed import FeedGenerator

from benchmarks.delivery import NOW, SITE, newest_day, posted
from digest.editions import Edition
from digest.identity import address_of
from digest.papers import Paper
from digest.processes import rarely_collecting
from digest.rendering.feed import FeedLinks, FeedRenderer
from digest.rendering.templates import environment

ENTRIES = 20
AIM = 20.0  # times what feedgen does, for all but the first feeds of a day
_FIRST = 10  # feeds of a day for which nearly every paper is new
_WARMING = 1_000  # after which the papers of a day have been written: of 1,500, each stands in a dozen feeds
_TURN = 100  # feeds whose editions are made ready before they are written
Write = Callable[[Sequence[Edition]], bytes]


def feeds(papers: Sequence[Paper]) -> Iterator[list[Edition]]:
    """Readers' editions, of 20 papers together; the same ones each time."""
    mails = posted(papers, 2**31)
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


def measured(papers: Sequence[Paper], write: Write, count: int, *, warming: int = _WARMING) -> float:
    """Seconds of CPU a feed, after so many others of the day."""
    wanted = feeds(papers)
    with rarely_collecting():
        spent(wanted, write, warming)
        return spent(wanted, write, count) / count


def spent(wanted: Iterator[list[Edition]], write: Write, count: int) -> float:
    """Seconds of CPU for so many of the next feeds."""
    taken = 0.0
    for done in range(0, count, _TURN):
        turn = list(islice(wanted, min(_TURN, count - done)))
        began = time.process_time()
        for editions in turn:
            write(editions)
        taken += time.process_time() - began
    return taken


def told(what: str, seconds: float, other: float | None = None) -> None:
    """Print one line; with how many times as fast it is as the other."""
    ratio = f"{other / seconds:8.1f} × feedgen" if other else ""
    print(f"{what:34}{1e6 * seconds:8,.0f} µs of CPU a feed{1 / seconds:9,.0f} feeds/s{ratio}")


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--feeds", type=int, default=2_000)
    options.add_argument("--peers", type=int, default=100, help="feeds that feedgen writes")
    given = options.parse_args(arguments)
    papers = newest_day(given.data)
    first = measured(papers, ours(), _FIRST, warming=0)
    later = measured(papers, ours(), given.feeds)
    by_feedgen = measured(papers, peer, given.peers, warming=0)
    told(f"the first {_FIRST} of a day", first, by_feedgen)
    told("each later one", later, by_feedgen)
    told("feedgen", by_feedgen)
    if by_feedgen < AIM * later:
        print(f"{AIM:.0f} × was aimed at")


if __name__ == "__main__":
    main()
