"""A plugin of pytest for the fixture project's own tests: writes what each of them raised to a file."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator

import pytest

NEVER_AWAITED = "was never awaited"

seen: dict[str, list[str]] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Note the names of the classes of an error, of those that it wraps, too."""
    errors = seen.setdefault(item.nodeid, [])
    error = call.excinfo.value if call.excinfo is not None else None
    while error is not None:
        errors += [kind.__name__ for kind in type(error).__mro__]
        error = error.__cause__ or error.__context__
    return (yield)


def pytest_warning_recorded(warning_message: warnings.WarningMessage, nodeid: str) -> None:
    """Note a coroutine that was dropped."""
    if NEVER_AWAITED in str(warning_message.message):
        seen.setdefault(nodeid, []).append(NEVER_AWAITED)


def pytest_sessionfinish() -> None:
    """Write it down."""
    with open(os.environ["SUITE_REPORT"], "w", encoding="utf-8") as file:
        json.dump(seen, file)
