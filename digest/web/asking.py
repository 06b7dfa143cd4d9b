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

        def asked() -> Answer:
            app = self._make_app()
            try:
                return work(app)
            finally:
                app.close()

        return await asyncio.to_thread(asked)
