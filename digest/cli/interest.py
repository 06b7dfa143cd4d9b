"""Commands for the interests of a subscriber as such, and for what was left out of their editions."""

import click

from digest import browse, membership
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, table
from digest.cli.paper import key_of
from digest.errors import InvalidInput
from digest.membership import Tuning
from digest.rendering.plain import one_line
from digest.rendering.view import title_of
from digest.store.shadow import Shadowed
from digest.subscribers import MAIN, Interest


def tuning(interest: Interest) -> dict[str, object]:
    """What a command says of an interest besides its words and papers."""
    return {
        "name": interest.name,
        "weight": interest.weight,
        "quota": interest.quota,
        "everything": interest.everything,
    }


@click.command("interests", epilog="Example: digest profile interests ana@example.org")
@click.argument("email")
@json_option
@pass_context
def interests_command(context: Context, email: str, use_json: bool) -> int:
    """List the interests of a subscriber, in the order they were made."""
    record = browse.subscriber(context.store, membership.find(context.store, email))
    found = record.profile.interests
    if use_json:
        as_json([tuning(i) | {"likes": len(i.liked), "dislikes": len(i.disliked)} for i in found])
        return 0
    rows = [(i.name, f"{i.weight:g}", i.quota or "none", _choice(i), len(i.liked), len(i.disliked)) for i in found]
    table(("interest", "weight", "quota", "papers", "likes", "dislikes"), rows, empty="no interests yet")
    return 0


@click.command("tune", epilog="Example: digest profile tune ana@example.org robots --weight 2 --quota 5")
@click.argument("email")
@click.argument("name")
@click.option("--weight", type=float, metavar="X", help="Its share against the others, above 0; 1 is usual.")
@click.option("--quota", metavar="N|none", help="Papers of an edition at most.")
@click.option("--everything/--selected", default=None, help="Every paper of its categories, or the good ones.")
@click.option("--rename", metavar="NEW", help="Another name.")
@pass_context
def tune_command(
    context: Context,
    email: str,
    name: str,
    weight: float | None,
    quota: str | None,
    everything: bool | None,
    rename: str | None,
) -> int:
    """Change how much an interest counts, and how it chooses."""
    changes: Tuning = {}
    if weight is not None:
        changes["weight"] = weight
    if quota is not None:
        changes["quota"] = _number(quota)
    if everything is not None:
        changes["everything"] = everything
    if rename is not None:
        changes["name"] = rename
    if not changes:
        raise InvalidInput("nothing to change; give --weight, --quota, --everything, --selected or --rename")
    tuned = membership.tune(context.store, email, name, **changes)
    click.echo(f"{tuned.name}: weight {tuned.weight:g}, quota {tuned.quota or 'none'}, {_choice(tuned)} papers")
    return 0


@click.command("drop", epilog="Example: digest profile drop ana@example.org robots")
@click.argument("email")
@click.argument("name")
@pass_context
def drop_command(context: Context, email: str, name: str) -> int:
    """Forget an interest and its words; its votes are kept and belong to `main` from now on."""
    votes = membership.drop_interest(context.store, email, name)
    moved = f"; votes that belong to {MAIN} now: {votes:,}" if votes else ""
    click.echo(f"dropped {one_line(name)}{moved}")
    return 0


_ALL = 100_000  # lines of one reader: more than are kept


@click.command("left-out", epilog="Example: digest profile left-out ana@example.org --limit 50")
@click.argument("email")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Most papers shown.")
@click.option("--interest", metavar="NAME", help="Only for this interest.")
@click.option("--why", default="", metavar="TEXT", help="Only where the reason has this in it, such as threshold.")
@json_option
@pass_context
def left_out_command(context: Context, email: str, limit: int, interest: str | None, why: str, use_json: bool) -> int:
    """Show what came near to an edition and was not in it, newest first."""
    store = context.store
    lines = browse.left_out(store, membership.find(store, email), limit=_ALL if interest or why else limit)
    found = [
        line
        for line in lines
        if (interest is None or line.interest.casefold() == interest.strip().casefold())
        and why.casefold() in line.why.casefold()
    ][:limit]
    if use_json:
        as_json([_facts(line) for line in found])
        return 0
    rows = [
        (line.slot_date, f"{_id(line)} {title_of(line.paper)}", line.interest, f"{line.score:+.4f}", _why(line))
        for line in found
    ]
    table(("date", "paper", "interest", "score", "why"), rows, empty="nothing was left out")
    return 0


@click.command("reclaim", epilog="Example: digest profile reclaim ana@example.org 2601.10962")
@click.argument("email")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@pass_context
def reclaim_command(context: Context, email: str, ids: tuple[str, ...]) -> int:
    """Ask for papers that were left out; see `digest profile left-out`."""
    for paper in membership.reclaim(context.store, email, list(map(key_of, ids)), now=context.now):
        click.echo(f"reclaimed: {paper.arxiv_id} {title_of(paper)}")
    return 0


def _number(quota: str) -> int | None:
    if quota.strip().lower() == "none":
        return None
    try:
        return int(quota)
    except ValueError as error:
        raise InvalidInput(f"--quota {quota!r}: give a number of papers, or none") from error


def _choice(interest: Interest) -> str:
    return "all" if interest.everything else "selected"


def _id(line: Shadowed) -> str:
    return line.paper.id.removeprefix("arxiv:")


def _why(line: Shadowed) -> str:
    return f"{line.why}; reclaimed {line.reclaimed_at:%Y-%m-%d}" if line.reclaimed_at else line.why


def _facts(line: Shadowed) -> dict[str, object]:
    return {
        "date": line.slot_date,
        "id": _id(line),
        "title": line.paper.title,
        "interest": line.interest,
        "score": line.score,
        "probability": line.probability,
        "why": line.why,
        "reclaimed_at": line.reclaimed_at,
    }
