"""Helpers of some facts. None of them is a database call as far as a linter is concerned."""
import asyncio
import time
from typing import Any


def q(sql: str) -> Any:
    """First value that `sql` gives on another connection: what is really in the database."""
    raise NotImplementedError


def fmt(error: BaseException) -> str:
    """Class and message of an exception."""
    return f"{type(error).__name__}: {error}"


class HB:
    """Heartbeat: measures for how long the event loop stood still inside the block."""

    def __init__(self) -> None:
        self.max = 0.0
        self._stop = False

    async def __aenter__(self) -> "HB":
        self._task = asyncio.ensure_future(self._run())
        await asyncio.sleep(0.02)
        self.max = 0.0
        return self

    async def __aexit__(self, *args: object) -> None:
        await asyncio.sleep(0.02)
        self._stop = True
        await self._task

    async def _run(self) -> None:
        last = time.perf_counter()
        while not self._stop:
            await asyncio.sleep(0.005)
            now = time.perf_counter()
            self.max = max(self.max, now - last)
            last = now

    def __str__(self) -> str:
        return "max loop stall %.2fs -> %s" % (self.max, "BLOCKED" if self.max > 0.2 else "not blocked")
