"""How bad a finding is, and how sure the linter is of it."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """What happens at run time. Greater is worse."""

    INFO = 1
    """Advice; off by default."""
    WARNING = 2
    """Fails sometimes: it hangs on the state of a pool, on timing, or on a library's version."""
    ERROR = 3
    """Raises, blocks the event loop, or loses data."""

    @property
    def label(self) -> str:
        """The word for users: `error`, `warning` or `info`."""
        return self.name.lower()


class Confidence(IntEnum):
    """How much of the path to the defect is written down. Greater is surer."""

    GUESSED = 1
    """By a name such as `db` or `session` alone."""
    INFERRED = 2
    """Through `Depends`, a dependency, a caller, or a framework's habit."""
    PROVED = 3
    """By an annotation, a constructor or a factory, and a path that is certain."""

    @property
    def label(self) -> str:
        """The word for users: `proved`, `inferred` or `guessed`."""
        return self.name.lower()
