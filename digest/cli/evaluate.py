"""How good the ranking is, by the subscribers' own votes."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, meter, table
from digest.errors import InvalidInput

if TYPE_CHECKING:
    from digest.evaluation import Line, ReaderLine, Report
    from digest.relevance.measures import Interval

_MOST_WEEKS = 520  # ten years


@click.command("eval", epilog="Example: digest eval --weeks 12 --plot ranking.svg")
@click.option(
    "--weeks", type=click.IntRange(1, _MOST_WEEKS), default=8, show_default=True, help="How far to look back."
)
@click.option("--subscriber", "email", metavar="EMAIL", help="One subscriber; everybody who voted where none is named.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.svg", help="Draw it, as SVG.")
@click.option("--apply", "is_applied", is_flag=True, help="Give each subscriber the learner that their votes advise.")
@click.option("--dry-run", is_flag=True, help="With --apply: say what would change, and change nothing.")
@json_option
@pass_context
def eval_command(
    context: Context,
    weeks: int,
    email: str | None,
    plot: Path | None,
    is_applied: bool,
    dry_run: bool,
    use_json: bool,
) -> int:
    """Measure the ranking on the subscribers' own votes, beside what others use.

    Every listing of the last weeks of which a subscriber liked a paper is ranked again, with the profile and the
    papers that were known before it: by us, by us with words alone, newest first, by keywords, by the centroid of the
    liked papers, and by a support vector machine of the subscriber's own. Nothing is changed but by --apply: who has
    ten listings gets `words` where words alone are better for certain, and `full` where they are not. With too few
    votes it says so, with exit 0.
    """
    if dry_run and not is_applied:
        raise InvalidInput("--dry-run goes with --apply; without it nothing is changed")
    with meter() as show:
        found = context.app.evaluate(email, weeks=weeks, progress=lambda done, of: show("ranking listings", done, of))
    if plot and found.enough:
        _draw(found, plot)
    changed = _applied(context, found, dry_run) if is_applied else ()
    if use_json:
        as_json(asdict(found) | {"enough": found.enough, "changed": [line.address for line in changed]})
        return 0
    click.echo(f"eval: {found.days:,} listings of {len(found.readers):,} subscribers, {found.first} to {found.last}")
    if not found.enough:
        return _too_few()
    table(_COLUMNS, [_line(line) for line in found.lines], empty="")
    click.echo(f"in brackets: 95 % intervals over {'subscribers' if found.by_reader else 'days'}")
    _calibration(found)
    click.echo()
    table(_OF_READERS, list(map(_reader, found.readers)), empty="")
    if is_applied:
        _changes(changed, dry_run)
    return 0


_OF_READERS = ("subscriber", "listings", "liked", "ours", "learner", "better for sure")
_COLUMNS = ("ranking", "nDCG@10", "AUC", "precision@edition", "ours better by (nDCG)")


def _line(line: "Line") -> tuple[str, ...]:
    better = f"{_interval(line.behind, '+.3f')}{'' if line.behind.sign else ' not sure'}" if line.behind else ""
    return line.name, _interval(line.ndcg), _interval(line.auc), _interval(line.precision), better


def _interval(found: "Interval", form: str = ".3f") -> str:
    return f"{found.mean:{form}} [{found.low:{form}}, {found.high:{form}}]"


def _reader(line: "ReaderLine") -> tuple[object, ...]:
    from digest.evaluation import ENOUGH_DAYS, OURS

    sure = ", ".join(f"{name} {line.ndcg[name]:.3f}" for name in line.better) or "none"
    told = sure if line.days >= ENOUGH_DAYS else f"too few listings to tell, {ENOUGH_DAYS} are needed"
    return line.address, line.days, line.liked, f"{line.ndcg[OURS]:.3f}", line.learner, told


def _applied(context: Context, found: "Report", dry_run: bool) -> tuple["ReaderLine", ...]:
    """Whose learner has changed, or would."""
    from digest.evaluation import adopt

    return found.changes if dry_run else adopt(context.store, found)


def _changes(changed: tuple["ReaderLine", ...], dry_run: bool) -> None:
    from digest.evaluation import OURS, WORDS_ALONE

    if not changed:
        click.echo("no subscriber's learner changes")
    for line in changed:
        click.echo(
            f"{'would change' if dry_run else 'changed'} {line.address} from {line.learner} to {line.advised}:"
            f" {WORDS_ALONE} {line.ndcg[WORDS_ALONE]:.3f}, {OURS} {line.ndcg[OURS]:.3f} in {line.days:,} listings"
        )


def _calibration(found: "Report") -> None:
    if found.calibration is None:
        return
    click.echo(f"probabilities are off by {found.calibration:.3f} on average (expected calibration error)")
    rows = [(f"{row.probability:.3f}", f"{row.observed:.3f}", f"{row.count:,}") for row in found.reliability]
    table(("said", "liked", "papers"), rows, empty="")


def _too_few() -> int:
    from digest.evaluation import ENOUGH_DAYS

    click.echo(
        f"too few votes to tell anything: {ENOUGH_DAYS} listings are needed of which a subscriber liked a paper, on the"
        " day or later; look further back with --weeks, or vote with: digest profile like EMAIL ID"
    )
    return 0


def _draw(found: "Report", plot: Path) -> None:
    from digest.evaluation import chart

    try:
        plot.write_text(chart(found), encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{plot}: cannot be written ({error.strerror}); check the folder") from error
    click.echo(f"wrote {plot}", err=True)
