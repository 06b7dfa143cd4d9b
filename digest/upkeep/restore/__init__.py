"""Restore: a backup → the database again, and nothing that was sent since is sent once more."""

from digest.upkeep.restore.aftermath import is_unsettled, settle
from digest.upkeep.restore.values import Restored
from digest.upkeep.restore.verb import restore

__all__ = ["Restored", "is_unsettled", "restore", "settle"]
