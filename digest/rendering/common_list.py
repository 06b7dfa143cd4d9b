"""The first lines of a common list: whose it is, and of how many papers it was made."""

from digest.editions import Edition
from digest.rendering.plain import one_line, shortened
from digest.rendering.words import Words

_NAME_CHARACTERS = 40  # of a group's name
_GROUPS = 3  # named


def subject(words: Words, edition: Edition, week: int) -> str:
    """`Robotics lab, week 4: 7 papers`."""
    form = words.gettext("{group}, week {week}: {papers}")
    return form.format(group=_groups(words, edition), week=week, papers=words.papers(len(edition.recommendations)))


def standfirst(words: Words, edition: Edition) -> str:
    """How many papers, of how many, and that all of the group get them."""
    chosen = len(edition.recommendations)
    form = words.ngettext(
        "{count} of the {papers} of this week is for {group}.",
        "{count} of the {papers} of this week are for {group}.",
        chosen,
    )
    told = form.format(
        count=words.number(chosen), papers=words.papers(edition.papers_read), group=_groups(words, edition)
    )
    same = words.gettext("Everybody in the group gets the same list; you can stop yours in the settings.")
    return f"{told[:1].upper()}{told[1:]} {same}"


def _groups(words: Words, edition: Edition) -> str:
    named = dict.fromkeys(shortened(one_line(item.group), _NAME_CHARACTERS) for item in edition.recommendations)
    return words.listed(list(filter(None, named))[:_GROUPS])
