"""Commands for what a subscriber cares for."""

from collections.abc import Mapping, Sequence

import click

from digest import browse, membership
from digest.cli.context import Context, pass_context
from digest.cli.importing import export_command, import_command, wanted_command
from digest.cli.interest import (
    drop_command,
    interests_command,
    left_out_command,
    reclaim_command,
    tune_command,
    tuning,
)
from digest.cli.output import as_json, json_option, table
from digest.cli.paper import key_of
from digest.compose import Explanation
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.rendering.plain import one_line
from digest.rendering.view import title_of
from digest.subscribers import MAIN, Interest, ProfileField, Verdict, Vote


@click.group("profile", epilog="Example: digest profile show ana@example.org")
def profile_command() -> None:
    """What a subscriber cares for."""


_interest_option = click.option(
    "--interest",
    default=MAIN,
    show_default=True,
    metavar="NAME",
    help="Which of their interests it is for; a new one is made.",
)


@profile_command.command("show", epilog="Example: digest profile show ana@example.org --json")
@click.argument("email")
@json_option
@pass_context
def show(context: Context, email: str, use_json: bool) -> int:
    """Show the words, authors, categories and papers of each interest."""
    record = browse.subscriber(context.store, membership.find(context.store, email))
    if use_json:
        interests = [_facts(interest, record.titles) for interest in record.profile.interests]
        as_json({"address": record.subscriber.address, "interests": interests})
        return 0
    rows = [row for interest in record.profile.interests for row in _rows(interest, record.titles)]
    columns = ("interest", "what", "value")
    table(columns, rows, empty="nothing is known; every configured category's newest papers are sent")
    return 0


def _lists(interest: Interest) -> dict[ProfileField, tuple[str, ...]]:
    return {
        ProfileField.CATEGORY: interest.categories,
        ProfileField.INTEREST: interest.texts,
        ProfileField.INCLUDE: interest.include,
        ProfileField.EXCLUDE: interest.exclude,
        ProfileField.FOLLOW: interest.follow,
        ProfileField.ORGANISATION: interest.organisations,
    }


def _votes(interest: Interest) -> dict[Verdict, Sequence[Vote]]:
    return {Verdict.LIKE: interest.liked, Verdict.DISLIKE: interest.disliked}


def _facts(interest: Interest, titles: Mapping[PaperId, str]) -> dict[str, object]:
    voted = {
        verdict.value: [
            {"id": vote.paper.removeprefix("arxiv:"), "title": titles[vote.paper], "given_at": vote.given_at}
            for vote in votes
        ]
        for verdict, votes in _votes(interest).items()
    }
    return tuning(interest) | {field.value: values for field, values in _lists(interest).items()} | voted


def _rows(interest: Interest, titles: Mapping[PaperId, str]) -> list[tuple[str, str, str]]:
    words = [(interest.name, field, value) for field, values in _lists(interest).items() for value in values]
    papers = [
        (interest.name, verdict, f"{vote.paper.removeprefix('arxiv:')} {titles[vote.paper]}")
        for verdict, votes in _votes(interest).items()
        for vote in votes
    ]
    return [*words, *papers] or [(interest.name, "", "nothing yet")]


@profile_command.command("like", epilog="Example: digest profile like ana@example.org 2601.10962 math/0306266")
@click.argument("email")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@_interest_option
@pass_context
def like(context: Context, email: str, ids: tuple[str, ...], interest: str) -> int:
    """Papers to find more like; an id that is not kept here is asked of arXiv."""
    return _vote(context, email, ids, Verdict.LIKE, interest)


@profile_command.command("dislike", epilog="Example: digest profile dislike ana@example.org 2601.10962")
@click.argument("email")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@_interest_option
@pass_context
def dislike(context: Context, email: str, ids: tuple[str, ...], interest: str) -> int:
    """Papers to find fewer like."""
    return _vote(context, email, ids, Verdict.DISLIKE, interest)


@profile_command.command("own", epilog="Example: digest profile own ana@example.org 'Ana Marin' --interest own")
@click.argument("email")
@click.argument("name")
@click.option("--person", type=int, help="Which of those who bear the name; see `author list`.")
@_interest_option
@pass_context
def own(context: Context, email: str, name: str, person: int | None, interest: str) -> int:
    """Begin with somebody's own papers: those of arXiv that are kept here count as liked."""
    record, _ = browse.author(context.store, name, person)
    theirs = tuple(key for key in record.papers if key.startswith("arxiv:"))
    if not theirs:
        raise InvalidInput(f"no paper of arXiv by {record.printed} is kept here; see: digest author show {name!r}")
    return _vote(context, email, theirs, Verdict.LIKE, interest)


def _vote(context: Context, email: str, ids: tuple[str, ...], verdict: Verdict, interest: str) -> int:
    for paper in context.app.vote(email, ids, verdict, interest=interest):
        click.echo(f"{verdict}{_of(interest)}: {paper.arxiv_id} {title_of(paper)}")
    return 0


def _of(interest: str) -> str:
    return "" if interest == MAIN else f" for {one_line(interest)}"


def _words(field: ProfileField, what: str, example: str) -> click.Command:
    """A command that adds words to one field of an interest, or takes them away."""

    @click.command(field.value, help=what, epilog=f"Example: digest profile {field.value} ana@example.org {example}")
    @click.argument("email")
    @click.argument("values", nargs=-1, required=True, metavar="TEXT…")
    @click.option("--remove", is_flag=True, help="Take these away instead.")
    @_interest_option
    @pass_context
    def command(context: Context, email: str, values: tuple[str, ...], remove: bool, interest: str) -> int:
        membership.describe(context.store, email, field, values, remove=remove, interest=interest)
        for value in values:
            click.echo(f"{'removed' if remove else 'added'} {field}{_of(interest)}: {value}")
        if field is ProfileField.CATEGORY and not remove:
            for category in context.app.unharvested(values):
                click.echo(f"warning: {category} is not read; add it to [sources.arxiv] categories", err=True)
        return 0

    return command


for _field, _what, _example in (
    (ProfileField.INTEREST, "What they work on, in words.", "'reinforcement learning for legged robots'"),
    (ProfileField.INCLUDE, "Terms whose papers are always wanted.", "'sim-to-real' --interest robots"),
    (ProfileField.EXCLUDE, "Terms whose papers never are.", "'survey'"),
    (ProfileField.FOLLOW, "Authors whose papers are always wanted.", "'Yuhai Tu'"),
    (ProfileField.ORGANISATION, "Organisations whose papers are always wanted.", "'ETH Zurich'"),
    (ProfileField.CATEGORY, "Only papers of these arXiv categories; `cs` stands for all of cs.", "cs.LG stat.ML"),
):
    profile_command.add_command(_words(_field, _what, _example))

for _command in (
    interests_command,
    tune_command,
    drop_command,
    left_out_command,
    reclaim_command,
    import_command,
    wanted_command,
    export_command,
):
    profile_command.add_command(_command)


@profile_command.command("explain", epilog="Example: digest profile explain ana@example.org 2601.10962")
@click.argument("email")
@click.argument("paper_id", metavar="ID")
@json_option
@pass_context
def explain(context: Context, email: str, paper_id: str, use_json: bool) -> int:
    """Why a paper was, would or would not be sent: its place, its probability, and the sum that is its score."""
    explained = context.app.explain(email, key_of(paper_id))
    item = explained.recommendation
    if use_json:
        as_json(
            {
                "id": item.paper.arxiv_id,
                "title": item.paper.title,
                "place": explained.place,
                "ranked": explained.ranked,
                "slot": explained.slot,
                "interest": item.interest or None,
                "probability": item.probability,
                "score": item.score,
                "obstacles": explained.obstacles,
                "reasons": [
                    {"kind": r.kind.value, "label": r.label, "contribution": r.contribution, "terms": dict(r.terms)}
                    for r in item.reasons
                ],
            }
        )
        return 0
    click.echo(f"{item.paper.arxiv_id} {title_of(item.paper)}")
    place = f"{explained.place} of {explained.ranked} in its listing" if explained.place else "not ranked"
    click.echo(f"place: {place}; kept out by: {one_line('; '.join(explained.obstacles)) or 'nothing'}")
    if known := _known(explained):
        click.echo("; ".join(known))
    rows = [
        (f"{r.contribution:+.4f}", r.kind.value, r.label, ", ".join(f"{word} {share:+.3f}" for word, share in r.terms))
        for r in item.reasons
    ]
    table(("share", "reason", "of", "words"), [*rows, (f"{item.score:+.4f}", "score", "", "")], empty="")
    return 0


def _known(explained: Explanation) -> list[str]:
    """What is known of a paper's chance; nothing of readers who get the newest."""
    item = explained.recommendation
    found = [f"probability: {item.probability:.3f}"] if item.probability is not None else []
    found += [f"interest: {one_line(item.interest)}"] if item.interest else []
    return [*found, f"slot: {explained.slot}"] if explained.slot else found
