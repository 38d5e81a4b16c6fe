"""Text to tree, where LibCST's native parser cannot take the program down with it.

The parser is recursive: at a thread's default stack it dies of a segmentation fault on 3,000 nested brackets.
So it runs in a thread with 64 MB of stack, after a cheap scan has refused what would need more.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

import libcst as cst

from asyncsql_lint.syntax.failure import ParseFailure
from asyncsql_lint.syntax.guard import danger

STACK = 64 * 1024 * 1024
"""Bytes of stack of the thread that parses."""

RECURSION = 20_000
"""Python's own limit in that thread: lowering and printing recurse over the tree as well."""

T = TypeVar("T")


def parse(text: str) -> cst.Module | ParseFailure:
    """The tree of `text`, or why there is none. Call it on the deep stack (`on_deep_stack`)."""
    reason = danger(text)
    if reason is not None:
        return ParseFailure(reason, 1, 0)
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        return ParseFailure(_reason(error), max(error.raw_line, 1), max(error.raw_column, 0))
    except (ValueError, RecursionError, IndexError) as error:
        # LibCST reports some malformed inputs (odd escapes, broken indentation at the end) this way.
        return ParseFailure(str(error).splitlines()[0] if str(error) else type(error).__name__, 1, 0)


def _reason(error: cst.ParserSyntaxError) -> str:
    message = error.message.strip().splitlines()
    return message[-1].strip() if message else "it does not parse"


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
