"""Everything put together: the one place that knows settings, crafts and verbs at once."""

from typing import TYPE_CHECKING

from digest import lazily

if TYPE_CHECKING:
    from digest.app.outcome import Run
    from digest.app.product import FORMATS, App

lazily.give(__name__, {"outcome": "Run", "product": "FORMATS App"})

__all__ = ["FORMATS", "App", "Run"]
