"""What the program's exit code says."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """CI stands on these: they never change their meaning."""

    CLEAN = 0
    """Nothing was found, or only findings below `--fail-on`."""
    FOUND = 1
    """There are findings; with `--diff`, there is something that a fix would change."""
    FAILED = 2
    """The job could not be done: wrong usage or configuration, a path that cannot be read, an internal error."""
    INTERRUPTED = 130
    """Ctrl-C."""
