"""Upkeep: what the operator does and hears, beside the daily work."""

from typing import TYPE_CHECKING

from digest import lazily

if TYPE_CHECKING:
    from digest.upkeep.backup import back_up
    from digest.upkeep.figures import Figures, figures
    from digest.upkeep.retention import tidy
    from digest.upkeep.retention_settings import RetentionSettings
    from digest.upkeep.watching import Happened, Standing, Voice, alarms, is_good, standing, watch
    from digest.upkeep.works import merge, split

lazily.give(
    __name__,
    {
        "backup": "back_up",
        "figures": "Figures figures",
        "retention": "tidy",
        "retention_settings": "RetentionSettings",
        "watching": "Happened Standing Voice alarms is_good standing watch",
        "works": "merge split",
    },
)

__all__ = [
    "Figures",
    "Happened",
    "RetentionSettings",
    "Standing",
    "Voice",
    "alarms",
    "back_up",
    "figures",
    "is_good",
    "merge",
    "split",
    "standing",
    "tidy",
    "watch",
]
