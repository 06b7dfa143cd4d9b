"""Which commands go into the audit log, and what their lines say: who, what, and numbers of what it was done to."""

import logging
import os
import pwd
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from digest.errors import DigestError
from digest.mail import address_hash
from digest.store.audits import Audit

if TYPE_CHECKING:
    from digest.cli.context import Context

log = logging.getLogger(__name__)
# What only reads, what the clock does by itself, and what writes elsewhere. All else is a change by a person, so that a
# new command is in the log without anybody thinking of it.
UNLISTED = frozenset(
    {
        *("audit list", "author list", "author show", "batch list", "batch show", "bounce list", "completion"),
        *("config show", "delivery list", "delivery show", "demo", "doctor", "group list", "group show", "man"),
        *("paper rising", "paper search", "paper show", "preview", "profile explain", "profile interests"),
        *("profile left-out", "profile show", "profile wanted", "source status", "stats", "status"),
        *("subscriber list", "subscriber show", "suppression list"),
        *("backfill", "bounce read", "compose", "db index", "deliver", "enrich", "ingest", "paper measure", "run"),
        *("serve", "worker"),
    }
)
_PAPERS = ("paper_id", "ids", "into")  # parameters that hold ids of papers
_LONGEST = 200  # characters of a target
_ID = 60  # of one id


def is_change(what: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a command is one for the log; a dry run is none, nor is an `eval` that changes no learner."""
    if what == "eval":
        return bool(parameters.get("is_applied")) and not parameters.get("dry_run")
    return what not in UNLISTED and not parameters.get("dry_run")


def user() -> str:
    """Who is at the keyboard, by the system's word; with sudo, who called it."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user may have no name
        name = str(os.getuid())
    caller = os.environ.get("SUDO_USER", "")
    return f"os:{caller} as {name}" if caller and caller.isprintable() and os.getuid() == 0 else f"os:{name}"


def target(context: "Context", parameters: Mapping[str, Any]) -> str:
    """What a command is about, by numbers, paper ids and hashes; an address is none of them."""
    found = []
    for key in ("email", "address"):
        if isinstance(address := parameters.get(key), str):
            found.append(_reader(context, address))
    if isinstance(group := parameters.get("group"), str):
        found.append(_group(context, group))
    for key in ("number", "numbers", "person"):
        if value := parameters.get(key):
            found.append(f"{key.removesuffix('s')} {_spaced(value)}")
    papers = [each for key in _PAPERS for each in _listed(parameters.get(key)) if _is_id(each)]
    if papers:
        found.append(f"paper {' '.join(papers)}")
    if parameters.get("everything"):
        found.append("all")
    return ", ".join(filter(None, found))[:_LONGEST]


def note(context: "Context", what: str, about: str, outcome: str) -> None:
    """Keep the line; where it cannot be kept, the log says so, since the change is made."""
    try:
        with context.store.begin() as tx:
            tx.audits.note(Audit(at=context.now, who=user(), what=what, target=about, outcome=outcome))
    except DigestError as error:
        log.error("not in the audit log: who=%s what=%s target=%s: %s", user(), what, about, error)


def _reader(context: "Context", address: str) -> str:
    """The number of who has an address; the beginning of its hash where nobody has."""
    with context.store.read() as tx:
        known = tx.subscribers.find(address.strip())
    return f"subscriber {known.id}" if known else f"address {address_hash(address)[:12]}"


def _group(context: "Context", name: str) -> str:
    """The number of the group of that name; "" where there is none."""
    with context.store.read() as tx:
        known = tx.groups.find(" ".join(name.split()))
    return f"group {known.number}" if known else ""


def _spaced(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


def _listed(value: object) -> list[str]:
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, (tuple, list)) else [str(value)]


def _is_id(text: str) -> bool:
    return len(text) <= _ID and text.isprintable() and "@" not in text and " " not in text
