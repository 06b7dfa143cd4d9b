"""Looking up papers, and measuring them."""

from datetime import datetime

import click

from digest import browse, identity, membership, upkeep
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, meter, table
from digest.identity import PaperId
from digest.merits import Appraisal, NoveltyPlace, rising_terms
from digest.papers import Paper
from digest.rendering.latex import readable
from digest.rendering.plain import clean
from digest.rendering.view import title_of
from digest.rendering.words import counted
from digest.signals import CODE, NOVELTY, OURS, SCORE, Value
from digest.store.works import Merge


@click.group("paper", epilog="Example: digest paper show 2601.10962")
def paper_command() -> None:
    """Look up papers, measure them, and say which are one work."""


@paper_command.command("show", epilog="Example: digest paper show 2601.10962 --json")
@click.argument("paper_id", metavar="ID")
@json_option
@pass_context
def show(context: Context, paper_id: str, use_json: bool) -> int:
    """Show what is kept of a paper, and what can be said of it beside others.

    Its summary is two sentences of its abstract. Its novelty tells how far its words are from those of the year before,
    its score what speaks for it, part by part; docs/scores.md has the formulas. `paper measure` finds novelties.
    """
    record = browse.paper(context.store, key_of(paper_id))
    appraisal = context.app.appraise(record)
    if use_json:
        as_json(_facts(record) | _appraised(record, appraisal))
        return 0
    rows = _known(record) + _weighed(appraisal) + _told(record, context)
    rows += [(f"{day}", f"{kind} in {stream} ({source})") for source, stream, kind, day in record.announcements]
    table(("what", "value"), rows, empty="")
    if record.paper.abstract:
        click.echo(f"\n{clean(record.paper.abstract)}")
    return 0


def _facts(record: browse.PaperRecord) -> dict[str, object]:
    paper = record.paper
    return {
        "id": paper.id.removeprefix("arxiv:"),
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": paper.authors,
        "categories": paper.categories,
        "classes": paper.classes,
        "comment": paper.comment,
        "doi": paper.doi,
        "journal_ref": paper.journal_ref,
        "withdrawn": paper.withdrawn,
        "url": paper.abstract_url,
        "versions": [
            {"version": v.number, "submitted_at": v.submitted_at, "withdrawn": v.withdrawn} for v in paper.versions
        ],
        "names": record.names,
        "merges": [
            {"paper": m.paper, "into": m.into, "rule": m.rule, "merged_at": m.merged_at, "split_at": m.split_at}
            for m in record.merges
        ],
        "signals": [
            {"name": s.name, "value": s.value, "source": s.source, "observed_at": s.observed_at} for s in record.signals
        ],
        "announcements": [
            {"source": source, "stream": stream, "kind": kind, "day": day}
            for source, stream, kind, day in record.announcements
        ],
    }


def _appraised(record: browse.PaperRecord, appraisal: Appraisal) -> dict[str, object]:
    merit, place = appraisal.merit, appraisal.novelty
    return {
        "summary": appraisal.summary,
        "code": [s.value for s in record.signals if s.name == CODE],
        "novelty": place
        and {
            "value": place.value,
            "percentile": place.percentile,
            "among": place.among,
            "category": place.category or None,
        },
        "score": {
            "value": merit.score,
            "first": appraisal.first,
            "last": appraisal.last,
            "among": appraisal.among,
            "parts": [
                {"name": p.name, "value": p.value, "weight": p.weight, "points": p.points, "words": p.words}
                for p in merit.parts
            ],
        },
        "given": [{"name": s.name, "value": s.value, "source": s.source} for s in merit.given],
        "similar": [
            {"id": s.paper.id.removeprefix("arxiv:"), "title": s.paper.title, "likeness": s.likeness}
            for s in appraisal.similar
        ],
    }


def _known(record: browse.PaperRecord) -> list[tuple[str, object]]:
    paper = record.paper
    authors = f"{', '.join(paper.authors[:12])}{' …' if len(paper.authors) > 12 else ''} ({len(paper.authors):,})"
    rows: list[tuple[str, object]] = [
        ("title", title_of(paper)),
        ("authors", authors),
        ("categories", ", ".join(paper.categories)),
        ("link", paper.abstract_url),
    ]
    rows += [(name, value) for name, value in (("comment", paper.comment), ("doi", paper.doi)) if value]
    rows += [
        (
            f"v{v.number}",
            (f"{v.submitted_at:%Y-%m-%d %H:%M} UTC" if v.submitted_at else "no date")
            + (", withdrawn" if v.withdrawn else ""),
        )
        for v in paper.versions
    ]
    rows += [("also", name) for name in record.names if name != paper.id]
    return rows + [("merged", _merged(merge)) for merge in record.merges]


def _weighed(appraisal: Appraisal) -> list[tuple[str, object]]:
    """What can be said of the paper beside others, in words; a figure that is not known is left out."""
    merit, place = appraisal.merit, appraisal.novelty
    rows: list[tuple[str, object]] = [("in short", readable(appraisal.summary))] if appraisal.summary else []
    if place is not None:
        rows.append(("novelty", _placed(place)))
    of = f"{counted(appraisal.among, 'paper')} of {appraisal.first} to {appraisal.last}"
    rows.append(("score", f"{merit.score:.1f} of 100, weighed among the {of}"))
    rows += [(f"+ {part.name}", f"{part.points:.1f}: {part.words}") for part in merit.parts]
    rows += [(f"{signal.name} as {signal.source} has it", _valued(signal.value)) for signal in merit.given]
    rows += [("similar", f"{s.paper.id.removeprefix('arxiv:')} {title_of(s.paper)}") for s in appraisal.similar]
    return rows


def _placed(place: NoveltyPlace) -> str:
    """Truthfully: it is words that are measured, and beside whom."""
    share = min(max(round(place.percentile), 1), 99)  # nobody stands at 0 or 100
    group = f"{place.among:,} papers{f' of {place.category}' if place.category else ''} of that week"
    return f"its words are farther from those of the year before than the words of {share} % of the {group}"


def _told(record: browse.PaperRecord, context: Context) -> list[tuple[str, object]]:
    """What sources told, but their own novelty and score, which stand beside ours."""
    shown = [s for s in record.signals if s.source != OURS and s.name not in (NOVELTY, SCORE)]
    return [(f"{s.name} ({s.source}, {(context.now - s.observed_at).days} days old)", _valued(s.value)) for s in shown]


@paper_command.command("measure", epilog="Example: digest paper measure --days 7")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="Of the newest listings.")
@json_option
@pass_context
def measure(context: Context, days: int, use_json: bool) -> int:
    """Measure the novelty and the score of the papers of the newest listings.

    Novelty is measured once for each paper, against all that became known in the 365 days before; scores are places
    among the papers of these days. Both are kept as signals, and nobody is sent another paper for them.
    """
    with meter() as show_progress:
        came = context.app.measure(days=days, progress=lambda done, of: show_progress("papers compared with", done, of))
    if use_json:
        as_json({"papers": came.papers, "novelties": came.novelties, "scores": came.scores})
    else:
        click.echo(
            f"measure: {came.papers:,} papers looked at, {came.novelties:,} novelties measured, "
            f"{came.scores:,} scores new or changed"
        )
    return 0


@paper_command.command("rising", epilog="Example: digest paper rising --category cs.LG --week 2026-01-23")
@click.option("--category", "categories", multiple=True, help="May be repeated; `cs` is all of cs. Else every one.")
@click.option(
    "--week",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="The seven days that end on this one; the day of the newest listing where none is given.",
)
@json_option
@pass_context
def rising(context: Context, categories: tuple[str, ...], week: datetime | None, use_json: bool) -> int:
    """The terms that more papers of a category hold in seven days than in the eight weeks before."""
    asked = tuple(map(membership.category, categories))
    found = rising_terms(context.store, last=week.date() if week else None, categories=asked)
    flat = [(name, term) for name, terms in found.by_category.items() for term in terms]
    if use_json:
        terms = [
            {"category": name, "term": t.term, "z": t.z, "this_week": t.this_week, "before": t.before}
            for name, t in flat
        ]
        as_json(
            {"first": found.first, "last": found.last, "papers": found.papers, "before": found.before, "terms": terms}
        )
        return 0
    rows = [(name, t.term, t.this_week, t.before, f"{t.z:.1f}") for name, t in flat]
    read = f"{counted(found.papers, 'paper')} of {found.first} to {found.last}, {found.before:,} of the weeks before"
    table(("category", "term", "papers", "before", "z"), rows, empty=f"nothing rises in {read}")
    return 0


@paper_command.command("search", epilog='Example: digest paper search "sharpness-aware minimization" --limit 5')
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@json_option
@pass_context
def search(context: Context, query: str, limit: int, use_json: bool) -> int:
    """Search arXiv itself; nothing is kept. Words are joined by and; ti: au: abs: cat: name a field."""
    papers = context.app.search(query, limit=limit)
    if use_json:
        as_json([{"id": p.arxiv_id, "title": p.title, "authors": p.authors, "url": p.abstract_url} for p in papers])
        return 0
    table(("id", "title", "first author"), [_row(paper) for paper in papers], empty="nothing found")
    return 0


@paper_command.command("fetch", epilog="Example: digest paper fetch 2601.10962 math/0306266")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@pass_context
def fetch(context: Context, ids: tuple[str, ...]) -> int:
    """Keep papers by their arXiv ids, whatever listing they stood in; they are no news to anybody."""
    table(("id", "title", "first author"), [_row(paper) for paper in context.app.fetch(ids)], empty="")
    return 0


@paper_command.command("merge", epilog="Example: digest paper merge 10.1038/s41586-024-00001-2 2601.10962")
@click.argument("paper_id", metavar="ID")
@click.argument("into", metavar="INTO")
@pass_context
def merge(context: Context, paper_id: str, into: str) -> int:
    """Say that two kept papers are one work: ID is read as INTO from now on. A split undoes it."""
    one, other = upkeep.merge(context.store, key_of(paper_id), key_of(into), now=context.now)
    click.echo(f"{one} is read as {other} from now on; undo it with: digest paper split {paper_id}")
    return 0


@paper_command.command("split", epilog="Example: digest paper split 10.1038/s41586-024-00001-2")
@click.argument("paper_id", metavar="ID")
@pass_context
def split(context: Context, paper_id: str) -> int:
    """Say that a merged paper is a work of its own; no rule merges the two again."""
    click.echo(f"{upkeep.split(context.store, key_of(paper_id), now=context.now)} stands for itself again")
    return 0


def key_of(text: str) -> PaperId:
    """The key of a paper by arXiv id, DOI, or a key as `paper show` prints it."""
    if text.startswith(("title:", "entry:")):
        return PaperId(text)
    return identity.doi_id(text) or membership.paper_key(text)


def _row(paper: Paper) -> tuple[str, str, str]:
    return paper.id.removeprefix("arxiv:"), title_of(paper), paper.authors[0] if paper.authors else ""


def _merged(merge: Merge) -> str:
    undone = f", split {merge.split_at:%Y-%m-%d}" if merge.split_at else ""
    return f"{merge.paper} into {merge.into} by {merge.rule}, {merge.merged_at:%Y-%m-%d}{undone}"


def _valued(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else f"{value:,g}" if isinstance(value, float) else str(value)
