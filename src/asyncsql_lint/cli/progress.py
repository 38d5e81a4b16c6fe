"""A progress bar for people who wait: on a terminal only, and only after half a second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 0.5
"""Seconds without a bar: a short run does not flicker."""


class ProgressBar:
    """Call it with (done, total), and close it. Nothing is drawn unless `out` is a terminal."""

    def __init__(self, out: TextIO, enabled: bool = True) -> None:
        self._out = out
        self._enabled = enabled and out.isatty()
        self._start = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Tell that `done` of `total` files are done."""
        if not self._enabled or time.monotonic() - self._start < PATIENCE:
            return
        if self._bar is None:
            self._bar = self._begin()
        if self._task is None:
            self._task = self._bar.add_task("Checking", total=total)
        self._bar.update(self._task, completed=done, total=total)

    def _begin(self) -> Progress:
        # Imported here: most runs end before a bar is due, and rich's bars take longer to load than a small check.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("files"))
        bar = Progress(*columns, console=Console(file=self._out), transient=True)
        bar.start()
        return bar
