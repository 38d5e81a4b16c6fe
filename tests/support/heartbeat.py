"""How long the event loop stood still."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType

BEAT_SECONDS = 0.005


class Heartbeat:
    """Beats on the loop while its block runs; `longest_pause` is the time between two beats at the worst."""

    def __init__(self) -> None:
        self.longest_pause = 0.0
        self._last = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Heartbeat:  # noqa: PYI034 - Self is new in Python 3.11
        self._last = time.perf_counter()
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._note()
        if self._task is not None:
            self._task.cancel()

    async def _beat(self) -> None:
        while True:
            self._note()
            await asyncio.sleep(BEAT_SECONDS)

    def _note(self) -> None:
        now = time.perf_counter()
        self.longest_pause = max(self.longest_pause, now - self._last)
        self._last = now
