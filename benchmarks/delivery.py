"""Writing mails, beside Jinja2, css-inline and EmailMessage for every mail, as people write it, and handing them over.

    python -m benchmarks.delivery --data DIR [--mails N] [--peers N] [--render-only]

DIR holds listings as `listing-*.jsonl.gz`; the newest day of the newest file is what editions of 15 papers are made of,
each with reasons, probabilities and links of its own, and with papers that many editions share, as delivery reads each
paper once. CPU is of one process, with nothing written before the first mail.
"""

import argparse
import gzip
import json
import random
import statistics
import time
from binascii import a2b_qp
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.parser import BytesParser
from email.policy import default
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks import handing_over
from benchmarks.mail_peer import PeerMail, worded
from digest import processes
from digest.batches import BatchState
from digest.compose.desk import code_address
from digest.editions import Coverage, Edition, Reason, ReasonKind, Recommendation, Slot, Trending
from digest.identity import paper_id
from digest.mail import Envelope
from digest.papers import Paper
from digest.relevance.reasons import MATCHES
from digest.rendering.blocks import Blocks
from digest.rendering.mail import MailLinks, MailRenderer
from digest.rendering.personal import Copyist
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.rendering.words import ENGLISH
from digest.sources.code_links import code_links
from digest.subscribers import EditionKind, Schedule, Subscriber, SubscriberState

SIZE = 15  # papers in an edition
SITE = SiteSettings(url="https://paperround.example", sender="digest@paperround.example")
NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)
_SEED = 6
_BELOW, _TRENDING = 5, 3
_ROUNDS = 10  # in which ours and the peer write
_TURN = 100  # mails made ready before they are written, as delivery loads them
_INTERESTS = ("main", "graph networks", "sleep and memory")


@dataclass(frozen=True, slots=True)
class Posted:
    """All that a mail is written from."""

    edition: Edition
    reader: Subscriber
    links: MailLinks
    message_id: str


def newest_day(folder: Path) -> list[Paper]:
    """The papers of the last day of the last listing."""
    file = max(folder.glob("listing-*.jsonl.gz"))
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    last = max(row["listed"] for row in rows)
    return list({row["id"]: _paper(row) for row in rows if row["listed"] == last}.values())


def _paper(row: dict[str, Any]) -> Paper:
    authors, categories = row["authors"] or (), row["categories"] or ()
    return Paper(
        id=paper_id(str(row["id"])),
        title=str(row["title"]),
        abstract=str(row["abstract"] or ""),
        authors=tuple(map(str, authors)),
        categories=tuple(map(str, categories)),
    )


def posted(papers: Sequence[Paper], count: int) -> Iterator[Posted]:
    """So many mails to be written, each to a reader of its own; the same ones each time."""
    dice = random.Random(_SEED)
    for number in range(1, count + 1):
        picked = dice.sample(papers[_TRENDING:], SIZE + _BELOW)
        liked = dice.sample(papers, 5)
        shown, below, trending = picked[:SIZE], picked[SIZE:], papers[:_TRENDING]
        yield Posted(
            _edition(number, shown, below, trending, liked, dice),
            _reader(number),
            MailLinks(
                unsubscribe=f"{SITE.url}/unsubscribe/{number}-{_token(dice)}",
                settings=f"{SITE.url}/settings/{number}-{_token(dice)}",
                edition=f"{SITE.url}/e/{number}-{_token(dice)}",
            ),
            f"<{dice.randbytes(16).hex()}@paperround.example>",
        )


def _edition(
    number: int,
    shown: Sequence[Paper],
    below: Sequence[Paper],
    trending: Sequence[Paper],
    liked: Sequence[Paper],
    dice: random.Random,
) -> Edition:
    read = dice.randint(150, 400)
    items = [_item(paper, place, liked, dice) for place, paper in enumerate(shown)]
    line = Coverage(stream="cs.LG", seen=read, expected=read, chosen=SIZE, state=BatchState.COMPLETE)
    return Edition(
        id=number,
        subscriber_id=number,
        kind=EditionKind.DAILY,
        slot_date=NOW.date(),
        recommendations=tuple(items),
        considered=(("cs.LG", read),),
        papers_read=read,
        created_at=NOW,
        coverage=(line,),
        also_new=tuple(below),
        trending=tuple(
            Trending(paper=paper, upvotes=90 // place, source="huggingface")
            for place, paper in enumerate(trending, start=1)
        ),
    )


def _item(paper: Paper, place: int, liked: Sequence[Paper], dice: random.Random) -> Recommendation:
    """One paper with the reasons that editions keep: five likes, words for the strongest, and the background."""
    words = [word.strip(".,:;()").lower() for word in paper.title.split() if len(word) > 3] or ["paper"]
    shares = sorted((dice.random() for _ in liked), reverse=True)
    shown = tuple((word, dice.random()) for word in dict.fromkeys(dice.choices(words, k=MATCHES)))
    reasons = [
        Reason(ReasonKind.LIKED, each.title, share, shown if share == shares[0] else ())
        for each, share in zip(liked, shares, strict=True)
    ]
    if place == 0 and paper.authors and dice.random() < 0.3:
        reasons.append(Reason(kind=ReasonKind.AUTHOR, label=paper.authors[0], contribution=9.0))
    reasons.append(Reason(kind=ReasonKind.BACKGROUND, label="what it shares with every paper", contribution=-0.1))
    return Recommendation(
        paper=paper,
        score=1.0,
        reasons=tuple(sorted(reasons, key=lambda reason: -reason.contribution)),
        announced=NOW.date() if not paper.id.endswith("7") else date(2026, 3, 31),
        probability=dice.random(),
        interest=dice.choice(_INTERESTS),
        slot=Slot.EXPLORATION if place == SIZE - 1 else Slot.CHOSEN,
        code=_code(paper),
    )


@cache
def _code(paper: Paper) -> str:
    """Where its own words say that its code is."""
    return code_address(code_links(paper, now=NOW))


def _reader(number: int) -> Subscriber:
    return Subscriber(
        id=number,
        address=f"reader{number}@example.org",
        state=SubscriberState.ACTIVE,
        schedule=Schedule(),
        size=SIZE,
        next_due_at=NOW,
        read_through=None,
        feed_uri="tag:paperround.example,2026:feed",
        created_at=NOW,
    )


def _token(dice: random.Random) -> str:
    return "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", k=22))


# ------------------------------------------------------------ writing


def taken(mails: Iterator[Posted], write: Callable[[Posted], bytes]) -> tuple[float, list[int]]:
    """CPU seconds a mail, and the size of each page in bytes as it is read; in turns, as delivery takes them."""
    seconds = 0.0
    sizes: list[int] = []
    while turn := list(islice(mails, _TURN)):
        began = time.process_time()
        contents = [write(each) for each in turn]
        seconds += time.process_time() - began
        sizes += map(_page_size, contents)
    return seconds / len(sizes), sizes


def both(papers: Sequence[Paper], mails: int, peers: int) -> tuple[tuple[float, list[int]], tuple[float, list[int]]]:
    """What `taken` says of ours, with the garbage collector as delivery has it, and of the peer, as Python has it."""
    own, other = posted(papers, mails), posted(papers, peers)
    write, write_peer = ours(), peer()
    found: list[tuple[float, list[int]]] = []
    others: list[tuple[float, list[int]]] = []
    for _ in range(_ROUNDS):  # in turns, so that what else the machine does meets both
        with processes.rarely_collecting():
            found.append(taken(islice(own, mails // _ROUNDS), write))
        others.append(taken(islice(other, peers // _ROUNDS), write_peer))
    return _together(found), _together(others)


def _together(rounds: Sequence[tuple[float, list[int]]]) -> tuple[float, list[int]]:
    return statistics.mean(each for each, _ in rounds), [size for _, sizes in rounds for size in sizes]


def ours() -> Callable[[Posted], bytes]:
    """What writes a mail here."""
    renderer = MailRenderer(SITE, environment())

    def write(mail: Posted) -> bytes:
        envelope = renderer.envelope(
            mail.edition, reader=mail.reader, links=mail.links, message_id=mail.message_id, now=NOW
        )
        return envelope.content

    return write


def peer() -> Callable[[Posted], bytes]:
    """What writes it as people write mails; it is given our words, which it has to make for each mail anew."""
    writer, copyist = PeerMail(SITE), Copyist(SITE, ENGLISH, Blocks(environment(), ENGLISH, kept_papers=0))

    def write(mail: Posted) -> bytes:
        ready = worded(copyist.copy(mail.edition, mail.reader, mail.links, answers=False))
        return writer.write(ready, to=mail.reader.address, message_id=mail.message_id, now=NOW)

    return write


def _page_size(content: bytes) -> int:
    """Bytes of the HTML, decoded."""
    head, _, rest = content.partition(b"\r\n\r\n")
    boundary = BytesParser(policy=default).parsebytes(head + b"\r\n\r\n").get_boundary() or ""
    page = rest.split(f"\r\n--{boundary}".encode())[-2].partition(b"\r\n\r\n")[2]
    return len(a2b_qp(page))


def rendering(papers: Sequence[Paper], mails: int, peers: int) -> None:
    """Print what both take."""
    (cost, sizes), (other, others) = both(papers, mails, peers)
    for name, each, count, bytes_ in (("ours", cost, mails, sizes), ("peer", other, peers, others)):
        print(
            f"{name}: {1e6 * each:8,.0f} µs of CPU a mail over {count:,} mails, {1 / each:7,.0f} mails/s; HTML"
            f" {statistics.median(bytes_):,.0f} bytes in the median, {max(bytes_):,} at most"
        )
    print(f"ratio {other / cost:.1f}")


def handing(papers: Sequence[Paper], mails: int) -> None:
    """Print what handing the same mails to a relay takes; ours keeps the outcome of each, the peer nothing."""
    ready, write = list(posted(papers, mails)), ours()
    contents = [write(mail) for mail in ready]
    envelopes = [
        Envelope(mail_from=SITE.sender, rcpt_to=mail.reader.address, message_id=mail.message_id, content=content)
        for mail, content in zip(ready, contents, strict=True)
    ]
    print(handing_over.peer(envelopes))
    print(handing_over.limit(mails, sum(map(len, contents)) // mails))
    del envelopes, contents
    with handing_over.filled([mail.edition for mail in ready]) as settings:
        for number, connections in ((1, 2), (2, 2), (2, 4)):
            print(handing_over.ours(settings, mails, processes=number, connections=connections), flush=True)
        for number in (1, 2):
            print(handing_over.whole_of_a_copy(settings, mails, processes=number), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--mails", type=int, default=10_000)
    options.add_argument("--peers", type=int, default=200, help="mails that the peer writes")
    options.add_argument("--render-only", action="store_true")
    given = options.parse_args(arguments)
    papers = newest_day(given.data)
    rendering(papers, given.mails, given.peers)
    if not given.render_only:
        handing(papers, given.mails)


if __name__ == "__main__":
    main()
