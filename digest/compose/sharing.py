"""What groups share, as interests of each member beside the reader's own: profiles in, longer profiles out.

Each is learned and served by itself, as every interest is: the votes of whoever shares it tell what it is about, and
nothing of it is mixed with what the reader cares for. Whose votes those are is told to nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count

from digest.editions import Reason, ReasonKind, Recommendation
from digest.store import Transaction
from digest.store.groups import Shared
from digest.subscribers import MAIN, Interest, Profile

# Whose label is the title of a paper that somebody voted on, or a sentence that somebody wrote.
_NOT_TOLD = (ReasonKind.LIKED, ReasonKind.DISLIKED, ReasonKind.INTEREST)

Lent = tuple[Shared, Interest]


def with_shared(tx: Transaction, profiles: dict[int, Profile]) -> dict[int, Profile]:
    """Profiles with what the readers' groups share; nobody is lent what is theirs, and nothing is lent twice."""
    groups = tx.groups.groups_of(profiles)
    if not groups:
        return profiles
    shared = lent(tx, {group for theirs in groups.values() for group in theirs})
    longer = {
        reader: _with(profiles[reader], [each for group in theirs for each in shared[group] if each[0].owner != reader])
        for reader, theirs in groups.items()
    }
    return profiles | longer


def lent(tx: Transaction, groups: Iterable[int]) -> Mapping[int, Sequence[Lent]]:
    """By group, the interests that it reads with, each by a name of its own; one value for all of the members."""
    wanted = sorted(groups)
    shared = tx.groups.shared(wanted)
    owners = tx.subscribers.profiles({each.owner for each in shared})
    found: dict[int, list[Lent]] = {group: [] for group in wanted}
    for each in shared:
        own = owners[each.owner].interest(each.name)
        if own is not None:
            taken = {interest.name.casefold() for _, interest in found[each.group]}
            name = _free(taken, each.group_name if own.name == MAIN else f"{each.group_name}, {own.name}")
            of_group = replace(own, name=name, group=each.group_name, quota=each.quota, weight=1.0)
            found[each.group].append((each, of_group))
    return found


def attributed(items: tuple[Recommendation, ...], profile: Profile) -> tuple[Recommendation, ...]:
    """Papers that were chosen for a group's interest say so, and no longer what somebody wrote or voted on."""
    groups = {each.name: each.group for each in profile.interests if each.group}
    if not groups:
        return items
    return tuple(_of_group(item, groups[item.interest]) if item.interest in groups else item for item in items)


def _of_group(item: Recommendation, group: str) -> Recommendation:
    reasons = (Reason(each.kind, "", *each[2:]) if each.kind in _NOT_TOLD else each for each in item.reasons)
    return replace(item, group=group, reasons=tuple(reasons))


def _with(profile: Profile, shared: Sequence[Lent]) -> Profile:
    taken, had = {each.name.casefold() for each in profile.interests}, set[int]()
    interests = list(profile.interests)
    for told, interest in shared:
        if told.interest in had:
            continue
        had.add(told.interest)
        name = _free(taken, interest.name)
        taken.add(name.casefold())
        interests.append(interest if name == interest.name else replace(interest, name=name))
    return Profile(interests=tuple(interests))


def _free(taken: set[str], name: str) -> str:
    """The name, with a number where an interest has it already."""
    names = (name if n == 1 else f"{name} ({n})" for n in count(1))
    return next(each for each in names if each.casefold() not in taken)
