"""Looking up a paper."""

import click

from digest import browse, identity, membership, upkeep
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, table
from digest.identity import PaperId
from digest.papers import Paper
from digest.rendering.view import title_of
from digest.signals import Value
from digest.store.works import Merge


@click.group("paper", epilog="Example: digest paper show 2601.10962")
def paper_command() -> None:
    """Look up papers, and say which are one work."""


@paper_command.command("show", epilog="Example: digest paper show 2601.10962 --json")
@click.argument("paper_id", metavar="ID")
@json_option
@pass_context
def show(context: Context, paper_id: str, use_json: bool) -> int:
    """Show what is kept of a paper, and when it was announced."""
    record = browse.paper(context.app.store, key_of(paper_id))
    paper = record.paper
    if use_json:
        as_json(
            {
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
                    {"version": v.number, "submitted_at": v.submitted_at, "withdrawn": v.withdrawn}
                    for v in paper.versions
                ],
                "names": record.names,
                "merges": [
                    {"paper": m.paper, "into": m.into, "rule": m.rule, "merged_at": m.merged_at, "split_at": m.split_at}
                    for m in record.merges
                ],
                "signals": [
                    {"name": s.name, "value": s.value, "source": s.source, "observed_at": s.observed_at}
                    for s in record.signals
                ],
                "announcements": [
                    {"source": source, "stream": stream, "kind": kind, "day": day}
                    for source, stream, kind, day in record.announcements
                ],
            }
        )
        return 0
    rows: list[tuple[str, object]] = [
        ("title", title_of(paper)),
        (
            "authors",
            f"{', '.join(paper.authors[:12])}{' …' if len(paper.authors) > 12 else ''} ({len(paper.authors):,})",
        ),
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
    rows += [("merged", _merged(merge)) for merge in record.merges]
    rows += [
        (f"{s.name} ({s.source}, {(context.now - s.observed_at).days} days old)", _valued(s.value))
        for s in record.signals
    ]
    rows += [(f"{day}", f"{kind} in {stream} ({source})") for source, stream, kind, day in record.announcements]
    table(("what", "value"), rows, empty="")
    if paper.abstract:
        click.echo(f"\n{paper.abstract}")
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
    one, other = upkeep.merge(context.app.store, key_of(paper_id), key_of(into), now=context.now)
    click.echo(f"{one} is read as {other} from now on; undo it with: digest paper split {paper_id}")
    return 0


@paper_command.command("split", epilog="Example: digest paper split 10.1038/s41586-024-00001-2")
@click.argument("paper_id", metavar="ID")
@pass_context
def split(context: Context, paper_id: str) -> int:
    """Say that a merged paper is a work of its own; no rule merges the two again."""
    click.echo(f"{upkeep.split(context.app.store, key_of(paper_id), now=context.now)} stands for itself again")
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
