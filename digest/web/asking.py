"""The product, asked from the event loop: in a thread, because a database waits."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from digest.app import App

Answer = TypeVar("Answer")


class Asking:
    """Work on the product at the present moment → its answer; `make_app` is called for every piece of work."""

    def __init__(self, make_app: Callable[[], App]) -> None:
        self._make_app = make_app

    async def __call__(self, work: Callable[[App], Answer]) -> Answer:
        """What the work gives, done in a thread."""
        return await asyncio.to_thread(self.at_once, work)

    def at_once(self, work: Callable[[App], Answer]) -> Answer:
        """What the work gives, done here: in the event loop, it must wait for nothing."""
        app = self._make_app()
        try:
            return work(app)
        finally:
            app.close()
