"""Commands for what a subscriber cares for."""

import click

from digest import browse, membership
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, table
from digest.rendering.view import title_of
from digest.subscribers import ProfileField, Verdict


@click.group("profile", epilog="Example: digest profile show ana@example.org")
def profile_command() -> None:
    """What a subscriber cares for."""


@profile_command.command("show", epilog="Example: digest profile show ana@example.org --json")
@click.argument("email")
@json_option
@pass_context
def show(context: Context, email: str, use_json: bool) -> int:
    """Show the words, authors, categories and papers of a profile."""
    record = browse.subscriber(context.app.store, membership.find(context.app.store, email))
    profile = record.profile
    lists = {
        "category": profile.categories,
        "interest": profile.interests,
        "include": profile.include,
        "exclude": profile.exclude,
        "follow": profile.follow,
    }
    papers = {"like": profile.liked, "dislike": profile.disliked}
    if use_json:
        voted = {
            verdict: [{"id": key.removeprefix("arxiv:"), "title": record.titles[key]} for key in keys]
            for verdict, keys in papers.items()
        }
        as_json({"address": record.subscriber.address, **lists, **voted})
        return 0
    rows = [(field, value) for field, values in lists.items() for value in values]
    rows += [
        (verdict, f"{key.removeprefix('arxiv:')} {record.titles[key]}")
        for verdict, keys in papers.items()
        for key in keys
    ]
    table(("what", "value"), rows, empty="nothing is known; every configured category's newest papers are sent")
    return 0


@profile_command.command("like", epilog="Example: digest profile like ana@example.org 2601.10962 math/0306266")
@click.argument("email")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@pass_context
def like(context: Context, email: str, ids: tuple[str, ...]) -> int:
    """Papers to find more like; an id that is not kept here is asked of arXiv."""
    return _vote(context, email, ids, Verdict.LIKE)


@profile_command.command("dislike", epilog="Example: digest profile dislike ana@example.org 2601.10962")
@click.argument("email")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@pass_context
def dislike(context: Context, email: str, ids: tuple[str, ...]) -> int:
    """Papers to find fewer like."""
    return _vote(context, email, ids, Verdict.DISLIKE)


def _vote(context: Context, email: str, ids: tuple[str, ...], verdict: Verdict) -> int:
    for paper in context.app.vote(email, ids, verdict):
        click.echo(f"{verdict}: {paper.arxiv_id} {title_of(paper)}")
    return 0


def _words(field: ProfileField, what: str, example: str) -> click.Command:
    """A command that adds words to one field of a profile, or takes them away."""

    @click.command(field.value, help=what, epilog=f"Example: digest profile {field.value} ana@example.org {example}")
    @click.argument("email")
    @click.argument("values", nargs=-1, required=True, metavar="TEXT…")
    @click.option("--remove", is_flag=True, help="Take these away instead.")
    @pass_context
    def command(context: Context, email: str, values: tuple[str, ...], remove: bool) -> int:
        membership.describe(context.app.store, email, field, values, remove=remove)
        for value in values:
            click.echo(f"{'removed' if remove else 'added'} {field}: {value}")
        if field is ProfileField.CATEGORY and not remove:
            for category in context.app.unharvested(values):
                click.echo(f"warning: {category} is not read; add it to [sources.arxiv] categories", err=True)
        return 0

    return command


for _field, _what, _example in (
    (ProfileField.INTEREST, "What they work on, in words.", "'reinforcement learning for legged robots'"),
    (ProfileField.INCLUDE, "Terms whose papers are always wanted.", "'sim-to-real'"),
    (ProfileField.EXCLUDE, "Terms whose papers never are.", "'survey'"),
    (ProfileField.FOLLOW, "Authors whose papers are always wanted.", "'Yuhai Tu'"),
    (ProfileField.CATEGORY, "Only papers of these arXiv categories; `cs` stands for all of cs.", "cs.LG stat.ML"),
):
    profile_command.add_command(_words(_field, _what, _example))


@profile_command.command("explain", epilog="Example: digest profile explain ana@example.org 2601.10962")
@click.argument("email")
@click.argument("paper_id", metavar="ID")
@json_option
@pass_context
def explain(context: Context, email: str, paper_id: str, use_json: bool) -> int:
    """Why a paper would or would not be sent: its place, and the sum that is its score."""
    explained = context.app.explain(email, membership.paper_key(paper_id))
    item = explained.recommendation
    if use_json:
        as_json(
            {
                "id": item.paper.arxiv_id,
                "title": item.paper.title,
                "place": explained.place,
                "ranked": explained.ranked,
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
    click.echo(f"place: {place}; kept out by: {'; '.join(explained.obstacles) or 'nothing'}")
    rows = [
        (f"{r.contribution:+.4f}", r.kind.value, r.label, ", ".join(f"{word} {share:+.3f}" for word, share in r.terms))
        for r in item.reasons
    ]
    table(("share", "reason", "of", "words"), [*rows, (f"{item.score:+.4f}", "score", "", "")], empty="")
    return 0
