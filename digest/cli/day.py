"""The verbs of the day: ingest, compose, deliver, and all three."""

import contextlib

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, complain, json_option, meter
from digest.cli.stopping import Stopping
from digest.compose import Composed
from digest.deliver import Delivered
from digest.errors import DigestError, Stopped
from digest.ingest import Ingested
from digest.mail import DeliveryState

DONE, FAILED = 0, 1


@click.command("ingest", epilog="Example: digest ingest")
@json_option
@pass_context
def ingest_command(context: Context, use_json: bool) -> int:
    """Read the new listings of every configured source, and bring the ledger up to date.

    A harvest that was interrupted goes on where it stopped. Exit 75: a source wants rest, and until when. Exit 1: a
    source failed, or a batch is open past its hour.
    """
    stopping = _listening(context)
    with meter() as show:
        ingested = context.app.ingest(lambda stream, papers: show(f"reading {stream}", papers), stopping)
    _say(use_json, _ingested_facts(ingested), _ingested_line(ingested))
    return _complain_of_sources(ingested)


@click.command("compose", epilog="Example: digest compose")
@json_option
@pass_context
def compose_command(context: Context, use_json: bool) -> int:
    """Choose papers for every subscriber whose hour has come, and keep the editions."""
    with meter() as show:
        composed = context.app.compose(progress=lambda done, of: show("choosing", done, of))
    _say(use_json, _composed_facts(composed), _composed_line(composed))
    return DONE


@click.command("deliver", epilog="Example: digest deliver")
@json_option
@pass_context
def deliver_command(context: Context, use_json: bool) -> int:
    """Send every edition that waits to be sent. Running it twice sends nothing twice."""
    stopping = _listening(context)
    with meter() as show:
        delivered = context.app.deliver(lambda done, of: show("sending", done, of), stopping)
    _say(use_json, _delivered_facts(delivered), _delivered_line(delivered))
    return _complain_of_delivery(delivered)


@click.command("run", epilog="Example, from cron every hour: digest --config /etc/paperround/config.toml run")
@json_option
@pass_context
def run_command(context: Context, use_json: bool) -> int:
    """Ingest, compose for everyone due, deliver what is open, once.

    Exit 0: all well. 75: a source wants rest, all else went well. 1: something failed; the message says what.
    """
    stopping = _listening(context)
    try:
        with meter() as show:
            ran = context.app.run(
                reading=lambda stream, papers: show(f"reading {stream}", papers),
                choosing=lambda done, of: show("choosing", done, of),
                sending=lambda done, of: show("sending", done, of),
                stopping=stopping,
            )
    except Stopped:
        raise
    except Exception as error:
        with contextlib.suppress(DigestError):  # what ended the run is told below in any case
            context.app.watch(failure=error)
        raise
    context.app.watch(ingested=ran.ingested, delivered=ran.delivered, returned=ran.returned)
    facts = {
        "ingest": _ingested_facts(ran.ingested),
        "compose": _composed_facts(ran.composed),
        "deliver": _delivered_facts(ran.delivered),
    }
    lines = (_ingested_line(ran.ingested), _composed_line(ran.composed), _delivered_line(ran.delivered))
    _say(use_json, facts, "\n".join(lines))
    if ran.unread:
        click.echo(f"digest: {ran.unread}", err=True)
    failed = _complain_of_delivery(ran.delivered) or _complain_of_sources(ran.ingested)
    return failed or (FAILED if ran.unread else DONE)


def _listening(context: Context) -> Stopping:
    """Listen for SIGTERM from here on."""
    stopping = Stopping(context.app.abandon)
    stopping.listen()
    return stopping


def _say(use_json: bool, facts: object, line: str) -> None:
    if use_json:
        as_json(facts)
    else:
        click.echo(line)


def _ingested_line(ingested: Ingested) -> str:
    failed = f", {len(ingested.problems)} of {len(ingested.harvests)} streams failed" if ingested.problems else ""
    return f"ingest: {ingested.papers:,} records read, {ingested.announcements:,} new announcements{failed}"


def _composed_line(composed: Composed) -> str:
    return (
        f"compose: {composed.kept:,} editions, {composed.empty:,} without a paper good enough, "
        f"{composed.waiting:,} waiting for a listing"
    )


def _delivered_line(delivered: Delivered) -> str:
    others = [f", {count:,} {state}" for state, count in delivered.outcomes.items() if state is not DeliveryState.SENT]
    return f"deliver: {delivered.sent:,} sent" + "".join(others)


def _ingested_facts(ingested: Ingested) -> dict[str, object]:
    streams = [
        {
            "source": h.source,
            "stream": h.stream,
            "papers": h.papers,
            "announcements": h.announcements,
            "skipped": len(h.skipped),
        }
        for h in ingested.harvests
    ]
    overdue = [{"source": b.source, "stream": b.stream, "day": b.day, "state": b.state} for b in ingested.overdue]
    return {"streams": streams, "overdue": overdue, "problems": [str(problem) for problem in ingested.problems]}


def _composed_facts(composed: Composed) -> dict[str, object]:
    return {"editions": composed.kept, "empty": composed.empty, "waiting": composed.waiting}


def _delivered_facts(delivered: Delivered) -> dict[str, object]:
    problems = [str(delivered.problem)] if delivered.problem else []
    return {**{state.value: count for state, count in delivered.outcomes.items()}, "problems": problems}


def _complain_of_sources(ingested: Ingested) -> int:
    """Say what failed and what is open past its hour, and give the exit code.

    Where every reference was read to its end, trouble with a faster source is told and is no failure.
    """
    failed = complain(ingested.problems, warning=ingested.is_whole)
    told = {problem.stream for problem in ingested.problems}
    for batch in ingested.overdue:
        if batch.stream not in told:
            click.echo(f"digest: {batch.source} {batch.stream} {batch.day}: {batch.state}, {batch.why}", err=True)
    return failed or (FAILED if ingested.overdue else DONE)


def _complain_of_delivery(delivered: Delivered) -> int:
    if delivered.stopped:
        raise Stopped("asked to stop; what is not sent stays open, run again")
    if delivered.problem:
        click.echo(f"digest: {delivered.problem}; nothing is lost, run again", err=True)
    elif not delivered.all_well:
        click.echo("digest: some mails were not sent, see the log; what can be sent later stays open", err=True)
    return DONE if delivered.all_well else FAILED
