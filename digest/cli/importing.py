"""Commands that bring a reader's library, show what of it is still wanted, and give everything back."""

import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest import membership
from digest.cli.context import Context, pass_context
from digest.cli.output import DONE, as_json, complain, json_option, meter, table
from digest.errors import InvalidInput
from digest.exchange.formats import Format
from digest.membership import importing, takeaway
from digest.membership.takeaway import Takeaway
from digest.rendering.plain import one_line
from digest.subscribers import MAIN

if TYPE_CHECKING:
    from digest.app.libraries import Imported

_LIKED, _INTEREST = "liked", "interest"
_SHOWN = 20  # lines of what could not be read
_ENVIRONMENT = "ZOTERO_API_KEY"


@click.command("import", epilog="Example: digest profile import ana@example.org library.bib --dry-run")
@click.argument("email")
@click.argument("source", metavar="FILE|URL")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--as", "as_", type=click.Choice([_LIKED, _INTEREST]), help="All for main, or for the interest NAME.")
@click.option("--format", "form", type=click.Choice([f.value for f in Format]), help="Found out where it is not given.")
@click.option("--user", default="", metavar="NAME", help="Whose tags, of arxiv-sanity-lite's dict.db.")
@click.option("--key-file", type=click.Path(path_type=Path, dir_okay=False), help=f"Zotero's key; or {_ENVIRONMENT}.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@json_option
@pass_context
def import_command(
    context: Context,
    email: str,
    source: str,
    name: str | None,
    as_: str | None,
    form: str | None,
    user: str,
    key_file: Path | None,
    dry_run: bool,
    use_json: bool,
) -> int:
    """Like what a library names: BibTeX, RIS, CSL-JSON, Zotero's RDF, CSV, OPML, arxiv-sanity's tags, or plain ids.

    FILE|URL is a file (- is stdin), an address, zotero:users/12345, zotero:groups/678, an ORCID or an arXiv author id.
    Collections and tags become interests, unless --as says otherwise. What is not kept here is asked of arXiv, and the
    rest is wanted: it is liked as soon as it comes. Importing twice is importing once.
    """
    from digest.app.libraries import Place, import_library

    place = Place(name=source, form=Format(form) if form else None, user=user, key=_key(key_file))
    with meter() as show:
        came = import_library(
            context.app,
            email,
            place,
            into=_into(as_, name),
            dry=dry_run,
            progress=lambda done, of: show("papers asked of arXiv", done, of),
        )
    _say(source, came, use_json=use_json)
    return complain([came.answers.problem] if came.answers.problem else [])


def _into(as_: str | None, name: str | None) -> str | None:
    if (as_ == _INTEREST) != (name is not None):
        raise click.UsageError("--as interest and a NAME go together, such as: --as interest robots")
    return membership.interest_name(name) if name is not None else MAIN if as_ else None


def _key(file: Path | None) -> str:
    """Zotero's key; it is never an option, which everybody on the machine could read."""
    if file is None:
        return os.environ.get(_ENVIRONMENT, "").strip()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file}: the key cannot be read; check path and permissions") from error


def _say(source: str, came: "Imported", *, use_json: bool) -> None:
    plan, is_dry = came.plan, came.kept is None
    counts = {
        "entries": plan.entries,
        "liked_now": len(plan.likes),
        "liked_already": plan.liked,
        "disliked": plan.disliked,
        "repeated": plan.repeated,
        "asked_of_arxiv": 0 if is_dry else came.answers.brought,
        "to_ask_of_arxiv": len(plan.askable),
        "unresolved": len(plan.unresolved),
        "newly_wanted": came.kept.wanted if came.kept else 0,
        "categories": len(plan.categories),
        "unread": len(plan.unread),
    }
    if use_json:
        unread = [{"place": each.place, "problem": each.problem} for each in plan.unread]
        found = {"dry_run": is_dry, **counts, "interests": dict(Counter(plan.likes.values())), "unread_entries": unread}
        as_json(found | {"categories_named": plan.categories})
        return
    for each in plan.unread[:_SHOWN]:
        click.echo(f"digest: {one_line(source)}, {each.place}: {one_line(each.problem)}", err=True)
    if len(plan.unread) > _SHOWN:
        click.echo(f"digest: and {len(plan.unread) - _SHOWN:,} more; all of them with --json", err=True)
    table(("what", "count"), [(what, f"{n:,}") for what, n in _words(came, counts) if n], empty="nothing was found")
    if came.kept and not (came.kept.is_news or plan.categories):
        why = "all of it was imported before" if plan.entries else "no entry could be read"
        click.echo(f"nothing changed: {why}")


def _words(came: "Imported", counts: dict[str, int]) -> list[tuple[str, int]]:
    plan, is_dry = came.plan, came.kept is None
    by_interest = Counter(plan.likes.values())
    would = "would be " if is_dry else ""
    return [
        ("entries", counts["entries"]),
        ("could not be read", counts["unread"]),
        *((f"{would}liked for {one_line(name)}", n) for name, n in by_interest.items()),
        ("liked before", counts["liked_already"]),
        ("disliked, which they stay", counts["disliked"]),
        ("named again", counts["repeated"]),
        ("brought from arXiv", counts["asked_of_arxiv"]),
        ("would be asked of arXiv" if is_dry else "arXiv gave no paper for", counts["to_ask_of_arxiv"]),
        ("not found; see: digest profile wanted", counts["unresolved"]),
        ("of these wanted from now on", counts["newly_wanted"]),
        *((f"{would}read: category {name}", 1) for name in plan.categories),
    ]


@click.command("wanted", epilog="Example: digest profile wanted ana@example.org --json")
@click.argument("email")
@click.option("--interest", metavar="NAME", help="Only for this interest.")
@json_option
@pass_context
def wanted_command(context: Context, email: str, interest: str | None, use_json: bool) -> int:
    """List what imported libraries name and nobody has yet, with the reason; it is liked as soon as it comes."""
    found = [
        each
        for each in importing.wanted(context.store, membership.find(context.store, email))
        if interest is None or (each.interest or MAIN).casefold() == interest.strip().casefold()
    ]
    if use_json:
        as_json(
            [
                {
                    "name": each.name,
                    "title": each.title,
                    "author": each.author,
                    "interest": each.interest or MAIN,
                    "origin": each.origin,
                    "reason": each.reason,
                    "wanted_at": each.wanted_at,
                }
                for each in found
            ]
        )
        return DONE
    rows = [(each.title, each.author, each.interest or MAIN, each.origin, each.reason) for each in found]
    table(("title", "first author", "interest", "from", "reason"), rows, empty="nothing is wanted")
    return DONE


@click.command("export", epilog="Example: digest profile export ana@example.org --format bibtex --output liked.bib")
@click.argument("email")
@click.option(
    "--format",
    "form",
    type=click.Choice([t.value for t in Takeaway]),
    default=Takeaway.JSON.value,
    show_default=True,
    help="All that is held of them, or the papers they liked and saved.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A file, instead of stdout.")
@pass_context
def export_command(context: Context, email: str, form: str, output: Path | None) -> int:
    """Give back everything that is held of a subscriber as JSON, or what they liked and saved as BibTeX or RIS."""
    who = membership.find(context.store, email)
    content = takeaway.taken(context.store, who, Takeaway(form), now=context.now)
    if output is None:
        print_bytes(content)
        return DONE
    write_private(output, content)
    click.echo(f"wrote {output}: {len(content):,} bytes")
    return DONE


def print_bytes(content: bytes) -> None:
    """Print bytes as they are."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner reads, for it tells of people."""
    try:
        with open(file, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
            opened.write(content)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror}") from error
