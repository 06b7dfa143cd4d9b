"""What the operator must hear."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that is wrong, on one line, without readers' addresses."""

    kind: str  # said once a day: "relay-down", "source-failed:arxiv"
    text: str  # what happened, and what follows or is to be done
    facts: Mapping[str, str | int] = field(default_factory=dict)
