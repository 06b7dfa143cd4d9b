"""Authors: who is known under a name."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from digest import browse
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, table
from digest.identity import PaperId
from digest.rendering.latex import readable
from digest.rendering.plain import one_line
from digest.signals import NOVELTY, SCORE
from digest.upkeep.authors import claim_author, hide_author, unclaim_author, unhide_author


@click.group("author", epilog="Example: digest author list 'Wei Wang'")
def author_command() -> None:
    """The people who write papers, told from their namesakes."""


@author_command.command("list", epilog="Example: digest author list 'Wei Wang' --json")
@click.argument("name")
@json_option
@pass_context
def list_(context: Context, name: str, use_json: bool) -> int:
    """List everybody who may bear a name, with their papers; `digest enrich` finds them."""
    found = browse.authors(context.store, name)
    if use_json:
        as_json([_facts(record) for record in found])
        return 0
    rows = [
        (
            record.id,
            record.printed,
            len(record.papers),
            ", ".join(category for category, _ in record.person.categories[:3]),
            _years(record),
            ", ".join(record.person.keys),
            _figure(record.novelty),
            _figure(record.score),
        )
        for record in found
    ]
    columns = ("person", "name", "papers", "categories", "from", "keys", "novelty", "score")
    table(columns, rows, empty="nobody; run: digest enrich")
    return 0


@author_command.command("show", epilog="Example: digest author show 'Wei Wang' --person 12")
@click.argument("name")
@click.option("--person", type=int, help="Which of those who may bear the name; see `author list`.")
@json_option
@pass_context
def show(context: Context, name: str, person: int | None, use_json: bool) -> int:
    """Show one person with their papers; novelty and score are medians over the papers that were measured."""
    record, titles = browse.author(context.store, name, person)
    if use_json:
        as_json(_facts(record) | {"papers": [_paper(record, key, titles) for key in record.papers]})
        return 0
    rows = [
        ("person", record.id),
        ("name", record.printed),
        ("keys", ", ".join(record.person.keys)),
        ("categories", ", ".join(f"{category} ({papers})" for category, papers in record.person.categories)),
        ("from", _years(record)),
        ("papers", len(record.papers)),
        ("confirmed", _confirmed(record)),
        ("novelty", _median(record, NOVELTY, record.novelty)),
        ("score", _median(record, SCORE, record.score)),
    ]
    table(("what", "value"), [(what, value) for what, value in rows if value != ""], empty="")
    click.echo()
    papers = [_paper(record, key, titles) for key in record.papers]
    cells = [(p["id"], p["title"], _figure(p[NOVELTY]), _figure(p[SCORE])) for p in papers]
    table(("id", "title", "novelty", "score"), cells, empty="")
    return 0


@author_command.command("hide", epilog="Example: digest author hide 'Wei Wang' --person 12")
@click.argument("name")
@click.option("--person", type=int, help="Which of those who may bear the name; see `author list`.")
@pass_context
def hide(context: Context, name: str, person: int | None) -> int:
    """Show no page and no feed of a person, as they may ask; papers keep their names. It takes effect in a minute."""
    record = _meant(context, name, person)
    hide_author(context.store, record.id, now=context.now)
    click.echo(f"{record.printed}, person {record.id}, has no page any more; undo it with: digest author unhide")
    return 0


@author_command.command("unhide", epilog="Example: digest author unhide 'Wei Wang' --person 12")
@click.argument("name")
@click.option("--person", type=int, help="Which of those who may bear the name; see `author list`.")
@pass_context
def unhide(context: Context, name: str, person: int | None) -> int:
    """Show the page of a person again."""
    record = _meant(context, name, person)
    unhide_author(context.store, record.id)
    click.echo(f"{record.printed}, person {record.id}, has a page again")
    return 0


@author_command.command(
    "claim", epilog="Example: digest author claim 'Wei Wang' --person 12 --page https://wang.example.org/"
)
@click.argument("name")
@click.option("--person", type=int, help="Which of those who may bear the name; see `author list`.")
@click.option("--page", metavar="URL", help="Their own page, an https address, to be linked from ours.")
@pass_context
def claim(context: Context, name: str, person: int | None, page: str | None) -> int:
    """Say on the page of a person that they confirmed it, once you have checked that the mail is theirs.

    It takes effect in a minute. Claiming twice changes nothing; another --page takes the place of the one before.
    """
    record = _meant(context, name, person)
    claimed = claim_author(context.store, record.id, page=page, now=context.now)
    linked = f", and it links to {claimed.page}" if claimed.page else ""
    click.echo(
        f"{record.printed}, person {record.id}, confirmed their page on {claimed.since:%Y-%m-%d}{linked}; "
        "undo it with: digest author unclaim"
    )
    return 0


@author_command.command("unclaim", epilog="Example: digest author unclaim 'Wei Wang' --person 12")
@click.argument("name")
@click.option("--person", type=int, help="Which of those who may bear the name; see `author list`.")
@pass_context
def unclaim(context: Context, name: str, person: int | None) -> int:
    """Say no longer that a person confirmed their page, and forget the address of their own."""
    record = _meant(context, name, person)
    unclaim_author(context.store, record.id)
    click.echo(f"{record.printed}, person {record.id}, has a page that nobody confirmed")
    return 0


def _meant(context: Context, name: str, person: int | None) -> browse.AuthorRecord:
    """The one whom a change is about, who is known to the audit log by number."""
    record, _ = browse.author(context.store, name, person)
    click.get_current_context().params["person"] = record.id
    return record


def _confirmed(record: browse.AuthorRecord) -> str:
    return " ".join((f"{record.claim.since:%Y-%m-%d}", record.claim.page)).strip() if record.claim else ""


def _paper(record: browse.AuthorRecord, key: PaperId, titles: Mapping[PaperId, str]) -> dict[str, Any]:
    figures = {name: record.measured[name].get(key) for name in (NOVELTY, SCORE)}
    return {"id": key.removeprefix("arxiv:"), "title": one_line(readable(titles[key]))} | figures


def _years(record: browse.AuthorRecord) -> str:
    return f"{record.person.first_day:%Y-%m} to {record.person.last_day:%Y-%m}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _median(record: browse.AuthorRecord, name: str, value: float | None) -> str:
    return "" if value is None else f"{value:.1f}, the median of {len(record.measured[name])} measured"


def _facts(record: browse.AuthorRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "name": record.printed,
        "names": record.person.names,
        "keys": record.person.keys,
        "papers": record.papers,
        "claim": asdict(record.claim) if record.claim else None,
        "novelty": record.novelty,
        "score": record.score,
        "categories": dict(record.person.categories),
        "first_day": record.person.first_day,
        "last_day": record.person.last_day,
    }
