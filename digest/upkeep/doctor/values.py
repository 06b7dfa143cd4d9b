"""What is examined, and what is found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from digest.notices.pages import Page
from digest.rendering.settings import SiteSettings
from digest.store import Store
from digest.transport.dns import Names
from digest.transport.returns.settings import ReturnsSettings
from digest.transport.settings import DkimSettings, SmtpSettings
from digest.upkeep.doctor.settings import DoctorSettings


class Health(StrEnum):
    """How one thing is, from well to unknown."""

    OK = "ok"
    WARNING = "warning"  # it works, and somebody should look
    BROKEN = "broken"  # readers get nothing, or not what they should
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the doctor."""

    what: str
    health: Health
    text: str
    remedy: str = ""  # what helps, where anything is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """Everything that is looked at."""

    config: Path
    secrets: tuple[Path, ...]  # files that hold secrets
    store: Store
    site: SiteSettings
    smtp: SmtpSettings
    dkim: DkimSettings
    returns: ReturnsSettings
    settings: DoctorSettings
    names: Names | None  # None where no resolver is configured
    log_in: Callable[[], None]  # to the relay; raises RelayUnavailable
    ask: Callable[[str, str, dict[str, str] | None], Page]  # method, address, form; raises NoticeError
    now: datetime
    sources: tuple[str, ...] = ()  # an address of each source that is asked over the network
    budgets: Mapping[str, int] = field(default_factory=dict)  # requests, by the gates that have one


def ok(what: str, text: str) -> Finding:
    return Finding(what=what, health=Health.OK, text=text)


def warning(what: str, text: str, remedy: str) -> Finding:
    return Finding(what=what, health=Health.WARNING, text=text, remedy=remedy)


def broken(what: str, text: str, remedy: str) -> Finding:
    return Finding(what=what, health=Health.BROKEN, text=text, remedy=remedy)


def unchecked(what: str, text: str, remedy: str = "") -> Finding:
    return Finding(what=what, health=Health.UNCHECKED, text=text, remedy=remedy)
