"""Looking up a paper."""

import click

from digest import browse, membership
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, table
from digest.rendering.view import title_of


@click.group("paper", epilog="Example: digest paper show 2601.10962")
def paper_command() -> None:
    """Look up a paper."""


@paper_command.command("show", epilog="Example: digest paper show 2601.10962 --json")
@click.argument("paper_id", metavar="ID")
@json_option
@pass_context
def show(context: Context, paper_id: str, use_json: bool) -> int:
    """Show what is kept of a paper, and when it was announced."""
    record = browse.paper(context.app.store, membership.paper_key(paper_id))
    paper = record.paper
    if use_json:
        as_json(
            {
                "id": paper.arxiv_id,
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
    rows += [(f"{day}", f"{kind} in {stream} ({source})") for source, stream, kind, day in record.announcements]
    table(("what", "value"), rows, empty="")
    if paper.abstract:
        click.echo(f"\n{paper.abstract}")
    return 0
