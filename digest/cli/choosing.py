"""Which subscribers a command is about: the filters that listing, pausing and resuming have in common."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import click

from digest import browse
from digest.browse import SubscriberRecord
from digest.errors import InvalidInput
from digest.store import Store
from digest.subscribers import EditionKind, SubscriberState

_KINDS = [EditionKind.DAILY.value, EditionKind.WEEKLY.value]
_OPTIONS = (
    click.option("--state", type=click.Choice([s.value for s in SubscriberState]), help="Only those in this state."),
    click.option("--kind", type=click.Choice(_KINDS), help="Only with editions of this kind."),
    click.option("--domain", metavar="NAME", help="Only addresses there, such as example.org."),
    click.option("--category", metavar="C", help="Only who reads this category; who reads all does."),
    click.option("--language", metavar="TAG", help="Only in this language, such as de."),
    click.option("--timezone", metavar="TZ", help="Only in this time zone."),
    click.option("--group", metavar="NAME", help="Only members of this group."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is asked of a subscriber; None asks nothing."""

    state: str | None
    kind: str | None
    domain: str | None
    category: str | None
    language: str | None
    timezone: str | None
    group: str | None

    @property
    def is_empty(self) -> bool:
        return not any((self.state, self.kind, self.domain, self.category, self.language, self.timezone, self.group))

    def let_in(self, record: SubscriberRecord) -> bool:
        """Whether a subscriber is all that is asked, but for the group."""
        who = record.subscriber
        at = who.address.rpartition("@")[2].casefold()
        return all(
            (
                self.kind in (None, who.kind.value),
                self.domain is None or at == self.domain.strip().removeprefix("@").casefold(),
                self.category is None or _reads(record.profile.categories, self.category.strip()),
                self.language is None or who.language.casefold() == self.language.strip().casefold(),
                self.timezone in (None, who.schedule.timezone.key),
            )
        )


def filters_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options of Filters; the command takes them as `**asked`."""
    return reduce(lambda made, option: option(made), reversed(_OPTIONS), command)


def chosen(store: Store, asked: Filters) -> list[SubscriberRecord]:
    """The subscribers that are asked for, in the order of joining; InvalidInput for a group that there is not."""
    members = _members(store, asked.group) if asked.group else None
    found: Iterable[SubscriberRecord] = browse.subscribers(store, SubscriberState(asked.state) if asked.state else None)
    return [each for each in found if (members is None or each.subscriber.id in members) and asked.let_in(each)]


def filters(asked: dict[str, Any]) -> Filters:
    """The filters of a command's options."""
    return Filters(**asked)


def _members(store: Store, group: str) -> set[int]:
    with store.read() as tx:
        if tx.groups.find(" ".join(group.split())) is None:
            raise InvalidInput(f"no group has the name {group!r}; see: digest group list")
        return tx.groups.members_by_group([" ".join(group.split())])


def _reads(categories: tuple[str, ...], wanted: str) -> bool:
    """Whether papers of a category are let in; `cs` lets in those of cs.LG."""
    return not categories or any(wanted == each or wanted.startswith(f"{each}.") for each in categories)
