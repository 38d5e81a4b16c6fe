"""Text to tree, where LibCST's native parser cannot take the program down with it.

The parser is recursive: it runs on the deep stack (`syntax.stack`), after a cheap scan has refused what needs more.
"""

from __future__ import annotations

import libcst as cst

from asyncsql_lint.syntax.failure import ParseFailure
from asyncsql_lint.syntax.guard import danger


def parse(text: str) -> cst.Module | ParseFailure:
    """The tree of `text`, or why there is none. Call it on the deep stack."""
    reason = danger(text)
    if reason is not None:
        return ParseFailure(reason, 1, 0)
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        return ParseFailure(_reason(error), max(error.raw_line, 1), max(error.raw_column, 0))
    except (ValueError, RecursionError, IndexError, cst.CSTValidationError) as error:
        # LibCST reports some malformed inputs (odd escapes, broken indentation at the end, bytes beside text) this way.
        return ParseFailure(str(error).splitlines()[0] if str(error) else type(error).__name__, 1, 0)


def _reason(error: cst.ParserSyntaxError) -> str:
    message = error.message.strip().splitlines()
    return message[-1].strip() if message else "it does not parse"
