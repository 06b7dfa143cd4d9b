"""What is done to many at once: how many that are is said before it is done, and asked on a terminal."""

import sys
from collections.abc import Callable

import click

Option = Callable[[Callable[..., int]], Callable[..., int]]

dry_run_option: Option = click.option("--dry-run", is_flag=True, help="Say how many it would be, and change nothing.")
yes_option: Option = click.option("--yes", is_flag=True, help="Do not ask before many are changed.")


def go_ahead(count: int, doing: str, *, yes: bool, noun: str = "delivery") -> None:
    """Say on stderr what is about to be done to how many; on a terminal it must be agreed to, or nothing is done."""
    if not count:
        return
    sentence = f"{doing} {count:,} {noun if count == 1 else _several(noun)}"
    if yes or not sys.stdin.isatty():
        click.echo(sentence, err=True)
        return
    click.confirm(f"{sentence}; go ahead?", abort=True, err=True)


def _several(noun: str) -> str:
    return f"{noun.removesuffix('y')}ies" if noun.endswith("y") else f"{noun}s"
