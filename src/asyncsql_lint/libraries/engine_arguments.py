"""Arguments of engines and factories that SQLAlchemy 2 refuses with some or all values.

https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.create_engine; facts 2d-future-False, 2d-strategy-arg,
2d-server_side_cursors, 2d-sessionmaker(autocommit=True).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """A keyword that is refused when it is `value` (None: whatever it is), `only_async` by async engines only."""

    name: str
    value: bool | None
    raises: str
    remedy: str
    only_async: bool = False


OF_ENGINES = (
    Refused(
        "future",
        False,
        "ArgumentError: The 'future' parameter passed to create_engine() may only be set to True",
        "leave it out",
    ),
    Refused("strategy", None, "ArgumentError: unknown strategy", "leave it out"),
    Refused(
        "server_side_cursors",
        True,
        "AsyncMethodRequired: Can't set server_side_cursors for async engine globally",
        "use `stream()` for the statements that need it",
        only_async=True,
    ),
)
"""Keywords of `create_engine()` and `create_async_engine()`."""

OF_SESSIONS = (
    Refused("autocommit", True, "ArgumentError: autocommit=True is no longer supported", "leave it out, and commit"),
)
"""Keywords of sessions and their factories."""

MOCK = "mock"
"""The one strategy that there still is."""
