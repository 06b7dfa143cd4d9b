"""Authors: who is known under a name."""

import click

from digest import browse
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, table


@click.group("author", epilog="Example: digest author list 'Wei Wang'")
def author_command() -> None:
    """The people who write papers, told from their namesakes."""


@author_command.command("list", epilog="Example: digest author list 'Wei Wang' --json")
@click.argument("name")
@json_option
@pass_context
def list_(context: Context, name: str, use_json: bool) -> int:
    """List everybody who may bear a name, with their papers; `digest enrich` finds them."""
    found = browse.authors(context.app.store, name)
    if use_json:
        as_json([_facts(record) for record in found])
        return 0
    rows = [
        (
            record.id,
            record.printed,
            len(record.papers),
            ", ".join(category for category, _ in record.person.categories[:3]),
            f"{record.person.first_day:%Y-%m} to {record.person.last_day:%Y-%m}",
            ", ".join(record.person.keys),
        )
        for record in found
    ]
    table(("person", "name", "papers", "categories", "from", "keys"), rows, empty="nobody; run: digest enrich")
    return 0


def _facts(record: browse.AuthorRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "name": record.printed,
        "names": record.person.names,
        "keys": record.person.keys,
        "papers": record.papers,
        "categories": dict(record.person.categories),
        "first_day": record.person.first_day,
        "last_day": record.person.last_day,
    }
