"""Upkeep: what the operator does and hears, beside the daily work."""

from digest.upkeep.backup import back_up
from digest.upkeep.figures import Figures, figures
from digest.upkeep.retention import tidy
from digest.upkeep.retention_settings import RetentionSettings
from digest.upkeep.watching import Happened, Standing, Voice, alarms, is_good, standing, watch
from digest.upkeep.works import merge, split

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
