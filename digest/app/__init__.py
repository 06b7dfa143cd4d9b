"""Everything put together: the one place that knows settings, crafts and verbs at once."""

from digest.app.outcome import Run
from digest.app.product import FORMATS, App

__all__ = ["FORMATS", "App", "Run"]
