"""A deep stack, for what recurses as deep as somebody's code is nested.

LibCST's native parser dies of a segmentation fault on 3,000 nested brackets at a thread's default stack.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

STACK = 64 * 1024 * 1024
"""Bytes of stack of the thread that does the work."""

RECURSION = 20_000
"""Python's own limit in that thread: lowering and printing recurse over the tree as well."""

T = TypeVar("T")


def on_deep_stack(work: Callable[[], T]) -> T:
    """Run `work` in a thread with 64 MB of stack and return what it returns, or raise what it raises."""
    result: list[T] = []
    raised: list[BaseException] = []

    def body() -> None:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, RECURSION))
        try:
            result.append(work())
        except BaseException as error:  # noqa: BLE001 -- carried to the caller's thread, whatever it is
            raised.append(error)
        finally:
            sys.setrecursionlimit(limit)

    before = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=body, name="asyncsql-lint", daemon=True)
        thread.start()
    finally:
        threading.stack_size(before)
    while thread.is_alive():
        thread.join(0.2)  # a bare join would not let Ctrl-C through
    if raised:
        raise raised[0]
    return result[0]
