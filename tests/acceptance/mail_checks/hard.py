"""The hardest mails to write, and what each of them should say: papers as odd as real listings have them, and odder."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

from digest.editions import Edition, Notice, ReasonKind, Recommendation, Slot, Trending
from digest.identity import paper_id
from digest.membership.typed import MOST_PAPERS
from digest.papers import AnnouncementKind, Paper
from digest.rendering.mail import MailBodies
from digest.rendering.settings import SiteSettings
from digest.subscribers import EditionKind, Subscriber
from tests.fakes import MONDAY, paper
from tests.rendering.builders import HOSTILE, LINKS, NOW, chosen, edition, reader, reason, renderer

SITE = SiteSettings(
    name="Papierrundschau für “Ähnliches”, 论文",
    url="https://paperround.example",
    sender="digest@paperround.example",
    postal_address="Beispielgasse 1, 12345 Musterstadt",
    imprint_url="https://paperround.example/imprint",
    privacy_url="https://paperround.example/privacy",
)
_OF_A_KIND = 15  # papers of each kind of oddity
_MOST = 100  # papers in an edition (compose.choice.MOST_SEATS)
_LIKED = 100  # papers that a reader liked and that changed on one day
MESSAGE_ID = "<0123456789abcdef0123456789abcdef@paperround.example>"
_RIGHT_TO_LEFT = (
    "مدخل إلى تعلم الآلة: دراسة تجريبية (الجزء 2).",
    "רשתות עמוקות ל-NLP בעברית: סקירה.",
    "A survey of زبان فارسی, with $O(n \\log n)$ steps",
)
_CHINESE = (
    "面向大语言模型的检索增强生成：方法与综述",
    "深い学習による日本語の構文解析",
    "한국어 문장의 $k$-최근접 이웃 분류",
)
_LATEX = (
    "$\\mathcal{R}^2$PO: $\\ell_{2,1}$ norms, $\\frac{a+b}{\\sqrt{c}}$ and \\textit{more} -- Erd\\H{o}s & co.",
    "On $\\mathbb{Z}_p \\rtimes \\undefined{x}^{y_{z}}$ and $x<y>z$",
    "The {$\\beta$}-function costs \\$5 & 100\\% of \\emph{everything}",
)
_LONG = ("word " * 1000, "x" * 5000, "https://example.org/" + "a/" * 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hard:
    """A finished mail, and what was meant."""

    content: bytes
    bodies: MailBodies
    to: str


def mails(folder: Path) -> dict[str, Hard]:
    """By what is hard about them; `folder` holds the real listings and the ids of their oddities."""
    odd = _odd_papers(folder)
    everything = [item for papers in odd.values() for item in papers]
    many = [replace(item, id=paper_id(f"2603.{number:05d}")) for number, item in enumerate(everything[:_MOST])]
    made = {kind.replace("_", " "): _edition(papers) for kind, papers in odd.items()}
    made |= {
        "hostile": _hostile(),
        "right to left": _titled(_RIGHT_TO_LEFT),
        "chinese": _titled(_CHINESE),
        "latex": _titled(_LATEX),
        "long": _titled(_LONG),
        "3,000 authors": _edition([paper("Many hands", authors=tuple(f"Näme {n} of 3000" for n in range(3000)))]),
        "a week of many papers": replace(_edition(many[:MOST_PAPERS]), kind=EditionKind.WEEKLY),
        "as many as can be": _edition(many),
        "many changes": edition(notices=_notices(everything[:_LIKED])),
    }
    written = {name: _written(each, reader()) for name, each in made.items()}
    strange = "Ünïcode.Reader+tag@bücher.example"
    return written | {
        "plain alone": _written(made["hostile"], replace(reader(), plain=True)),
        "another alphabet's address": _written(made["latex"], reader(strange)),
    }


def _written(letter: Edition, to: Subscriber) -> Hard:
    writer = renderer(SITE)
    sent = writer.envelope(letter, reader=to, links=LINKS, message_id=MESSAGE_ID, now=NOW)
    bodies = writer.bodies(letter, reader=to, links=LINKS)
    return Hard(content=sent.content, bodies=bodies, to=sent.rcpt_to)


def _edition(papers: Sequence[Paper]) -> Edition:
    """These papers for three interests with every mark, and as all that stands below."""
    marks = (Slot.MUST_READ, Slot.CHOSEN, Slot.CHOSEN, Slot.EXPLORATION)
    items = [
        replace(_item(item), slot=marks[place % len(marks)], interest=("main", "odd things", "…")[place % 3])
        for place, item in enumerate(papers)
    ]
    below = papers[:5]
    trending = [Trending(paper=item, upvotes=87, source="huggingface") for item in papers[:3]]
    return edition(*items, also_new=below, trending=tuple(trending), notices=_notices(papers[:3]))


def _item(item: Paper) -> Recommendation:
    author = item.authors[0] if item.authors else "nobody"
    reasons = (reason(author, ReasonKind.AUTHOR), reason(item.title, ReasonKind.LIKED, terms=item.title.split()[:4]))
    return chosen(item, *reasons, probability=0.42)


def _notices(papers: Sequence[Paper]) -> tuple[Notice, ...]:
    kinds = (AnnouncementKind.REPLACEMENT, AnnouncementKind.WITHDRAWN, AnnouncementKind.PUBLISHED)
    return tuple(Notice(paper=item, kind=kind, day=MONDAY) for item, kind in zip(papers, cycle(kinds), strict=False))


def _titled(texts: Iterable[str]) -> Edition:
    """A paper for each text, which is its title and twice its abstract."""
    return _edition([paper(text, abstract=f"{text}. {text}") for text in texts])


def _hostile() -> Edition:
    """Everything bad in every field."""
    papers = [
        paper(text, abstract=text, authors=(text,) * 5, categories=(text,), doi=text, journal_ref=text)
        for text in HOSTILE
    ]
    items = [replace(item, interest=item.paper.title) for item in _edition(papers).recommendations]
    return replace(_edition(papers), recommendations=tuple(items), considered=((HOSTILE[5], 400),))


# ------------------------------------------------------------ real listings


def _odd_papers(folder: Path) -> dict[str, list[Paper]]:
    """Papers of each kind that the listings' own account of oddities names."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / "edge_cases.jsonl.gz"):
        kinds[str(row["kind"])].append(str(row["id"]))
    wanted = {each for ids in kinds.values() for each in ids}
    files = sorted(folder.glob("listing-*.jsonl.gz"))
    known = {str(row["id"]): as_paper(row) for file in files for row in _rows(file) if row["id"] in wanted}
    return {kind: [known[each] for each in ids if each in known][:_OF_A_KIND] for kind, ids in kinds.items()}


def by_day(folder: Path) -> dict[str, list[Paper]]:
    """The papers of the newest listing by the day they were listed on."""
    days: dict[str, dict[str, Paper]] = defaultdict(dict)
    for row in _rows(max(folder.glob("listing-*.jsonl.gz"))):
        days[str(row["listed"])][str(row["id"])] = as_paper(row)
    return {day: list(papers.values()) for day, papers in days.items()}


def as_paper(row: Mapping[str, object]) -> Paper:
    """A line of a listing."""
    authors, categories = row["authors"] or (), row["categories"] or ()
    assert isinstance(authors, list | tuple)
    assert isinstance(categories, list | tuple)
    return paper(
        str(row["title"]),
        id=paper_id(str(row["id"])),
        abstract=str(row["abstract"] or ""),
        authors=tuple(map(str, authors)),
        categories=tuple(map(str, categories)),
    )


def _rows(file: Path) -> Iterable[dict[str, object]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
